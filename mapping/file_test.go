package mapping_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/validate"
	"r7import/mapping"
)

// parse reads a mapping file that is good.
func parse(t *testing.T, text string) *mapping.FileMapping {
	t.Helper()
	f, err := mapping.ParseFile("mapping.yaml", []byte(text))
	if err != nil {
		t.Fatalf("ParseFile: %v", err)
	}
	return f
}

const staffSheet = "Фамилия;Имя;Логин в домене;Таб. №;Пароль;Филиал;Почта;Полная загрузка;Email;Этаж\n" +
	"Петров;Иван;petrov;17;secret;Москва;;вся;старый адрес;3\n" +
	";Анна;;18;secret;Казань;anna@other.example.org;;;4\n"

const staffMapping = `
version: 1
columns:
  email: Почта
  restrict: полная загрузка
  server: {column: "6"}
ignore: [Эта*]
defaults:
  port: 993
  smtp_server: smtp.example.org
  smtp_port: 465
  name: Сотрудник
templates:
  name: "{{ .Имя }} {{ .Фамилия }}"
  email: '{{ index . "Логин в домене" | lower }}@example.org'
  account: '{{ .email | localpart }}{{ if eq .Фамилия "" }}-{{ index . "Таб. №" }}{{ end }}'
  smtp_password: "{{ .password }}"
words:
  restrict: {вся: нет}
  server:
    Москва: imap.msk.example.org
    Казань: imap.kzn.example.org
`

func TestMappingFile(t *testing.T) {
	got, binding := rows(t, staffSheet, mapping.Options{File: parse(t, staffMapping)})
	type line struct {
		Name, Email, Login, Host string
		Restrict                 bool
		Problems                 []string
	}
	var lines []line
	for _, r := range got {
		s := r.Settings
		lines = append(lines, line{s.Name, s.Email, s.Incoming.Login, s.Incoming.Host, s.Restrict, codes(r.Problems)})
	}
	if diff := cmp.Diff([]line{
		{"Иван Петров", "petrov@example.org", "petrov", "imap.msk.example.org", false, nil},
		{"Анна", "anna@other.example.org", "anna-18", "imap.kzn.example.org", true, nil},
	}, lines); diff != "" {
		t.Errorf("rows: want - got +\n%s", diff)
	}
	if got[0].Fills[account.SMTPPassword] != account.FromMapping || got[0].Settings.Outgoing.Password.Reveal() != "secret" {
		t.Errorf("smtp_password filled from %q, want the template's", got[0].Fills[account.SMTPPassword])
	}
	if diff := cmp.Diff([]string{"Фамилия", "Имя", "Логин в домене", "Таб. №", "password", "server", "email", "restrict", "", ""}, binding.Columns()); diff != "" {
		t.Errorf("Columns: want - got +\n%s", diff)
	}
}

func TestMappingFileStrength(t *testing.T) {
	file := parse(t, "version: 1\ndefaults: {name: of the file, port: 993}\ntemplates: {name: '{{ .account }}'}\n")
	set := map[account.Field]string{account.Name: "set", account.Port: "143"}
	got, _ := rows(t, "email;password;server;smtp_server;smtp_port;name;account\n"+
		"a@example.org;p;imap.example.org;smtp.example.org;465;cell;login\n"+
		"a@example.org;p;imap.example.org;smtp.example.org;465;;login\n"+
		"a@example.org;p;imap.example.org;smtp.example.org;465;;\n", mapping.Options{File: file, Set: set})
	for i, want := range []string{"cell", "login", "of the file"} {
		if s := got[i].Settings; s.Name != want || s.Incoming.Port != 993 {
			t.Errorf("row %d: name %q and port %d, want %q and 993", i, s.Name, s.Incoming.Port, want)
		}
	}
}

// TestTemplateOfAnUnfitCell makes nothing of an address that is none, and says so once.
func TestTemplateOfAnUnfitCell(t *testing.T) {
	file := parse(t, "version: 1\ntemplates: {account: '{{ .email | localpart }}', smtp_account: '{{ .account }}'}\n")
	got, _ := rows(t, "email;password;server;port;smtp_server;smtp_port\nno address;p;imap.example.org;993;smtp.example.org;465\n", mapping.Options{File: file})
	if diff := cmp.Diff([]string{"email:ADDRESS_SYNTAX"}, codes(got[0].Problems)); diff != "" {
		t.Errorf("problems: want - got +\n%s", diff)
	}
	if s := got[0].Settings; s.Incoming.Login != "" || s.Outgoing.Login != "" {
		t.Errorf("logins %q and %q, want none", s.Incoming.Login, s.Outgoing.Login)
	}
}

