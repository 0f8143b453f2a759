package mapping_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/mapping"
)

// TestBuiltinPresets is the whole table: name, domains or MX, the ways in and out, notes.
func TestBuiltinPresets(t *testing.T) {
	want := `yandex | yandex.ru yandex.com yandex.by yandex.kz yandex.ua yandex.net ya.ru narod.ru | imap.yandex.com:993 ssl, imap.yandex.ru:993 ssl | smtp.yandex.com:465 ssl, smtp.yandex.ru:465 ssl | address | app-password switch-on
mailru | mail.ru inbox.ru list.ru bk.ru internet.ru | imap.mail.ru:993 ssl, imap.mail.ru:143 starttls | smtp.mail.ru:465 ssl, smtp.mail.ru:587 starttls | address | app-password
vk | vk.com | imap.mail.ru:993 ssl | smtp.mail.ru:465 ssl | address | app-password
rambler | rambler.ru autorambler.ru myrambler.ru lenta.ru ro.ru r0.ru rambler.ua | imap.rambler.ru:993 ssl, imap.rambler.ru:143 starttls | smtp.rambler.ru:465 ssl | address | switch-on
gmail | gmail.com googlemail.com MX google.com googlemail.com | imap.gmail.com:993 ssl | smtp.gmail.com:465 ssl | address | app-password
microsoft365 | outlook.com hotmail.com live.com msn.com MX mail.protection.outlook.com | outlook.office365.com:993 ssl | smtp.office365.com:587 starttls | address | oauth2
yandex360 | MX mx.yandex.net | imap.yandex.ru:993 ssl, imap.yandex.com:993 ssl | smtp.yandex.ru:465 ssl, smtp.yandex.com:465 ssl | address | app-password switch-on
vk-workspace | MX emx.mail.ru | imap.mail.ru:993 ssl | smtp.mail.ru:465 ssl | address | app-password
exchange | | :993 ssl, :143 starttls | :587 starttls | address | own-login
communigate | | :993 ssl, :143 starttls | :465 ssl, :587 starttls | address | own-login
zimbra | | :993 ssl, :143 starttls | :587 starttls, :465 ssl | address |
rupost | | :993 ssl, :143 starttls | :465 ssl, :587 starttls | address | own-login unverified
mailion | | :993 ssl | :465 ssl, :587 starttls | address | unverified`
	ways := func(list []mapping.Endpoint) string {
		var all []string
		for _, e := range list {
			all = append(all, fmt.Sprintf("%s:%d %s", e.Host, e.Port, e.Encryption))
		}
		return strings.Join(all, ", ")
	}
	var got []string
	for _, p := range mapping.BuiltinPresets() {
		known := strings.Join(p.Domains, " ")
		if len(p.MX) > 0 {
			known = strings.TrimSpace(known + " MX " + strings.Join(p.MX, " "))
		}
		line := fmt.Sprintf("%s | %s | %s | %s | %s | %s", p.Name, known, ways(p.Incoming), ways(p.Outgoing), p.Login, strings.Trim(fmt.Sprint(p.Notes), "[]"))
		got = append(got, strings.TrimSpace(strings.ReplaceAll(line, "|  |", "| |")))
	}
	if diff := cmp.Diff(strings.Split(want, "\n"), got); diff != "" {
		t.Errorf("BuiltinPresets: want - got +\n%s", diff)
	}
}

func TestForMX(t *testing.T) {
	for mx, want := range map[string]string{
		"mx.yandex.net.": "yandex360", "EMX.mail.ru.": "vk-workspace", "ASPMX.L.GOOGLE.COM.": "gmail",
		"example-org.mail.protection.outlook.com.": "microsoft365", "notgoogle.com.": "", "mx.example.org": "",
	} {
		got := ""
		if p := mapping.BuiltinPresets().ForMX([]string{"other.example.org.", mx}); p != nil {
			got = p.Name
		}
		if got != want {
			t.Errorf("ForMX(%q) = %q, want %q", mx, got, want)
		}
	}
}

