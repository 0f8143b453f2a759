package report

import (
	"encoding/csv"
	"errors"
	"io"
	"path/filepath"
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
	if _, err := templateFormat(path); err != nil {
		return err
	}
	return CheckPath(path, "")
}

func templateFormat(path string) (Format, error) {
	format := Format(strings.ToLower(filepath.Ext(path)))
	if slices.Contains(TemplateFormats, format) {
		return format, nil
	}
	return "", diagnosis.New(diagnosis.TemplateFormat, "Name", filepath.Base(path), "Formats", ".xlsx, .csv")
}

// WriteTemplate writes an empty table to fill in, as a workbook or as CSV by the
// extension of path: a column for every request field and one for each of the
// owner's fields that are given. Its headers are known in any language, so that
// it is read without a mapping. The workbook explains itself; its worked example
// stands on a sheet of its own, where no import takes it for a row. WriteTemplate
// returns where the file is, as [Write] does.
func WriteTemplate(path string, owner []account.Field, o Options) (writtenTo string, err error) {
	format, err := templateFormat(path)
	if err != nil {
		return "", err
	}
	columns := describeColumns(slices.Concat(templateFields, owner), o.Printer)
	return Publish(path, func(w io.Writer) error {
		if format == CSV {
			return writeTemplateCSV(w, columns, o)
		}
		return writeTemplateBook(w, columns, o.Printer)
	})
}

// writeTemplateCSV writes the header alone.
func writeTemplateCSV(w io.Writer, columns []templateColumn, o Options) error {
	out := csv.NewWriter(w)
	if o.Excel {
		out.Comma, out.UseCRLF = ';', true
		if _, err := io.WriteString(w, "\uFEFF"); err != nil {
			return err
		}
	}
	headers := make([]string, len(columns))
	for i := range columns {
		headers[i] = columns[i].header
	}
	err := out.Write(headers)
	out.Flush()
	return errors.Join(err, out.Error())
}

// templateColumn is what there is to say about a column of a template.
type templateColumn struct {
	field   account.Field
	header  string
	need    need
	note    string
	example string
	words   []string // the only ones there are, if they are few
	usual   string   // ports
}

// need says whether a column has to be filled in.
type need string

const (
	needed    need = "yes"
	byService need = "service" // where no preset knows the servers
	optional  need = "no"
)

// The usual ports of each side (RFC 8314).
const (
	usualIncoming = "993, 143, 995, 110"
	usualOutgoing = "465, 587"
)

func describeColumns(fields []account.Field, p *lang.Printer) []templateColumn {
	columns := make([]templateColumn, len(fields))
	for i, f := range fields {
		columns[i] = templateColumn{
			field:   f,
			header:  p.Text("template.header." + f.String()),
			need:    needOf(f),
			note:    p.Text("template.note." + f.String()),
			example: p.Text("template.example." + f.String()),
		}
		if words := wordsOf(f); words != "" {
			columns[i].words = strings.Split(p.Text("template.words."+words), ", ")
		}
		switch f {
		case account.Port:
			columns[i].usual = usualIncoming
		case account.SMTPPort:
			columns[i].usual = usualOutgoing
		}
	}
	return columns
}

func needOf(f account.Field) need {
	switch f {
	case account.Email, account.Password, account.PortalUser, account.PortalPassword:
		return needed
	case account.ServerHost, account.Port, account.SMTPServer, account.SMTPPort:
		return byService
	}
	return optional
}

// wordsOf returns which list of words a field is chosen from, empty if it is not.
func wordsOf(f account.Field) string {
	switch f {
	case account.IMAP:
		return "protocol"
	case account.IncomingEncryption, account.OutgoingEncryption:
		return "encryption"
	case account.AuthIn, account.AuthSMTP:
		return "auth"
	case account.SMTPAuth, account.Restrict:
		return "switch"
	}
	return ""
}

const leastPort, mostPort = 1, 65535

// values tells what can stand in a column, empty if it is free text.
func (c *templateColumn) values(p *lang.Printer) string {
	if c.usual != "" {
		return p.Text("template.words.port", "Least", leastPort, "Most", mostPort)
	}
	if len(c.words) == 0 {
		return ""
	}
	return p.Text("template.words", "Words", c.words)
}