func TestTemplateThatMakesNoValue(t *testing.T) {
	file := parse(t, "version: 1\ntemplates: {port: '{{ .name }}', account: '{{ slice .name 5 }}'}\n")
	got, _ := rows(t, "name;email;password;server;smtp_server;smtp_port\nabc;a@example.org;p;imap.example.org;smtp.example.org;465\n", mapping.Options{File: file})
	if diff := cmp.Diff([]string{"account:TEMPLATE_FAILED", "port:PORT_SYNTAX"}, codes(got[0].Problems)); diff != "" {
		t.Errorf("problems: want - got +\n%s", diff)
	}
}

func TestParseFileIsStrict(t *testing.T) {
	const canary = "c4n4ry"
	for _, tc := range []struct {
		name, text string
		want       []string // code, line and column
	}{
		{"empty", "", []string{"YAML_VERSION 1:1"}},
		{"no version", "columns: {}\n", []string{"YAML_VERSION 1:8"}},
		{"later version", "version: 2\n", []string{"YAML_VERSION 1:10"}},
		{"no mapping", "- version\n", []string{"YAML_FORM 1:1", "YAML_VERSION 1:1"}},
		{"two documents", "version: 1\n---\nversion: 1\n", []string{"YAML_SYNTAX 3:8"}},
		{"tab", "version: 1\ncolumns:\n\temail: x\n", []string{"YAML_SYNTAX 3:1"}},
		{"unknown key", "version: 1\ncolums:\n  email: " + canary + "\n", []string{"YAML_KEY 2:1"}},
		{"unknown field", "version: 1\ncolumns:\n  email: x\n  mail: " + canary + "\n", []string{"MAPPING_FIELD 4:3"}},
		{"key twice", "version: 1\ncolumns:\n  email: x\n  email: y\n", []string{"YAML_TWICE 4:3"}},
		{"section twice", "version: 1\ncolumns:\n  email: x\ncolumns:\n  name: y\n", []string{"YAML_TWICE 4:1"}},
		{"word twice", "version: 1\nwords:\n  imap: {a: да, b: нет, a: нет}\n", []string{"YAML_TWICE 3:25"}},
		{"column without a name", "version: 1\ncolumns:\n  email:\n", []string{"YAML_FORM 3:3"}},
		{"column by a wrong key", "version: 1\ncolumns:\n  email: {index: 3}\n", []string{"YAML_KEY 3:11", "YAML_FORM 3:3"}},
		{"list as a header", "version: 1\ncolumns:\n  email: [a, b]\n", []string{"YAML_FORM 3:10", "YAML_FORM 3:3"}},
		{"secret default", "version: 1\ndefaults:\n  password: " + canary + "\n", []string{"MAPPING_SECRET 3:3"}},
		{"default that is no value", "version: 1\ndefaults:\n  port: 993x" + canary + "\n  imap: maybe\n  name:\n", []string{"MAPPING_VALUE 3:9", "MAPPING_VALUE 4:9", "MAPPING_VALUE 5:9"}},
		{"word that means nothing", "version: 1\nwords:\n  imap: {старый: " + canary + "}\n  password: {a: b}\n", []string{"MAPPING_VALUE 3:18", "MAPPING_SECRET 4:3"}},
		{"broken template", "version: 1\ntemplates:\n  name: '{{ .email " + canary + "'\n", []string{"TEMPLATE_SYNTAX 3:9"}},
		{"unknown function", "version: 1\ntemplates:\n  name: '{{ .email | exec }}'\n", []string{"TEMPLATE_SYNTAX 3:9"}},
		{"whole row", "version: 1\ntemplates:\n  name: '{{ . }}'\n", []string{"TEMPLATE_SYNTAX 3:9"}},
		{"whole row by a variable", "version: 1\ntemplates:\n  name: '{{ $ }}'\n", []string{"TEMPLATE_SYNTAX 3:9"}},
		{"loop", "version: 1\ntemplates:\n  name: '{{ range . }}x{{ end }}'\n", []string{"TEMPLATE_SYNTAX 3:9"}},
		{"computed column", "version: 1\ntemplates:\n  name: '{{ index . .email }}'\n", []string{"TEMPLATE_SYNTAX 3:9"}},
		{"definition", "version: 1\ntemplates:\n  name: '{{ define \"x\" }}{{ end }}a'\n", []string{"TEMPLATE_SYNTAX 3:9"}},
		{"secret in a template", "version: 1\ntemplates:\n  name: 'x {{ .password }}'\n", []string{"TEMPLATE_SECRET 3:9"}},
		{"secret in a template by index", "version: 1\ntemplates:\n  account: '{{ index . \"portal_token\" }}'\n", []string{"TEMPLATE_SECRET 3:12"}},
		{"domain that is none", "version: 1\npresets:\n  domains: {'not a domain': yandex360}\n", []string{"MAPPING_DOMAIN 3:13"}},
		{"switch that is none", "version: 1\npresets:\n  automatic: maybe\n", []string{"YAML_FORM 3:14"}},
		{"several", "version: 1\nx: 1\ncolumns: {y: z}\npresets: {w: 1}\n", []string{"YAML_KEY 2:1", "MAPPING_FIELD 3:11", "YAML_KEY 4:11"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f, err := mapping.ParseFile("mapping.yaml", []byte(tc.text))
			var problems diagnosis.Problems
			if f != nil || !errors.As(err, &problems) {
				t.Fatalf("ParseFile = %v, %v, want diagnosis.Problems", f, err)
			}
			var got []string
			for _, p := range problems {
				got = append(got, string(p.Code)+" "+p.Args["Line"]+":"+p.Args["Column"])
				if p.Args["File"] != "mapping.yaml" || strings.Contains(p.Error(), canary) {
					t.Errorf("problem %v, want the file's name and nothing of its text", &p)
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("ParseFile: want - got +\n%s", diff)
			}
		})
	}
}

// TestBrokenYAML has documents that the YAML library panics on, or once did: a
// mapping file and a file of presets are refused with a place.
func TestBrokenYAML(t *testing.T) {
	readers := map[string]func(text string) error{
		"ParseFile": func(text string) error {
			_, err := mapping.ParseFile("x.yaml", []byte(text))
			return err
		},
		"ParsePresets": func(text string) error {
			_, err := mapping.ParsePresets("x.yaml", []byte(text))
			return err
		},
	}
	for _, text := range []string{
		"version: 1\npresets:\n  ! 00000\n", "version: 1\npresets: ! 0\n", "version: ! 1\n", "version: 1\npresets: &a [*a]\n", "version: &a *a\n", "version: 1\n<<: *x\n", "{? {? ", "&{0", "*-0", ">\n>",
		"0_", "10.:", "true :", "|0#", "? [", "!", "'", "\xff\xfe\x00", "version: 1\npresets:\n- name: x\n- \n", "version: 1\npresets: !!binary x\n",
	} {
		for name, read := range readers {
			err := read(text)
			var problems diagnosis.Problems
			if !errors.As(err, &problems) || problems[0].Args["File"] != "x.yaml" || problems[0].Args["Line"] == "" {
				t.Errorf("%s(%.30q): %v, want problems with a place in x.yaml", name, text, err)
			}
		}
	}
}

func TestMappingFileAndHeaderDisagree(t *testing.T) {
	for _, tc := range []struct{ name, header, file, want string }{
		{"absent column", "Почта;Пароль", "columns: {name: Сотрудник}", "COLUMN_ABSENT"},
		{"absent number", "Почта;Пароль", "columns: {name: {column: Z}}", "COLUMN_ABSENT"},
		{"one column for two fields", "Почта;Пароль", "columns: {email: Почта, account: почта}", "COLUMN_SHARED"},
		{"template of no column", "Почта;Пароль", "templates: {name: '{{ .Сотрудник }}'}", "TEMPLATE_NAME"},
		{"template of a field without a column", "Почта;Пароль", "templates: {name: '{{ .account }}'}", "TEMPLATE_NAME"},
		{"templates of each other", "Почта;Пароль", "templates: {name: '{{ .account }}', account: '{{ .name }}'}", "TEMPLATE_CYCLE"},
		{"template of itself", "Почта;Пароль", "templates: {name: '{{ .name }}'}", "TEMPLATE_CYCLE"},
		{"near miss", "Почта;Пароль;Логни", "", "HEADER_NEAR"},
		{"near miss ignored", "Почта;Пароль;Логни", "ignore: [Логни]", ""},
		{"near miss ignored by its beginning", "Почта;Пароль;Логни", "ignore: [лог*]", ""},
		{"signs at the beginning are no letters", "Почта;Пароль;# п/п", "ignore: ['#*']", ""},
		{"everything else ignored", "Почта;Пароль;Логни;Ящик", "columns: {email: Почта, password: Пароль}\nignore: ['*']", ""},
		{"near miss given a field", "Почта;Пароль;Логни", "columns: {account: Логни}", ""},
		{"two columns, one of them meant", "Почта;Пароль;Ящик", "columns: {email: Ящик}", ""},
		{"two columns, one ignored", "Почта;Пароль;Ящик", "ignore: [Ящик]", ""},
		{"two of one header, one of them meant", "Почта;Пароль;Пароль", "columns: {password: {column: B}}", ""},
		{"no known header at all", "х1;х2;х3", "columns: {email: х1, password: х2}", ""},
		{"a preset that is none", "Почта;Пароль", "presets: {use: nowhere}", "PRESET_UNKNOWN"},
		{"a product without a host", "Почта;Пароль", "presets: {domains: {example.org: exchange}}", "PRESET_HOST"},
		{"switching off what is not there", "Почта;Пароль", "presets: {off: [nowhere]}", "PRESET_UNKNOWN"},
		{"no presets and no servers", "Почта;Пароль", "presets: {automatic: false}", "COLUMNS_MISSING"},
		{"servers by default", "Почта;Пароль", "presets: {automatic: false}\ndefaults: {server: a.example.org, port: 993, smtp_server: a.example.org, smtp_port: 465}", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := mapping.Bind(header(tc.header), mapping.Options{File: parse(t, "version: 1\n"+tc.file+"\n")})
			var problems diagnosis.Problems
			errors.As(err, &problems)
			got := ""
			for _, p := range problems {
				got += string(p.Code)
			}
			if got != tc.want {
				t.Errorf("Bind(%q) with %q: %v, want %q", tc.header, tc.file, err, tc.want)
			}
		})
	}
}

