package report

import (
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"r7import/importer/diagnosis"
)

// book is a workbook in the making. It keeps the first error in err; after one, the
// workbook is not usable.
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

// widths sets the widths of the first columns of a sheet, in digits.
func (b *book) widths(sheet string, widths []float64) {
	for i, width := range widths {
		b.check(b.file.SetColWidth(sheet, letters(i+1), letters(i+1), width))
	}
}

// letters returns the name of a column. The columns of a report are within the limit, so there is no error.
func letters(column int) string {
	name, _ := excelize.ColumnNumberToName(column)
	return name
}

// onePageWide prints a sheet in landscape, scaled to one page in width, over any number of pages.
func (b *book) onePageWide(sheet string) {
	b.check(b.file.SetPageLayout(sheet, &excelize.PageLayoutOptions{Orientation: new("landscape"), FitToWidth: new(1), FitToHeight: new(0)}))
	b.check(b.file.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: new(true)}))
}

// page is a small sheet that is written row by row.
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

// line writes values into the row from the first column on, and moves to the next row.
func (p *page) line(style int, values ...any) {
	for i, value := range values {
		p.cell(i+1, style, value)
	}
	p.row++
}

// height sets the height of the row in points. With 0 the row keeps its default height.
func (p *page) height(height float64) {
	if height > 0 {
		p.check(p.file.SetRowHeight(p.sheet, p.row, height))
	}
}

// shade is a text colour and a fill colour with enough contrast, also in print.
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
	formatText    = 49 // "@": anything typed into the cell stays text
	formatInteger = 1  // "0"
)

const ruleColour = "D9DEE3" // thin line below every row

// fontFamily is the default font of a new workbook.
const fontFamily = "Calibri"

func font(colour string, bold bool) *excelize.Font {
	return &excelize.Font{Family: fontFamily, Size: 11, Bold: bold, Color: colour}
}

// titleStyle is the style of the title line of a page.
var titleStyle = excelize.Style{Font: &excelize.Font{Family: fontFamily, Size: 16, Bold: true, Color: heading.fill}}

func solid(colour string) excelize.Fill {
	return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colour}}
}

const (
	lineHeight = 15.0 // points, of the font above
	maxLines   = 27   // a row can be at most 409 points high
)

// rowHeight returns the height of a row in points that shows texts completely in
// columns of these widths, 0 if one line is enough. Some programs do not compute it.
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
