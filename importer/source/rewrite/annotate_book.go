package rewrite

import (
	"context"
	"io"
	"slices"
	"strings"

	"r7import/importer/source/xlsx"
)

// annotateBook passes over the sheet twice: the first pass learns the passwords.
func (a *annotator) annotateBook(ctx context.Context, w io.Writer, from Original) error {
	t := from.Sheet
	edits, fills := make(xlsx.Edits), t.Book.NewFills()
	frozen := a.OnlyFailed // formulas are removed
	if a.Secret != nil {
		if err := t.Book.Walk(ctx, t.Sheet, func(r *xlsx.Rows) {
			cells, how := a.treatRow(t, r)
			if r.Number > t.Header {
				a.learn(r.Number, how, cells)
				secret := func(c xlsx.Cell) bool { return c.Formula && c.Column < len(a.Secret) && a.Secret[c.Column] }
				frozen = frozen || slices.ContainsFunc(r.Cells, secret)
			}
		}); err != nil {
			return err
		}
		for _, s := range t.Book.Sheets { // a short password that also occurs on other sheets means nothing
			if s.Part == t.Sheet.Part || len(a.short) == 0 {
				continue
			}
			if err := t.Book.Walk(ctx, s, func(r *xlsx.Rows) {
				for _, c := range r.Cells {
					delete(a.short, strings.TrimSpace(r.TextOf(c)))
				}
			}); err != nil {
				return err
			}
		}
	}
	sheet := &annotatedSheet{annotator: a, table: t, fills: fills}
	edit := xlsx.SheetEdit{New: max(len(from.Headers), t.Last+1), Row: sheet.row}
	for i, column := range a.existing {
		if column < 0 {
			column = edit.New + len(edit.Widths)
			edit.Widths = append(edit.Widths, a.Widths[i])
		}
		sheet.columns = append(sheet.columns, column)
	}
	if a.OnlyFailed {
		edit.Frozen = t.Header + 1
		edit.Drop = func(number int) bool {
			m, _ := a.mark(number)
			return number > t.Header && !m.Failed
		}
	}
	edits.Set(t.Sheet.Part, edit.Apply)
	if a.Secret != nil {
		t.Book.Scrub(edits, a.mentions, a.mentionsShared)
	}
	if frozen {
		t.Book.WithoutCalcChain(edits)
	}
	return rewriteBook(ctx, w, from, edits, fills)
}

// mentionsShared reports whether a shared string is removed.
// Cells that keep its text get a string of their own.
func (a *annotator) mentionsShared(text string) bool {
	_, short := a.short[strings.TrimSpace(text)]
	return short || a.mentions(text)
}

// annotatedSheet is the state of writing the sheet.
type annotatedSheet struct {
	*annotator
	table   *xlsx.Table
	fills   *xlsx.Fills
	columns []int // indexes of the columns that are added or overwritten
}

// row returns the changes to a row.
func (s *annotatedSheet) row(r *xlsx.Rows) []xlsx.Edit {
	var edits []xlsx.Edit
	of := func(column int) *xlsx.Edit {
		i := slices.IndexFunc(edits, func(e xlsx.Edit) bool { return e.Column == column })
		if i < 0 {
			i = len(edits)
			edits = append(edits, xlsx.Edit{Column: column})
		}
		return &edits[i]
	}
	paint := func(column int, fill xlsx.Fill) {
		before := r.Style(column)
		if after := s.fills.Of(before, fill); after != before {
			of(column).Style = &after
		}
	}
	if s.Secret != nil {
		s.empty(r, of)
	}
	m, marked := s.mark(r.Number)
	header := r.Number == s.table.Header
	if r.Number < s.table.Header {
		return edits
	}
	if header {
		m.Cells = s.Headers
	} else {
		for _, c := range r.Cells {
			if !slices.Contains(s.columns, c.Column) {
				paint(c.Column, m.Bad[c.Column]) // may remove the fill of an earlier copy
			}
		}
		for column, fill := range m.Bad {
			paint(column, fill)
		}
	}
	for i, column := range s.columns {
		if m.Cells == nil && !r.Holds(column) || header && s.existing[i] >= 0 {
			continue
		}
		text := ""
		if m.Cells != nil {
			text = m.Cells[i]
		}
		of(column).Text = &text
		if header {
			of(column).Style = new(r.Style(len(s.columnNames) - 1))
		} else if i == 0 {
			paint(column, m.Fill)
		}
	}
	if marked {
		s.done.Rows++
	}
	return edits
}

// empty empties the cells of a row that may not be kept. A shared string
// that is removed but kept in this cell is stored in the cell itself.
func (s *annotatedSheet) empty(r *xlsx.Rows, of func(column int) *xlsx.Edit) {
	_, how := s.treatRow(s.table, r)
	for _, c := range r.Cells {
		text := r.TextOf(c)
		secret := how != asRemark && how != asHeader && r.Number > s.table.Header && c.Column < len(s.Secret) && s.Secret[c.Column]
		switch keeps := s.keeps(how, c.Column, text); {
		case r.Long, secret && (text != "" || c.Formula):
			of(c.Column).Text = new("")
		case keeps && !c.Formula && text != "" && s.mentionsShared(text):
			of(c.Column).Text = &text
		case keeps:
		case c.Formula:
			s.done.Alike++
			of(c.Column).Unvalued = true
		default:
			s.done.Alike++
			of(c.Column).Text = new("")
		}
	}
}
