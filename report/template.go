package report

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/lang"
)

// TemplateFormats are the formats of templates.
var TemplateFormats = []Format{XLSX, CSV}

// templateFields are the columns of a template in the order in which people fill
// them in, required ones first.
var templateFields = []account.Field{
	account.Name, account.Email, account.Password,
	account.IMAP, account.ServerHost, account.Port, account.IncomingEncryption,
	account.SMTPServer, account.SMTPPort, account.OutgoingEncryption,
	account.Account, account.SMTPAccount, account.SMTPPassword, account.SMTPAuth, account.AuthIn, account.AuthSMTP,
	account.Restrict,
}

// CheckTemplate is [Check] for a template.
func CheckTemplate(path string) error {
	if _, err := formatOf(path, TemplateFormats, diagnosis.TemplateFormat); err != nil {
		return err
	}
	return CheckPath(path, "")
}

// WriteTemplate writes an empty table to fill in, as a workbook or as CSV by the
// extension of path. It has a column for every request field and for each field in
// owner. Imports recognise its headers in any language, so it needs no mapping.
// The workbook has a second sheet with explanations and examples, which an import
// does not read as rows. WriteTemplate returns the name of the file, as [Write]
// does.
func WriteTemplate(path string, owner []account.Field, o Options) (writtenTo string, err error) {
	format, err := formatOf(path, TemplateFormats, diagnosis.TemplateFormat)
	if err != nil {
		return "", err
	}
	columns := describeColumns(slices.Concat(templateFields, owner), o.Printer)
	return Publish(path, func(w io.Writer) error {
		if format == XLSX {
			return writeTemplateBook(w, columns, o.Printer)
		}
		out, err := newCSV(w, o)
		if err != nil {
			return err
		}
		var headers []string
		for i := range columns {
			headers = append(headers, columns[i].header)
		}
		return out.WriteAll([][]string{headers})
	})
}

// templateColumn describes a column of a template.
type templateColumn struct {
	header  string
	need    need
	note    string
	example string
	words   []string // the allowed words, nil if there is no list
	usual   string   // the usual ports, empty for other columns
	values  string   // a sentence with the allowed values, empty for free text
}

// need is whether a column has to be filled in.
type need string

const (
	needed    need = "yes"
	byService need = "service" // only if no preset has the servers
	optional  need = "no"
)

// templateChoices are the columns with restricted values: words from a list, or ports,
// with the usual ones (RFC 8314).
var templateChoices = map[account.Field]struct{ words, ports string }{
	account.IMAP:               {words: "protocol"},
	account.Port:               {ports: "993, 143, 995, 110"},
	account.SMTPPort:           {ports: "465, 587"},
	account.IncomingEncryption: {words: "encryption"},
	account.OutgoingEncryption: {words: "encryption"},
	account.AuthIn:             {words: "auth"},
	account.AuthSMTP:           {words: "auth"},
	account.SMTPAuth:           {words: "switch"},
	account.Restrict:           {words: "switch"},
}

func describeColumns(fields []account.Field, p *lang.Printer) []templateColumn {
	columns := make([]templateColumn, len(fields))
	for i, f := range fields {
		c := templateColumn{
			header:  p.Text("template.header." + f.String()),
			need:    optional,
			note:    p.Text("template.note." + f.String()),
			example: p.Text("template.example." + f.String()),
			usual:   templateChoices[f].ports,
		}
		switch f {
		case account.Email, account.Password, account.PortalUser, account.PortalPassword:
			c.need = needed
		case account.ServerHost, account.Port, account.SMTPServer, account.SMTPPort:
			c.need = byService
		}
		switch list := templateChoices[f].words; {
		case list != "":
			c.words = strings.Split(p.Text("template.words."+list), ", ")
			c.values = p.Text("template.words", "Words", c.words)
		case c.usual != "":
			c.values = p.Text("template.words.port", "Least", leastPort, "Most", mostPort)
		}
		columns[i] = c
	}
	return columns
}

const leastPort, mostPort = 1, 65535

func writeTemplateBook(w io.Writer, columns []templateColumn, printer *lang.Printer) error {
	b := &book{file: excelize.NewFile()}
	defer b.file.Close()
	b.check(b.file.SetDocProps(&excelize.DocProperties{Creator: "r7import", Title: printer.Text("template.title")}))
	b.fillIn(columns, printer)
	b.help(columns, printer)
	if b.err != nil {
		return b.err
	}
	_, err := b.file.WriteTo(w)
	return err
}