func TestChoose(t *testing.T) {
	for text, want := range map[string]string{
		"yandex360": "imap.yandex.ru", "Exchange=mail.почта.рф": "mail.xn--80a1acny.xn--p1ai", "zimbra = 10.0.0.1": "10.0.0.1",
		"nowhere": "PRESET_UNKNOWN", "": "PRESET_UNKNOWN", "exchange": "PRESET_HOST", "exchange=": "PRESET_HOST", "exchange=a b": "PRESET_HOST", "yandex=mail.example.org": "PRESET_OWN_HOST",
	} {
		p, err := mapping.BuiltinPresets().Choose(text)
		got := ""
		var problem *diagnosis.Problem
		switch {
		case errors.As(err, &problem):
			got = string(problem.Code)
		case p != nil:
			got = p.Incoming[0].Host
		}
		if got != want {
			t.Errorf("Choose(%q) = %v, %v, want %s", text, p, err, want)
		}
	}
	if host := mapping.BuiltinPresets().Named("exchange").Incoming[0].Host; host != "" {
		t.Errorf("after Choose the preset itself has the host %q, want none", host)
	}
}

func TestPresetsFillServers(t *testing.T) {
	const columns = "email;password;server;port;incoming_encryption_type;imap;smtp_server;smtp_port\n"
	own, err := mapping.ParsePresets("presets.yaml", []byte(`
version: 1
presets:
  - name: ours
    title: Наша почта
    domains: [corp.example.org, почта.рф, mail.ru]
    login: percent
    incoming: [{host: pop.corp.example.org, port: 995, encryption: ssl, protocol: pop3}]
    outgoing: [{host: smtp.corp.example.org, port: 587, encryption: starttls}]
`))
	if err != nil {
		t.Fatal(err)
	}
	file := func(text string) *mapping.FileMapping { return parse(t, "version: 1\npresets: "+text+"\n") }
	for _, tc := range []struct {
		name    string
		options mapping.Options
		row     string
		want    string // incoming, outgoing
		codes   []string
	}{
		{name: "by domain", row: "a@yandex.ru;p", want: "a@yandex.ru imap.yandex.com 993 ssl true, smtp.yandex.com 465 ssl"},
		{name: "the other host of the service", row: "a@yandex.ru;p;imap.yandex.ru;;;;smtp.yandex.ru", want: "a@yandex.ru imap.yandex.ru 993 ssl true, smtp.yandex.ru 465 ssl"},
		{name: "another port of the service", row: "a@mail.ru;p;;143;;;;587", want: "a@mail.ru imap.mail.ru 143 starttls true, smtp.mail.ru 587 starttls"},
		{name: "another encryption of the service", row: "a@mail.ru;p;;;starttls", want: "a@mail.ru imap.mail.ru 143 starttls true, smtp.mail.ru 465 ssl"},
		{name: "a port the service has not", row: "a@mail.ru;p;;995", want: "a@mail.ru  995 ssl false, smtp.mail.ru 465 ssl"},
		{name: "a protocol the service has not", row: "a@mail.ru;p;;;;POP3", want: "a@mail.ru  0 none false, smtp.mail.ru 465 ssl"},
		{name: "another server", row: "a@mail.ru;p;imap.example.org;993", want: "a@mail.ru imap.example.org 993 ssl true, smtp.mail.ru 465 ssl"},
		{name: "an unfit server", row: "a@mail.ru;p;imap example;993", want: "a@mail.ru  993 ssl true, smtp.mail.ru 465 ssl", codes: []string{"server:HOST_SYNTAX"}},
		{name: "an unfit address", row: "mail.ru;p", want: "  0 none false,  0 none", codes: []string{"email:ADDRESS_SYNTAX"}},
		{name: "unknown domain", row: "a@example.org;p", want: "a@example.org  0 none false,  0 none"},
		{name: "asked for", options: mapping.Options{Preset: "exchange=mx.example.org"}, row: "a@example.org;p", want: "a@example.org mx.example.org 993 ssl true, mx.example.org 587 starttls"},
		{name: "asked for, but a public service", options: mapping.Options{Preset: "exchange=mx.example.org"}, row: "a@gmail.com;p",
			want: "a@gmail.com mx.example.org 993 ssl true, mx.example.org 587 starttls", codes: []string{"server:PRESET_OTHER_SERVICE"}},
		{name: "asked for in the file", options: mapping.Options{File: file("{use: yandex360}")}, row: "a@example.org;p", want: "a@example.org imap.yandex.ru 993 ssl true, smtp.yandex.ru 465 ssl"},
		{name: "asked for in the file and otherwise", options: mapping.Options{File: file("{use: yandex360}"), Preset: "vk-workspace"}, row: "a@example.org;p", want: "a@example.org imap.mail.ru 993 ssl true, smtp.mail.ru 465 ssl"},
		{name: "by domain in the file, stronger than for all", options: mapping.Options{File: file("{domains: {gmail.com: gmail}}"), Preset: "vk-workspace"}, row: "a@gmail.com;p", want: "a@gmail.com imap.gmail.com 993 ssl true, smtp.gmail.com 465 ssl"},
		{name: "switched off", options: mapping.Options{File: file("{automatic: false, domains: {x.example.org: yandex360}}")}, row: "a@gmail.com;p", want: "a@gmail.com  0 none false,  0 none"},
		{name: "one switched off", options: mapping.Options{File: file("{off: [gmail]}")}, row: "a@gmail.com;p", want: "a@gmail.com  0 none false,  0 none"},
		{name: "the organisation's own", options: mapping.Options{Presets: own}, row: "a@corp.example.org;p", want: "a%corp.example.org pop.corp.example.org 995 ssl false, smtp.corp.example.org 587 starttls"},
		{name: "the organisation's own by an IDN", options: mapping.Options{Presets: own}, row: "a@ПОЧТА.рф;p", want: "a%xn--80a1acny.xn--p1ai pop.corp.example.org 995 ssl false, smtp.corp.example.org 587 starttls"},
		{name: "the organisation's own before the built-in", options: mapping.Options{Presets: own}, row: "a@mail.ru;p", want: "a%mail.ru pop.corp.example.org 995 ssl false, smtp.corp.example.org 587 starttls"},
		{name: "a service without passwords", row: "a@outlook.com;p", want: "a@outlook.com outlook.office365.com 993 ssl true, smtp.office365.com 587 starttls", codes: []string{"server:SERVICE_OAUTH"}},
		{name: "the same by its host", row: "a@example.org;p;outlook.office365.com;993;;;smtp.office365.com;587",
			want: "a@example.org outlook.office365.com 993 ssl true, smtp.office365.com 587 starttls", codes: []string{"server:SERVICE_OAUTH"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, _ := rows(t, columns+tc.row+strings.Repeat(";", 7-strings.Count(tc.row, ";"))+"\n", tc.options)
			s := got[0].Settings
			text := fmt.Sprintf("%s %s %d %s %v, %s %d %s", s.Incoming.Login, s.Incoming.Host, s.Incoming.Port, s.Incoming.Encryption, s.IMAP, s.Outgoing.Host, s.Outgoing.Port, s.Outgoing.Encryption)
			if text != tc.want {
				t.Errorf("row %q = %s, want %s", tc.row, text, tc.want)
			}
			if diff := cmp.Diff(tc.codes, codes(got[0].Problems)); diff != "" {
				t.Errorf("row %q: problems want - got +\n%s", tc.row, diff)
			}
		})
	}
}

