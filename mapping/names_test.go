package mapping_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/mapping"
)

// TestNamesInPieces joins names without a mapping file and by the one that is proposed.
func TestNamesInPieces(t *testing.T) {
	const servers = ";Почта;Пароль;Сервер IMAP;Порт IMAP;Сервер SMTP;Порт SMTP"
	const cells = ";a@example.org;p;imap.example.org;993;smtp.example.org;465"
	for _, tc := range []struct {
		header, text, want string
		joined             bool
	}{
		{"Фамилия;Имя;Отчество", "Юрьев;Олег;Ильич", "Олег Юрьев", true},
		{"Имя;Фамилия", "Олег;Юрьев", "Олег Юрьев", true},
		{"First Name;Last Name", "Oleg;Yuriev", "Oleg Yuriev", true},
		{"first_name;last_name", "Oleg;Yuriev", "Oleg Yuriev", true},
		{"givenName;sn", "Oleg;Yuriev", "Oleg Yuriev", true},
		{"Name;Surname", "Oleg;Yuriev", "Oleg Yuriev", true},
		{"Фамилия;Имя, отчество", "Юрьев;Олег Ильич", "Олег Ильич Юрьев", true},
		{"Фамилия сотрудника;Имя сотрудника", "Юрьев;Олег", "Олег Юрьев", true},
		{"Физлицо.Фамилия;Физлицо.Имя", "Юрьев;Олег", "Олег Юрьев", true},
		{"Фамилия;Имя", "Юрьев;NULL", "Юрьев", true},
		{"Фамилия;Имя", ";Олег", "Олег", true},
		{"Фамилия;Имя;ФИО", "Юрьев;Олег;Юрьев Олег Ильич", "Юрьев Олег Ильич", false},
		{"First Name;Last Name;Display Name", "Oleg;Yuriev;O. Yuriev", "O. Yuriev", false},
		{"Имя;Отчество", "Олег;Ильич", "Олег", false},
		{"Имя", "Олег Юрьев", "Олег Юрьев", false},
		{"Руководитель.Фамилия;Руководитель.Имя;ФИО", "Котов;Глеб;Юрьев Олег", "Юрьев Олег", false},
	} {
		t.Run(tc.header+" "+tc.text, func(t *testing.T) {
			header, text := tc.header+servers, tc.text+cells
			var columns []string
			for name := range strings.SplitSeq(header, ";") {
				columns = append(columns, name)
			}
			got, binding := rows(t, header+"\n"+text+"\n", mapping.Options{})
			if name := got[0].Settings.Name; name != tc.want || len(got[0].Problems) > 0 {
				t.Errorf("name %q with %v, want %q", name, codes(got[0].Problems), tc.want)
			}
			if (said(binding, diagnosis.ProposedName) != nil) != tc.joined {
				t.Errorf("said %v, want it said: %v", said(binding, diagnosis.ProposedName), tc.joined)
			}
			if tc.joined && got[0].Fills[account.Name] != account.FromRow {
				t.Errorf("the name counts as %q", got[0].Fills[account.Name])
			}
			file := open(t, header+"\n"+text+"\n")
			proposal := mapping.Propose(file.Columns(), [][]string{strings.Split(text, ";")})
			by, _ := rows(t, header+"\n"+text+"\n", mapping.Options{File: parse(t, string(proposal.File.Encode(nil)))})
			if name := by[0].Settings.Name; name != tc.want {
				t.Errorf("by the proposal the name is %q, want %q", name, tc.want)
			}
		})
	}
}

// TestMappingFileSaysTheName keeps the word of the mapping file.
func TestMappingFileSaysTheName(t *testing.T) {
	const sheet = "Фамилия;Имя;Почта;Пароль\nЮрьев;Олег;a@yandex.ru;p\n"
	for text, want := range map[string]string{
		"version: 1\ncolumns: {name: Фамилия}\n":                                 "Юрьев",
		"version: 1\nignore: [Фамилия]\n":                                        "Олег",
		"version: 1\ntemplates: {name: '{{ .Фамилия }} {{ .Имя }}'}\n":           "Юрьев Олег",
		"version: 1\ntemplates: {account: '{{ .name }}'}\n":                      "Олег Юрьев",
		"version: 1\nignore: [{column: A}, {column: '2'}]\npresets: {off: []}\n": "",
	} {
		got, _ := rows(t, sheet, mapping.Options{File: parse(t, text)})
		if name := got[0].Settings.Name; name != want {
			t.Errorf("%q: name %q, want %q", text, name, want)
		}
	}
}

