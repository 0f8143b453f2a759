package report

import (
	"io"
	"slices"
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/lang"
)

// TemplateFormats are the formats a template can have.
var TemplateFormats = []Format{XLSX, CSV}

// templateFields are the columns of a template in the order in which people fill
// them in: those they need first.
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
// extension of path: a column for every request field and one for each of the
// owner's fields that are given. Its headers are known in any language, so that
// it is read without a mapping. The workbook explains itself; its worked example
// stands on a sheet of its own, where no import takes it for a row. WriteTemplate
// returns where the file is, as [Write] does.
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

// templateColumn is what there is to say about a column of a template.
type templateColumn struct {
	header  string
	need    need
	note    string
	example string
	words   []string // the only ones there are, if they are few
	usual   string   // ports
	values  string   // what can stand there in a sentence, empty if it is free text
}

// need says whether a column has to be filled in.
type need string

const (
	needed    need = "yes"
	byService need = "service" // where no preset knows the servers
	optional  need = "no"
)

// templateChoices are the columns that take certain values only: a list of words, or ports,
// of which the usual ones are named (RFC 8314).
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
