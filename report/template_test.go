package report_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/report"
)

var ownerFields = []account.Field{account.PortalUser, account.PortalPassword}

// template writes a template and opens it.
func template(t *testing.T, language string, owner ...account.Field) *excelize.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "accounts.xlsx")
	written, err := report.WriteTemplate(path, owner, report.Options{Printer: printer(t, language)})
	if err != nil || written != path {
		t.Fatalf("WriteTemplate(%q) = %q, %v", path, written, err)
	}
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func headers(t *testing.T, f *excelize.File) []string {
	t.Helper()
	rows, err := f.GetRows(f.GetSheetList()[0])
	if err != nil || len(rows) != 1 {
		t.Fatalf("rows of a template: %d, %v; want the header alone", len(rows), err)
	}
	return rows[0]
}

func TestTemplateColumns(t *testing.T) {
	english := []string{
		"Name", "Email", "Password", "Protocol", "IMAP server", "IMAP port", "Encryption", "SMTP server", "SMTP port", "SMTP encryption",
		"Login", "SMTP login", "SMTP password", "SMTP authentication", "Authentication type", "SMTP authentication type", "Last 30 days only",
	}
	if diff := cmp.Diff(english, headers(t, template(t, "en"))); diff != "" {
		t.Errorf("headers: want - got +\n%s", diff)
	}
	if diff := cmp.Diff(slices.Concat(english, []string{"Portal user", "Portal password"}), headers(t, template(t, "en", ownerFields...))); diff != "" {
		t.Errorf("headers with owners: want - got +\n%s", diff)
	}
	if got := headers(t, template(t, "ru", ownerFields...)); got[0] != "ФИО" || got[18] != "Пароль портала" {
		t.Errorf("Russian headers %q", got)
	}
}

func TestTemplateRestrictsCells(t *testing.T) {
	f := template(t, "ru", ownerFields...)
	rules, err := f.GetDataValidations(f.GetSheetList()[0])
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]string)
	for _, rule := range rules {
		got[rule.Sqref] = rule.Type + " " + rule.Formula1 + " " + rule.Formula2
		if !rule.ShowErrorMessage || rule.Error == nil || *rule.ErrorStyle != "stop" {
			t.Errorf("%s does not stop what is wrong, and say so", rule.Sqref)
		}
	}
	want := map[string]string{
		"D2:D1048576": `list "IMAP,POP3" `,
		"F2:F1048576": "whole 1 65535",
		"G2:G1048576": `list "SSL/TLS,STARTTLS,нет" `,
		"I2:I1048576": "whole 1 65535",
		"J2:J1048576": `list "SSL/TLS,STARTTLS,нет" `,
		"N2:N1048576": `list "да,нет" `,
		"O2:O1048576": `list "обычный пароль,CRAM-MD5,NTLM,нет" `,
		"P2:P1048576": `list "обычный пароль,CRAM-MD5,NTLM,нет" `,
		"Q2:Q1048576": `list "да,нет" `,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("validations: want - got +\n%s", diff)
	}
}

// TestTemplateKeepsWhatIsTyped: everything but ports is formatted as text, far down too.
func TestTemplateKeepsWhatIsTyped(t *testing.T) {
	f := template(t, "en", ownerFields...)
	const formatText, formatInteger = 49, 1
	for i, header := range headers(t, f) {
		cell, _ := excelize.CoordinatesToCellName(i+1, 70_000)
		id, err := f.GetCellStyle(f.GetSheetList()[0], cell)
		if err != nil {
			t.Fatal(err)
		}
		style, err := f.GetStyle(id)
		if err != nil {
			t.Fatal(err)
		}
		want := formatText
		if strings.HasSuffix(header, "port") {
			want = formatInteger
		}
		if style.NumFmt != want {
			t.Errorf("%s (%s) has the number format %d, want %d", cell, header, style.NumFmt, want)
		}
	}
}

func TestTemplateExplainsEveryColumn(t *testing.T) {
	for _, language := range []string{"en", "ru"} {
		f := template(t, language, ownerFields...)
		columns := headers(t, f)
		comments, err := f.GetComments(f.GetSheetList()[0])
		if err != nil {
			t.Fatal(err)
		}
		help, err := f.GetRows(f.GetSheetList()[1])
		if err != nil {
			t.Fatal(err)
		}
		table := help[len(help)-len(columns):]
		for i, header := range columns {
			cell, _ := excelize.CoordinatesToCellName(i+1, 1)
			at := slices.IndexFunc(comments, func(c excelize.Comment) bool { return c.Cell == cell })
			if at < 0 || !strings.Contains(comments[at].Text, table[i][2]) || !strings.Contains(comments[at].Text, table[i][4]) {
				t.Errorf("%s: the note at %s (%s) does not say what the help sheet says", language, cell, header)
			}
			if !strings.HasSuffix(table[i][0], ". "+header) {
				t.Errorf("%s: row %d of the help sheet is about %q, want %q", language, i, table[i][0], header)
			}
			for _, text := range table[i] {
				if strings.Contains(text, "template.") {
					t.Errorf("%s: %q has no sentence", language, text)
				}
			}
		}
	}
}

func TestTemplateAsCSV(t *testing.T) {
	for _, tc := range []struct {
		name, language string
		excel          bool
		want           string
	}{
		{"plain", "en", false, "Name,Email,Password,Protocol,"},
		{"for Russian Excel", "ru", true, "\uFEFFФИО;Почта;Пароль;Протокол;"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "accounts.CSV")
			if _, err := report.WriteTemplate(path, nil, report.Options{Printer: printer(t, tc.language), Excel: tc.excel}); err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(path)
			if err != nil || !strings.HasPrefix(string(text), tc.want) || strings.Count(string(text), "\n") != 1 {
				t.Errorf("template = %q, %v; want one line that begins with %q", text, err, tc.want)
			}
		})
	}
}

func TestTemplateOfAnotherKind(t *testing.T) {
	path := filepath.Join(t.TempDir(), "accounts.ods")
	_, err := report.WriteTemplate(path, nil, report.Options{Printer: printer(t, "en")})
	for _, err := range []error{err, report.CheckTemplate(path)} {
		var p *diagnosis.Problem
		if !errors.As(err, &p) || p.Code != diagnosis.TemplateFormat {
			t.Errorf("a template as .ods: %v, want %s", err, diagnosis.TemplateFormat)
		}
	}
	if _, err := os.Stat(path); err == nil {
		t.Errorf("%s was written", path)
	}
}
