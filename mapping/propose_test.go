package mapping_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source"
	"r7import/mapping"
)

func TestPropose(t *testing.T) {
	for _, tc := range []struct {
		name, header, want string
		notices            []string
	}{
		{"personnel list", "ФИО;Почта;Пароль;Отдел;Этаж", "version: 1\ncolumns:\n  name: ФИО\n  email: Почта\n  password: Пароль\nignore:\n  - Отдел\n  - Этаж\n", nil},
		{"name in two columns", "Фамилия;Имя;Отчество;E-mail;Пароль",
			"version: 1\ncolumns:\n  email: E-mail\n  password: Пароль\nignore:\n  - Отчество\ntemplates:\n  name: '{{ .Имя }} {{ .Фамилия }}'\n", []string{"PROPOSED_NAME"}},
		{"name in two columns with blanks", "First Name [Required];Last Name [Required];Email Address [Required];Password [Required]",
			"version: 1\ncolumns:\n  email: 'Email Address [Required]'\n  password: 'Password [Required]'\ntemplates:\n  name: '{{ index . \"First Name [Required]\" }} {{ index . \"Last Name [Required]\" }}'\n", []string{"PROPOSED_NAME"}},
		{"near misses", "Почта;Пороль;пароль портала", "version: 1\ncolumns:\n  email: Почта\n  portal_password: пароль портала\nignore:\n  - Пороль\ntemplates:\n  portal_user: '{{ .email }}'\n",
			[]string{"PROPOSED_DOUBT password", "PROPOSED_OWNER"}},
		{"two columns for one field", "Адрес;Электронная почта;Пароль;Ящик", "version: 1\ncolumns:\n  email: Электронная почта\n  password: Пароль\nignore:\n  - Адрес\n  - Ящик\n",
			[]string{"PROPOSED_FIRST email", "PROPOSED_FIRST email"}},
		{"one header twice", "Почта;Пароль;Пароль", "version: 1\ncolumns:\n  email: Почта\n  password: Пароль\nignore:\n  - Пароль\n", []string{"PROPOSED_FIRST password"}},
		{"the opposite", "Почта;Пароль;Вся почта", "version: 1\ncolumns:\n  email: Почта\n  password: Пароль\n", nil},
		{"nothing known", "x1;x2", "version: 1\nignore:\n  - x1\n  - x2\n", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := mapping.Propose(header(tc.header), nil)
			text := p.File.Encode(nil)
			if diff := cmp.Diff(tc.want, string(text)); diff != "" {
				t.Errorf("Propose(%q): want - got +\n%s", tc.header, diff)
			}
			var said []string
			for _, n := range p.Notices {
				said = append(said, strings.TrimSpace(string(n.Code)+" "+n.Args["Field"]))
			}
			if diff := cmp.Diff(tc.notices, said); diff != "" {
				t.Errorf("Propose(%q): notices want - got +\n%s", tc.header, diff)
			}
		})
	}
}

// TestThreeColumnsAndAnAnswer is the way from a sheet that says little to rows that have everything.
func TestThreeColumnsAndAnAnswer(t *testing.T) {
	const sheet = "ФИО;Почта;Пароль;Отдел;Таб. №\nИван Петров;ivan@corp.example.org;secret;Склад;7\n"
	file := mapping.Propose(header("ФИО;Почта;Пароль;Отдел;Таб. №"), nil).File
	file.Presets.Domains = map[string]string{"corp.example.org": "yandex360"}
	text := file.Encode(map[string]string{"version": "Штат", "presets": "Почта по доменам"})
	if !strings.HasPrefix(string(text), "# Штат\nversion: 1\n") || !strings.Contains(string(text), "# Почта по доменам\npresets:\n") {
		t.Errorf("Encode =\n%s\nwant both comments", text)
	}
	got, _ := rows(t, sheet, mapping.Options{File: parse(t, string(text))})
	if s := got[0].Settings; s.Incoming.Host != "imap.yandex.ru" || s.Outgoing.Port != 465 || s.Incoming.Login != "ivan@corp.example.org" || len(got[0].Problems) > 0 {
		t.Errorf("row = %+v with %v, want all of Yandex 360", s, codes(got[0].Problems))
	}
}

