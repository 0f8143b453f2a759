// Package rewrite writes copies of a table: with a column added, with
// marks, or with everything masked that may be a secret. A text keeps
// encoding, delimiter and line ends. A copy with a column added keeps every
// byte of a text, and every part of a workbook but the sheet. A workbook
// keeps its password; other compression and encryption is removed.
package rewrite

import (
	"bytes"
	"context"
	"io"

	"github.com/xuri/excelize/v2"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source/container"
	"r7import/importer/source/text"
	"r7import/importer/source/xlsx"
)

// Original is the file to copy: a text or a sheet.
type Original struct {
	File     *container.File
	Password account.Secret // of the workbook
	Headers  []string       // of the table's columns
	Text     *text.Table
	Sheet    *xlsx.Table
}

// Added is a column to write into a copy of a file: a new one after
// the table, or an existing one whose blank cells are filled.
type Added struct {
	// Column is the index of the column to fill, -1 for a new one.
	Column int
	// Header is the name of a new column.
	Header string
	// Cells are the texts by row number. Cells that are not blank are kept.
	Cells map[int]string
}

// Copy writes a copy of the file with a column added. The
// error is a *[diagnosis.Problem], that of ctx, or that of w.
func Copy(ctx context.Context, w io.Writer, from Original, add Added) error {
	if add.Column < 0 {
		add.Column = len(from.Headers)
	} else {
		add.Header = ""
	}
	if from.Text != nil {
		return eachLine(ctx, w, from.Text, add.fill)
	}
	return copyWorkbook(ctx, w, from, add)
}

// fill returns a row of a text with its one cell filled in.
func (add Added) fill(l *line) ([]byte, error) {
	wanted := add.Cells[l.number]
	if l.number == l.table.Header {
		wanted = add.Header
	}
	if !l.sound || wanted == "" && (add.Header == "" || l.number <= l.table.Header) {
		return l.row, nil
	}
	cell, ok := l.table.Charset.Encoded(quoted(wanted, l.table.Delimiter))
	if !ok {
		p := diagnosis.New(diagnosis.TextUnwritable, "Encoding", l.table.Charset.Name())
		p.Place.Row = l.number
		return nil, p
	}
	width := len(l.spans)
	if add.Column < width {
		if at := l.spans[add.Column]; len(bytes.Trim(l.text[at.From:at.To], " \t\"")) > 0 {
			return l.row, nil
		}
	} else if wanted == "" && (width != add.Column || len(l.text) == 0) {
		return l.row, nil // a row as wide as the table gets an empty cell, any other row stays as it is
	}
	changes := map[int][]byte{add.Column: cell}
	for i := width; i < add.Column; i++ {
		changes[i] = nil
	}
	return l.with(changes, add.Column+1), nil
}

// addedWidth is the width of a new column, in characters: enough for an address.
const addedWidth = 32

// copyWorkbook writes a copy of the workbook in which one column of one
// sheet is filled. A new column is placed after all cells of the sheet.
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
			text, style = add.Header, new(r.Style(len(from.Headers)-1))
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

// rewriteBook writes the workbook with its edits, protected by the same password.
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
