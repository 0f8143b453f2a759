package xlsx

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"r7import/importer/diagnosis"
	"r7import/importer/source/table"
)

// Options say what is known about a workbook. Zero values are detected.
type Options struct {
	Sheet   string // empty chooses the only sheet that qualifies
	Headers table.Headers
}

// Table is one sheet of a workbook whose form is known.
type Table struct {
	Book   *Book
	Sheet  Sheet
	Header int // number of the header row

	HiddenRows  int // number of hidden rows below the header
	FirstHidden int
	Last        int   // last column with a cell below the header
	Numbers     []int // by column: cells below the header with numbers that are shown in full

	merges        []merge
	hiddenColumns []span
}

// Look detects the sheet to read and its header. It also returns the
// first rows, and the index of the header among them. It reads the
// whole sheet once: merged ranges come after the rows they concern,
// and damage anywhere must be known before the first row is used.
func Look(ctx context.Context, content *io.SectionReader, o Options) (t *Table, first table.Top, at int, err error) {
	book, err := Open(content)
	if err != nil {
		return nil, first, 0, err
	}
	t = &Table{Book: book}
	if t.Sheet, first, err = book.choose(ctx, o); err != nil {
		return nil, first, 0, err
	}
	if at, err = o.Headers.Among(&first); err != nil {
		return nil, first, 0, err
	}
	t.Header = first.Numbers[at]
	if err := t.survey(ctx); err != nil {
		return nil, first, 0, err
	}
	header := first.Rows[at]
	for _, m := range t.merges { // a header cell merged over two rows has its text in the upper one
		if m.top < t.Header && t.Header <= m.bottom && m.left < len(header) && header[m.left] == "" {
			header[m.left] = first.Cell(m.top, m.left)
		}
	}
	return t, first, at, nil
}

// survey reads the whole sheet once to fill in the fields of the table.
func (t *Table) survey(ctx context.Context) error {
	end := new(Rows)
	for rows, err := range t.Book.Each(ctx, t.Sheet) {
		if err != nil {
			return err
		}
		if end = rows; rows.Number <= t.Header {
			continue
		}
		if n := len(rows.Cells); n > 0 {
			t.Last = max(t.Last, rows.Cells[n-1].Column)
		}
		if rows.Hidden {
			t.HiddenRows++
			t.FirstHidden = cmp.Or(t.FirstHidden, rows.Number)
		}
		for _, c := range rows.Cells {
			if c.Kind == Number && ShownWhole(t.Book.Shape(c.Style), rows.TextOf(c)) {
				for len(t.Numbers) <= c.Column {
					t.Numbers = append(t.Numbers, 0)
				}
				t.Numbers[c.Column]++
			}
		}
	}
	t.merges, t.hiddenColumns = end.merges, end.hiddenColumns
	return nil
}

// HidesColumn reports whether a column is hidden.
func (t *Table) HidesColumn(column int) bool {
	return slices.ContainsFunc(t.hiddenColumns, func(c span) bool { return c.from <= column && column <= c.to })
}

// Rows starts a pass over the sheet from its first row.
func (t *Table) Rows() (*Rows, error) { return t.Book.Rows(t.Sheet) }

// choose returns the sheet to read and its first rows: the
// one asked for, otherwise the only visible one, otherwise
// the only visible one with at least two known column names.
func (w *Book) choose(ctx context.Context, o Options) (chosen Sheet, first table.Top, err error) {
	var candidates []Sheet
	for _, s := range w.Sheets {
		if o.Sheet == "" && !s.Hidden || o.Sheet != "" && strings.EqualFold(strings.TrimSpace(s.Name), strings.TrimSpace(o.Sheet)) {
			candidates = append(candidates, s)
		}
	}
	switch {
	case o.Sheet != "" && len(candidates) > 0:
		candidates = candidates[:1]
	case o.Sheet != "":
		return chosen, first, diagnosis.New(diagnosis.SheetNotFound, "Sheets", SheetNames(w.Sheets))
	case len(w.Sheets) == 0:
		return chosen, first, damaged(errors.New("no sheets"))
	case len(candidates) == 0:
		return chosen, first, diagnosis.New(diagnosis.SheetsHidden, "Sheets", SheetNames(w.Sheets))
	}
	fits := 0
	for _, s := range candidates {
		t, err := w.top(ctx, s, o.Headers.Depth())
		if err != nil {
			return chosen, first, err
		}
		if _, names := o.Headers.Find(t.Rows); names > 1 || len(candidates) == 1 {
			chosen, first = s, t
			fits++
		}
	}
	if fits != 1 {
		return chosen, first, diagnosis.New(diagnosis.SheetUnclear, "Sheets", SheetNames(candidates))
	}
	return chosen, first, nil
}

// SheetNames joins the names of sheets for a message.
func SheetNames(sheets []Sheet) string {
	names := make([]string, len(sheets))
	for i, s := range sheets {
		names[i] = s.Name
	}
	return strings.Join(names, ", ")
}

// top reads the first rows of a sheet.
func (w *Book) top(ctx context.Context, s Sheet, depth int) (t table.Top, err error) {
	for rows, err := range w.Each(ctx, s) {
		if err != nil {
			return t, err
		}
		if rows.Number > depth {
			break
		}
		var width int
		if n := len(rows.Cells); n > 0 {
			width = rows.Cells[n-1].Column + 1
		}
		t.Rows, t.Numbers = append(t.Rows, rows.Texts(width)), append(t.Numbers, rows.Number)
	}
	return t, nil
}