// TestProposalsBind proposes for any header row, writes the file, reads it, and
// binds the same header row by it: only missing fields may be in the way.
func TestProposalsBind(t *testing.T) {
	words := rapid.SampledFrom([]string{"Почта", "Пароль", "ФИО", "Имя", "Фамилия", "Логин", "порт", "Порт (SMTP)", "Пороль", "№", "№ п/п", "Отдел", "'", "\"", "a: b", "# x", "- y", "{{", "*", "&a", "!t", "null", "yes", "1", "1.0", "0x1F",
		"~", "| x", "> y", "%", "@", "`", "вся почта", "Last Name", "Given  name", "name", "e-mail", "r7_status", "Телефон *", "пароль портала", "\u00a0", ""})
	header := rapid.OneOf(words, rapid.StringMatching(`[ -~а-яА-Я]{0,12}`), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		var columns []source.Column
		for i, h := range rapid.SliceOfN(header, 1, 8).Draw(t, "headers") {
			columns = append(columns, source.Column{Header: strings.ToValidUTF8(h, "?"), Label: string(rune('A' + i))})
		}
		file := mapping.Propose(columns, nil).File
		text := file.Encode(nil)
		again, err := mapping.ParseFile("m.yaml", text)
		if err != nil {
			t.Fatalf("ParseFile of its own text: %v\n%s", err, text)
		}
		_, err = mapping.Bind(columns, mapping.Options{File: again})
		problems, _ := err.(diagnosis.Problems)
		for _, p := range problems {
			if p.Code != diagnosis.ColumnsMissing && p.Code != diagnosis.HeaderNone {
				t.Fatalf("Bind by the proposal: %v\n%s", err, text)
			}
		}
		if diff := cmp.Diff(file.Columns, again.Columns); diff != "" {
			t.Fatalf("Columns: written - read +\n%s", diff)
		}
	})
}

func TestEncodeReadsBack(t *testing.T) {
	want := parse(t, staffMapping)
	want.Defaults[account.Name] = "two\nlines\tof 'text'"
	want.Presets = mapping.FilePresets{Use: "exchange=mail.example.org", Domains: map[string]string{"xn--80a1acny.xn--p1ai": "yandex360"}, Off: []string{"gmail"}, AllOff: true,
		Own: mapping.Presets{
			{Name: "corp", Title: "Our servers", Domains: []string{"corp.example.org"}, MX: []string{"mx.example.org"}, Login: mapping.LoginLocal,
				Notes: []mapping.Note{mapping.OwnLogin}, Help: "https://example.org/mail",
				Incoming: []mapping.Endpoint{{Host: "imap.example.org", Port: 993, Encryption: account.TLS}, {Host: "pop.example.org", Port: 110, Encryption: account.StartTLS, POP3: true}},
				Outgoing: []mapping.Endpoint{{Host: "smtp.example.org", Port: 587, Encryption: account.StartTLS}}},
			{Name: "product", Title: "product", Login: mapping.LoginAddress,
				Incoming: []mapping.Endpoint{{Port: 993, Encryption: account.TLS}}, Outgoing: []mapping.Endpoint{{Port: 465, Encryption: account.TLS}}},
		}}
	text := want.Encode(nil)
	got := parse(t, string(text))
	texts := func(f *mapping.FileMapping) map[account.Field]string {
		all := make(map[account.Field]string)
		for field, t := range f.Templates {
			all[field] = t.String()
		}
		return all
	}
	if diff := cmp.Diff(texts(want), texts(got)); diff != "" {
		t.Errorf("templates: want - got +\n%s", diff)
	}
	want.Templates, got.Templates = nil, nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Encode and ParseFile: want - got +\n%s", diff)
	}
}

