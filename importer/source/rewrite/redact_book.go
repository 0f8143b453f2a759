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
	if err := r.eachSheetRow(ctx, t, func(s *xlsx.Rows, cells []string, how treatment) error {
		if s.Number > t.Header {
			r.learn(s.Number, how, cells)
		}
		return nil
	}); err != nil {
		return err
	}
	book := excelize.NewFile(excelize.Options{TmpDir: r.Temp})
	defer func() { err = errors.Join(err, book.Close()) }()
	sheet, err := r.newSheet(book, t.Sheet.Name)
	if err != nil {
		return diagnosis.Wrap(err, diagnosis.FileBroken)
	}
	if err := r.eachSheetRow(ctx, t, func(s *xlsx.Rows, cells []string, how treatment) error {
		return sheet.SetRow("A"+strconv.Itoa(s.Number), r.values(t.Book, s, cells, how), excelize.RowOpts{Hidden: s.Hidden})
	}); err != nil {
		return err
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

// eachSheetRow reads the table row by row, with its header and without what is above
// it, and calls visit with the texts of its cells and what is to be done to them.
func (r *redactor) eachSheetRow(ctx context.Context, t *xlsx.Table, visit func(s *xlsx.Rows, cells []string, how treatment) error) error {
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
			return nil
		} else if err != nil {
			return err
		}
		if rows.Number < t.Header {
			continue
		}
		cells := make([]string, len(r.headers))
		for _, c := range rows.Cells {
			if c.Column < len(cells) {
				cells[c.Column] = string(rows.Text[c.From:c.To])
			}
		}
		how := r.treat(cells, false)
		switch {
		case rows.Number == t.Header:
			cells, how = r.headers, asHeader
		case rows.Long:
			cells, how = slices.Repeat([]string{r.Mask}, len(cells)), asAWhole
		case slices.ContainsFunc(cells, func(c string) bool { return utf8.RuneCountInString(c) > excelize.TotalCellChars }):
			how = asAWhole // more than excelize writes
		}
		if err := visit(rows, cells, how); err != nil {
			return err
		}
	}
}

// values returns the cells of a row of the copy. A number stays one, with a format of
// the same kind, so that the checks say the same of the copy.
func (r *redactor) values(book *xlsx.Book, s *xlsx.Rows, cells []string, how treatment) []any {
	values := make([]any, len(cells))
	for i, text := range cells {
		if shown, _ := r.shown(how, i, text); shown != "" {
			values[i] = shown
		}
	}
	for _, c := range s.Cells {
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
				style := map[xlsx.Shape]int{xlsx.ShownDate: formatDate, xlsx.ShownFormed: formatFormed}[book.Shape(c.Style)]
				values[c.Column] = excelize.Cell{StyleID: style, Value: n}
			}
		}
	}
	return values
}
