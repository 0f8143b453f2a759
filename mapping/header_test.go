package mapping_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source"
	"r7import/mapping"
)

// base is what every file needs beside the column under test, by fields.
var base = []account.Field{account.Email, account.Password, account.ServerHost, account.Port, account.SMTPServer, account.SMTPPort}

// withBase puts the needed columns, but for that of f, behind a header.
func withBase(name string, f account.Field) []source.Column {
	columns := []source.Column{{Header: name, Label: "1"}}
	for _, b := range base {
		if b != f {
			columns = append(columns, source.Column{Header: b.String(), Label: "2"})
		}
	}
	return columns
}

func TestHeadersAreUnderstood(t *testing.T) {
	for field, names := range map[string]string{
		"name":  "name|имя|ФИО|Ф.И.О.|отображаемое имя|сотрудник|Display Name|Your name|displayName|Full Name *|Имя учетной записи в Teamlab",
		"email": "email|E-mail|почта|эл. почта|Эл.почта|электронная почта|адрес|ящик|почтовый ящик|Email Address [Required]|Адрес электронной почты учетной записи|primarySmtpAddress|Mail|E-mail Address|\ufeffemail|e\u00a0mail",
		"account": "account|логин|имя пользователя|учётная запись|учетная запись|Логин (полный адрес)|User Name|username|userPrincipalName|sAMAccountName|Вход на сервер IMAP или POP|логин imap|IMAP login|" +
			"Incoming username",
		"password": "password|пароль|Пароль *|пароль imap|пароль приложения|Пароль (обязательно)|Password [Required]|Пароль сервера IMAP или POP|app password|IMAP password|ПАРОЛЬ ОТ ПОЧТЫ",
		"port":     "port|порт|порт imap|Порт (1-65535)|Порт сервера IMAP или POP|Incoming port|IMAP-порт|порт входящей почты|Port number|imap_port|imapPort",
		"server":   "server|сервер|imap сервер|сервер входящей почты|Адрес или IP сервера IMAP или POP|IMAP Server|Incoming server|Server hostname|Сервер (IMAP)|Incoming mail server (IMAP)|хост|Сервер IMAP:|imap_host",
		"smtp_account": "smtp_account|логин smtp|SMTP логин|Вход на SMTP-сервер|SMTP username|Outgoing user name|имя пользователя SMTP|" +
			"логин исходящей почты",
		"smtp_password":             "smtp_password|пароль smtp|Пароль SMTP-сервера|SMTP password|Пароль (SMTP)|пароль исходящей почты|smtpPassword",
		"smtp_port":                 "smtp_port|порт smtp|Порт SMTP-сервера|SMTP port|Outgoing port|Порт (исходящей почты)|Порт (SMTP)|порт сервера исходящей почты",
		"smtp_server":               "smtp_server|сервер исходящей почты|smtp|Адрес или IP SMTP-сервера|SMTP Server|Outgoing server (SMTP)|Outgoing server|smtp-сервер|SMTP host",
		"smtp_auth":                 "smtp_auth|авторизация smtp|требуется аутентификация|требуется ли аутентификация для SMTP|SMTP auth|SMTP authentication required",
		"imap":                      "imap|протокол|тип сервера|Protocol|используется ли сервер IMAP|IMAP/POP3|тип учётной записи",
		"restrict":                  "restrict|только за 30 дней|ограничить|все письма (false) или 30 дней (true)|Last 30 days only|за последние 30 дней",
		"incoming_encryption_type":  "incoming_encryption_type|шифрование|защита|Тип шифрования IMAP/POP|тип шифрования входящей|Connection security|SSL|IMAP security|безопасность соединения",
		"outcoming_encryption_type": "outcoming_encryption_type|outgoing_encryption_type|шифрование smtp|Тип шифрования SMTP|SMTP security|Шифрование (SMTP)",
		"auth_type_in":              "auth_type_in|Тип аутентификации IMAP/POP|Authentication method|способ авторизации",
		"auth_type_smtp":            "auth_type_smtp|Тип аутентификации SMTP|SMTP auth type|метод аутентификации SMTP",
		"portal_user":               "portal_user|пользователь портала|владелец|логин портала|Portal login|Р7 логин|Email на портале|Owner",
		"portal_password":           "portal_password|пароль портала|пароль от портала|Portal password|Пароль на портале",
		"portal_token":              "portal_token|токен|токен портала|Portal token",
	} {
		f, _ := account.FieldNamed(field)
		for name := range strings.SplitSeq(names, "|") {
			if !mapping.Known(name) {
				t.Errorf("Known(%q) = false, want true", name)
			}
			b, err := mapping.Bind(withBase(name, f), mapping.Options{})
			if err != nil {
				t.Errorf("Bind(%q): %v, want %s", name, err, field)
				continue
			}
			if got := b.Columns()[0]; got != field {
				t.Errorf("Bind(%q) takes it for %q, want %s", name, got, field)
			}
		}
	}
}

