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

// textRows is one pass over the rows of a text file; it implements rows.
type textRows struct {
	*text.Rows
	table   *text.Table
	layout  *layout
	current row
}

// openText checks a text and starts a pass over it.
func openText(t *text.Table, l *layout) (rows, error) {
	looked := *l // so that the check does not add to the counts of l
	if err := checkFit(t, &looked); err != nil {
		return nil, err
	}
	return newTextRows(t, l)
}

func newTextRows(t *text.Table, l *layout) (*textRows, error) {
	in, err := t.Rows()
	if err != nil {
		return nil, err
	}
	return &textRows{Rows: in, table: t, layout: l}, nil
}

// checkFit refuses a text of which nearly no row fits its header: then the
// file is wrong as a whole, not its rows. It stops as soon as enough rows fit.
func checkFit(t *text.Table, l *layout) error {
	const (
		looked, fewest = 10_000, 100
		fitting        = looked / 20
	)
	in, err := newTextRows(t, l)
	if err != nil {
		return err
	}
	defer in.close()
	misfits := func(p diagnosis.Problem) bool { return p.Field == "" && p.Code != diagnosis.RowCommented }
	rows, fit := 0, 0
	for rows < looked && fit <= fitting {
		r, err := in.next()
		if err == io.EOF {
			break
		} else if err != nil {
			return nil // the pass that follows reports it
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

func (t *textRows) close() { t.Close() }

// next implements rows.
func (t *textRows) next() (*row, error) {
	for {
		if err := t.Next(); err != nil {
			return nil, err
		}
		if t.build() {
			return &t.current, nil
		}
	}
}

// build makes a row from the cells read and reports whether to yield it.
func (t *textRows) build() bool {
	r, l, width := &t.current, t.layout, len(t.layout.columns)
	r.number, r.problems, r.cells = t.Line, nil, t.Cells
	if t.Fault == text.Sound && (table.Blank(r.cells) || table.IsEndMark(r.cells) || l.passOver(r, t.Whole)) {
		return false
	}
	got := len(r.cells)
	surplus := got > t.table.Width && !table.Blank(r.cells[t.table.Width:])
	for _, column := range l.nameless {
		if column < got {
			l.passed.noteNameless(column, r.number, r.cells[column])
		}
	}
	for column := width; column < min(got, t.table.Width); column++ {
		l.passed.noteNameless(column, r.number, r.cells[column])
	}
	for len(r.cells) < width {
		r.cells = append(r.cells, "")
	}
	t.Cells = r.cells
	r.cells = r.cells[:width]
	missing := func(column int) bool { return column >= got } // cells of columns that are not read may be missing
	switch {
	case t.Fault == text.Stray:
		r.report(l, wholeRow, diagnosis.QuoteStray, "Column", t.Column+1)
	case t.Fault == text.Unclosed:
		r.report(l, wholeRow, diagnosis.QuoteUnclosed, "Column", t.Column+1)
	case t.Fault == text.TooLong:
		r.report(l, wholeRow, diagnosis.RowTooLong, "Limit", table.MaxRowBytes>>10)
	case t.Fault == text.TooWide:
		r.report(l, wholeRow, diagnosis.RowTooWide, "Limit", table.MaxColumns)
	case surplus, got < width && (slices.ContainsFunc(l.read, missing) || slices.ContainsFunc(l.whereColumns, missing)):
		r.report(l, wholeRow, diagnosis.RowWidth, "Count", got, "Want", t.table.Width)
	case !t.Decodable:
		for _, column := range l.read {
			if at := text.Undecodable(r.cells[column]); at >= 0 {
				r.report(l, column, diagnosis.TextUndecodable,
					"Character", utf8.RuneCountInString(r.cells[column][:at])+1, "Encoding", t.table.Charset.Name())
			}
		}
	default:
		t.judge()
	}
	return true
}

// judge removes what the writing program put around cells,
// and reports cells whose text differs from what was meant.
func (t *textRows) judge() {
	r, l := &t.current, t.layout
	if name := l.column[account.Name]; t.table.Guessed && l.passed.sample == "" && name >= 0 && showsEncoding(r.cells[name]) {
		l.passed.sample, l.passed.sampleAt = strings.TrimSpace(r.cells[name]), r.number
	}
	for _, column := range t.Bare { // lacks the blank that all other cells begin with
		if slices.Contains(l.read, column) {
			r.report(l, column, diagnosis.PaddingBroken)
		}
	}
	for _, column := range t.Loose { // has a blank before the quotation mark, unlike others
		if slices.Contains(l.read, column) {
			r.report(l, column, diagnosis.QuoteStray, "Column", column+1)
		}
	}
	if bytes.Contains(t.Whole, []byte(`="`)) {
		wrapped := false
		for _, column := range l.read {
			if text, ok := text.Unwrapped(r.cells[column]); ok {
				r.cells[column], wrapped = text, true
			}
		}
		if wrapped {
			l.passed.wrapped.add(r.number)
		}
	}
	r.judgeText(l, t.Whole)
}
