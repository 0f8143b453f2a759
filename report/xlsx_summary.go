package report

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"r7import/importer/diagnosis"
	"r7import/importer/lang"
)

// summaryWidths are the widths of the columns, for the widest table, that of the causes.
var summaryWidths = []float64{30, 26, 14, 28, 10, 30, 64, 64}

// writeSummary writes the first sheet: the facts of the run, rows by status, rows
// by cause, and the meanings of the columns of the other sheets.
func (b *workbook) writeSummary(s *Summary, render *renderer) {
	text := b.printer.Text
	p := b.first(text("report.sheet.summary"), summaryWidths)
	p.line(b.title, text("report.title"))
	p.row++
	b.facts(p, s.facts(b.printer))

	b.heads(p, "report.heading.status", "report.heading.rows", "report.heading.meaning")
	first := p.row
	for _, status := range diagnosis.Statuses {
		if n := s.Statuses[status]; n > 0 {
			p.cell(1, b.status[status], b.statusText(status))
			p.cell(2, b.count, n)
			p.cell(3, b.fact, text("status."+string(status)+".meaning"))
			p.row++
		}
	}
	if p.row > first {
		b.chart(p, first, p.row-1)
	}
	p.cell(1, b.label, text("report.total"))
	p.cell(2, b.count, s.Rows)
	p.row++
	if s.Warned > 0 {
		p.cell(1, b.label, text("report.warned"))
		p.cell(2, b.count, s.Warned)
		p.row++
	}
	p.row++

	if len(s.Causes) > 0 {
		b.heads(p, "report.heading.status", "report.heading.code", "report.heading.side", "report.heading.host",
			"report.heading.rows", "report.heading.examples", "report.heading.message", "report.heading.hint")
		for i := range s.Causes {
			c := &s.Causes[i]
			said, hint := render.cause(c)
			p.cell(1, b.status[c.Status], b.statusText(c.Status))
			p.cell(2, b.text, string(c.Code))
			p.cell(3, b.text, string(c.Side))
			p.cell(4, b.text, c.Host)
			p.cell(5, b.number, c.Count)
			p.cell(6, b.text, examples(c))
			p.cell(7, b.wrapped, said)
			p.cell(8, b.wrapped, hint)
			p.height(rowHeight([]string{said, hint}, summaryWidths[6:]))
			p.row++
		}
		p.row++
	}

	b.heads(p, "report.heading.column", "report.heading.meaning")
	for _, column := range Columns {
		p.cell(1, b.fact, column)
		p.cell(2, b.label, text("report.column."+column))
		p.row++
	}
}

// heads writes the header of a table over the whole width of the page.
func (b *workbook) heads(p *page, ids ...string) {
	for i := range summaryWidths {
		text := ""
		if i < len(ids) {
			text = b.printer.Text(ids[i])
		}
		p.cell(i+1, b.header, text)
	}
	p.row++
}

func (b *workbook) facts(p *page, facts []Fact) {
	for _, f := range facts {
		if f.Value != "" {
			p.cell(1, b.label, f.Label)
			p.cell(2, b.fact, f.Value)
			p.row++
		}
	}
	p.row++
}

// Fact is a labelled value about a report. It is not shown if the value is empty.
type Fact struct{ Label, Value string }

func (s *Summary) facts(printer *lang.Printer) []Fact {
	const layout = "2006-01-02 15:04:05 -07:00" // for people, with the zone
	part := ""                                  // the selection of rows, empty if all were selected
	if s.Filter != "" {
		part = printer.Text("report.part", "Count", s.Rows, "InFile", s.InFile, "Filter", s.Filter)
	}
	return []Fact{
		{printer.Text("report.fact.file"), s.File},
		{printer.Text("report.fact.filter"), part},
		{printer.Text("report.fact.portal"), s.Portal},
		{printer.Text("report.fact.command"), s.Command},
		{printer.Text("report.fact.run"), s.Run},
		{printer.Text("report.fact.started"), moment{s.StartedAt}.in(layout)},
		{printer.Text("report.fact.ended"), moment{s.EndedAt}.in(layout)},
	}
}

// chart draws the counts of the rows first to last of the page, beside the facts.
func (b *workbook) chart(p *page, first, last int) {
	column := func(letter string) string {
		return fmt.Sprintf("'%s'!$%s$%d:$%s$%d", p.sheet, letter, first, letter, last)
	}
	p.check(p.file.AddChart(p.sheet, "G3", &excelize.Chart{
		Type:      excelize.Bar,
		Series:    []excelize.ChartSeries{{Categories: column("A"), Values: column("B"), Fill: solid(heading.fill)}},
		Title:     excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: b.printer.Text("report.chart")}}},
		Legend:    excelize.ChartLegend{Position: "none"},
		PlotArea:  excelize.ChartPlotArea{ShowVal: true},
		Format:    excelize.GraphicOptions{OffsetX: 120}, // after the longest meaning of a status
		XAxis:     excelize.ChartAxis{ReverseOrder: true, Font: excelize.Font{Color: neutral.ink, Size: 9}},
		YAxis:     excelize.ChartAxis{None: true},
		Dimension: excelize.ChartDimension{Width: 520, Height: uint(20 * (last + 1 - 2))},
	}))
}

// statusText returns the stable name of a status, followed by its translation if that differs.
func (b *workbook) statusText(s diagnosis.Status) string {
	word, shown := string(s), b.printer.Text("status."+string(s))
	if word == shown {
		return word
	}
	return word + ": " + shown
}

// examples lists the row numbers of a cause, with an ellipsis if there are more.
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
