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

// Options say what is known of a workbook. What is zero is found out.
type Options struct {
	Sheet   string // empty takes the one that can be meant
	Headers table.Headers
}

// Table is one sheet of a workbook that has been looked at.
type Table struct {
	Book   *Book
	Sheet  Sheet
	Header int // row

	HiddenRows  int // below the header
	FirstHidden int
	Last        int   // column below the header in which a cell holds something
	Numbers     []int // of each column: its cells below the header with numbers that are shown whole

	merges        []merge
	hiddenColumns []span
}

// Look finds out the sheet that is meant and its header. It returns the first rows
// as well, and which of them is the header. The whole sheet is read once: merged
// ranges stand behind the rows they concern, and damage anywhere has to be known
// before the first row is used.
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
	for _, m := range t.merges { // a header merged over two rows has its text in the upper one
		if m.top < t.Header && t.Header <= m.bottom && m.left < len(header) && header[m.left] == "" {
			header[m.left] = first.Cell(m.top, m.left)
		}
	}
	return t, first, at, nil
}

// survey reads the whole sheet once.
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

// Rows begins to read the sheet from its first row.
func (t *Table) Rows() (*Rows, error) { return t.Book.Rows(t.Sheet) }

// choose returns the sheet to read and its first rows: the one asked for,
// else the only visible one, else the only visible one with column names that
// are known.
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

// SheetNames lists sheets for a message.
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
