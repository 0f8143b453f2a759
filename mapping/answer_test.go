package mapping_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/mapping"
)

func TestEndpoints(t *testing.T) {
	type parse func(string) (mapping.Endpoint, error)
	for _, tc := range []struct {
		name  string
		parse parse
		text  string
		want  mapping.Endpoint
		code  diagnosis.Code
	}{
		{"host alone", mapping.ParseIncoming, " imap.example.org ", mapping.Endpoint{Host: "imap.example.org", Port: 993, Encryption: account.TLS}, ""},
		{"smtp host alone", mapping.ParseOutgoing, "smtp.example.org", mapping.Endpoint{Host: "smtp.example.org", Port: 465, Encryption: account.TLS}, ""},
		{"Cyrillic host", mapping.ParseIncoming, "почта.рф", mapping.Endpoint{Host: "xn--80a1acny.xn--p1ai", Port: 993, Encryption: account.TLS}, ""},
		{"port with a meaning", mapping.ParseIncoming, "mail.example.org:143", mapping.Endpoint{Host: "mail.example.org", Port: 143, Encryption: account.StartTLS}, ""},
		{"POP3", mapping.ParseIncoming, "mail.example.org:995", mapping.Endpoint{Host: "mail.example.org", Port: 995, Encryption: account.TLS, POP3: true}, ""},
		{"submission", mapping.ParseOutgoing, "mail.example.org:587", mapping.Endpoint{Host: "mail.example.org", Port: 587, Encryption: account.StartTLS}, ""},
		{"another port with a word", mapping.ParseIncoming, "mail.example.org:1993  SSL/TLS", mapping.Endpoint{Host: "mail.example.org", Port: 1993, Encryption: account.TLS}, ""},
		{"no encryption, said", mapping.ParseOutgoing, "10.0.0.5:25 нет", mapping.Endpoint{Host: "10.0.0.5", Port: 25, Encryption: account.Plain}, ""},
		{"another port without one", mapping.ParseOutgoing, "mail.example.org:25", mapping.Endpoint{}, diagnosis.EncryptionMissing},
		{"no port", mapping.ParseIncoming, "mail.example.org:imap", mapping.Endpoint{}, diagnosis.PortSyntax},
		{"no encryption", mapping.ParseIncoming, "mail.example.org some", mapping.Endpoint{}, diagnosis.EncryptionWord},
		{"no host", mapping.ParseIncoming, "anna@example.org", mapping.Endpoint{}, diagnosis.HostAddress},
		{"nothing", mapping.ParseIncoming, "", mapping.Endpoint{}, diagnosis.HostSyntax},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := tc.parse(tc.text)
			var p *diagnosis.Problem
			if errors.As(err, &p) != (tc.code != "") || p != nil && p.Code != tc.code {
				t.Fatalf("%q: error %v, want %q", tc.text, err, tc.code)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%q: want - got +\n%s", tc.text, diff)
			}
		})
	}
}

func TestAnswers(t *testing.T) {
	columns := header("Кто;Куда писать;Куда;Тайна;Тайна")
	file := mapping.Propose(columns, nil).File
	file.Give(account.Email, columns, 1)
	file.Give(account.Password, columns, 4)
	file.UsePreset("example.org", "yandex360")
	if err := file.Default(account.SMTPPort, " 465 "); err != nil {
		t.Fatal(err)
	}
	want := "version: 1\ncolumns:\n  email: Куда писать\n  password: {column: E}\nignore:\n  - Кто\n  - Куда\n  - Тайна\n" +
		"defaults:\n  smtp_port: '465'\npresets:\n  domains:\n    example.org: yandex360\n"
	if diff := cmp.Diff(want, string(file.Encode(nil))); diff != "" {
		t.Errorf("Encode: want - got +\n%s", diff)
	}
	if _, err := mapping.Bind(columns, mapping.Options{File: file}); err != nil {
		t.Errorf("Bind by the answers: %v", err)
	}
	for _, tc := range []struct {
		field account.Field
		text  string
		want  diagnosis.Code
	}{
		{account.Password, "x", diagnosis.SetSecret},
		{account.Port, "many", diagnosis.SetValue},
		{account.ServerHost, " ", diagnosis.SetValue},
	} {
		var p *diagnosis.Problem
		if err := file.Default(tc.field, tc.text); !errors.As(err, &p) || p.Code != tc.want {
			t.Errorf("Default(%s, %q) = %v, want %s", tc.field, tc.text, err, tc.want)
		}
	}
}

func TestFindPassword(t *testing.T) {
	for _, tc := range []struct {
		name, header string
		rows         [][]string
		want         string // the column of the password
	}{
		{"masks, and another column", "Email;Password [Required];App Password", [][]string{{"a@b.ru", "****", "x"}, {"b@b.ru", "", "y"}}, "App Password"},
		{"masks in both", "Email;Password;App Password", [][]string{{"a@b.ru", "****", "•••"}}, "Password"},
		{"passwords in the first", "Email;Password;App Password", [][]string{{"a@b.ru", "****", "x"}, {"b@b.ru", "y", "z"}}, "Password"},
		{"no other column", "Email;Password;Note", [][]string{{"a@b.ru", "****", "x"}}, "Password"},
		{"nothing in the first", "Email;Password;App Password", [][]string{{"a@b.ru", "", "x"}}, "App Password"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			columns := header(tc.header)
			p := mapping.Propose(columns, tc.rows)
			if got := p.File.Columns[account.Password].Header; got != tc.want {
				t.Errorf("the password is taken from %q with the notices %v, want %q", got, p.Notices, tc.want)
			}
			unmasked := slices.ContainsFunc(p.Notices, func(n diagnosis.Problem) bool { return n.Code == diagnosis.ProposedUnmasked })
			if unmasked != (tc.name == "masks, and another column") {
				t.Errorf("notices %v", p.Notices)
			}
			if _, err := mapping.Bind(columns, mapping.Options{File: p.File}); err != nil {
				t.Errorf("Bind by the proposal: %v", err)
			}
		})
	}
}

func TestFindAddress(t *testing.T) {
	for _, tc := range []struct {
		name, header string
		rows         [][]string
		want         string // the column of the address
	}{
		{"one column of addresses", "Кто;Куда;Отдел", [][]string{{"Анна", "anna@example.org", "1"}, {"Борис", " b@почта.рф", "2"}, {"", "", ""}}, "Куда"},
		{"one cell that is none", "Кто;Куда", [][]string{{"Анна", "anna@example.org"}, {"Борис", "нет"}}, ""},
		{"two columns of them", "Кто;Куда;Тоже", [][]string{{"Анна", "anna@example.org", "a@example.com"}}, ""},
		{"a known header", "Почта;Куда", [][]string{{"anna@example.org", "anna@example.org"}}, "Почта"},
		{"no rows", "Кто;Куда", nil, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			columns := header(tc.header)
			p := mapping.Propose(columns, tc.rows)
			if got := p.File.Columns[account.Email].Header; got != tc.want {
				t.Errorf("the address is taken from %q, want %q", got, tc.want)
			}
			found := slices.ContainsFunc(p.Notices, func(n diagnosis.Problem) bool { return n.Code == diagnosis.ProposedContent })
			if found != (tc.want == "Куда") {
				t.Errorf("notices %v", p.Notices)
			}
		})
	}
}