// TestProposeByCells takes the columns whose cells have the form that a field
// wants, and never a key or a token.
func TestProposeByCells(t *testing.T) {
	for _, tc := range []struct {
		name, header string
		rows         []string
		want         string // columns of the proposal, by field
		notices      []string
	}{
		{"password manager", "folder;name;login_uri;login_username;login_password;login_totp",
			[]string{"Почта;Юрьев Олег;;o@example.org;Parus-1;JBSWY3DP"}, "name: name, email: login_username, password: login_password",
			[]string{"PROPOSED_CONTENT email", "PROPOSED_END password"}},
		{"another password manager", "Title;Url;Username;Password;OTPAuth;Notes", []string{"Почта;;o@example.org;Parus-1;otpauth://totp/x;"},
			"email: Username, password: Password", []string{"PROPOSED_CONTENT email"}},
		{"a title that could be a login", "Account;Login Name;Password;Web Site;Comments", []string{"Почта Юрьева;o@example.org;Parus-1;;"},
			"email: Login Name, password: Password", []string{"PROPOSED_CONTENT email", "PROPOSED_UNFIT account"}},
		{"external accounts", "yandex_login;external_email;external_password", []string{"o.yuriev;o@example.org;Parus-1"},
			"email: external_email, password: external_password", []string{"PROPOSED_END email", "PROPOSED_END password"}},
		{"external accounts beside own ones", "login;password;external_email;external_login;external_password", []string{"o.yuriev;Own-1;o@example.org;oleg;Parus-1"},
			"email: external_email, account: external_login, password: external_password",
			[]string{"PROPOSED_END email", "PROPOSED_END password", "PROPOSED_FIRST password", "PROPOSED_END account"}},
		{"UPN and nothing else", "Display name;User principal name;Password", []string{"Oleg;o@example.org;Parus-1"},
			"name: Display name, email: User principal name, password: Password", []string{"PROPOSED_CONTENT email"}},
		{"UPN beside an address", "mail;userPrincipalName;Password", []string{"o@example.org;oleg@corp.example.org;Parus-1"},
			"email: mail, account: userPrincipalName, password: Password", nil},
		{"logins and passwords of one beginning", "Почта;user_login;user_password", []string{"o@example.org;oleg;Parus-1"},
			"email: Почта, account: user_login, password: user_password", []string{"PROPOSED_END password"}},
		{"two passwords of something", "Почта;shop_password;ticket_password", []string{"o@example.org;a;b"}, "email: Почта", []string{"PROPOSED_MANY password", "PROPOSED_MANY password"}},
		{"passwords of something else", "Почта;wifi_password;old password;Пароль 1С;Пароль компьютера", []string{"o@example.org;a;b;c;d"}, "email: Почта", nil},
		{"addresses of somebody else", "Email руководителя;manager email;recovery_email;Пароль", []string{"b@example.org;b@example.org;c@example.org;Parus-1"}, "password: Пароль", nil},
		{"a street", "Адрес;Электронный адрес;Пароль", []string{"ул. Лесная, 1;o@example.org;Parus-1"}, "email: Электронный адрес, password: Пароль", []string{"PROPOSED_UNFIT email"}},
		{"a street and nothing else", "Адрес;Куда писать;Пароль", []string{"ул. Лесная, 1;o@example.org;Parus-1"}, "email: Куда писать, password: Пароль", []string{"PROPOSED_UNFIT email", "PROPOSED_CONTENT email"}},
		{"the one that is filled", "Почта;Рабочая почта;Пароль", []string{";o@example.org;Parus-1"}, "email: Рабочая почта, password: Пароль", []string{"PROPOSED_FIRST email"}},
		{"words of another language", "Почта;Пароль;Шифрование;Протокол", []string{"o@example.org;Parus-1;ГОСТ;MAPI"}, "email: Почта, password: Пароль",
			[]string{"PROPOSED_UNFIT imap", "PROPOSED_UNFIT incoming_encryption_type"}},
		{"hosts under IMAP", "Почта;Пароль;IMAP;Порт;SMTP;Порт", []string{"o@example.org;Parus-1;imap.example.org;993;smtp.example.org;465"},
			"email: Почта, password: Пароль, port: Порт, server: IMAP, smtp_port: F, smtp_server: SMTP", nil},
		{"keys and tokens", "Почта;Пароль;Токен;secret_key;Секрет;login_key;SMTP token;TOTP;api_token", []string{"o@example.org;Parus-1;a;b;c;d;e;f;g"}, "email: Почта, password: Пароль", nil},
		{"keys that are near", "Почта;Пароль;login_totp;portal tokens;Ключ", []string{"o@example.org;Parus-1;a;b;c"}, "email: Почта, password: Пароль", nil},
		{"tokens of the portal", "Почта;Пароль;Владелец;Токен", []string{"o@example.org;Parus-1;o@example.org;t"}, "email: Почта, password: Пароль, portal_user: Владелец, portal_token: Токен", nil},
		{"portal_token", "Почта;Пароль;portal_token", []string{"o@example.org;Parus-1;t"}, "email: Почта, password: Пароль, portal_token: portal_token", nil},
		{"numbered columns", "Почта;Пароль;Пользователь 1;Пользователь 2;Email 2", []string{"o@example.org;Parus-1;;;"}, "email: Почта, password: Пароль", nil},
		{"near misses", "Почта;Пороль;Серевр", []string{"o@example.org;Parus-1;imap.example.org"}, "email: Почта", []string{"PROPOSED_DOUBT password", "PROPOSED_DOUBT server"}},
		{"yes and no about SSL", "Почта;Пароль;Использовать SSL;SSL SMTP", []string{"o@example.org;Parus-1;Да;Нет"},
			"email: Почта, password: Пароль, incoming_encryption_type: Использовать SSL, outcoming_encryption_type: SSL SMTP", nil},
		{"no values", "Почта;Логин;Пароль", []string{"o@example.org;NULL;Parus-1"}, "email: Почта, account: Логин, password: Пароль", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var cells [][]string
			for _, row := range tc.rows {
				cells = append(cells, strings.Split(row, ";"))
			}
			columns := header(tc.header)
			p := mapping.Propose(columns, cells)
			var got []string
			for f := range account.NumFields {
				if name := p.File.Columns[f]; name != (mapping.ColumnName{}) {
					got = append(got, f.String()+": "+name.Header+name.Label)
				}
			}
			if diff := cmp.Diff(tc.want, strings.Join(got, ", ")); diff != "" {
				t.Errorf("columns of %q: want - got +\n%s", tc.header, diff)
			}
			var said []string
			for _, n := range p.Notices {
				said = append(said, string(n.Code)+" "+n.Args["Field"])
			}
			if diff := cmp.Diff(tc.notices, said); diff != "" {
				t.Errorf("notices about %q: want - got +\n%s", tc.header, diff)
			}
			file := parse(t, string(p.File.Encode(nil)))
			if _, err := mapping.Bind(columns, mapping.Options{File: file, Draft: true}); err != nil {
				t.Errorf("Bind by the proposal: %v", err)
			}
		})
	}
}

// TestNearNamesAreSaid keeps what is near to a known name and no slip from being
// suggested, and suggests what is one.
func TestNearNamesAreSaid(t *testing.T) {
	for name, near := range map[string]bool{
		"Пользователь 1": false, "Пользователь 4": false, "Входящая почта": false, "Исходящая почта": false, "login_totp": false, "Портал токен 2": false, "Использовать": false, "Email 3": false, "Порт 2": false,
		"Парроль": true, "Сервр": true, "Пользователь портла": true, "Порт smpt": true,
	} {
		_, err := mapping.Bind(withBase(name, account.NumFields), mapping.Options{})
		if got := err != nil && strings.Contains(err.Error(), "HEADER_NEAR"); got != near {
			t.Errorf("Bind(%q): %v, want a suggestion: %v", name, err, near)
		}
	}
}
