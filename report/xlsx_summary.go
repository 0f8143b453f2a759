package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"r7import/importer/diagnosis"
	"r7import/importer/lang"
)

// writeSummary makes the first sheet: the facts of the run, rows by status, rows
// by cause, and what the columns of the other sheets mean.
func (b *workbook) writeSummary(summary Summary) error {
	name := b.printer.Text("report.sheet.summary")
	if err := b.file.SetSheetName("Sheet1", name); err != nil {
		return err
	}
	p := &page{workbook: b, sheet: name}
	p.frame(summaryWidths)
	p.cell(1, p.styles.title, b.printer.Text("report.title"))
	p.row += 2
	p.facts(summary.facts(p.printer))
	p.statuses(summary)
	p.causes(summary.Causes)
	p.legend()
	return p.err
}

// summaryWidths fit the widest table, that of the causes.
var summaryWidths = []float64{30, 26, 14, 28, 10, 30, 64, 64}

// page fills a small sheet from the top down. After an error it does nothing more.
type page struct {
	*workbook
	sheet string
	row   int
	err   error
}

// frame sets up the sheet.
func (p *page) frame(widths []float64) {
	p.row = 1
	for i, width := range widths {
		column, err := excelize.ColumnNumberToName(i + 1)
		p.check(err)
		p.check(p.file.SetColWidth(p.sheet, column, column, width))
	}
	hidden := false
	p.check(p.file.SetSheetView(p.sheet, 0, &excelize.ViewOptions{ShowGridLines: &hidden}))
	p.check(printAcross(p.file, p.sheet))
}

func (p *page) check(err error) {
	if p.err == nil {
		p.err = err
	}
}

func (p *page) next() { p.row++ }

func (p *page) cell(column, style int, value any) {
	name, err := excelize.CoordinatesToCellName(column, p.row)
	p.check(err)
	if text, ok := value.(string); ok {
		value = clean(text, maxSentence)
	}
	p.check(p.file.SetCellValue(p.sheet, name, value))
	p.check(p.file.SetCellStyle(p.sheet, name, name, style))
}

func (p *page) facts(facts []Fact) {
	for _, f := range facts {
		if f.Value == "" {
			continue
		}
		p.cell(1, p.styles.label, f.Label)
		p.cell(2, p.styles.fact, f.Value)
		p.next()
	}
	p.next()
}

// Fact is something to know about a report. Without a value it is not shown.
type Fact struct{ Label, Value string }

func (s *Summary) facts(printer *lang.Printer) []Fact {
	return []Fact{
		{printer.Text("report.fact.file"), s.File},
		{printer.Text("report.fact.filter"), s.part(printer)},
		{printer.Text("report.fact.portal"), s.Portal},
		{printer.Text("report.fact.command"), s.Command},
		{printer.Text("report.fact.run"), s.Run},
		{printer.Text("report.fact.started"), moment(s.StartedAt)},
		{printer.Text("report.fact.ended"), moment(s.EndedAt)},
	}
}

// part says which rows of the file the report is about, empty if it is about all.
func (s *Summary) part(printer *lang.Printer) string {
	if s.Filter == "" {
		return ""
	}
	return printer.Text("report.part", "Count", s.Rows, "InFile", s.InFile, "Filter", s.Filter)
}

// moment gives a time for people, with its zone.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2006-01-02 15:04:05 -07:00")
}

func (p *page) statuses(s Summary) {
	p.header("report.heading.status", "report.heading.rows", "report.heading.meaning")
	first := p.row
	for _, status := range diagnosis.Statuses {
		n := s.Statuses[status]
		if n == 0 {
			continue
		}
		p.cell(1, p.styles.status[status], p.statusText(status))
		p.cell(2, p.styles.count, n)
		p.cell(3, p.styles.fact, p.printer.Text("status."+string(status)+".meaning"))
		p.next()
	}
	if p.row > first {
		p.chart(first, p.row-1)
	}
	p.cell(1, p.styles.label, p.printer.Text("report.total"))
	p.cell(2, p.styles.count, s.Rows)
	p.next()
	if s.Warned > 0 {
		p.cell(1, p.styles.label, p.printer.Text("report.warned"))
		p.cell(2, p.styles.count, s.Warned)
		p.next()
	}
	p.next()
}

// chart draws the counts in those rows, beside the facts.
func (p *page) chart(first, last int) {
	column := func(letter string) string {
		return fmt.Sprintf("'%s'!$%s$%d:$%s$%d", p.sheet, letter, first, letter, last)
	}
	colour := excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{heading.fill}}
	p.check(p.file.AddChart(p.sheet, "G3", &excelize.Chart{
		Type:      excelize.Bar,
		Series:    []excelize.ChartSeries{{Categories: column("A"), Values: column("B"), Fill: colour}},
		Title:     excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: p.printer.Text("report.chart")}}},
		Legend:    excelize.ChartLegend{Position: "none"},
		PlotArea:  excelize.ChartPlotArea{ShowVal: true},
		Format:    excelize.GraphicOptions{OffsetX: 120}, // the longest meaning ends there
		XAxis:     excelize.ChartAxis{ReverseOrder: true, Font: excelize.Font{Color: neutral.ink, Size: 9}},
		YAxis:     excelize.ChartAxis{None: true},
		Dimension: excelize.ChartDimension{Width: 520, Height: uint(20 * (last + 1 - 2))},
	}))
}

// statusText gives the stable word, which the rows show, and what it says.
func (p *page) statusText(s diagnosis.Status) string {
	word, shown := string(s), p.printer.Text("status."+string(s))
	if word == shown {
		return word
	}
	return word + ": " + shown
}

func (p *page) causes(causes []Cause) {
	if len(causes) == 0 {
		return
	}
	p.header("report.heading.status", "report.heading.code", "report.heading.side", "report.heading.host",
		"report.heading.rows", "report.heading.examples", "report.heading.message", "report.heading.hint")
	for i := range causes {
		c := &causes[i]
		said, hint := p.render.cause(c)
		p.cell(1, p.styles.status[c.Status], p.statusText(c.Status))
		for column, text := range []string{string(c.Code), string(c.Side), c.Host} {
			p.cell(column+2, p.styles.text, text)
		}
		p.cell(5, p.styles.number, c.Count)
		p.cell(6, p.styles.text, examples(c))
		p.cell(7, p.styles.wrapped, said)
		p.cell(8, p.styles.wrapped, hint)
		if height := rowHeight([]string{said, hint}, summaryWidths[6:]); height > 0 {
			p.check(p.file.SetRowHeight(p.sheet, p.row, height))
		}
		p.next()
	}
	p.next()
}

// examples lists row numbers, with an ellipsis where there are more.
func examples(c *Cause) string {
	numbers := make([]string, len(c.Examples))
	for i, n := range c.Examples {
		numbers[i] = strconv.Itoa(n)
	}
	if c.Count > len(numbers) {
		numbers = append(numbers, "…")
	}
	return strings.Join(numbers, ", ")
}

func (p *page) legend() {
	p.header("report.heading.column", "report.heading.meaning")
	for _, column := range Columns {
		p.cell(1, p.styles.fact, column)
		p.cell(2, p.styles.label, p.printer.Text("report.column."+column))
		p.next()
	}
}

// header begins a table. It is as wide as the page.
func (p *page) header(ids ...string) {
	for i := range summaryWidths {
		text := ""
		if i < len(ids) {
			text = p.printer.Text(ids[i])
		}
		p.cell(i+1, p.styles.header, text)
	}
	p.next()
}
