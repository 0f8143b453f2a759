package validate_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/validate"
)

// good is a row that no rule says anything about.
func good() account.Row {
	return account.Row{
		Number: 2,
		Settings: account.Settings{
			Name: "Иван Петров", Email: "ivan@example.org",
			Incoming: account.Server{Host: "imap.example.org", Port: 993, Encryption: account.TLS, Auth: account.LoginCmd, Login: "ivan@example.org", Password: account.NewSecret("secret")},
			Outgoing: account.Server{Host: "smtp.example.org", Port: 465, Encryption: account.TLS, Auth: account.LoginCmd, Login: "ivan@example.org", Password: account.NewSecret("secret")},
			SMTPAuth: true, IMAP: true, Restrict: true,
		},
	}
}

// codes lists field and code of every problem.
func codes(problems []diagnosis.Problem) []string {
	var list []string
	for _, p := range problems {
		list = append(list, p.Field+":"+string(p.Code))
	}
	return list
}

func TestCheck(t *testing.T) {
	for _, tc := range []struct {
		name   string
		rules  validate.Rules
		change func(*account.Row)
		want   []string
	}{
		{name: "good", change: func(*account.Row) {}},
		{name: "no name", change: func(r *account.Row) { r.Settings.Name = "" }},
		{name: "unusual ports", change: func(r *account.Row) { r.Settings.Incoming.Port, r.Settings.Outgoing.Port = 1993, 2525 }},
		{name: "no password", change: func(r *account.Row) {
			r.Settings.Incoming.Password, r.Settings.Outgoing.Password = account.Secret{}, account.Secret{}
		}, want: []string{"password:VALUE_MISSING"}},
		{name: "no password wanted", rules: validate.Rules{WithoutPasswords: true}, change: func(r *account.Row) {
			r.Settings.Incoming.Password, r.Settings.Outgoing.Password = account.Secret{}, account.Secret{}
		}},
		{name: "no mailbox password wanted", rules: validate.Rules{WithoutMailPasswords: true}, change: func(r *account.Row) {
			r.Settings.Incoming.Password, r.Settings.Outgoing.Password = account.Secret{}, account.NewSecret("a\tb")
		}},
		{name: "no mailbox password wanted, but a sound portal password", rules: validate.Rules{WithoutMailPasswords: true}, change: func(r *account.Row) {
			r.Owner.User, r.Owner.Password = "ivan@example.org", account.NewSecret("a\x00b")
		}, want: []string{"portal_password:PASSWORD_CONTROL"}},
		{name: "no outgoing password", change: func(r *account.Row) { r.Settings.Outgoing.Password = account.Secret{} }, want: []string{"smtp_password:VALUE_MISSING"}},
		{name: "no outgoing login, none wanted", change: func(r *account.Row) {
			r.Settings.SMTPAuth, r.Settings.Outgoing.Login, r.Settings.Outgoing.Password = false, "", account.Secret{}
		}},
		{name: "no address", change: func(r *account.Row) { r.Settings.Email, r.Settings.Incoming.Login = "", "" }, want: []string{"email:VALUE_MISSING"}},
		{name: "no port", change: func(r *account.Row) { r.Settings.Incoming.Port = 0 }, want: []string{"port:VALUE_MISSING"}},
		{name: "no servers", change: func(r *account.Row) {
			r.Settings.Incoming.Host, r.Settings.Incoming.Port, r.Settings.Outgoing.Host, r.Settings.Outgoing.Port = "", 0, "", 0
		}, want: []string{"server:SERVERS_UNKNOWN"}},
		{name: "what follows from an unfit cell is not missed", change: func(r *account.Row) {
			r.Settings.Email, r.Settings.Incoming.Login, r.Settings.Outgoing.Login = "", "", ""
			r.Settings.Incoming.Host, r.Settings.Incoming.Port, r.Settings.Outgoing.Host, r.Settings.Outgoing.Port = "", 0, "", 0
			r.Report(account.Email, *diagnosis.New(diagnosis.AddressSyntax))
		}, want: []string{"email:ADDRESS_SYNTAX"}},
		{name: "a broken row is not judged again", change: func(r *account.Row) {
			r.Settings = account.Settings{}
			r.Problems = []diagnosis.Problem{*diagnosis.New(diagnosis.Duplicate)}
		}, want: []string{":DUPLICATE"}},
		{name: "long name", change: func(r *account.Row) { r.Settings.Name = strings.Repeat("ж", 256) }, want: []string{"name:TEXT_LENGTH"}},
		{name: "name of 255 letters", change: func(r *account.Row) { r.Settings.Name = strings.Repeat("ж", 255) }},
		{name: "long login", change: func(r *account.Row) { r.Settings.Incoming.Login = strings.Repeat("x", 256) }, want: []string{"account:TEXT_LENGTH"}},
		{name: "login too long in the form the portal keeps", change: func(r *account.Row) {
			r.Settings.Email = "a@b.ru"
			r.Settings.Incoming.Login = "a" + strings.Repeat("x", 250)
		}, want: []string{"account:TEXT_LENGTH"}},
		{name: "emoji in a name", change: func(r *account.Row) { r.Settings.Name = "Иван 😀" }, want: []string{"name:TEXT_BEYOND_BMP"}},
		{name: "NUL in a name", change: func(r *account.Row) { r.Settings.Name = "Ив\x00ан" }, want: []string{"name:TEXT_CHARACTER"}},
		{name: "right-to-left mark in a login", change: func(r *account.Row) { r.Settings.Incoming.Login = "iv\u202ean" }, want: []string{"account:TEXT_CHARACTER"}},
		{name: "zero-width in a portal user", change: func(r *account.Row) { r.Owner.User = "iv\u200ban@example.org" }, want: []string{"portal_user:TEXT_CHARACTER"}},
		{name: "password of 176 bytes", change: func(r *account.Row) {
			r.Settings.Incoming.Password = account.NewSecret(strings.Repeat("ж", 88))
		}, want: []string{"password:PASSWORD_LENGTH"}},
		{name: "password of 175 bytes", change: func(r *account.Row) {
			r.Settings.Incoming.Password = account.NewSecret(strings.Repeat("x", 175))
		}},
		{name: "long portal password", change: func(r *account.Row) {
			r.Owner.User, r.Owner.Password = "ivan@example.org", account.NewSecret(strings.Repeat("x", 300))
		}},
		{name: "line break in a password", change: func(r *account.Row) { r.Settings.Incoming.Password = account.NewSecret("se\ncret") }, want: []string{"password:PASSWORD_CONTROL"}},
		{name: "direction mark in a password", change: func(r *account.Row) { r.Settings.Incoming.Password = account.NewSecret("se\u202ecret") }, want: []string{"password:PASSWORD_CONTROL"}},
		{name: "zero-width in a password", change: func(r *account.Row) { r.Settings.Incoming.Password = account.NewSecret("se\u200bcret") }, want: []string{"password:PASSWORD_INVISIBLE"}},
		{name: "blank behind a password", change: func(r *account.Row) { r.Settings.Incoming.Password = account.NewSecret("secret ") }, want: []string{"password:PASSWORD_BLANKS"}},
		{name: "no-break blank before a password", change: func(r *account.Row) { r.Settings.Outgoing.Password = account.NewSecret("\u00a0secret") }, want: []string{"smtp_password:PASSWORD_BLANKS"}},
		{name: "password of blanks", change: func(r *account.Row) { r.Settings.Incoming.Password = account.NewSecret(" \u00a0") }, want: []string{"password:PASSWORD_ONLY_BLANKS"}},
		{name: "masked passwords", change: func(r *account.Row) {
			r.Settings.Incoming.Password, r.Settings.Outgoing.Password = account.NewSecret("***"), account.NewSecret("••••••••")
		}, want: []string{"password:PASSWORD_MASKED", "smtp_password:PASSWORD_MASKED"}},
		{name: "masked passwords that may be", rules: validate.Rules{WithoutPasswords: true}, change: func(r *account.Row) { r.Settings.Incoming.Password = account.NewSecret("***") }},
		{name: "asterisks in a password", change: func(r *account.Row) {
			r.Settings.Incoming.Password, r.Settings.Outgoing.Password = account.NewSecret("***a***"), account.NewSecret("**")
		}},
		{name: "a hash in place of a password", change: func(r *account.Row) {
			r.Settings.Incoming.Password, r.Settings.Outgoing.Password = account.NewSecret("{SSHA}c2FsdA=="), account.NewSecret("$6$salt$hash")
		}, want: []string{"password:PASSWORD_HASH", "smtp_password:PASSWORD_HASH"}},
		{name: "a hash in place of the portal password", change: func(r *account.Row) {
			r.Owner.User, r.Owner.Password = "ivan@example.org", account.NewSecret("$2y$10$abc")
		}, want: []string{"portal_password:PASSWORD_HASH"}},
		{name: "a mark before a password", change: func(r *account.Row) { r.Settings.Incoming.Password = account.NewSecret("{PLAIN}secret") }, want: []string{"password:PASSWORD_MARKED"}},
		{name: "a filled hash is told once", change: func(r *account.Row) {
			r.Settings.Incoming.Password, r.Settings.Outgoing.Password = account.NewSecret("{SSHA}c2FsdA=="), account.NewSecret("{SSHA}c2FsdA==")
			r.Fills[account.SMTPPassword] = account.FromRow
		}, want: []string{"password:PASSWORD_HASH"}},
		{name: "digits as many as a hash has", change: func(r *account.Row) {
			r.Settings.Incoming.Password = account.NewSecret(strings.Repeat("0f", 16))
			r.Owner.User, r.Owner.Token = "ivan@example.org", account.NewSecret(strings.Repeat("0f", 16))
		}, want: []string{"password:PASSWORD_DIGEST"}},
		{name: "a hash that may be", rules: validate.Rules{WithoutPasswords: true}, change: func(r *account.Row) { r.Settings.Incoming.Password = account.NewSecret("{SSHA}c2FsdA==") }},
		{name: "a word for no password", change: func(r *account.Row) {
			r.Settings.Incoming.Password, r.Settings.Outgoing.Password = account.Secret{}, account.Secret{}
			r.Void = r.Void.With(account.Password)
		}, want: []string{"password:VALUE_VOID"}},
		{name: "a direction mark in a name made of two cells", change: func(r *account.Row) {
			r.Settings.Name = "Иван \u202eвортеП"
			r.Fills[account.Name] = account.FromRow
		}, want: []string{"name:TEXT_CHARACTER"}},
		{name: "any sign in a password", change: func(r *account.Row) { r.Settings.Incoming.Password = account.NewSecret(`;" <\/$%эд`) }},
		{name: "a filled password is told once", change: func(r *account.Row) {
			r.Settings.Incoming.Password, r.Settings.Outgoing.Password = account.NewSecret("x "), account.NewSecret("x ")
			r.Fills[account.SMTPPassword] = account.FromRow
		}, want: []string{"password:PASSWORD_BLANKS"}},
		{name: "host not allowed", rules: validate.Rules{AllowedHosts: []string{"imap.example.org"}}, change: func(*account.Row) {}, want: []string{"smtp_server:HOST_NOT_ALLOWED"}},
		{name: "hosts allowed by domain", rules: validate.Rules{AllowedHosts: []string{"*.example.org"}}, change: func(*account.Row) {}},
		{name: "another domain with the same end", rules: validate.Rules{AllowedHosts: []string{"*.example.org"}}, change: func(r *account.Row) {
			r.Settings.Incoming.Host = "imap.badexample.org"
		}, want: []string{"server:HOST_NOT_ALLOWED"}},
		{name: "authentication of kind none", change: func(r *account.Row) { r.Settings.Outgoing.Auth = account.NoAuth }, want: []string{"auth_type_smtp:SMTP_AUTH_NONE"}},
		{name: "NTLM with POP3", change: func(r *account.Row) {
			r.Settings.IMAP, r.Settings.Incoming.Port, r.Settings.Incoming.Auth = false, 995, account.NTLM
		}, want: []string{"auth_type_in:NTLM_POP3"}},
		{name: "POP3", change: func(r *account.Row) { r.Settings.IMAP, r.Settings.Incoming.Port = false, 995 }},
		{name: "POP3 on a port of IMAP", change: func(r *account.Row) { r.Settings.IMAP = false }, want: []string{"imap:PORT_PROTOCOL"}},
		{name: "TLS where STARTTLS is usual", change: func(r *account.Row) { r.Settings.Incoming.Port, r.Settings.Outgoing.Port = 143, 587 },
			want: []string{"incoming_encryption_type:PORT_ENCRYPTION", "outcoming_encryption_type:PORT_ENCRYPTION"}},
		{name: "STARTTLS where TLS is usual", change: func(r *account.Row) {
			r.Settings.Incoming.Encryption, r.Settings.Outgoing.Encryption = account.StartTLS, account.StartTLS
		}, want: []string{"incoming_encryption_type:PORT_ENCRYPTION", "outcoming_encryption_type:PORT_ENCRYPTION"}},
		{name: "no encryption", change: func(r *account.Row) {
			r.Settings.Incoming.Encryption, r.Settings.Outgoing.Encryption = account.Plain, account.Plain
		}, want: []string{"incoming_encryption_type:PLAINTEXT", "outcoming_encryption_type:PLAINTEXT"}},
		{name: "ports exchanged", change: func(r *account.Row) { r.Settings.Incoming.Port, r.Settings.Outgoing.Port = 465, 993 }, want: []string{"port:PORT_OTHER_SIDE", "smtp_port:PORT_OTHER_SIDE"}},
		{name: "port 25 without a login", change: func(r *account.Row) {
			r.Settings.Outgoing.Port, r.Settings.Outgoing.Encryption, r.Settings.SMTPAuth = 25, account.StartTLS, false
		}},
		{name: "port 25 with TLS", change: func(r *account.Row) { r.Settings.Outgoing.Port, r.Settings.SMTPAuth = 25, false }, want: []string{"outcoming_encryption_type:PORT_ENCRYPTION"}},
		{name: "port 25 with a login", change: func(r *account.Row) {
			r.Settings.Outgoing.Port, r.Settings.Outgoing.Encryption = 25, account.StartTLS
		}, want: []string{"smtp_port:PORT_25_AUTH"}},
		{name: "capital letters in a login", change: func(r *account.Row) { r.Settings.Incoming.Login = "Ivan" }, want: []string{"account:LOGIN_LOWERED"}},
		{name: "domain before the login", change: func(r *account.Row) { r.Settings.Incoming.Login = `CORP\ivan` }, want: []string{"account:LOGIN_LOWERED"}},
		{name: "login that has nothing of the address", change: func(r *account.Row) { r.Settings.Incoming.Login = "U12345" }},
		{name: "login with the first label of a longer domain", change: func(r *account.Row) {
			r.Settings.Email, r.Settings.Incoming.Login = "ivan@dept.example.org", "dept/ivan"
		}, want: []string{"account:LOGIN_REWRITTEN"}},
		{name: "Cyrillic local part", change: func(r *account.Row) { r.Settings.Email = "иван@example.org" }, want: []string{"email:ADDRESS_NOT_ASCII"}},
		{name: "owner by address", change: func(r *account.Row) { r.Owner.User = "ivan@local" }},
		{name: "owner by GUID", change: func(r *account.Row) { r.Owner.User = "0d4c7A5e-0000-4000-8000-00000000000f" }},
		{name: "owner by name", change: func(r *account.Row) { r.Owner.User = "ivan" }, want: []string{"portal_user:PORTAL_USER_FORM"}},
		{name: "owner by two addresses", change: func(r *account.Row) { r.Owner.User = "a@b.ru, c@d.ru" }, want: []string{"portal_user:PORTAL_USER_FORM"}},
		{name: "owner by a broken GUID", change: func(r *account.Row) { r.Owner.User = "0d4c7A5e-0000-4000-8000-00000000000g" }, want: []string{"portal_user:PORTAL_USER_FORM"}},
		{name: "portal password of nobody", change: func(r *account.Row) { r.Owner.Password = account.NewSecret("x") }, want: []string{"portal_user:PORTAL_USER_MISSING"}},
		{name: "portal token alone", change: func(r *account.Row) { r.Owner.Token = account.NewSecret("x") }},
		{name: "owners sign in, nobody named", rules: validate.Rules{OwnersSignIn: true}, change: func(*account.Row) {}, want: []string{"portal_user:PORTAL_USER_EMPTY"}},
		{name: "owners sign in, nothing to sign in with", rules: validate.Rules{OwnersSignIn: true}, change: func(r *account.Row) { r.Owner.User = "ivan@local" },
			want: []string{"portal_password:PORTAL_PASSWORD_MISSING"}},
		{name: "owners sign in, masked", rules: validate.Rules{OwnersSignIn: true, WithoutPasswords: true}, change: func(r *account.Row) { r.Owner.User = "ivan@local" }},
		{name: "owners sign in by token", rules: validate.Rules{OwnersSignIn: true}, change: func(r *account.Row) { r.Owner.Token = account.NewSecret("x") }},
		{name: "owners sign in by password", rules: validate.Rules{OwnersSignIn: true}, change: func(r *account.Row) {
			r.Owner = account.Owner{User: "ivan@local", Password: account.NewSecret("x")}
		}},
		{name: "everything at once", change: func(r *account.Row) {
			r.Settings.Name, r.Settings.Outgoing.Auth, r.Settings.Incoming.Encryption = "a\x01", account.NoAuth, account.Plain
		}, want: []string{"name:TEXT_CHARACTER", "incoming_encryption_type:PLAINTEXT", "auth_type_smtp:SMTP_AUTH_NONE"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			row := good()
			tc.change(&row)
			tc.rules.Check(&row)
			if diff := cmp.Diff(tc.want, codes(row.Problems)); diff != "" {
				t.Errorf("Check: want - got +\n%s", diff)
			}
		})
	}
}