// TestHeadersAreFolded writes known headers in the ways in which people and
// programs write them.
func TestHeadersAreFolded(t *testing.T) {
	for name, field := range map[string]string{
		"фио": "name", "эл. почта": "email", "почтовый ящик": "email", "учётная запись": "account", "пароль приложения": "password",
		"сервер входящей почты": "server", "порт imap": "port", "сервер исходящей почты": "smtp_server", "шифрование smtp": "outcoming_encryption_type",
		"требуется аутентификация": "smtp_auth", "тип сервера": "imap", "только за 30 дней": "restrict",
		"пользователь портала": "portal_user", "пароль портала": "portal_password", "токен портала": "portal_token", "владелец": "portal_user",
	} {
		f, _ := account.FieldNamed(field)
		for _, written := range []string{
			strings.ToUpper(name), "  " + name + "\u00a0*", name + ":", "\u200b" + name, "\ufeff" + name, name + " (обязательно)", name + " [1]",
			strings.ReplaceAll(name, " ", "_"), strings.ReplaceAll(name, " ", "-"), strings.ReplaceAll(name, " ", "."), strings.ReplaceAll(name, " ", "\n"),
			strings.ReplaceAll(name, " ", "\u00a0"), strings.ReplaceAll(name, " ", ""), strings.ReplaceAll(name, "е", "ё"), strings.ReplaceAll(name, "ё", "е"),
		} {
			b, err := mapping.Bind(withBase(written, f), mapping.Options{})
			if err != nil {
				t.Errorf("Bind(%q): %v, want %s", written, err, field)
				continue
			}
			if got := b.Columns()[0]; got != field {
				t.Errorf("Bind(%q) takes it for %q, want %s", written, got, field)
			}
		}
	}
}

// TestForeignHeadersAreIgnored has the columns that personnel lists have beside the needed ones.
func TestForeignHeadersAreIgnored(t *testing.T) {
	for name := range strings.SplitSeq("Отдел|Табельный номер|Таб. №|№|№ п/п|Должность|Телефон|Мобильный телефон|Дата рождения|Дата приёма|Пол|Город|Паспорт|СНИЛС|ИНН|Фамилия|Отчество|"+
		"Подразделение|Организация|Филиал|Кабинет|Руководитель|Примечание|Комментарий|Статус|Оклад|Стаж|Индекс|Регион|Пост|Спорт|Торт|Гражданство|Образование|"+
		"First Name [Required]|Last Name [Required]|Org Unit Path [Required]|Department|Title|Phone|Mobile|Notes|City|Country|Company|Manager|Group|Status [READ ONLY]|"+
		"Last Sign In [READ ONLY]|Recovery Email|Employee ID|Email 2|Телефон 2|Password Hash Function [UPLOAD ONLY]|Work Phone|Cost Center|Id|Code|Date|r7_status|R7_code|", "|") {
		b, err := mapping.Bind(withBase(name, account.NumFields), mapping.Options{})
		if err != nil {
			t.Errorf("Bind(%q): %v, want it ignored", name, err)
			continue
		}
		if got := b.Columns()[0]; got != "" {
			t.Errorf("Bind(%q) takes it for %q, want it ignored", name, got)
		}
		own := strings.HasPrefix(strings.ToLower(name), "r7_")
		if mapping.Known(name) != own {
			t.Errorf("Known(%q) = %v, want %v", name, !own, own)
		}
		for _, n := range b.Notices() {
			if n.Code == diagnosis.ColumnsIgnored && (own || name == "") {
				t.Errorf("Bind(%q) lists %s as ignored, want nothing said", name, n.Args["Columns"])
			}
		}
	}
}

func TestNearMissesAreRefused(t *testing.T) {
	for name, field := range map[string]string{
		"пароыль": "password", "Парлоь": "password", "Пороль": "password", "Почтва": "email", "Emial": "email", "E-mial": "email", "Прот": "port", "Prot": "port",
		"Sever": "server", "Серевр": "server", "Порт smpt": "smtp_port", "smtp_sever": "smtp_server", "Шифрованее": "incoming_encryption_type",
		"outcomming_encryption_type": "outcoming_encryption_type", "Логни": "account", "Пользователь портла": "portal_user", "restrikt": "restrict",
		"pоrt": "port", "Pаsswоrd": "password", "еmail": "email", "пoчта": "email", "smtp_аuth": "smtp_auth",
	} {
		_, err := mapping.Bind(withBase(name, account.NumFields), mapping.Options{})
		var problems diagnosis.Problems
		if !errors.As(err, &problems) || len(problems) != 1 || problems[0].Code != diagnosis.HeaderNear || problems[0].Args["Field"] != field {
			t.Errorf("Bind(%q): %v, want HEADER_NEAR with %s", name, err, field)
			continue
		}
		if at := problems[0].Place; at.Header != name || at.Column != "1" {
			t.Errorf("Bind(%q): place %+v, want the header in column 1", name, at)
		}
	}
}

