package report

import (
	"archive/zip"
	"io"
	"iter"
	"reflect"
	"strconv"
	"time"

	"github.com/xuri/excelize/v2"

	"r7import/importer/diagnosis"
	"r7import/importer/durable"
	"r7import/importer/lang"
)

// rowsPerSheet is the number of rows on a sheet, without the header. Tests set a
// smaller one.
var rowsPerSheet = excelize.TotalRows - 1

// workbook is a summary page followed by sheets of rows. Rows are buffered in a temporary
// file in a folder beside the target that only its owner can read.
type workbook struct {
	*book
	styles
	printer *lang.Printer
	remove  func() error // removes the temporary folder
	layout  sheetLayout
	sheet   *excelize.StreamWriter
	sheets  int
	row     int // last row written on the sheet
}

// sheetLayout is the layout of all sheets of rows.
type sheetLayout struct {
	name    string
	header  []string
	widths  []float64
	printed int     // the number of columns that are printed
	height  float64 // of the header
}

// newWorkbook returns a workbook for path. Its document properties have the end of the run
// as their time, so that the same report gives the same file.
func newWorkbook(path string, p *lang.Printer, layout sheetLayout, title string, ended time.Time) (*workbook, error) {
	temp, remove, err := durable.Folder(path)
	if err != nil {
		return nil, err
	}
	b := &workbook{book: &book{file: excelize.NewFile(excelize.Options{TmpDir: temp})}, printer: p, remove: remove, layout: layout}
	b.styles = newStyles(b.book)
	props := &excelize.DocProperties{Creator: "r7import", Title: title}
	if !ended.IsZero() {
		props.Created = ended.UTC().Format(time.RFC3339)
		props.Modified = props.Created
	}
	b.check(b.file.SetDocProps(props))
	return b, nil
}

func (b *workbook) close() {
	_ = b.file.Close()
	_ = b.remove()
}

// write ends the last sheet and writes the workbook.
func (b *workbook) write(w io.Writer) error {
	b.endSheet()
	if b.err != nil {
		return b.err
	}
	// By default excelize holds the whole archive in memory before it writes it.
	b.file.SetZipWriter(func(io.Writer) excelize.ZipWriter { return zip.NewWriter(w) })
	_, err := b.file.WriteToBuffer()
	return err
}

// first starts the summary page.
func (b *workbook) first(name string, widths []float64) *page {
	b.check(b.file.SetSheetName("Sheet1", name))
	b.printAcross(name)
	return b.page(name, widths)
}

// printAcross prints a sheet on A4 in landscape, with page numbers.
func (b *workbook) printAcross(sheet string) {
	b.onePageWide(sheet)
	b.check(b.file.SetPageLayout(sheet, &excelize.PageLayoutOptions{Size: new(9)}))
	b.check(b.file.SetPageMargins(sheet, &excelize.PageLayoutMarginsOptions{Left: new(0.4), Right: new(0.4), Top: new(0.4), Bottom: new(0.6)}))
	b.check(b.file.SetHeaderFooter(sheet, &excelize.HeaderFooterOptions{OddFooter: "&L&A&R&P / &N"}))
}

// startSheet starts the next sheet of rows. It sets widths and panes first, because excelize
// ignores them after the first row. The header is frozen, and repeated on every printed page.
func (b *workbook) startSheet() {
	b.sheets++
	name := b.layout.name
	if b.sheets > 1 {
		name += " " + strconv.Itoa(b.sheets)
	}
	_, err := b.file.NewSheet(name)
	b.check(err)
	b.widths(name, b.layout.widths)
	b.printAcross(name)
	b.check(b.file.SetPanes(name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}))
	b.check(b.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: "'" + name + "'!$1:$1", Scope: name}))
	b.sheet, err = b.file.NewStreamWriter(name)
	b.check(err)
	b.row = 0
	header := make([]any, len(b.layout.header))
	for i, text := range b.layout.header {
		header[i] = excelize.Cell{StyleID: b.header, Value: text}
	}
	b.setRow(header, b.layout.height)
}

// add writes a row of cells, on a new sheet if this one is full.
func (b *workbook) add(cells []any, height float64) error {
	if b.row > rowsPerSheet {
		b.endSheet()
		b.startSheet()
	}
	b.setRow(cells, height)
	return b.err
}

func (b *workbook) setRow(cells []any, height float64) {
	if b.row++; b.err == nil {
		b.check(b.sheet.SetRow("A"+strconv.Itoa(b.row), cells, excelize.RowOpts{Height: height}))
	}
}