func TestCheckTellsThePlace(t *testing.T) {
	row := good()
	row.Columns = new([account.NumFields]diagnosis.Place)
	row.Columns[account.Name] = diagnosis.Place{File: "a.xlsx", Sheet: "Лист1", Column: "F", Header: "ФИО"}
	row.Settings.Name = "ab\x07"
	validate.Rules{}.Check(&row)
	want := diagnosis.Problem{Code: diagnosis.TextCharacter, Field: "name",
		Place: diagnosis.Place{File: "a.xlsx", Sheet: "Лист1", Row: 2, Column: "F", Header: "ФИО"},
		Args:  diagnosis.Args{"Position": "3", "Character": "U+0007"}}
	if diff := cmp.Diff([]diagnosis.Problem{want}, row.Problems); diff != "" {
		t.Errorf("problems: want - got +\n%s", diff)
	}
}

func TestSeen(t *testing.T) {
	type line struct{ email, user, password, token string }
	for _, tc := range []struct {
		name  string
		lines []line
		want  []string // of each line, codes with the row they name
	}{
		{"different", []line{{email: "a@b.ru"}, {email: "c@b.ru"}}, []string{"", ""}},
		{"same, third time too", []line{{email: "a@b.ru"}, {email: "A@b.ru"}, {email: "a@b.ru"}}, []string{"", "DUPLICATE 1", "DUPLICATE 1"}},
		{"composed and decomposed", []line{{email: "\u0439@b.ru"}, {email: "\u0438\u0306@b.ru"}}, []string{"", "DUPLICATE 1"}},
		{"same owner typed otherwise", []line{{email: "a@b.ru", user: "I@b.ru"}, {email: "a@b.ru", user: "i@b.ru"}}, []string{"", "DUPLICATE 1"}},
		{"two owners, then each again", []line{{email: "a@b.ru", user: "i@b.ru"}, {email: "a@b.ru", user: "j@b.ru"}, {email: "a@b.ru", user: "j@b.ru"}, {email: "a@b.ru", user: "i@b.ru"}},
			[]string{"", "ADDRESS_TWO_OWNERS 1", "DUPLICATE 2", "DUPLICATE 1"}},
		{"owners by token", []line{{email: "a@b.ru", token: "x"}, {email: "a@b.ru", token: "y"}, {email: "a@b.ru", token: "x"}}, []string{"", "ADDRESS_TWO_OWNERS 1", "DUPLICATE 1"}},
		{"another password", []line{{email: "a@b.ru", user: "i@b.ru", password: "x"}, {email: "b@b.ru", user: "i@b.ru", password: "x"}, {email: "c@b.ru", user: "I@b.ru", password: "y"}, {email: "d@b.ru", user: "i@b.ru"}},
			[]string{"", "", "OWNER_CREDENTIALS 1", ""}},
		{"another token", []line{{email: "a@b.ru", user: "i@b.ru", token: "x"}, {email: "b@b.ru", user: "i@b.ru", token: "y"}}, []string{"", "OWNER_CREDENTIALS 1"}},
		{"owner of an own and of another address", []line{{email: "a@b.ru", user: "a@b.ru", password: "x"}, {email: "c@b.ru", user: "A@b.ru", password: "x"}, {email: "d@b.ru", user: "a@b.ru", password: "y"}},
			[]string{"", "", "OWNER_CREDENTIALS 1"}},
		{"own address last", []line{{email: "c@b.ru", user: "a@b.ru", password: "x"}, {email: "a@b.ru", user: "a@b.ru", password: "y"}, {email: "d@b.ru", user: "a@b.ru", password: "x"}},
			[]string{"", "OWNER_CREDENTIALS 1", ""}},
		{"own address, then another's", []line{{email: "a@b.ru", user: "a@b.ru", password: "x"}, {email: "a@b.ru"}, {email: "a@b.ru", user: "i@b.ru", password: "y"}, {email: "a@b.ru", user: "a@b.ru"}},
			[]string{"", "ADDRESS_TWO_OWNERS 1", "ADDRESS_TWO_OWNERS 1", "DUPLICATE 1"}},
		{"another's address, then own", []line{{email: "a@b.ru"}, {email: "a@b.ru", user: "a@b.ru", password: "x"}, {email: "c@b.ru", user: "a@b.ru", password: "y"}},
			[]string{"", "ADDRESS_TWO_OWNERS 1", "OWNER_CREDENTIALS 2"}},
		{"own address twice with other passwords", []line{{email: "a@b.ru", user: "a@b.ru", password: "x"}, {email: "a@b.ru", user: "a@b.ru", password: "y"}},
			[]string{"", "DUPLICATE 1 OWNER_CREDENTIALS 1"}},
		{"password here, token there", []line{{email: "a@b.ru", user: "i@b.ru", token: "x"}, {email: "b@b.ru", user: "i@b.ru", password: "y"}}, []string{"", ""}},
		{"two addresses of one mailbox", []line{{email: "a@ya.ru"}, {email: "a@yandex.ru"}, {email: "a@ya.ru"}, {email: "a@mail.ru"}, {email: "a@yandex.com", user: "i@b.ru"}},
			[]string{"", "MAILBOX_TWICE 1", "DUPLICATE 1", "", ""}},
		{"one address of many owners", []line{{email: "a@b.ru"}, {email: "a@b.ru", user: "i@b.ru"}, {email: "a@b.ru", user: "j@b.ru"}, {email: "a@b.ru", user: "i@b.ru"}, {email: "a@b.ru"}},
			[]string{"", "ADDRESS_TWO_OWNERS 1", "ADDRESS_TWO_OWNERS 1", "DUPLICATE 2", "DUPLICATE 1"}},
		{"no address", []line{{}, {}}, []string{"", ""}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			seen := validate.NewSeen()
			for i, l := range tc.lines {
				row := account.Row{Number: i + 1, Settings: account.Settings{Email: l.email},
					Owner: account.Owner{User: l.user, Password: account.NewSecret(l.password), Token: account.NewSecret(l.token)}}
				seen.Check(&row)
				var told []string
				for _, p := range row.Problems {
					told = append(told, string(p.Code)+" "+p.Args["Row"])
				}
				if got := strings.Join(told, " "); got != tc.want[i] {
					t.Errorf("row %d: %q, want %q", i+1, got, tc.want[i])
				}
			}
		})
	}
}

func TestSeenFindsEveryDuplicateOfMany(t *testing.T) {
	const n = 20000
	seen := validate.NewSeen()
	for i := range 2 * n {
		row := account.Row{Number: i + 2, Settings: account.Settings{Email: "user" + strconv.Itoa(i%n) + "@example.org"}}
		seen.Check(&row)
		if first := strconv.Itoa(i%n + 2); i >= n && (len(row.Problems) != 1 || row.Problems[0].Args["Row"] != first) || i < n && len(row.Problems) != 0 {
			t.Fatalf("row %d: %v, want a duplicate of row %s from row %d on", i+2, row.Problems, first, n+2)
		}
	}
}
