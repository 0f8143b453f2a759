package source

import (
	"slices"

	"r7import/importer/diagnosis"
	"r7import/importer/source/table"
	"r7import/importer/source/xlsx"
)

// openSheet starts a pass over the rows of a sheet.
func openSheet(t *xlsx.Table, l *layout) (rows, error) {
	in, err := t.Rows()
	if err != nil {
		return nil, err
	}
	s := &sheetRows{Rows: in, table: t, layout: l, reads: make([]bool, len(l.columns))}
	for _, column := range l.read {
		s.reads[column] = true
		if c, merged := t.Covered(column); merged {
			s.merged = append(s.merged, mergedColumn{Coverage: c})
		}
	}
	return s, nil
}

// sheetRows is one pass over the rows of a sheet; it implements rows.
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
	text string // text of the current merged cell
	top  int    // first row of that cell
}

func (s *sheetRows) close() { s.Close() }

// next implements rows.
func (s *sheetRows) next() (*row, error) {
	for {
		if err := s.Next(); err != nil {
			return nil, err
		}
		if s.Number > s.table.Header && s.build() {
			return &s.current, nil
		}
	}
}

// build makes a row from the scanned cells and reports whether to yield it.
func (s *sheetRows) build() bool {
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
			s.layout.passed.noteNameless(c.Column, r.number, text[c.From:c.To])
		}
	}
	uncomputed := func(c xlsx.Cell) bool { return c.Uncomputed && c.Column < len(r.cells) }
	if table.Blank(r.cells) && !slices.ContainsFunc(s.Cells, uncomputed) || s.layout.passOver(r, s.Text) {
		return false
	}
	s.judge()
	return true
}

// judge reports cells whose intended value is unknown: a spreadsheet program
// stores numbers, dates and results, and the text that was typed may be lost.
func (s *sheetRows) judge() {
	r, l := &s.current, s.layout
	for _, c := range s.Cells {
		if c.Column >= len(s.reads) || !s.reads[c.Column] {
			continue
		}
		f, text, shape := l.fields[c.Column], r.cells[c.Column], s.table.Book.Shape(c.Style)
		number, failure := c.Kind == xlsx.Number, c.Kind == xlsx.Failure
		wholePassword := number && passwordFields.Has(f) && xlsx.ShownWhole(shape, text)
		switch {
		case c.Uncomputed:
			r.report(l, c.Column, diagnosis.FormulaUncomputed)
		case failure && table.IsAbsence(text): // the mapping reads it as an empty cell
		case failure && table.IsFailure(text):
			r.report(l, c.Column, diagnosis.CellFailure, "Failure", text)
		case failure:
			r.report(l, c.Column, diagnosis.CellFailure, "Failure", "#?")
		case c.Kind == xlsx.Date, number && shape == xlsx.ShownDate:
			r.report(l, c.Column, diagnosis.CellDate)
		case wholePassword && l.takeNumbers:
			l.passed.numbers.add(r.number)
		case wholePassword:
			r.report(l, c.Column, diagnosis.PasswordNumber)
		case (number || c.Kind == xlsx.Truth) && f.Secret():
			r.report(l, c.Column, diagnosis.PasswordNotText)
		case number && textFields.Has(f) && (shape != xlsx.ShownPlain || !exactNumber.MatchString(text)):
			r.report(l, c.Column, diagnosis.NumberAltered)
		}
	}
	for i := range s.merged { // merged cells below the first get its text, if the field's values are common to many rows
		m := &s.merged[i]
		top, left, merged := m.At(r.number)
		switch {
		case !merged:
		case left == m.Column && top == r.number:
			m.text, m.top = r.cells[m.Column], top
		case left == m.Column && top == m.top && m.text != "" && sharedFields.Has(l.fields[m.Column]):
			r.cells[m.Column] = m.text
			l.passed.merged.add(r.number)
		default:
			r.report(l, m.Column, diagnosis.CellMerged)
		}
	}
	r.judgeText(l, s.Text)
}