// endSheet sets the filter and the print area of the sheet, which need its last row, and
// flushes it.
func (b *workbook) endSheet() {
	if b.err != nil {
		return
	}
	name, last := b.sheet.Sheet, strconv.Itoa(b.row)
	printed := "'" + name + "'!$A$1:$" + letters(b.layout.printed) + "$" + last
	b.check(b.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Area", RefersTo: printed, Scope: name}))
	b.check(b.file.AutoFilter(name, "A1:"+letters(len(b.layout.header))+last, nil))
	b.check(b.sheet.Flush())
}

// cell returns a cell with a value. A text is never read as a formula; a zero value gives an empty cell with the style.
func cell[T comparable](style int, value T) excelize.Cell {
	var none T
	if value == none {
		return excelize.Cell{StyleID: style}
	}
	return excelize.Cell{StyleID: style, Value: value}
}

// printedColumns is the number of columns up to the hint: with all of them the print would be too small.
const printedColumns = 10

// writeXLSX writes a report as a workbook.
func writeXLSX(w io.Writer, path string, rows iter.Seq2[*Row, error], summary Summary, o Options) error {
	layout := sheetLayout{name: o.Printer.Text("report.sheet.rows"), header: Columns, printed: printedColumns, height: 20}
	for _, width := range tagsOfLine("width") {
		width, _ := strconv.ParseFloat(width, 64)
		layout.widths = append(layout.widths, width)
	}
	b, err := newWorkbook(path, o.Printer, layout, o.Printer.Text("report.title"), summary.EndedAt)
	if err != nil {
		return err
	}
	defer b.close()
	render := newRenderer(o.Printer, false)
	b.writeSummary(&summary, render)
	b.startSheet()
	wraps := tagsOfLine("wraps")
	for row, err := range rows {
		if err != nil {
			return err
		}
		l := render.line(row)
		var cells []any
		height := 0.0
		for _, field := range reflect.ValueOf(&l).Elem().Fields() {
			column := len(cells)
			switch value := field.Interface().(type) {
			case int:
				cells = append(cells, excelize.Cell{StyleID: b.number, Value: value})
			case number:
				cells = append(cells, cell(b.number, int64(value)))
			case moment:
				started := excelize.Cell{StyleID: b.time}
				if !value.IsZero() {
					started.Value = value.Truncate(time.Second)
				}
				cells = append(cells, started)
			case string:
				style := b.text
				if Columns[column] == "status" {
					style = b.status[row.Status]
				} else if wraps[column] != "" {
					style = b.wrapped
					height = max(height, rowHeight([]string{value}, layout.widths[column:]))
				}
				cells = append(cells, cell(style, value))
			}
		}
		if err := b.add(cells, height); err != nil {
			return err
		}
	}
	return b.write(w)
}

// styles are the styles of cells, created once per workbook.
type styles struct {
	header, text, wrapped, number, time int
	title, label, fact, count           int
	status                              map[diagnosis.Status]int
	verdict                             map[bool]int
}

func newStyles(b *book) styles {
	rule := []excelize.Border{{Type: "bottom", Style: 1, Color: ruleColour}}
	top := &excelize.Alignment{Vertical: "top"}
	left := &excelize.Alignment{Vertical: "top", Horizontal: "left"}
	wrap := &excelize.Alignment{Vertical: "top", WrapText: true}
	middle := &excelize.Alignment{Vertical: "center", WrapText: true}
	coloured := func(colours shade, alignment *excelize.Alignment) int {
		return b.style(excelize.Style{Font: font(colours.ink, true), Fill: solid(colours.fill), Border: rule, Alignment: alignment})
	}
	s := styles{
		header:  b.style(excelize.Style{Font: font(heading.ink, true), Fill: solid(heading.fill), Alignment: middle}),
		text:    b.style(excelize.Style{Border: rule, Alignment: top, NumFmt: formatText}),
		wrapped: b.style(excelize.Style{Border: rule, Alignment: wrap}),
		number:  b.style(excelize.Style{Border: rule, Alignment: left, NumFmt: formatInteger}),
		time:    b.style(excelize.Style{Border: rule, Alignment: left, CustomNumFmt: new("yyyy-mm-dd hh:mm:ss")}),
		title:   b.style(titleStyle),
		label:   b.style(excelize.Style{Font: font(neutral.ink, false), Alignment: top}),
		fact:    b.style(excelize.Style{Alignment: top, NumFmt: formatText}),
		count:   b.style(excelize.Style{Alignment: left, NumFmt: formatInteger}),
		status:  make(map[diagnosis.Status]int),
	}
	for _, status := range diagnosis.Statuses {
		s.status[status] = coloured(shadeOf(status), top)
	}
	s.verdict = map[bool]int{true: coloured(good, wrap), false: coloured(bad, wrap)}
	return s
}
