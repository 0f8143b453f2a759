package report

import (
	"io"
	"strconv"

	"github.com/xuri/excelize/v2"

	"r7import/importer/lang"
)

// templateBook is a template while it is made. After an error it does nothing more.
type templateBook struct {
	file    *excelize.File
	printer *lang.Printer
	columns []templateColumn
	styles  templateStyles
	err     error
}

type templateStyles struct {
	needed, optional    int // headers
	text, port          int // cells to fill in
	title, step         int
	head, first, remark int // of the table on the help sheet
}

func writeTemplateBook(w io.Writer, columns []templateColumn, printer *lang.Printer) error {
	b := &templateBook{file: excelize.NewFile(), printer: printer, columns: columns}
	defer b.file.Close()
	b.check(b.file.SetDocProps(&excelize.DocProperties{Creator: "r7import", Title: printer.Text("template.title")}))
	b.makeStyles()
	b.fillIn()
	b.help()
	if b.err != nil {
		return b.err
	}
	_, err := b.file.WriteTo(w)
	return err
}

func (b *templateBook) check(err error) {
	if b.err == nil {
		b.err = err
	}
}

func (b *templateBook) style(s excelize.Style) int {
	id, err := b.file.NewStyle(&s)
	b.check(err)
	return id
}

func (b *templateBook) makeStyles() {
	centred := &excelize.Alignment{Vertical: "center", WrapText: true}
	wrapped := &excelize.Alignment{Vertical: "top", WrapText: true}
	rule := []excelize.Border{{Type: "bottom", Style: 1, Color: ruleColour}}
	b.styles = templateStyles{
		needed:   b.style(excelize.Style{Font: font(heading.ink, true), Fill: solid(heading.fill), Alignment: centred}),
		optional: b.style(excelize.Style{Font: font(neutral.ink, true), Fill: solid(neutral.fill), Alignment: centred}),
		text:     b.style(excelize.Style{NumFmt: formatText}),
		port:     b.style(excelize.Style{NumFmt: formatInteger, Alignment: &excelize.Alignment{Horizontal: "left"}}),
		title:    b.style(excelize.Style{Font: &excelize.Font{Family: fontFamily, Size: 16, Bold: true, Color: heading.fill}}),
		step:     b.style(excelize.Style{Alignment: wrapped}),
		head:     b.style(excelize.Style{Font: font(heading.ink, true), Fill: solid(heading.fill), Alignment: &excelize.Alignment{Vertical: "center"}}),
		first:    b.style(excelize.Style{Font: font(heading.fill, true), Border: rule, Alignment: wrapped, NumFmt: formatText}),
		remark:   b.style(excelize.Style{Border: rule, Alignment: wrapped, NumFmt: formatText}),
	}
}

// fillIn makes the sheet that people fill in.
func (b *templateBook) fillIn() {
	sheet := b.printer.Text("template.sheet")
	b.check(b.file.SetSheetName("Sheet1", sheet))
	for i := range b.columns {
		b.column(sheet, i+1, &b.columns[i])
	}
	b.check(b.file.SetRowHeight(sheet, 1, 36))
	b.onePageWide(sheet)
	b.check(b.file.SetPanes(sheet, &excelize.Panes{Freeze: true, XSplit: 2, YSplit: 1, TopLeftCell: "C2", ActivePane: "bottomRight"}))
}

func (b *templateBook) column(sheet string, number int, c *templateColumn) {
	letters, err := excelize.ColumnNumberToName(number)
	b.check(err)
	cells, header := b.styles.text, b.styles.optional
	if c.usual != "" {
		cells = b.styles.port
	}
	if c.need != optional {
		header = b.styles.needed
	}
	top := letters + "1"
	b.check(b.file.SetColWidth(sheet, letters, letters, c.width()))
	b.check(b.file.SetColStyle(sheet, letters, cells))
	b.check(b.file.SetCellStr(sheet, top, c.header))
	b.check(b.file.SetCellStyle(sheet, top, top, header))
	b.check(b.file.AddComment(sheet, excelize.Comment{Cell: top, Author: "r7import", Text: b.noteOf(c), Width: 300, Height: 150}))
	b.restrict(sheet, letters, c)
}

// width is in the width of a digit.
func (c *templateColumn) width() float64 {
	switch {
	case c.usual != "":
		return 11
	case len(c.words) > 0:
		return 20
	}
	return 28
}

