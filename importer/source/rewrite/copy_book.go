package rewrite

import (
	"bytes"
	"context"
	"io"

	"github.com/xuri/excelize/v2"

	"r7import/importer/diagnosis"
	"r7import/importer/source/xlsx"
)

// addedWidth is the width of a new column, in characters: enough for an address.
const addedWidth = 32

// copyWorkbook writes the workbook with the cells of one column of one sheet set. A new
// column stands behind everything the sheet holds.
func copyWorkbook(ctx context.Context, w io.Writer, from Original, add Added) error {
	t := from.Sheet
	var edit xlsx.SheetEdit
	if add.Header != "" {
		add.Column = max(add.Column, t.Last+1)
		edit.New, edit.Widths = add.Column, []float64{addedWidth}
	}
	edit.Row = func(r *xlsx.Rows) []xlsx.Edit {
		text := add.Cells[r.Number]
		var style *int
		if r.Number == t.Header && add.Header != "" {
			before := r.Style(len(from.Headers) - 1)
			text, style = add.Header, &before
		}
		if text == "" || r.Long || r.Holds(add.Column) {
			return nil
		}
		return []xlsx.Edit{{Column: add.Column, Text: &text, Style: style}}
	}
	edits := make(xlsx.Edits)
	edits.Set(t.Sheet.Part, edit.Apply)
	return rewriteBook(ctx, w, from, edits, nil)
}

// rewriteBook writes the workbook with its edits, and with the password it has.
func rewriteBook(ctx context.Context, w io.Writer, from Original, edits xlsx.Edits, fills *xlsx.Fills) error {
	if !from.File.Protected() {
		return from.Sheet.Book.Rewrite(ctx, w, edits, fills)
	}
	var plain bytes.Buffer
	if err := from.Sheet.Book.Rewrite(ctx, &plain, edits, fills); err != nil {
		return err
	}
	locked, err := excelize.Encrypt(plain.Bytes(), &excelize.Options{Password: from.Password.Reveal()})
	if err != nil {
		return diagnosis.Wrap(err, diagnosis.FileBroken)
	}
	_, err = w.Write(locked)
	return err
}
