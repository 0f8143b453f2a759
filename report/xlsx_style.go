package report

import (
	"math"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"r7import/importer/diagnosis"
)

// styles are the looks of cells, made once a workbook.
type styles struct {
	header, text, wrapped, number, time int
	title, label, fact, count           int
	status                              map[diagnosis.Status]int
	verdict                             map[bool]int
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

func newStyles(f *excelize.File) (styles, error) {
	s := styles{status: make(map[diagnosis.Status]int), verdict: make(map[bool]int)}
	rule := []excelize.Border{{Type: "bottom", Style: 1, Color: ruleColour}}
	top := &excelize.Alignment{Vertical: "top"}
	left := &excelize.Alignment{Vertical: "top", Horizontal: "left"}
	wrap := &excelize.Alignment{Vertical: "top", WrapText: true}
	moment := "yyyy-mm-dd hh:mm:ss"
	for _, want := range []struct {
		id    *int
		style excelize.Style
	}{
		{&s.header, excelize.Style{Font: font(heading.ink, true), Fill: solid(heading.fill), Alignment: &excelize.Alignment{Vertical: "center", WrapText: true}}},
		{&s.text, excelize.Style{Border: rule, Alignment: top, NumFmt: formatText}},
		{&s.wrapped, excelize.Style{Border: rule, Alignment: wrap}},
		{&s.number, excelize.Style{Border: rule, Alignment: left, NumFmt: formatInteger}},
		{&s.time, excelize.Style{Border: rule, Alignment: left, CustomNumFmt: &moment}},
		{&s.title, excelize.Style{Font: &excelize.Font{Family: fontFamily, Size: 16, Bold: true, Color: heading.fill}}},
		{&s.label, excelize.Style{Font: font(neutral.ink, false), Alignment: top}},
		{&s.fact, excelize.Style{Alignment: top, NumFmt: formatText}},
		{&s.count, excelize.Style{Alignment: left, NumFmt: formatInteger}},
	} {
		id, err := f.NewStyle(&want.style)
		if err != nil {
			return s, err
		}
		*want.id = id
	}
	for _, status := range diagnosis.Statuses {
		colours := shadeOf(status)
		id, err := f.NewStyle(&excelize.Style{Font: font(colours.ink, true), Fill: solid(colours.fill), Border: rule, Alignment: top})
		if err != nil {
			return s, err
		}
		s.status[status] = id
	}
	for _, agrees := range []bool{true, false} {
		colours := bad
		if agrees {
			colours = good
		}
		id, err := f.NewStyle(&excelize.Style{Font: font(colours.ink, true), Fill: solid(colours.fill), Border: rule, Alignment: wrap})
		if err != nil {
			return s, err
		}
		s.verdict[agrees] = id
	}
	return s, nil
}

// fontFamily is the one a new workbook has.
const fontFamily = "Calibri"

func font(colour string, bold bool) *excelize.Font {
	return &excelize.Font{Family: fontFamily, Size: 11, Bold: bold, Color: colour}
}

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