// fillIn writes the sheet that people fill in.
func (b *book) fillIn(columns []templateColumn, p *lang.Printer) {
	centred := &excelize.Alignment{Vertical: "center", WrapText: true}
	needed := b.style(excelize.Style{Font: font(heading.ink, true), Fill: solid(heading.fill), Alignment: centred})
	others := b.style(excelize.Style{Font: font(neutral.ink, true), Fill: solid(neutral.fill), Alignment: centred})
	text := b.style(excelize.Style{NumFmt: formatText})
	port := b.style(excelize.Style{NumFmt: formatInteger, Alignment: &excelize.Alignment{Horizontal: "left"}})
	sheet := p.Text("template.sheet")
	b.check(b.file.SetSheetName("Sheet1", sheet))
	for i := range columns {
		c := &columns[i]
		column, header, cells, width := letters(i+1), others, text, 28.0
		if c.need != optional {
			header = needed
		}
		if c.usual != "" {
			cells, width = port, 11
		} else if len(c.words) > 0 {
			width = 20
		}
		top := column + "1"
		b.check(b.file.SetColWidth(sheet, column, column, width))
		b.check(b.file.SetColStyle(sheet, column, cells))
		b.check(b.file.SetCellStr(sheet, top, c.header))
		b.check(b.file.SetCellStyle(sheet, top, top, header))
		// The note has the meaning, whether it is needed, the allowed values and an example.
		note := c.note + "\n\n" + p.Text("template.need."+string(c.need)) + "\n"
		if c.values != "" {
			note += c.values + "\n"
		}
		note += p.Text("template.heading.example") + ": " + c.example
		b.check(b.file.AddComment(sheet, excelize.Comment{Cell: top, Author: "r7import", Text: note, Width: 300, Height: 150}))
		b.restrict(sheet, column, c, p)
	}
	b.check(b.file.SetRowHeight(sheet, 1, 36))
	b.onePageWide(sheet)
	b.check(b.file.SetPanes(sheet, &excelize.Panes{Freeze: true, XSplit: 2, YSplit: 1, TopLeftCell: "C2", ActivePane: "bottomRight"}))
}

// restrict limits the cells below a header to the allowed values of the column.
func (b *book) restrict(sheet, column string, c *templateColumn, p *lang.Printer) {
	rule := excelize.NewDataValidation(true)
	rule.SetSqref(column + "2:" + column + strconv.Itoa(excelize.TotalRows))
	wrong := ""
	switch {
	case len(c.words) > 0:
		b.check(rule.SetDropList(c.words))
		wrong = p.Text("template.wrong.word", "Words", c.words)
	case c.usual != "":
		b.check(rule.SetRange(leastPort, mostPort, excelize.DataValidationTypeWhole, excelize.DataValidationOperatorBetween))
		wrong = p.Text("template.wrong.port", "Least", leastPort, "Most", mostPort, "Usual", c.usual)
	default:
		return
	}
	rule.SetError(excelize.DataValidationErrorStyleStop, p.Text("template.wrong.title"), wrong)
	b.check(b.file.AddDataValidation(sheet, rule))
}

// help writes the sheet that explains the other one. It lists the columns in rows, each
// name after the letters of its column, so that an import does not take one of the rows
// for a header.
func (b *book) help(columns []templateColumn, p *lang.Printer) {
	wrapped := &excelize.Alignment{Vertical: "top", WrapText: true}
	rule := []excelize.Border{{Type: "bottom", Style: 1, Color: ruleColour}}
	middle := &excelize.Alignment{Vertical: "center"}
	title := b.style(titleStyle)
	step := b.style(excelize.Style{Alignment: wrapped})
	head := b.style(excelize.Style{Font: font(heading.ink, true), Fill: solid(heading.fill), Alignment: middle})
	first := b.style(excelize.Style{Font: font(heading.fill, true), Border: rule, Alignment: wrapped, NumFmt: formatText})
	remark := b.style(excelize.Style{Border: rule, Alignment: wrapped, NumFmt: formatText})

	widths := []float64{28, 24, 70, 40, 28}
	sheet := p.Text("template.sheet.help")
	_, err := b.file.NewSheet(sheet)
	b.check(err)
	to := b.page(sheet, widths)
	b.onePageWide(sheet)
	to.line(title, p.Text("template.title"))
	to.row++
	for _, name := range []string{"rows", "needed", "text", "validate", "secret"} {
		text := p.Text("template.help."+name, "Sheet", p.Text("template.sheet"))
		to.height(rowHeight([]string{text}, []float64{190}))
		b.check(b.file.MergeCell(sheet, "A"+strconv.Itoa(to.row), "E"+strconv.Itoa(to.row)))
		to.line(step, text)
	}
	to.row++
	to.height(20)
	var heads []any
	for _, name := range []string{"column", "need", "meaning", "words", "example"} {
		heads = append(heads, p.Text("template.heading."+name))
	}
	to.line(head, heads...)
	for i := range columns {
		c := &columns[i]
		name, need := letters(i+1)+". "+c.header, p.Text("template.need."+string(c.need))
		to.height(rowHeight([]string{name, need, c.note, c.values, c.example}, widths))
		to.cell(1, first, name)
		for column, text := range []string{need, c.note, c.values, c.example} {
			to.cell(column+2, remark, text)
		}
		to.row++
	}
}