// noteOf is the note at a header: what belongs there, what is possible, an example.
func (b *templateBook) noteOf(c *templateColumn) string {
	text := c.note + "\n\n" + b.printer.Text("template.need."+string(c.need))
	if values := c.values(b.printer); values != "" {
		text += "\n" + values
	}
	return text + "\n" + b.printer.Text("template.heading.example") + ": " + c.example
}

// restrict lets the cells below a header take nothing else than what is possible.
func (b *templateBook) restrict(sheet, letters string, c *templateColumn) {
	rule := excelize.NewDataValidation(true)
	rule.SetSqref(letters + "2:" + letters + strconv.Itoa(excelize.TotalRows))
	text := ""
	switch {
	case len(c.words) > 0:
		b.check(rule.SetDropList(c.words))
		text = b.printer.Text("template.wrong.word", "Words", c.words)
	case c.usual != "":
		b.check(rule.SetRange(leastPort, mostPort, excelize.DataValidationTypeWhole, excelize.DataValidationOperatorBetween))
		text = b.printer.Text("template.wrong.port", "Least", leastPort, "Most", mostPort, "Usual", c.usual)
	default:
		return
	}
	rule.SetError(excelize.DataValidationErrorStyleStop, b.printer.Text("template.wrong.title"), text)
	b.check(b.file.AddDataValidation(sheet, rule))
}

// onePageWide prints a sheet across, on pages as wide as it is.
func (b *templateBook) onePageWide(sheet string) {
	orientation, width, height, fit := "landscape", 1, 0, true
	b.check(b.file.SetPageLayout(sheet, &excelize.PageLayoutOptions{Orientation: &orientation, FitToWidth: &width, FitToHeight: &height}))
	b.check(b.file.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: &fit}))
}

// helpWidths are those of the columns of the help sheet.
var helpWidths = []float64{28, 24, 70, 40, 28}

// help makes the sheet that explains the other one. The names of columns stand
// below each other there and behind their letters, so that no reader takes one of
// its rows for a header.
func (b *templateBook) help() {
	sheet := b.printer.Text("template.sheet.help")
	_, err := b.file.NewSheet(sheet)
	b.check(err)
	for i, width := range helpWidths {
		letters, err := excelize.ColumnNumberToName(i + 1)
		b.check(err)
		b.check(b.file.SetColWidth(sheet, letters, letters, width))
	}
	hidden := false
	b.check(b.file.SetSheetView(sheet, 0, &excelize.ViewOptions{ShowGridLines: &hidden}))
	b.onePageWide(sheet)
	b.line(sheet, 1, 0, b.styles.title, b.printer.Text("template.title"))
	row := 3
	for _, step := range []string{"rows", "needed", "text", "validate", "secret"} {
		text := b.printer.Text("template.help."+step, "Sheet", b.printer.Text("template.sheet"))
		b.line(sheet, row, rowHeight([]string{text}, []float64{190}), b.styles.step, text)
		b.check(b.file.MergeCell(sheet, "A"+strconv.Itoa(row), "E"+strconv.Itoa(row)))
		row++
	}
	row++
	var heads []string
	for _, name := range []string{"column", "need", "meaning", "words", "example"} {
		heads = append(heads, b.printer.Text("template.heading."+name))
	}
	b.line(sheet, row, 20, b.styles.head, heads...)
	for i := range b.columns {
		c := &b.columns[i]
		letters, err := excelize.ColumnNumberToName(i + 1)
		b.check(err)
		cells := []string{letters + ". " + c.header, b.printer.Text("template.need." + string(c.need)), c.note, c.values(b.printer), c.example}
		b.line(sheet, row+1+i, rowHeight(cells, helpWidths), b.styles.remark, cells...)
		first := "A" + strconv.Itoa(row+1+i)
		b.check(b.file.SetCellStyle(sheet, first, first, b.styles.first))
	}
}

// line writes cells from column A on; a height of 0 is the usual one.
func (b *templateBook) line(sheet string, row int, height float64, style int, cells ...string) {
	for i, text := range cells {
		cell, err := excelize.CoordinatesToCellName(i+1, row)
		b.check(err)
		b.check(b.file.SetCellStr(sheet, cell, text))
		b.check(b.file.SetCellStyle(sheet, cell, cell, style))
	}
	if height > 0 {
		b.check(b.file.SetRowHeight(sheet, row, height))
	}
}
