package report

import (
	"archive/zip"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"r7import/importer/durable"
	"r7import/importer/lang"
)

// rowsPerSheet is how many rows go on a sheet: all that it holds but the header.
// Tests write smaller sheets.
var rowsPerSheet = excelize.TotalRows - 1

// columnWidths are in the width of a digit, in the order of [Columns].
var columnWidths = []float64{7, 30, 32, 38, 14, 26, 11, 26, 64, 52, 12, 34, 10, 20, 12, 34, 22}

// wrappedWidths are those of the columns whose texts may take several lines:
// message, hint, filled, evidence.
var wrappedWidths = []float64{columnWidths[8], columnWidths[9], columnWidths[11], columnWidths[15]}

// workbook writes rows as XLSX: a sheet that sums up, then the rows. Rows go
// through a temporary file in a folder beside the target that only its owner can read.
type workbook struct {
	file    *excelize.File
	target  io.Writer
	remove  func() error // the folder
	printer *lang.Printer
	render  *renderer
	styles  styles

	layout sheetLayout
	sheet  *excelize.StreamWriter
	sheets int
	row    int // last row written on the sheet
	cells  []any
}

// sheetLayout is what the sheets of rows have in common.
type sheetLayout struct {
	name    string
	header  []string
	widths  []float64
	printed int // columns that are printed, the first ones
}

// printedColumns are those up to the hint: with all of them the letters would be too small.
const printedColumns = 10

func newWorkbook(w io.Writer, path string, summary Summary, o Options) (*workbook, error) {
	layout := sheetLayout{o.Printer.Text("report.sheet.rows"), Columns, columnWidths, printedColumns}
	return openWorkbook(w, path, o, layout, func(b *workbook) error {
		if err := b.describe(o.Printer.Text("report.title"), summary.EndedAt); err != nil {
			return err
		}
		return b.writeSummary(summary)
	})
}

// openWorkbook begins a workbook whose first sheet first fills, and begins its
// sheets of rows.
func openWorkbook(w io.Writer, path string, o Options, layout sheetLayout, first func(*workbook) error) (*workbook, error) {
	temp, remove, err := durable.Folder(path)
	if err != nil {
		return nil, err
	}
	b := &workbook{
		file:    excelize.NewFile(excelize.Options{TmpDir: temp}),
		target:  w,
		remove:  remove,
		printer: o.Printer,
		render:  newRenderer(o.Printer, false),
		layout:  layout,
		cells:   make([]any, len(layout.header)),
	}
	if b.styles, err = newStyles(b.file); err == nil {
		err = first(b)
	}
	if err == nil {
		err = b.startSheet()
	}
	if err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// describe fills in the document's properties. The time is that of the run, so that
// the same report is the same file.
func (b *workbook) describe(title string, ended time.Time) error {
	props := &excelize.DocProperties{Creator: "r7import", Title: title}
	if !ended.IsZero() {
		props.Created = ended.UTC().Format(time.RFC3339)
		props.Modified = props.Created
	}
	return b.file.SetDocProps(props)
}

// Write implements encoder.
func (b *workbook) Write(row *Row) error {
	if err := b.makeRoom(); err != nil {
		return err
	}
	l := b.render.line(row)
	s := &b.styles
	texts := [...]struct {
		style int
		value string
	}{
		{s.text, l.Name}, {s.text, l.Email}, {s.text, l.Owner}, {s.status[row.Status], l.Status}, {s.text, l.Code},
		{s.text, l.Side}, {s.text, l.Host}, {s.wrapped, l.Message}, {s.wrapped, l.Hint},
	}
	cells := append(b.cells[:0], excelize.Cell{StyleID: s.number, Value: l.Row})
	for _, t := range texts {
		cells = append(cells, textCell(t.style, t.value))
	}
	cells = append(cells, numberCell(s.number, l.MailboxID), textCell(s.wrapped, l.Filled), numberCell(s.number, l.Attempts),
		timeCell(s.time, row.StartedAt), numberCell(s.number, l.Duration), textCell(s.wrapped, l.Evidence), textCell(s.text, l.Run))
	height := rowHeight([]string{l.Message, l.Hint, l.Filled, l.Evidence}, wrappedWidths)
	return b.setRow(cells, excelize.RowOpts{Height: height})
}

// makeRoom begins another sheet if the one at hand is full.
func (b *workbook) makeRoom() error {
	if b.row <= rowsPerSheet {
		return nil
	}
	if err := b.endSheet(); err != nil {
		return err
	}
	return b.startSheet()
}

// Finish implements encoder.
func (b *workbook) Finish() error {
	if err := b.endSheet(); err != nil {
		return err
	}
	// excelize would hold the whole archive in memory before it writes a byte.
	b.file.SetZipWriter(func(io.Writer) excelize.ZipWriter { return zip.NewWriter(b.target) })
	_, err := b.file.WriteToBuffer()
	return err
}

// Close implements encoder.
func (b *workbook) Close() {
	_ = b.file.Close()
	_ = b.remove()
}

// startSheet begins the next sheet of rows: widths and panes first, because
// excelize loses what it is told of them after the first row.
func (b *workbook) startSheet() error {
	b.sheets++
	name := b.layout.name
	if b.sheets > 1 {
		name += " " + strconv.Itoa(b.sheets)
	}
	if _, err := b.file.NewSheet(name); err != nil {
		return err
	}
	for i, width := range b.layout.widths {
		column, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		if err := b.file.SetColWidth(name, column, column, width); err != nil {
			return err
		}
	}
	if err := b.setUpSheet(name); err != nil {
		return err
	}
	var err error
	if b.sheet, err = b.file.NewStreamWriter(name); err != nil {
		return err
	}
	b.row = 0
	header := make([]any, len(b.layout.header))
	for i, text := range b.layout.header {
		header[i] = excelize.Cell{StyleID: b.styles.header, Value: text}
	}
	height := 20.0
	if strings.Contains(b.layout.header[0], "\n") {
		height = 4 * lineHeight
	}
	return b.setRow(header, excelize.RowOpts{Height: height})
}

// setUpSheet freezes the header and repeats it on every printed page, which are as
// wide as the columns that are printed.
func (b *workbook) setUpSheet(name string) error {
	if err := printAcross(b.file, name); err != nil {
		return err
	}
	if err := b.file.SetPanes(name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	return b.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: "'" + name + "'!$1:$1", Scope: name})
}