// TestExports maps what other programs export, each with its mapping file, all the
// way to a row that has everything.
func TestExports(t *testing.T) {
	type line struct{ Name, Email, Incoming, Outgoing, Owner string }
	for name, want := range map[string][]line{
		"1c": {
			{"Анна Петрова", "a.petrova@romashka.example.org", "a.petrova@romashka.example.org imap.yandex.ru 993 ssl", "smtp.yandex.ru 465 ssl", ""},
			{"Пётр Зайцев", "p.zaitsev@romashka.example.org", "p.zaitsev@romashka.example.org imap.yandex.ru 993 ssl", "smtp.yandex.ru 465 ssl", ""},
		},
		"google-workspace": {
			{"Anna Petrova", "anna@example.org", "anna@example.org imap.gmail.com 993 ssl", "smtp.gmail.com 465 ssl", "anna@example.org"},
			{"Peter Hare", "peter@example.org", "peter@example.org imap.gmail.com 993 ssl", "smtp.gmail.com 465 ssl", "peter@example.org"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			read := func(file string) string {
				text, err := os.ReadFile(filepath.Join("testdata", file))
				if err != nil {
					t.Fatal(err)
				}
				return string(text)
			}
			all, _ := rows(t, read(name+".csv"), mapping.Options{File: parse(t, read(name+".yaml"))})
			var got []line
			for i := range all {
				s := &all[i].Settings
				got = append(got, line{s.Name, s.Email, s.Incoming.Login + " " + way(&s.Incoming), way(&s.Outgoing), all[i].Owner.User})
				validate.Rules{}.Check(&all[i])
				if len(all[i].Problems) > 0 {
					t.Errorf("row %d: problems %v, want none", i, codes(all[i].Problems))
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("rows: want - got +\n%s", diff)
			}
		})
	}
}

// way writes how a server is reached.
func way(s *account.Server) string {
	return fmt.Sprintf("%s %d %s", s.Host, s.Port, s.Encryption)
}