func TestBindSaysEverythingAtOnce(t *testing.T) {
	for _, tc := range []struct {
		name    string
		header  string
		options mapping.Options
		want    []string
	}{
		{"nothing known", "Иванов;qwerty123;7", mapping.Options{}, []string{"HEADER_NONE"}},
		{"no header row but a near word", "Иванов;пороль;7", mapping.Options{}, []string{"HEADER_NONE"}},
		{"no columns", "", mapping.Options{}, []string{"HEADER_NONE"}},
		{"only a password", "пароль", mapping.Options{}, []string{"COLUMNS_MISSING email"}},
		{"only an address", "почта", mapping.Options{}, []string{"COLUMNS_MISSING password"}},
		{"only an address, no password wanted", "почта", mapping.Options{WithoutPasswords: true}, nil},
		{"some of the servers", "почта;пароль;сервер;порт smtp", mapping.Options{}, []string{"COLUMNS_MISSING port, smtp_server"}},
		{"the rest set", "почта;пароль;сервер;порт smtp", mapping.Options{Set: map[account.Field]string{account.Port: "993", account.SMTPServer: "smtp.example.org"}}, nil},
		{"no servers at all", "ФИО;почта;пароль", mapping.Options{}, nil},
		{"owner columns", "почта;пароль;portal_user", mapping.Options{OwnerColumns: true}, []string{"COLUMNS_MISSING portal_password"}},
		{"owner columns, no passwords wanted", "почта;portal_user", mapping.Options{OwnerColumns: true, WithoutPasswords: true}, nil},
		{"a near miss and nothing else", "почта;пороль", mapping.Options{}, []string{"HEADER_NEAR password"}},
		{"owner columns with a token", "почта;пароль;владелец;токен", mapping.Options{OwnerColumns: true}, nil},
		{"two columns for one field", "почта;ящик;пароль", mapping.Options{}, []string{"HEADER_TWICE email: A почта"}},
		{"a column and its opposite", "почта;пароль;restrict;все письма", mapping.Options{}, []string{"HEADER_TWICE restrict: C restrict"}},
		{"several doubts", "почта;адрес;пороль;сервр", mapping.Options{Set: map[account.Field]string{account.Port: "99999", account.Password: "x", account.Name: " "}},
			[]string{"HEADER_TWICE email: A почта", "HEADER_NEAR password", "HEADER_NEAR server", "SET_VALUE name", "SET_SECRET password", "SET_VALUE port"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := mapping.Bind(header(tc.header), tc.options)
			var problems diagnosis.Problems
			if err != nil && !errors.As(err, &problems) {
				t.Fatalf("Bind: %T, want diagnosis.Problems", err)
			}
			var got []string
			for _, p := range problems {
				text := string(p.Code)
				switch p.Code {
				case diagnosis.HeaderTwice:
					text += " " + p.Args["Field"] + ": " + p.Args["Other"] + " " + p.Args["OtherHeader"]
				case diagnosis.ColumnsMissing:
					text += " " + p.Args["Fields"]
				case diagnosis.HeaderNone:
				default:
					text += " " + p.Args["Field"]
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("Bind(%q): want - got +\n%s", tc.header, diff)
			}
		})
	}
}

func TestNoticesOfColumns(t *testing.T) {
	b, err := mapping.Bind(header("ФИО;email;пароль;Отдел; Этаж ;вся почта;r7_status;"), mapping.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[diagnosis.Code]string)
	for _, n := range b.Notices() {
		got[n.Code] = n.Args["Columns"]
	}
	want := map[diagnosis.Code]string{
		diagnosis.ColumnsTaken:   `"ФИО" = name, email, "пароль" = password, "вся почта" = !restrict`,
		diagnosis.ColumnsIgnored: `"Отдел", "Этаж"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Notices: want - got +\n%s", diff)
	}
}

// TestHugeHeader takes a text of megabytes for a header in no time and repeats little of it.
func TestHugeHeader(t *testing.T) {
	huge := strings.Repeat("почта", 1<<20)
	if mapping.Known(huge) {
		t.Error("Known of 10 MB = true")
	}
	b, err := mapping.Bind(withBase(huge, account.NumFields), mapping.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range b.Notices() {
		if len(n.Args["Columns"]) > 1000 {
			t.Errorf("%s repeats %d bytes of headers", n.Code, len(n.Args["Columns"]))
		}
	}
}
