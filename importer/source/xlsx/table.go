package xlsx

import (
	"context"
	"errors"
	"io"
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
	if t.Sheet, first, err = book.choose(o); err != nil {
		return nil, first, 0, err
	}
	if at, err = o.Headers.Among(&first); err != nil {
		return nil, first, 0, err
	}
	t.Header = first.Numbers[at]
	if err := t.survey(ctx); err != nil {
		return nil, first, 0, err
	}
	t.unmergeHeader(first, at)
	return t, first, at, nil
}

// survey reads the whole sheet once.
func (t *Table) survey(ctx context.Context) error {
	rows, err := t.Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := rows.Next(); err == io.EOF {
			break
		} else if err != nil {
			return err
		}
		if rows.Number <= t.Header {
			continue
		}
		if n := len(rows.Cells); n > 0 {
			t.Last = max(t.Last, rows.Cells[n-1].Column)
		}
		if rows.Hidden {
			if t.HiddenRows == 0 {
				t.FirstHidden = rows.Number
			}
			t.HiddenRows++
		}
		for _, c := range rows.Cells {
			if c.Kind == Number && ShownWhole(t.Book.Shape(c.Style), string(rows.Text[c.From:c.To])) {
				for len(t.Numbers) <= c.Column {
					t.Numbers = append(t.Numbers, 0)
				}
				t.Numbers[c.Column]++
			}
		}
	}
	t.merges, t.hiddenColumns = rows.merges, rows.hiddenColumns
	return nil
}

// unmergeHeader gives the header the texts of its cells that are merged with those
// above them: a header merged over two rows has its text in the upper one.
func (t *Table) unmergeHeader(first table.Top, at int) {
	cells := first.Rows[at]
	for column, above := range mergedFromAbove(t.merges, t.Header) {
		if column < len(cells) && cells[column] == "" {
			cells[column] = first.Cell(above, column)
		}
	}
}

// HidesColumn reports whether a column is hidden.
func (t *Table) HidesColumn(column int) bool {
	for _, c := range t.hiddenColumns {
		if c.from <= column && column <= c.to {
			return true
		}
	}
	return false
}

// Rows begins to read the sheet from its first row.
func (t *Table) Rows() (*Rows, error) { return t.Book.Rows(t.Sheet) }

// choose returns the sheet to read and its first rows: the one asked for,
// else the only visible one, else the only visible one with column names that
// are known.
func (w *Book) choose(o Options) (Sheet, table.Top, error) {
	if o.Sheet != "" {
		return w.named(o)
	}
	var visible []Sheet
	for _, s := range w.Sheets {
		if !s.Hidden {
			visible = append(visible, s)
		}
	}
	switch {
	case len(w.Sheets) == 0:
		return Sheet{}, table.Top{}, damaged(errors.New("no sheets"))
	case len(visible) == 0:
		return Sheet{}, table.Top{}, diagnosis.New(diagnosis.SheetsHidden, "Sheets", SheetNames(w.Sheets))
	case len(visible) == 1:
		first, err := w.top(visible[0], o.Headers.Depth())
		return visible[0], first, err
	}
	return w.likely(visible, o.Headers)
}

func (w *Book) named(o Options) (Sheet, table.Top, error) {
	for _, s := range w.Sheets {
		if strings.EqualFold(strings.TrimSpace(s.Name), strings.TrimSpace(o.Sheet)) {
			first, err := w.top(s, o.Headers.Depth())
			return s, first, err
		}
	}
	return Sheet{}, table.Top{}, diagnosis.New(diagnosis.SheetNotFound, "Sheets", SheetNames(w.Sheets))
}

func (w *Book) likely(visible []Sheet, h table.Headers) (chosen Sheet, first table.Top, err error) {
	fits := 0
	for _, s := range visible {
		t, err := w.top(s, h.Depth())
		if err != nil {
			return Sheet{}, table.Top{}, err
		}
		if _, names := h.Find(t.Rows); names > 1 {
			chosen, first = s, t
			fits++
		}
	}
	if fits != 1 {
		return Sheet{}, table.Top{}, diagnosis.New(diagnosis.SheetUnclear, "Sheets", SheetNames(visible))
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
func (w *Book) top(s Sheet, depth int) (t table.Top, err error) {
	rows, err := w.Rows(s)
	if err != nil {
		return t, err
	}
	defer rows.Close()
	for {
		if err := rows.Next(); err == io.EOF {
			return t, nil
		} else if err != nil {
			return t, err
		}
		if rows.Number > depth {
			return t, nil
		}
		var cells []string
		for _, c := range rows.Cells {
			for len(cells) <= c.Column {
				cells = append(cells, "")
			}
			cells[c.Column] = string(rows.Text[c.From:c.To])
		}
		t.Rows, t.Numbers = append(t.Rows, cells), append(t.Numbers, rows.Number)
	}
}
