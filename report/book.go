package report

import (
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"r7import/importer/diagnosis"
)

// book is a workbook while it is made. The first error stays in it, and what is done after
// that counts no more.
type book struct {
	file *excelize.File
	err  error
}

func (b *book) check(err error) {
	if b.err == nil {
		b.err = err
	}
}

func (b *book) style(s excelize.Style) int {
	id, err := b.file.NewStyle(&s)
	b.check(err)
	return id
}

// widths sets those of the first columns of a sheet, in the width of a digit.
func (b *book) widths(sheet string, widths []float64) {
	for i, width := range widths {
		b.check(b.file.SetColWidth(sheet, letters(i+1), letters(i+1), width))
	}
}

// letters returns the name of a column. Those of a report are far from the last there can be.
func letters(column int) string {
	name, _ := excelize.ColumnNumberToName(column)
	return name
}

// onePageWide has a sheet printed across, as many pages as it takes and each as wide as the sheet.
func (b *book) onePageWide(sheet string) {
	b.check(b.file.SetPageLayout(sheet, &excelize.PageLayoutOptions{Orientation: new("landscape"), FitToWidth: new(1), FitToHeight: new(0)}))
	b.check(b.file.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: new(true)}))
}

// page is a small sheet that is filled from the top down.
type page struct {
	*book
	sheet string
	row   int
}

func (b *book) page(sheet string, widths []float64) *page {
	b.widths(sheet, widths)
	b.check(b.file.SetSheetView(sheet, 0, &excelize.ViewOptions{ShowGridLines: new(false)}))
	return &page{b, sheet, 1}
}

func (p *page) cell(column, style int, value any) {
	name := letters(column) + strconv.Itoa(p.row)
	if text, ok := value.(string); ok {
		value = diagnosis.Spelled(text, maxSentence)
	}
	p.check(p.file.SetCellValue(p.sheet, name, value))
	p.check(p.file.SetCellStyle(p.sheet, name, name, style))
}

// line fills a row from the first column on, and goes to the next.
func (p *page) line(style int, values ...any) {
	for i, value := range values {
		p.cell(i+1, style, value)
	}
	p.row++
}

// height makes the row as high as texts need, or leaves it as it is if one line is enough.
func (p *page) height(height float64) {
	if height > 0 {
		p.check(p.file.SetRowHeight(p.sheet, p.row, height))
	}
}

// shade is a pair of colours that read well together, on paper too.
type shade struct{ name, ink, fill string }

var (
	good    = shade{"good", "1B5E20", "DFF2E1"}
	neutral = shade{"neutral", "455A64", "ECEFF1"}
	waiting = shade{"waiting", "7A4B00", "FFF1CC"}
	bad     = shade{"bad", "9B1C1C", "FBDDDD"}
	heading = shade{"heading", "FFFFFF", "33475B"}
)

func shadeOf(s diagnosis.Status) shade {
	switch s {
	case diagnosis.Unchanged, diagnosis.Exists, diagnosis.Kept:
		return neutral
	case diagnosis.Invalid, diagnosis.Failed, diagnosis.Missing:
		return bad
	}
	if s.Desired() {
		return good
	}
	return waiting
}

const (
	formatText    = 49 // "@": what is typed into the cell stays text
	formatInteger = 1  // "0"
)

const ruleColour = "D9DEE3" // thin line below every row

// fontFamily is the one a new workbook has.
const fontFamily = "Calibri"

func font(colour string, bold bool) *excelize.Font {
	return &excelize.Font{Family: fontFamily, Size: 11, Bold: bold, Color: colour}
}

// titleStyle is the look of the first line of a page.
var titleStyle = excelize.Style{Font: &excelize.Font{Family: fontFamily, Size: 16, Bold: true, Color: heading.fill}}

func solid(colour string) excelize.Fill {
	return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colour}}
}

const (
	lineHeight = 15.0 // points, of the font above
	maxLines   = 27   // a row is at most 409 points high
)

// rowHeight returns how high a row must be to show texts whole in columns of
// these widths, 0 if one line is enough. Not every program works that out itself.
func rowHeight(texts []string, widths []float64) float64 {
	lines := 1
	for i, text := range texts {
		// Letters are a little wider than digits, and lines break between words.
		width := 1.1 * float64(utf8.RuneCountInString(text))
		lines = max(lines, int(math.Ceil(width/widths[i])))
	}
	if lines == 1 {
		return 0
	}
	return lineHeight * float64(min(lines, maxLines))
}