func TestColumnsOfOneName(t *testing.T) {
	for _, tc := range []struct {
		name, header string
		want         []string // of each column; nil for a refusal
	}{
		{"ports behind their servers", "Почта;Пароль;Сервер IMAP;Порт;Сервер SMTP;Порт", []string{"email", "password", "server", "port", "smtp_server", "smtp_port"}},
		{"ports and encryption", "Почта;Пароль;Сервер IMAP;Порт;SSL;Сервер SMTP;Порт;SSL",
			[]string{"email", "password", "server", "port", "incoming_encryption_type", "smtp_server", "smtp_port", "outcoming_encryption_type"}},
		{"logins at the end", "Почта;Логин;Пароль;Сервер IMAP;Порт IMAP;Сервер SMTP;Порт SMTP;Логин;Пароль",
			[]string{"email", "account", "password", "server", "port", "smtp_server", "smtp_port", "smtp_account", "smtp_password"}},
		{"the first without a side", "Почта;Пароль;Сервер;Порт;SMTP;Порт", []string{"email", "password", "server", "port", "smtp_server", "smtp_port"}},
		{"one of them says its side", "Почта;Пароль;Сервер IMAP;Порт IMAP;Сервер SMTP;Порт", []string{"email", "password", "server", "port", "smtp_server", "smtp_port"}},
		{"groups that feed nothing", "Почта;Пароль;Входящая почта;Сервер;Порт;Исходящая почта;Сервер;Порт",
			[]string{"email", "password", "", "server", "port", "", "smtp_server", "smtp_port"}},
		{"portal", "Почта;Пароль;Портал;Логин;Пароль", nil}, // the first password may be anybody's
		{"outgoing first", "Почта;Пароль;Сервер SMTP;Порт;Сервер IMAP;Порт", []string{"email", "password", "smtp_server", "smtp_port", "server", "port"}},
		{"before their servers", "Почта;Пароль;Порт;Сервер IMAP;Порт;Сервер SMTP", nil},
		{"no side at all", "Почта;Пароль;Сервер;Порт;Сервер;Порт", nil},
		{"three of them", "Почта;Пароль;Сервер IMAP;Порт;Сервер SMTP;Порт;Порт", nil},
		{"two names", "Почта;Пароль;Логин;Сервер SMTP;UPN", nil},
		{"somebody else between", "Почта;Пароль;Сервер IMAP;Порт;Сервер SMTP;ФИО;Порт", nil},
		{"no sides to belong to", "Почта;Пароль;Почта", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			binding, err := mapping.Bind(header(tc.header), mapping.Options{Draft: true})
			if err != nil {
				if tc.want != nil || !strings.Contains(err.Error(), "HEADER_TWICE") {
					t.Errorf("Bind(%q): %v, want %q", tc.header, err, tc.want)
				}
				return
			}
			if diff := cmp.Diff(tc.want, binding.Columns()); diff != "" {
				t.Errorf("Bind(%q): want - got +\n%s", tc.header, diff)
			}
			proposal := mapping.Propose(header(tc.header), nil)
			by, err := mapping.Bind(header(tc.header), mapping.Options{Draft: true, File: parse(t, string(proposal.File.Encode(nil)))})
			if err != nil {
				t.Fatalf("Bind by the proposal: %v", err)
			}
			if diff := cmp.Diff(tc.want, by.Columns()); diff != "" {
				t.Errorf("by the proposal for %q: want - got +\n%s", tc.header, diff)
			}
		})
	}
}

// TestColumnsByLettersAndNumbers tells columns of one name apart in both kinds of file.
func TestColumnsByLettersAndNumbers(t *testing.T) {
	columns := header("Почта;Пароль;Порт;Сервер;Порт;SMTP;Почта")
	for _, text := range []string{
		"version: 1\ncolumns: {port: {column: C}, smtp_port: {column: E}}\nignore: [{column: G}]\n",
		"version: 1\ncolumns: {port: {column: 3}, smtp_port: {column: 5}}\nignore:\n  - {column: 7}\n",
		"version: 1\ncolumns: {port: {column: c}, smtp_port: {column: e}}\nignore: {column: g}\n",
	} {
		file := parse(t, text)
		binding, err := mapping.Bind(columns, mapping.Options{File: file})
		if err != nil {
			t.Errorf("Bind by %q: %v", text, err)
			continue
		}
		if diff := cmp.Diff([]string{"email", "password", "port", "server", "smtp_port", "smtp_server", ""}, binding.Columns()); diff != "" {
			t.Errorf("Bind by %q: want - got +\n%s", text, diff)
		}
		if again := parse(t, string(file.Encode(nil))); !cmp.Equal(file.Ignore, again.Ignore) {
			t.Errorf("Encode of %q: %q are read back as %q", text, file.Ignore, again.Ignore)
		}
	}
	_, err := mapping.ParseFile("m.yaml", []byte("version: 1\nignore: [{column: '?'}]\n"))
	if err == nil || !strings.Contains(err.Error(), "MAPPING_COLUMN") {
		t.Errorf("ParseFile with the column “?”: %v, want MAPPING_COLUMN", err)
	}
}

// TestServersUnderIMAP takes a column named IMAP for the server where its cells are.
func TestServersUnderIMAP(t *testing.T) {
	columns := header("Почта;Пароль;IMAP;Порт;SMTP;Порт")
	for host, want := range map[string]string{"imap.example.org": "server", "да": "imap", "": "imap", "POP3": "imap"} {
		o := mapping.Options{Draft: true, Sample: func() [][]string {
			return [][]string{{"a@example.org", "p", host, "993", "smtp.example.org", "465"}}
		}}
		binding, err := mapping.Bind(columns, o)
		if err != nil || binding.Columns()[2] != want || binding.Columns()[5] != "smtp_port" {
			t.Errorf("%q under IMAP: %v, %v, want %s", host, binding, err, want)
		}
	}
}