func TestNoticesOfServices(t *testing.T) {
	_, binding := rows(t, "email;password\na@yandex.ru;p\nb@ya.ru;p\nc@gmail.com;p\nd@example.org;p\n", mapping.Options{})
	var got []string
	for _, n := range binding.Notices() {
		if n.Args["Service"] != "" {
			got = append(got, string(n.Code)+" "+n.Args["Count"]+" "+n.Args["Service"])
		}
	}
	if diff := cmp.Diff([]string{
		"SERVICE_APP_PASSWORD 2 Яндекс Почта (Yandex Mail)", "SERVICE_SWITCH_ON 2 Яндекс Почта (Yandex Mail)", "SERVICE_APP_PASSWORD 1 Gmail, Google Workspace",
	}, got); diff != "" {
		t.Errorf("Notices: want - got +\n%s", diff)
	}
}

func TestParsePresetsIsStrict(t *testing.T) {
	const good = "version: 1\npresets:\n  - name: a\n    incoming: [{host: i.example.org, port: 993, encryption: ssl}]\n    outgoing: [{host: o.example.org, port: 465, encryption: ssl}]\n"
	for _, tc := range []struct {
		name, old, new string
		want           []string
	}{
		{"good", "", "", nil},
		{"no version", "version: 1\n", "", []string{"YAML_VERSION 1:8"}},
		{"unknown key", "name: a", "name: a\n    imap: x", []string{"YAML_KEY 4:5"}},
		{"no name", "name: a", "name:", []string{"PRESET_FORM 3:9"}},
		{"name that cannot be typed", "name: a", "name: А я", []string{"PRESET_FORM 3:9"}},
		{"no way in", "    incoming: [{host: i.example.org, port: 993, encryption: ssl}]\n", "", []string{"PRESET_FORM 3:9"}},
		{"no port", "port: 993, ", "", []string{"PRESET_FORM 4:16"}},
		{"no encryption", ", encryption: ssl}]\n    out", "}]\n    out", []string{"PRESET_FORM 4:16"}},
		{"host that is none", "i.example.org", "i example", []string{"PRESET_FORM 4:23"}},
		{"host on one side only", "host: o.example.org, ", "", []string{"PRESET_FORM 3:9"}},
		{"unknown login", "name: a", "name: a\n    login: name", []string{"YAML_KEY 4:12"}},
		{"unknown note", "name: a", "name: a\n    notes: [hurry]", []string{"YAML_KEY 4:12"}},
		{"domain that is none", "name: a", "name: a\n    domains: [a b]", []string{"PRESET_FORM 4:14"}},
		{"protocol that is none", "port: 993", "protocol: nntp, port: 993", []string{"PRESET_FORM 4:48"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := mapping.ParsePresets("presets.yaml", []byte(strings.Replace(good, tc.old, tc.new, 1)))
			var problems diagnosis.Problems
			if err != nil && !errors.As(err, &problems) {
				t.Fatalf("ParsePresets: %T, want diagnosis.Problems", err)
			}
			var got []string
			for _, p := range problems {
				got = append(got, string(p.Code)+" "+p.Args["Line"]+":"+p.Args["Column"])
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("ParsePresets: want - got +\n%s", diff)
			}
		})
	}
	twice := good + strings.TrimPrefix(good, "version: 1\npresets:\n")
	if _, err := mapping.ParsePresets("presets.yaml", []byte(twice)); err == nil {
		t.Error("ParsePresets with a name twice: no error")
	}
}