// printAcross has a sheet printed across, as many pages as it takes and each as wide
// as the sheet, with their numbers.
func printAcross(f *excelize.File, sheet string) error {
	orientation, paper, width, height, fit := "landscape", 9, 1, 0, true // A4
	margin, below := 0.4, 0.6
	return errors.Join(
		f.SetPageLayout(sheet, &excelize.PageLayoutOptions{Orientation: &orientation, Size: &paper, FitToWidth: &width, FitToHeight: &height}),
		f.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: &fit}),
		f.SetPageMargins(sheet, &excelize.PageLayoutMarginsOptions{Left: &margin, Right: &margin, Top: &margin, Bottom: &below}),
		f.SetHeaderFooter(sheet, &excelize.HeaderFooterOptions{OddFooter: "&L&A&R&P / &N"}),
	)
}

// endSheet puts the filter on the sheet and says what is printed of it, now that its
// last row is known.
func (b *workbook) endSheet() error {
	corner, err := excelize.CoordinatesToCellName(len(b.layout.header), b.row)
	if err != nil {
		return err
	}
	printed, err := excelize.CoordinatesToCellName(b.layout.printed, b.row, true)
	if err != nil {
		return err
	}
	sheet := b.sheet.Sheet
	err = b.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Area", RefersTo: "'" + sheet + "'!$A$1:" + printed, Scope: sheet})
	if err != nil {
		return err
	}
	if err := b.file.AutoFilter(sheet, "A1:"+corner, nil); err != nil {
		return err
	}
	return b.sheet.Flush()
}

func (b *workbook) setRow(cells []any, o excelize.RowOpts) error {
	b.row++
	return b.sheet.SetRow("A"+strconv.Itoa(b.row), cells, o)
}

// A text cell stays text whatever it begins with; an empty one only has its style.

func textCell(style int, text string) excelize.Cell {
	if text == "" {
		return excelize.Cell{StyleID: style}
	}
	return excelize.Cell{StyleID: style, Value: text}
}

func numberCell(style int, n number) excelize.Cell {
	if n == 0 {
		return excelize.Cell{StyleID: style}
	}
	return excelize.Cell{StyleID: style, Value: int64(n)}
}

func timeCell(style int, t time.Time) excelize.Cell {
	if t.IsZero() {
		return excelize.Cell{StyleID: style}
	}
	return excelize.Cell{StyleID: style, Value: t.Truncate(time.Second)}
}
