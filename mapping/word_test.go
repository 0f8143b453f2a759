package mapping_test

import (
	"strings"
	"testing"

	"r7import/importer/account"
	"r7import/mapping"
)

// cell maps one cell of an otherwise good row and returns the row.
func cell(t *testing.T, field, text string) account.Row {
	t.Helper()
	got, _ := rows(t, headerWith(field)+"\n"+rowWith(field, text)+"\n", mapping.Options{})
	return got[0]
}

func TestWords(t *testing.T) {
	for field, meanings := range map[string]map[string]string{
		"smtp_auth": {
			"true":  "да|Да|ДА|истина|ИСТИНА|вкл|вкл.|есть|+|1|1.0|д|y|Yes|true|TRUE|on|x|X|х|✓|✔| да |требуется|включено",
			"false": "нет|Нет|ложь|ЛОЖЬ|выкл|-|–|0|0.0|н|n|No|false|off|не требуется|отключено",
		},
		"imap": {
			"true":  "IMAP|imap|IMAP4|да|1|true",
			"false": "POP3|POP|pop 3|POP-3|нет|0|false",
		},
		"restrict": {
			"true":  "да|30 дней|за 30 дней|последние 30 дней|30|месяц|Last 30 days|1",
			"false": "нет|все|Всё|все письма|вся почта|all|everything|0",
		},
		"incoming_encryption_type": {
			"none":     "нет|без шифрования|none|NONE|0|0.0|plain",
			"ssl":      "ssl|SSL|ssl/tls|SSL / TLS|SSL-TLS|tls|TLS|1|1.0",
			"starttls": "starttls|STARTTLS|StartTLS|start tls|STARTTLS |2|2,0|TLS (STARTTLS)",
		},
		"auth_type_in": {
			"none":     "нет|none|0|без аутентификации|No authentication",
			"login":    "обычный пароль|Обычный пароль|логин|login|LOGIN|plain|PLAIN|1|1.0|Normal password|password-cleartext|пароль",
			"cram-md5": "cram-md5|CRAM-MD5|CRAM MD5|CramMd5|4|зашифрованный пароль|Encrypted password|password-encrypted",
			"ntlm":     "ntlm|NTLM|7",
		},
	} {
		for want, list := range meanings {
			for text := range strings.SplitSeq(list, "|") {
				row := cell(t, field, text)
				s := row.Settings
				got := map[string]string{
					"smtp_auth": s.Text(account.SMTPAuth), "imap": s.Text(account.IMAP), "restrict": s.Text(account.Restrict),
					"incoming_encryption_type": s.Incoming.Encryption.String(), "auth_type_in": s.Incoming.Auth.String(),
				}[field]
				if f, _ := account.FieldNamed(field); got != want || len(row.Problems) > 0 || !row.Given.Has(f) {
					t.Errorf("%s %q = %s with %v, want %s", field, text, got, codes(row.Problems), want)
				}
			}
		}
	}
}

func TestHostsAndAddresses(t *testing.T) {
	for text, want := range map[string]string{
		"imap.example.org": "imap.example.org", "IMAP.Example.ORG": "imap.example.org", "imap.example.org.": "imap.example.org", "mail": "mail", "10.0.0.1": "10.0.0.1",
		"почта.рф": "xn--80a1acny.xn--p1ai", "ПОЧТА.РФ": "xn--80a1acny.xn--p1ai", "imap.почта.рф": "imap.xn--80a1acny.xn--p1ai", "xn--80a1acny.xn--p1ai": "xn--80a1acny.xn--p1ai",
		"mail-1.example.org": "mail-1.example.org", "1.example.org": "1.example.org", "сервер.example.org": "xn--b1afb6bcb.example.org",
	} {
		if row := cell(t, "server", text); row.Settings.Incoming.Host != want || len(row.Problems) > 0 {
			t.Errorf("server %q = %q with %v, want %q", text, row.Settings.Incoming.Host, codes(row.Problems), want)
		}
		if got, err := mapping.ParseHost(text); got != want || err != nil {
			t.Errorf("ParseHost(%q) = %q, %v, want %q", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"ivan@example.org": "ivan@example.org", "Ivan.Petrov@Example.ORG": "Ivan.Petrov@example.org", "i+tag@example.org": "i+tag@example.org", "o'hara@example.org": "o'hara@example.org",
		"ivan@почта.рф": "ivan@xn--80a1acny.xn--p1ai", "иван@почта.рф": "иван@xn--80a1acny.xn--p1ai", "i_v-a.n@sub.example.org": "i_v-a.n@sub.example.org",
	} {
		if row := cell(t, "email", text); row.Settings.Email != want || len(row.Problems) > 0 {
			t.Errorf("email %q = %q with %v, want %q", text, row.Settings.Email, codes(row.Problems), want)
		}
		if got, err := mapping.ParseAddress(text); got != want || err != nil {
			t.Errorf("ParseAddress(%q) = %q, %v, want %q", text, got, err, want)
		}
	}
}