func TestPresetIsUsedByLogin(t *testing.T) {
	for login, want := range map[mapping.Login]string{mapping.LoginAddress: "a@example.org", mapping.LoginLocal: "a", mapping.LoginPercent: "a%example.org"} {
		p := *mapping.BuiltinPresets().Named("yandex360")
		p.Name, p.Login, p.Domains = "ours", login, []string{"example.org"}
		got, _ := rows(t, "email;password\na@example.org;p\n", mapping.Options{Presets: mapping.Presets{&p}})
		if got[0].Settings.Incoming.Login != want {
			t.Errorf("login %s: %q, want %q", login, got[0].Settings.Incoming.Login, want)
		}
		wantFill := account.FromPreset
		if login == mapping.LoginAddress {
			wantFill = account.FromRow
		}
		if got[0].Fills[account.Account] != wantFill {
			t.Errorf("login %s filled from %q, want %q", login, got[0].Fills[account.Account], wantFill)
		}
	}
}

// TestPresetsOfTheFileItself: their domains go before "use", they can be named, and
// "automatic: false" is not about them.
func TestPresetsOfTheFileItself(t *testing.T) {
	file := parse(t, `
version: 1
presets:
  use: yandex360
  automatic: false
  domains: {named.example.org: corp, twice.example.org: gmail}
  own:
    - name: corp
      domains: [corp.example.org, twice.example.org]
      incoming: [{host: imap.example.org, port: 993, encryption: ssl}]
      outgoing: [{host: smtp.example.org, port: 465, encryption: ssl}]
`)
	got, _ := rows(t, "email;password\na@corp.example.org;x\na@named.example.org;x\na@twice.example.org;x\na@example.org;x\n", mapping.Options{File: file})
	for i, want := range []string{"imap.example.org", "imap.example.org", "imap.gmail.com", "imap.yandex.ru"} {
		if s := got[i].Settings; s.Incoming.Host != want {
			t.Errorf("%s has the server %s, want %s", s.Email, s.Incoming.Host, want)
		}
	}
}

// TestDraft takes what can be understood of a file that lacks nearly everything.
func TestDraft(t *testing.T) {
	binding, err := mapping.Bind(header("ФИО;Отдел"), mapping.Options{Draft: true})
	if err != nil {
		t.Fatalf("Bind of a draft: %v", err)
	}
	if diff := cmp.Diff([]string{"name", ""}, binding.Columns()); diff != "" {
		t.Errorf("Columns: want - got +\n%s", diff)
	}
	if _, err := mapping.Bind(header("ФИО;Пороль"), mapping.Options{Draft: true}); err == nil {
		t.Error("Bind of a draft with a near miss: no error")
	}
}
