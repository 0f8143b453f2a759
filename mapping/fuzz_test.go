package mapping

import (
	"errors"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source"
)

// quiet fails if a problem repeats a text long enough to be told from a fact of its own.
func quiet(t *testing.T, p *diagnosis.Problem, text string) {
	t.Helper()
	if p == nil || len(text) < 12 {
		return
	}
	for name, fact := range p.Args {
		if strings.Contains(fact, text) {
			t.Errorf("%s of %q: %s says %q", p.Code, text, name, fact)
		}
	}
}

func FuzzBind(f *testing.F) {
	for _, line := range []string{"ФИО;Почта;Пароль", "email;password;server;port", "пороль;емайл", "Порт (SMTP);((;[", "\x00;\xff;ё", "email;email", "r7_status;r7_", ";;;"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		var columns []source.Column
		for i, name := range strings.Split(line, ";") {
			columns = append(columns, source.Column{Header: name, Label: strconv.Itoa(i + 1)})
		}
		b, err := Bind(columns, Options{})
		if err != nil {
			var problems diagnosis.Problems
			if !errors.As(err, &problems) || !diagnosis.Stops(problems) {
				t.Fatalf("Bind(%q): %v, want problems with an error", line, err)
			}
			return
		}
		seen := make(map[string]bool)
		for i, name := range b.Columns() {
			if part := func(of fieldTemplate) bool { return slices.Contains(of.names, name) }; name == "" || slices.ContainsFunc(b.templates, part) {
				continue
			}
			if _, ok := account.FieldNamed(name); !ok || seen[name] || !Known(columns[i].Header) {
				t.Fatalf("Bind(%q): column %d is %q, want each field once and of a known header", line, i, name)
			}
			seen[name] = true
		}
		if len(b.Columns()) != len(columns) || !seen["email"] || !seen["password"] {
			t.Fatalf("Bind(%q) = %q, want every column and the needed fields", line, b.Columns())
		}
	})
}

func FuzzPort(f *testing.F) {
	for _, text := range []string{"993", "993.0", "0", "65536", "９９３", "99З", "1e3", "00993", "", ".", "993,"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, p := parsePort(text)
		quiet(t, p, text)
		if p == nil && (n < 1 || n > 65535 || !strings.HasPrefix(text, strconv.Itoa(n))) {
			t.Errorf("parsePort(%q) = %d", text, n)
		}
	})
}

func FuzzBool(f *testing.F) {
	for _, text := range []string{"да", "-1", "+", "1.0", "POP-3", "все письма", "\u200bда", "İ"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, field := range []account.Field{account.SMTPAuth, account.IMAP, account.Restrict} {
			on, p := parseBool(field, text)
			quiet(t, p, text)
			if again, q := parseBool(field, " "+text+" "); again != on || (p == nil) != (q == nil) {
				t.Errorf("parseBool(%s, %q) = %v, %v and with blanks around %v, %v", field, text, on, p, again, q)
			}
		}
	})
}

func FuzzEnum(f *testing.F) {
	for _, text := range []string{"ssl", "SSL/TLS", "starttls", "2.0", "нет", "5", "cram-md5", "обычный пароль", "-1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, p := parseEncryption(text)
		quiet(t, p, text)
		if p == nil && e > account.StartTLS && e != tlsWord && e != encrypted {
			t.Errorf("parseEncryption(%q) = %d", text, e)
		}
		a, p := parseAuth(text)
		quiet(t, p, text)
		if p == nil && a != account.NoAuth && a != account.LoginCmd && a != account.CramMD5 && a != account.NTLM {
			t.Errorf("parseAuth(%q) = %d", text, a)
		}
	})
}

func FuzzAddress(f *testing.F) {
	for _, text := range []string{"a@example.org", "a@почта.рф", "иван@example.org", "a b@c.ru", `"a b"@c.ru`, "a@[10.0.0.1]", "<a@b.ru>", "a@b@c.ru", "a@xn--.ru", "a@ß.de", "@", "a@b.ru.", "\xff@b.ru"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ParseAddress(text)
		if err != nil {
			var p *diagnosis.Problem
			if !errors.As(err, &p) {
				t.Fatalf("ParseAddress(%q): %T", text, err)
			}
			quiet(t, p, text)
			return
		}
		local, domain, _ := strings.Cut(got, "@")
		if local == "" || !strings.Contains(domain, ".") || !account.IsASCII(domain) || domain != strings.ToLower(domain) || strings.ContainsAny(got, " \t\r\n<>,;\"\\") || len(got) > maxAddress {
			t.Errorf("ParseAddress(%q) = %q", text, got)
		}
		if again, err := ParseAddress(got); again != got || err != nil {
			t.Errorf("ParseAddress(%q) = %q, and of that %q, %v", text, got, again, err)
		}
	})
}

func FuzzHost(f *testing.F) {
	for _, text := range []string{"imap.example.org", "почта.рф", "10.0.0.1", "::1", "a_b.ru", "imap://x", "x:993", "-a.ru", "a..b", strings.Repeat("a.", 130), "оса.com"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ParseHost(text)
		if err != nil {
			var p *diagnosis.Problem
			if !errors.As(err, &p) {
				t.Fatalf("ParseHost(%q): %T", text, err)
			}
			quiet(t, p, text)
			return
		}
		if _, err := netip.ParseAddr(got); err == nil {
			return
		}
		if got == "" || len(got) > 253 || got != strings.ToLower(got) || strings.Trim(got, "abcdefghijklmnopqrstuvwxyz0123456789-.") != "" {
			t.Errorf("ParseHost(%q) = %q", text, got)
		}
		if again, err := ParseHost(got); again != got || err != nil {
			t.Errorf("ParseHost(%q) = %q, and of that %q, %v", text, got, again, err)
		}
	})
}

func FuzzParseFile(f *testing.F) {
	for _, text := range []string{"version: 1\n", "version: 1\ncolumns: {email: a}\n", "a: &a [*a]", "? [x]\n: y", "version: 1\ntemplates: {name: '{{ .email | localpart }}'}", "- - -", "\x00", "%"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			return
		}
		if m, err := ParseFile("m.yaml", []byte(text)); (m == nil) != (err != nil) {
			t.Errorf("ParseFile(%q) = %v, %v", text, m, err)
		}
		if ps, err := ParsePresets("p.yaml", []byte(text)); ps != nil && err != nil {
			t.Errorf("ParsePresets(%q) = %v, %v", text, ps, err)
		}
	})
}
