package source

import (
	"context"
	"io"
	"slices"
	"strconv"

	"r7import/importer/diagnosis"
)

// sheetTable is one sheet of a workbook that has been looked at.
type sheetTable struct {
	book   *workbook
	sheet  sheet
	header int // row

	// What the survey found.
	merges        []merge
	hiddenColumns []span
	hiddenRows    int
	firstHidden   int
}

// survey reads the whole sheet once. Merged ranges stand behind the rows they
// concern, and damage anywhere has to be known before the first row is used.
func (t *sheetTable) survey(ctx context.Context) error {
	scan, part, err := t.book.scan(t.sheet)
	if err != nil {
		return err
	}
	defer part.Close()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := scan.next(); err == io.EOF {
			break
		} else if err != nil {
			return damaged(err)
		}
		if scan.hidden && scan.number > t.header {
			if t.hiddenRows == 0 {
				t.firstHidden = scan.number
			}
			t.hiddenRows++
		}
	}
	t.merges, t.hiddenColumns = scan.merges, scan.hiddenColumns
	return nil
}

// columns returns the columns of the table. A header merged over two rows has
// its text in the upper one.
func (t *sheetTable) columns(first top, at int) []Column {
	cells := slices.Clone(first.rows[at])
	for column, above := range mergedFromAbove(t.merges, t.header) {
		if column < len(cells) && cells[column] == "" {
			cells[column] = first.cell(above, column)
		}
	}
	cells = trimmed(cells)
	columns := make([]Column, len(cells))
	for i, header := range cells {
		columns[i] = Column{Header: header, Label: columnLetters(i)}
	}
	return columns
}

// open implements table.
func (t *sheetTable) open(_ context.Context, l *layout) (rows, error) {
	scan, part, err := t.book.scan(t.sheet)
	if err != nil {
		return nil, err
	}
	s := &sheetRows{sheetScanner: scan, table: t, layout: l, part: part, reads: make([]bool, len(l.columns))}
	for _, column := range l.read {
		s.reads[column] = true
		if c := coverageOf(t.merges, column); len(c.ranges) > 0 {
			s.covered = append(s.covered, c)
		}
	}
	return s, nil
}

// sheetRows is one pass over the rows of a sheet.
type sheetRows struct {
	*sheetScanner
	table   *sheetTable
	layout  *layout
	part    io.Closer
	reads   []bool // of each column
	covered []coverage
	current row
}

func (s *sheetRows) close() { s.part.Close() }

// next implements rows.
func (s *sheetRows) next() (*row, error) {
	for {
		if err := s.sheetScanner.next(); err != nil && err != io.EOF {
			return nil, damaged(err)
		} else if err != nil {
			return nil, err
		}
		if s.number > s.table.header && s.take() {
			return &s.current, nil
		}
	}
}

// take makes a row of the cells scanned and reports whether it is one to yield.
func (s *sheetRows) take() bool {
	r := &s.current
	r.number, r.problems = s.number, nil
	r.cells = append(r.cells[:0], make([]string, len(s.layout.columns))...)
	if s.long {
		r.report(s.layout, wholeRow, diagnosis.RowTooLong, "Limit", strconv.Itoa(maxRowBytes>>10))
		return true
	}
	text := string(s.text)
	for _, c := range s.cells {
		if c.column < len(r.cells) {
			r.cells[c.column] = text[c.from:c.to]
		}
	}
	if blank(r.cells) && !s.mentionsTrouble() {
		return false
	}
	if s.layout.passOver(r, s.text) {
		return false
	}
	s.judge()
	return true
}

// mentionsTrouble reports whether a cell without text in a row without text is still worth a row.
func (s *sheetRows) mentionsTrouble() bool {
	return slices.ContainsFunc(s.cells, func(c sheetCell) bool { return c.uncomputed && c.column < len(s.layout.columns) })
}

// judge reports the cells from which the value that somebody meant cannot be had.
func (s *sheetRows) judge() {
	r := &s.current
	for _, c := range s.cells {
		if c.column >= len(s.reads) || !s.reads[c.column] {
			continue
		}
		if code, facts := s.verdict(c, s.layout.fields[c.column], r.cells[c.column]); code != "" {
			r.report(s.layout, c.column, code, facts...)
		}
	}
	for i := range s.covered {
		if c := &s.covered[i]; c.covers(r.number) {
			r.report(s.layout, c.column, diagnosis.CellMerged)
		}
	}
	r.judgeText(s.layout, s.text)
}
