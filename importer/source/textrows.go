package source

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source/table"
	"r7import/importer/source/text"
)

// textTable makes rows of accounts of a delimited text.
type textTable struct{ *text.Table }

// open implements format.
func (t textTable) open(l *layout) (rows, error) {
	if err := t.checkFit(*l); err != nil {
		return nil, err
	}
	return t.rows(l)
}

func (t textTable) rows(l *layout) (*textRows, error) {
	in, err := t.Rows()
	if err != nil {
		return nil, err
	}
	return &textRows{Rows: in, table: t.Table, layout: l}, nil
}

// checkFit refuses a text of which nearly no row fits its header: that is wrong with
// the file as a whole and not with its rows. It reads on only while that is so.
func (t textTable) checkFit(l layout) error {
	const (
		looked, fewest = 10_000, 100
		fitting        = looked / 20
	)
	in, err := t.rows(&l)
	if err != nil {
		return err
	}
	defer in.close()
	rows, fit := 0, 0
	for rows < looked && fit <= fitting {
		r, err := in.next()
		if err == io.EOF {
			break
		} else if err != nil {
			return nil // whoever reads the rows comes upon it
		}
		rows++
		if !slices.ContainsFunc(r.problems, misfits) {
			fit++
		}
	}
	if rows < fewest || fit*20 > rows {
		return nil
	}
	return diagnosis.New(diagnosis.FileMisfit, "Count", rows-fit, "Rows", rows,
		"Delimiter", delimiterName(t.Delimiter), "Row", t.Header, "Want", t.Width)
}

// misfits reports whether a problem says that a row cannot be told apart into the
// cells that the header announces.
func misfits(p diagnosis.Problem) bool { return p.Field == "" && p.Code != diagnosis.RowCommented }

// textRows is one pass over a text file.
type textRows struct {
	*text.Rows
	table   *text.Table
	layout  *layout
	current row
}

func (t *textRows) close() { t.Close() }

// next implements rows.
func (t *textRows) next() (*row, error) {
	for {
		if err := t.Next(); err != nil {
			return nil, err
		}
		if t.take() {
			return &t.current, nil
		}
	}
}

// take makes a row of the cells read and reports whether it is one to yield.
func (t *textRows) take() bool {
	r := &t.current
	r.number, r.problems, r.cells = t.Line, nil, t.Cells
	if t.Fault != text.Sound {
		t.widen()
		t.reportFault()
		return true
	}
	if table.Blank(r.cells) || table.IsEndMark(r.cells) || t.layout.passOver(r, t.Whole) {
		return false
	}
	got := len(r.cells)
	surplus := got > t.table.Width && !table.Blank(r.cells[t.table.Width:])
	t.meetNameless()
	t.widen()
	switch {
	case surplus, t.lacks(got):
		r.report(t.layout, wholeRow, diagnosis.RowWidth, "Count", got, "Want", t.table.Width)
	case !t.Decodable:
		t.reportUndecodable()
	default:
		if t.table.Guessed && t.layout.passed.sample == "" {
			t.takeSample()
		}
		t.takePadding()
		t.unwrap()
		r.judgeText(t.layout, t.Whole)
	}
	return true
}

// meetNameless takes note of what stands in columns without a name.
func (t *textRows) meetNameless() {
	r := &t.current
	for _, column := range t.layout.nameless {
		if column < len(r.cells) {
			t.layout.passed.meetNameless(column, r.number, r.cells[column])
		}
	}
	for column := len(t.layout.columns); column < min(len(r.cells), t.table.Width); column++ {
		t.layout.passed.meetNameless(column, r.number, r.cells[column])
	}
}

// lacks reports whether cells that matter are not there in a row of so many. Cells at
// the end that nobody asks for may be left out.
func (t *textRows) lacks(got int) bool {
	missing := func(column int) bool { return column >= got }
	return got < len(t.layout.columns) && (slices.ContainsFunc(t.layout.read, missing) || slices.ContainsFunc(t.layout.asked, missing))
}

// takePadding reports the cells that break a habit of the file: the blank that stands
// before all others is not there, or stands before a quotation mark without the habit.
func (t *textRows) takePadding() {
	r := &t.current
	for _, column := range t.Bare {
		if t.layout.reads(column) {
			r.report(t.layout, column, diagnosis.PaddingBroken)
		}
	}
	for _, column := range t.Loose {
		if t.layout.reads(column) {
			r.report(t.layout, column, diagnosis.QuoteStray, "Column", column+1)
		}
	}
}

// unwrap takes the wrapping of a spreadsheet program off cells.
func (t *textRows) unwrap() {
	r := &t.current
	if !bytes.Contains(t.Whole, []byte(`="`)) {
		return
	}
	wrapped := false
	for _, column := range t.layout.read {
		if text, was := text.Unwrapped(r.cells[column]); was {
			r.cells[column], wrapped = text, true
		}
	}
	if wrapped {
		t.layout.passed.wrapped.add(r.number)
	}
}

// takeSample keeps the first name that shows what the guessed encoding makes of it.
func (t *textRows) takeSample() {
	if column := t.layout.column[account.Name]; column >= 0 && showsEncoding(t.current.cells[column]) {
		t.layout.passed.sample, t.layout.passed.sampleAt = strings.TrimSpace(t.current.cells[column]), t.current.number
	}
}

// widen gives the row as many cells as the table has columns.
func (t *textRows) widen() {
	r := &t.current
	for len(r.cells) < len(t.layout.columns) {
		r.cells = append(r.cells, "")
	}
	t.Cells = r.cells
	r.cells = r.cells[:len(t.layout.columns)]
}

func (t *textRows) reportFault() {
	r := &t.current
	column := t.Column + 1
	switch t.Fault {
	case text.Stray:
		r.report(t.layout, wholeRow, diagnosis.QuoteStray, "Column", column)
	case text.Unclosed:
		r.report(t.layout, wholeRow, diagnosis.QuoteUnclosed, "Column", column)
	case text.TooLong:
		r.report(t.layout, wholeRow, diagnosis.RowTooLong, "Limit", table.MaxRowBytes>>10)
	case text.TooWide:
		r.report(t.layout, wholeRow, diagnosis.RowTooWide, "Limit", table.MaxColumns)
	}
}

// reportUndecodable reports the cells with bytes that stand for no character.
func (t *textRows) reportUndecodable() {
	r := &t.current
	for _, column := range t.layout.read {
		cell := r.cells[column]
		if at := text.Undecodable(cell); at >= 0 {
			r.report(t.layout, column, diagnosis.TextUndecodable,
				"Character", utf8.RuneCountInString(cell[:at])+1, "Encoding", t.table.Charset.Name())
		}
	}
}
