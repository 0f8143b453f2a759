package source_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"r7import/importer/account"
	"r7import/importer/source"
)

// known are the headers the tests' mapper knows, with the field each one feeds.
var known = map[string]string{
	"почта": "email", "e-mail": "email", "имя": "name", "фио": "name", "пароль": "password", "порт": "port", "сервер": "server", "логин": "account",
	"imap сервер": "server", "imap порт": "port", "smtp сервер": "smtp_server", "smtp порт": "smtp_port",
}

func init() {
	for f := range account.NumFields {
		known[f.String()] = f.String()
	}
}

func isKnown(header string) bool { return known[fold(header)] != "" }

func fold(header string) string { return strings.ToLower(strings.TrimSpace(header)) }

func names(columns []source.Column) []string {
	var out []string
	for _, c := range columns {
		out = append(out, known[fold(c.Header)])
	}
	return out
}

type line struct {
	Row                   int
	Name, Email, Password string
	Codes                 []string
}

// read opens text as standard input and returns its rows.
func read(t *testing.T, text string, o source.Options) []line {
	t.Helper()
	o.Stdin, o.Known = strings.NewReader(text), isKnown
	f, err := source.Open(t.Context(), "-", o)
	if err != nil {
		t.Fatalf("Open(%q) = %v", text, err)
	}
	defer f.Close()
	var out []line
	for r, err := range f.Records(t.Context(), names(f.Columns())) {
		if err != nil {
			t.Fatalf("Records(%q) = %v", text, err)
		}
		l := line{Row: r.Row, Name: r.Text(account.Name), Email: r.Text(account.Email), Password: r.Text(account.Password)}
		for _, p := range r.Problems {
			l.Codes = append(l.Codes, string(p.Code))
		}
		out = append(out, l)
	}
	return out
}

func TestTextRows(t *testing.T) {
	cp1251, _ := charmap.Windows1251.NewEncoder().String("Имя;Почта;Пароль\r\nИванов Иван;ivan@example.com;тайна\r\n")
	for _, tc := range []struct {
		name string
		text string
		want []line
	}{
		{"plain", "name,email,password\nA,a@b.c,x\n", []line{{Row: 2, Name: "A", Email: "a@b.c", Password: "x"}}},
		{"windows-1251", cp1251, []line{{Row: 2, Name: "Иванов Иван", Email: "ivan@example.com", Password: "тайна"}}},
		{"title", "Список\n\nname;email;password\nA;a@b.c;x\n", []line{{Row: 4, Name: "A", Email: "a@b.c", Password: "x"}}},
		{"quoted", "name,email,password\r\n\"A \"\"B\"\"\",a@b.c,\"x,\r\ny\"\r\nC,c@d.e,z", []line{
			{Row: 2, Name: `A "B"`, Email: "a@b.c", Password: "x,\r\ny"},
			{Row: 4, Name: "C", Email: "c@d.e", Password: "z"},
		}},
		{"ragged", "name,email,password\nA,a@b.c\nB,b@b.c,y\n", []line{{Row: 2, Codes: []string{"ROW_WIDTH"}}, {Row: 3, Name: "B", Email: "b@b.c", Password: "y"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, read(t, tc.text, source.Options{})); diff != "" {
				t.Errorf("rows of %q, want - got +\n%s", tc.text, diff)
			}
		})
	}
}

func TestEncodingsAreOffered(t *testing.T) {
	if !slices.Contains(source.Encodings(), "windows-1251") {
		t.Errorf("Encodings() = %v, want windows-1251 among them", source.Encodings())
	}
}
