package rewrite

import (
	"archive/zip"
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"r7import/importer/diagnosis"
	"r7import/importer/source/xlsx"
)

// redactSheet writes a new workbook with what the copy shows of the cells of the table.
func (r *redactor) redactSheet(ctx context.Context, w io.Writer, from Original) (err error) {
	t := from.Sheet
	for row, err := range t.Book.Each(ctx, t.Sheet) {
		if err != nil {
			return err
		}
		if row.Number > t.Header {
			cells, how := r.treatSheetRow(t, row)
			r.learn(row.Number, how, cells)
		}
	}
	book := excelize.NewFile(excelize.Options{TmpDir: r.Temp})
	defer func() { err = errors.Join(err, book.Close()) }()
	sheet, err := r.newSheet(book, t.Sheet.Name)
	if err != nil {
		return diagnosis.Wrap(err, diagnosis.FileBroken)
	}
	for row, err := range t.Book.Each(ctx, t.Sheet) {
		if err == nil && row.Number >= t.Header {
			err = sheet.SetRow("A"+strconv.Itoa(row.Number), r.values(t, row), excelize.RowOpts{Hidden: row.Hidden})
		}
		if err != nil {
			return err
		}
	}
	for _, m := range t.Merged(len(r.headers)) { // a value may count for all rows of a range
		if err := sheet.MergeCell(m[0], m[1]); err != nil {
			return err
		}
	}
	if err := sheet.Flush(); err != nil {
		return err
	}
	if from.File.Protected() {
		return book.Write(w, excelize.Options{Password: from.Password.Reveal()})
	}
	// excelize would hold the whole archive in memory before it writes a byte.
	book.SetZipWriter(func(io.Writer) excelize.ZipWriter { return zip.NewWriter(w) })
	_, err = book.WriteToBuffer()
	return err
}

// Cell formats of a copy, by their index, for numbers that look like something else.
const (
	formatDate   = 1
	formatFormed = 2
)

// newSheet begins the one sheet of a copy.
func (r *redactor) newSheet(book *excelize.File, name string) (*excelize.StreamWriter, error) {
	if first := book.GetSheetName(0); r.tells(name) || book.SetSheetName(first, name) != nil {
		name = first
	}
	err := book.SetDocProps(&excelize.DocProperties{Creator: "r7import"})
	for _, id := range []int{formatDate: 14, formatFormed: 3}[1:] { // m/d/yy and #,##0
		_, styleErr := book.NewStyle(&excelize.Style{NumFmt: id})
		err = errors.Join(err, styleErr)
	}
	if err != nil {
		return nil, err
	}
	sheet, err := book.NewStreamWriter(name)
	if err != nil {
		return nil, err
	}
	return sheet, sheet.SetColWidth(1, len(r.headers), addedWidth/2)
}

// treatSheetRow is treatRow for a copy in which each cell of a row that cannot be read
// has a mask, and which has the joined names of a header of two rows.
func (r *redactor) treatSheetRow(t *xlsx.Table, row *xlsx.Rows) (cells []string, how treatment) {
	cells, how = r.treatRow(t, row)
	switch {
	case how == asHeader && row.Number == t.Header:
		cells = r.headers
	case row.Long:
		cells = slices.Repeat([]string{r.Mask}, len(cells))
	case slices.ContainsFunc(cells, func(c string) bool { return utf8.RuneCountInString(c) > excelize.TotalCellChars }):
		how = asAWhole // more than excelize writes
	}
	return cells, how
}

// values returns the cells of a row of the copy. A number stays one, with a format of
// the same kind, so that the checks say the same of the copy.
func (r *redactor) values(t *xlsx.Table, row *xlsx.Rows) []any {
	cells, how := r.treatSheetRow(t, row)
	values := make([]any, len(cells))
	for i, text := range cells {
		if shown, _ := r.shown(how, i, text); shown != "" {
			values[i] = shown
		}
	}
	for _, c := range row.Cells {
		if c.Column >= len(cells) || how == asHeader || values[c.Column] != nil && values[c.Column] != cells[c.Column] {
			continue
		}
		text := cells[c.Column]
		switch {
		case c.Uncomputed && (how == asItIs || how == byColumn && r.Kept[c.Column]):
			values[c.Column] = "#N/A" // a formula without a result is an error, too
		case c.Uncomputed:
			values[c.Column] = r.Mask
			r.done.Cells++
		case c.Kind == xlsx.Truth:
			values[c.Column] = text == "TRUE"
		case c.Kind == xlsx.Number:
			if n, err := strconv.ParseFloat(text, 64); err == nil {
				style := map[xlsx.Shape]int{xlsx.ShownDate: formatDate, xlsx.ShownFormed: formatFormed}[t.Book.Shape(c.Style)]
				values[c.Column] = excelize.Cell{StyleID: style, Value: n}
			}
		}
	}
	return values
}
