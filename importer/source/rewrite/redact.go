package rewrite

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"r7import/importer/diagnosis"
	"r7import/importer/source/table"
	"r7import/importer/source/xlsx"
)

// Redaction says what a redacted copy shows: the names of the
// columns and the cells of kept columns. Any other text is masked.
type Redaction struct {
	// Secret says which columns hold passwords and tokens.
	// Their texts are masked wherever else they occur.
	Secret []bool
	// Kept says which columns have their cells shown.
	Kept []bool
	// Astray reports whether the cells of a row have shifted from
	// their headers, so that any of them may be a secret. Such a row
	// is masked as a whole, and so is one that cannot be parsed.
	Astray func(cells []string) bool
	// Mask replaces the text of a cell. Blank cells stay blank.
	Mask string
	// Temp is a folder for temporary files of a
	// workbook. They contain only what the copy shows.
	Temp string
}

// Redacted counts what Redact did.
type Redacted struct {
	Cells int         // masked cells
	Whole []int       // rows that were masked as a whole
	Alike map[int]int // by column, cells of kept columns that were masked because they held a secret
}

// Redact writes a copy of the table with everything masked that is not known to
// be harmless; asides detects rows that are no accounts. A text keeps its lines,
// delimiter and encoding. The copy of a workbook has only the cells of the
// table, at the same places and merged as before: no formula, format, comment or
// other sheet. The error is a *[diagnosis.Problem], that of ctx, or that of w.
func Redact(ctx context.Context, w io.Writer, from Original, asides table.Asides, o Redaction) (Redacted, error) {
	r := &redactor{
		Redaction: o,
		classifier: classifier{
			secrets: newSecrets(), columnNames: from.Headers, asides: asides, secretColumns: o.Secret, isAstray: o.Astray, maskText: o.Mask,
		},
		done: Redacted{Alike: make(map[int]int)},
	}
	var err error
	if from.Text == nil {
		err = r.redactSheet(ctx, w, from)
	} else if err = r.learnText(ctx, from.Text); err == nil {
		err = eachLine(ctx, w, from.Text, r.redactLine)
	}
	r.done.Whole = r.wholeRows
	return r.done, err
}

// redactor is the state of making a redacted copy.
type redactor struct {
	Redaction
	classifier
	done Redacted
}

// shown returns the text that the copy shows for a cell, and
// whether it is a mask. A comment keeps its comment sign.
func (r *redactor) shown(how treatment, column int, text string) (string, bool) {
	kept := how == asItIs || how == asHeader || how == byColumn && column < len(r.Kept) && r.Kept[column]
	switch {
	case how == asItIs, strings.TrimSpace(text) == "", kept && !r.mentions(text):
		return text, false
	case kept:
		r.done.Alike[column]++
	}
	r.done.Cells++
	if how >= asAWhole && table.IsComment(strings.TrimSpace(text)) {
		return "# " + r.Mask, true
	}
	return r.Mask, true
}

// redactLine returns a row of a text with masked cells.
func (r *redactor) redactLine(l *line) ([]byte, error) {
	if !l.sound {
		r.done.Cells++
		return append([]byte(r.Mask), l.end...), nil
	}
	how := r.treatLine(l)
	changes := make(map[int][]byte)
	for i, text := range l.cells {
		shown, masked := r.shown(how, i, text)
		if !masked {
			continue
		}
		if bytes.HasPrefix(l.text[l.spans[i].From:l.spans[i].To], []byte{'"'}) {
			shown = `"` + shown + `"`
		}
		changes[i] = []byte(shown)
	}
	return l.with(changes, 0), nil
}

// redactSheet writes a new workbook with the cells of the table as the copy shows them.
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
	for _, m := range t.Merged(len(r.columnNames)) { // a value may count for all rows of a range
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
	// By default, excelize holds the whole archive in memory before it writes a byte.
	book.SetZipWriter(func(io.Writer) excelize.ZipWriter { return zip.NewWriter(w) })
	_, err = book.WriteToBuffer()
	return err
}

// Indexes of the copy's cell formats, for numbers that are shown in another form.
const (
	formatDate   = 1
	formatFormed = 2
)

// newSheet starts the only sheet of a copy.
func (r *redactor) newSheet(book *excelize.File, name string) (*excelize.StreamWriter, error) {
	if first := book.GetSheetName(0); r.mentions(name) || book.SetSheetName(first, name) != nil {
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
	return sheet, sheet.SetColWidth(1, len(r.columnNames), addedWidth/2)
}

// treatSheetRow is treatRow for a redacted copy: the cells of a row that cannot
// be read are masks, and those of a header of two rows are the joined names.
func (r *redactor) treatSheetRow(t *xlsx.Table, row *xlsx.Rows) (cells []string, how treatment) {
	cells, how = r.treatRow(t, row)
	switch {
	case how == asHeader && row.Number == t.Header:
		cells = r.columnNames
	case row.Long:
		cells = slices.Repeat([]string{r.Mask}, len(cells))
	case slices.ContainsFunc(cells, func(c string) bool { return utf8.RuneCountInString(c) > excelize.TotalCellChars }):
		how = asAWhole // longer than excelize can write
	}
	return cells, how
}

// values returns the cells of a row of the copy. Numbers stay numbers with a
// format of the same kind, so that the checks give the same results for the copy.
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
			values[c.Column] = "#N/A" // a formula without a result is an error too
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
