package source

import (
	"slices"
	"strconv"

	"r7import/importer/diagnosis"
	"r7import/importer/source/table"
	"r7import/importer/source/xlsx"
)

// sheetTable makes rows of accounts of a sheet.
type sheetTable struct{ *xlsx.Table }

// open implements table.
func (t sheetTable) open(l *layout) (rows, error) {
	in, err := t.Rows()
	if err != nil {
		return nil, err
	}
	s := &sheetRows{Rows: in, table: t.Table, layout: l, reads: make([]bool, len(l.columns))}
	for _, column := range l.read {
		s.reads[column] = true
		if c, merged := t.Covered(column); merged {
			s.covered = append(s.covered, c)
		}
	}
	return s, nil
}

// sheetRows is one pass over the rows of a sheet.
type sheetRows struct {
	*xlsx.Rows
	table   *xlsx.Table
	layout  *layout
	reads   []bool // of each column
	covered []xlsx.Coverage
	current row
}

func (s *sheetRows) close() { s.Close() }

// next implements rows.
func (s *sheetRows) next() (*row, error) {
	for {
		if err := s.Next(); err != nil {
			return nil, err
		}
		if s.Number > s.table.Header && s.take() {
			return &s.current, nil
		}
	}
}

// take makes a row of the cells scanned and reports whether it is one to yield.
func (s *sheetRows) take() bool {
	r := &s.current
	r.number, r.problems = s.Number, nil
	r.cells = append(r.cells[:0], make([]string, len(s.layout.columns))...)
	if s.Long {
		r.report(s.layout, wholeRow, diagnosis.RowTooLong, "Limit", strconv.Itoa(table.MaxRowBytes>>10))
		return true
	}
	text := string(s.Text)
	for _, c := range s.Cells {
		if c.Column < len(r.cells) {
			r.cells[c.Column] = text[c.From:c.To]
		}
		if c.Column >= len(r.cells) || slices.Contains(s.layout.nameless, c.Column) {
			s.layout.passed.meetNameless(c.Column, r.number, text[c.From:c.To])
		}
	}
	if table.Blank(r.cells) && !s.mentionsTrouble() {
		return false
	}
	if s.layout.passOver(r, s.Text) {
		return false
	}
	s.judge()
	return true
}

// mentionsTrouble reports whether a cell without text in a row without text is still worth a row.
func (s *sheetRows) mentionsTrouble() bool {
	return slices.ContainsFunc(s.Cells, func(c xlsx.Cell) bool { return c.Uncomputed && c.Column < len(s.layout.columns) })
}

// judge reports the cells from which the value that somebody meant cannot be had.
func (s *sheetRows) judge() {
	r := &s.current
	for _, c := range s.Cells {
		if c.Column >= len(s.reads) || !s.reads[c.Column] {
			continue
		}
		if code, facts := verdict(c, s.table.Book.Shape(c.Style), s.layout.fields[c.Column], r.cells[c.Column]); code != "" {
			r.report(s.layout, c.Column, code, facts...)
		}
	}
	for i := range s.covered {
		if c := &s.covered[i]; c.At(r.number) {
			r.report(s.layout, c.Column, diagnosis.CellMerged)
		}
	}
	r.judgeText(s.layout, s.Text)
}
