package rewrite

import (
	"context"
	"io"
	"slices"
	"strings"

	"r7import/importer/source/xlsx"
)

// annotateBook goes over the sheet twice: first the passwords are learnt.
func (a *annotator) annotateBook(ctx context.Context, w io.Writer, from Original) error {
	t := from.Sheet
	edits := make(xlsx.Edits)
	computed := a.OnlyFailed // formulas go
	if a.Secret != nil {
		learn := func(r *xlsx.Rows) {
			cells, how := a.treatment(t, r)
			if r.Number > t.Header {
				a.redactor.learn(r.Number, how, cells)
				computed = computed || slices.ContainsFunc(r.Cells, func(c xlsx.Cell) bool { return c.Formula && c.Column < len(a.Secret) && a.Secret[c.Column] })
			}
		}
		if err := t.Book.Walk(ctx, t.Sheet, learn); err != nil {
			return err
		}
		if err := a.spareShort(ctx, t); err != nil {
			return err
		}
	}
	fills := t.Book.NewFills()
	sheet := &annotatedSheet{annotator: a, table: t, fills: fills}
	edit := xlsx.SheetEdit{New: max(len(from.Headers), t.Last+1), Row: sheet.row}
	for i, column := range a.own {
		if column < 0 {
			sheet.columns = append(sheet.columns, edit.New+len(edit.Widths))
			edit.Widths = append(edit.Widths, a.Widths[i])
		} else {
			sheet.columns = append(sheet.columns, column)
		}
	}
	if a.OnlyFailed {
		edit.Frozen, edit.Drop = t.Header+1, sheet.drops
	}
	edits.Set(t.Sheet.Part, edit.Apply)
	if a.Secret != nil {
		t.Book.Scrub(edits, a.redactor.tells, a.tellsShared)
	}
	if computed {
		t.Book.WithoutCalcChain(edits)
	}
	if err := rewriteBook(ctx, w, from, edits, fills); err != nil {
		return err
	}
	return sheet.err
}

// treatment returns the texts of the cells of a row and what is done to them.
func (a *annotator) treatment(t *xlsx.Table, r *xlsx.Rows) (cells []string, how treatment) {
	cells = r.Texts(len(a.redactor.headers))
	switch {
	case r.Long:
		return cells, asAWhole
	case r.Number < t.Header:
		return cells, asRemark
	case r.Number == t.Header:
		return cells, asHeader
	}
	return cells, a.redactor.treat(cells, false)
}

// spareShort forgets the short passwords that cells of other sheets have as well.
func (a *annotator) spareShort(ctx context.Context, t *xlsx.Table) error {
	short := a.redactor.short
	for _, s := range t.Book.Sheets {
		if s.Part == t.Sheet.Part || len(short) == 0 {
			continue
		}
		err := t.Book.Walk(ctx, s, func(r *xlsx.Rows) {
			for _, c := range r.Cells {
				delete(short, strings.TrimSpace(r.TextOf(c)))
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// tellsShared reports whether a text that cells share has to go. Cells that keep it
// have it to themselves.
func (a *annotator) tellsShared(text string) bool {
	_, short := a.redactor.short[strings.TrimSpace(text)]
	return short || a.redactor.tells(text)
}

// annotatedSheet is the sheet while it is written.
type annotatedSheet struct {
	*annotator
	table   *xlsx.Table
	fills   *xlsx.Fills
	columns []int // that are added or written over
	err     error // of the marks
}

// drops reports whether a row is left out. It is asked before [annotatedSheet.row].
func (s *annotatedSheet) drops(number int) bool {
	if number <= s.table.Header {
		return false
	}
	m, _, err := s.mark(number)
	s.fail(err)
	return !m.Failed
}

func (s *annotatedSheet) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

// row returns what is to be changed in a row.
func (s *annotatedSheet) row(r *xlsx.Rows) []xlsx.Edit {
	_, how := s.treatment(s.table, r)
	var edits []xlsx.Edit
	of := func(column int) *xlsx.Edit {
		i := slices.IndexFunc(edits, func(e xlsx.Edit) bool { return e.Column == column })
		if i < 0 {
			i = len(edits)
			edits = append(edits, xlsx.Edit{Column: column})
		}
		return &edits[i]
	}
	if s.Secret != nil {
		s.empty(r, how, of)
	}
	m, marked, err := s.mark(r.Number)
	s.fail(err)
	switch {
	case r.Number < s.table.Header:
		return edits
	case r.Number == s.table.Header:
		m.Cells = s.Headers
	}
	paint := func(column int, fill xlsx.Fill) {
		before := r.Style(column)
		if after := s.fills.Of(before, fill); after != before {
			of(column).Style = &after
		}
	}
	if r.Number > s.table.Header {
		for _, c := range r.Cells {
			if slices.Contains(s.columns, c.Column) {
				continue
			}
			paint(c.Column, m.Bad[c.Column]) // which may be none where an earlier copy had one
		}
		for column, fill := range m.Bad {
			paint(column, fill)
		}
	}
	for i, column := range s.columns {
		if m.Cells == nil && !r.Holds(column) || r.Number == s.table.Header && s.own[i] >= 0 {
			continue
		}
		text := ""
		if m.Cells != nil {
			text = m.Cells[i]
		}
		of(column).Text = &text
		if r.Number == s.table.Header {
			before := r.Style(len(s.redactor.headers) - 1)
			of(column).Style = &before
		}
		if i == 0 && r.Number > s.table.Header {
			paint(column, m.Fill)
		}
	}
	if marked {
		s.result.Rows++
	}
	return edits
}

// empty empties the cells of a row that may not stay. A text that only stays here gets
// a place of its own, for the one that cells share goes.
func (s *annotatedSheet) empty(r *xlsx.Rows, how treatment, of func(column int) *xlsx.Edit) {
	var none string
	for _, c := range r.Cells {
		column, text, computed := c.Column, r.TextOf(c), c.Formula
		secret := how != asRemark && how != asHeader && r.Number > s.table.Header && column < len(s.Secret) && s.Secret[column]
		switch {
		case r.Long, secret && (text != "" || computed):
			of(column).Text = &none
		case s.keeps(how, column, text):
			if !computed && text != "" && s.tellsShared(text) {
				of(column).Text = &text
			}
		case computed:
			s.result.Alike++
			of(column).Unvalued = true
		default:
			s.result.Alike++
			of(column).Text = &none
		}
	}
}
