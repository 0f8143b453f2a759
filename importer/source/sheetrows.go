package source

import (
	"slices"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source/table"
	"r7import/importer/source/xlsx"
)

// sheetTable makes rows of accounts of a sheet.
type sheetTable struct{ *xlsx.Table }

// open implements format.
func (t sheetTable) open(l *layout) (rows, error) {
	in, err := t.Rows()
	if err != nil {
		return nil, err
	}
	s := &sheetRows{Rows: in, table: t.Table, layout: l, reads: make([]bool, len(l.columns))}
	for _, column := range l.read {
		s.reads[column] = true
		if c, merged := t.Covered(column); merged {
			s.merged = append(s.merged, mergedColumn{Coverage: c})
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
	merged  []mergedColumn
	current row
}

// mergedColumn is a column with merged cells.
type mergedColumn struct {
	xlsx.Coverage
	text string // of the merged cell above or here
	top  int    // its row
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
		r.report(s.layout, wholeRow, diagnosis.RowTooLong, "Limit", table.MaxRowBytes>>10)
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
		code, facts := verdict(c, s.table.Book.Shape(c.Style), s.layout.fields[c.Column], r.cells[c.Column])
		if code == diagnosis.PasswordNumber && s.layout.takeNumbers {
			s.layout.passed.numbers.add(r.number)
			continue
		}
		if code != "" {
			r.report(s.layout, c.Column, code, facts...)
		}
	}
	for i := range s.merged {
		s.share(&s.merged[i])
	}
	r.judgeText(s.layout, s.Text)
}

// share gives a cell merged with those above it their text, if it is one of those that
// rows have in common, and reports it otherwise.
func (s *sheetRows) share(m *mergedColumn) {
	r := &s.current
	top, left, merged := m.At(r.number)
	switch {
	case !merged:
	case left == m.Column && top == r.number:
		m.text, m.top = r.cells[m.Column], top
	case left == m.Column && top == m.top && m.text != "" && isCommon(s.layout.fields[m.Column]):
		r.cells[m.Column] = m.text
		s.layout.passed.merged.add(r.number)
	default:
		r.report(s.layout, m.Column, diagnosis.CellMerged)
	}
}

// isCommon reports whether rows have the value of a field in common, so that people
// write it once for all of them.
func isCommon(f account.Field) bool {
	switch f {
	case account.ServerHost, account.Port, account.IncomingEncryption, account.SMTPServer, account.SMTPPort, account.OutgoingEncryption:
		return true
	}
	return false
}
