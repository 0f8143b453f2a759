package mapping_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source"
	"r7import/mapping"
)

// revealed compares secrets by their texts.
var revealed = cmp.Comparer(func(a, b account.Secret) bool { return a.Reveal() == b.Reveal() })

// open reads a CSV text as a file.
func open(t testing.TB, text string) *source.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "accounts.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := source.Open(context.Background(), path, source.Options{Known: mapping.Known, HeaderRow: 1, Delimiter: ';', Encoding: "utf-8"})
	if err != nil {
		t.Fatalf("source.Open: %v", err)
	}
	t.Cleanup(func() { file.Close() })
	return file
}

// rows maps every row of a CSV text.
func rows(t testing.TB, text string, o mapping.Options) ([]account.Row, *mapping.Binding) {
	t.Helper()
	file := open(t, text)
	binding, err := mapping.Bind(file.Columns(), o)
	if err != nil {
		t.Fatalf("Bind: %v", err)
	}
	var all []account.Row
	for rec, err := range file.Records(t.Context(), binding.Columns()) {
		if err != nil {
			t.Fatalf("Records: %v", err)
		}
		all = append(all, binding.Row(rec))
	}
	return all, binding
}

// header makes columns of the names in a line.
func header(line string) []source.Column {
	var columns []source.Column
	for i, name := range strings.Split(line, ";") {
		columns = append(columns, source.Column{Header: name, Label: string(rune('A' + i))})
	}
	return columns
}

// codes lists field and code of every problem.
func codes(problems []diagnosis.Problem) []string {
	var list []string
	for _, p := range problems {
		list = append(list, strings.TrimPrefix(p.Field+":"+string(p.Code), ":"))
	}
	return list
}

const canonical = "name;email;account;password;port;server;smtp_account;smtp_password;smtp_port;smtp_server;smtp_auth;imap;restrict;incoming_encryption_type;outcoming_encryption_type;auth_type_in;auth_type_smtp;portal_user;portal_password;portal_token"

func TestRowReadsEveryField(t *testing.T) {
	got, _ := rows(t, canonical+"\n"+
		"Иван Петров;Ivan@Почта.РФ;ivan;pa ss;143; imap.почта.рф ;ivan2;pass2;587;10.0.0.1;да;POP3;все письма;STARTTLS;2;cram-md5;обычный пароль;boss@example.org;bp;bt\n", mapping.Options{})
	want := account.Settings{
		Name: "Иван Петров", Email: "Ivan@xn--80a1acny.xn--p1ai",
		Incoming: account.Server{Host: "imap.xn--80a1acny.xn--p1ai", Port: 143, Encryption: account.StartTLS, Auth: account.CramMD5, Login: "ivan", Password: account.NewSecret("pa ss")},
		Outgoing: account.Server{Host: "10.0.0.1", Port: 587, Encryption: account.StartTLS, Auth: account.LoginCmd, Login: "ivan2", Password: account.NewSecret("pass2")},
		SMTPAuth: true, IMAP: false, Restrict: false,
	}
	if diff := cmp.Diff(want, got[0].Settings, revealed); diff != "" {
		t.Errorf("Row, want -, got +\n%s", diff)
	}
	owner := account.Owner{User: "boss@example.org", Password: account.NewSecret("bp"), Token: account.NewSecret("bt")}
	if diff := cmp.Diff(owner, got[0].Owner, revealed); diff != "" {
		t.Errorf("Row's owner, want -, got +\n%s", diff)
	}
	if want := account.Fields(1<<account.NumFields - 1); got[0].Given != want || len(got[0].Problems) > 0 {
		t.Errorf("Row gives %b with problems %v, want %b and none", got[0].Given, codes(got[0].Problems), want)
	}
}

func TestRowFillsWhatIsLeftOut(t *testing.T) {
	got, binding := rows(t, "почта;пароль;сервер;порт;smtp;порт smtp\n"+
		"a@example.org;secret;imap.example.org;993;smtp.example.org;465\n"+
		"b@example.org;secret;imap.example.org;110;smtp.example.org;587\n",
		mapping.Options{Set: map[account.Field]string{account.Name: "Почта", account.Restrict: "нет"}})
	row := got[0]
	want := account.Settings{
		Name: "Почта", Email: "a@example.org",
		Incoming: account.Server{Host: "imap.example.org", Port: 993, Encryption: account.TLS, Auth: account.LoginCmd, Login: "a@example.org", Password: account.NewSecret("secret")},
		Outgoing: account.Server{Host: "smtp.example.org", Port: 465, Encryption: account.TLS, Auth: account.LoginCmd, Login: "a@example.org", Password: account.NewSecret("secret")},
		SMTPAuth: true, IMAP: true, Restrict: false,
	}
	if diff := cmp.Diff(want, row.Settings, revealed); diff != "" {
		t.Errorf("Row, want -, got +\n%s", diff)
	}
	fills := make(map[string]string)
	for f, fill := range row.Fills {
		if fill != account.NotFilled {
			fills[account.Field(f).String()] = fill.String()
		}
	}
	if diff := cmp.Diff(map[string]string{
		"name": "set", "restrict": "set", "account": "row", "smtp_account": "row", "smtp_password": "row", "smtp_auth": "rule",
		"imap": "rule", "incoming_encryption_type": "rule", "outcoming_encryption_type": "rule", "auth_type_in": "rule", "auth_type_smtp": "rule",
	}, fills); diff != "" {
		t.Errorf("Row's fills: want - got +\n%s", diff)
	}
	if pop := got[1].Settings; pop.IMAP || pop.Incoming.Encryption != account.StartTLS || pop.Outgoing.Encryption != account.StartTLS {
		t.Errorf("Row with ports 110 and 587 = %+v, want POP3 and STARTTLS", pop)
	}
	var said []string
	for _, n := range binding.Notices() {
		if n.Code == diagnosis.Filled {
			said = append(said, n.Args["Fill"]+" "+n.Args["Count"]+": "+n.Args["Values"])
		}
	}
	if diff := cmp.Diff([]string{
		"set 2: name = Почта, restrict = false",
		"row 2: account, smtp_account, smtp_password",
		"rule 2: smtp_auth = true, imap, incoming_encryption_type, outcoming_encryption_type, auth_type_in = login, auth_type_smtp = login",
	}, said); diff != "" {
		t.Errorf("Notices of fills: want - got +\n%s", diff)
	}
}

func TestRowReportsWhatDoesNotFit(t *testing.T) {
	for _, tc := range []struct {
		name, field, cell string
		want              diagnosis.Code
		args              diagnosis.Args
	}{
		{"letter in a port", "port", "99З", diagnosis.PortSyntax, diagnosis.Args{"Position": "3", "Kind": "cyrillic"}},
		{"blank in a port", "port", "9 93", diagnosis.PortSyntax, diagnosis.Args{"Position": "2", "Kind": "blank"}},
		{"port too large", "port", "70000", diagnosis.PortRange, diagnosis.Args{"Max": "65535"}},
		{"port zero", "smtp_port", "0", diagnosis.PortRange, diagnosis.Args{"Max": "65535"}},
		{"port with a part", "port", "993.5", diagnosis.PortSyntax, diagnosis.Args{"Position": "4", "Kind": "sign"}},
		{"negative port", "port", "-1", diagnosis.PortSyntax, diagnosis.Args{"Position": "1", "Kind": "sign"}},
		{"link", "server", "imap://mail.example.org", diagnosis.HostScheme, nil},
		{"host and another port", "server", "mail.example.org:143", diagnosis.HostPortOther, diagnosis.Args{"Field": "port"}},
		{"host and a port that is none", "smtp_server", "mail.example.org:99999", diagnosis.PortRange, diagnosis.Args{"Max": "65535"}},
		{"IPv6", "server", "::1", diagnosis.HostIPv6, nil},
		{"IPv6 in brackets", "server", "[2001:db8::1]", diagnosis.HostIPv6, nil},
		{"IPv4 in brackets", "server", "[10.0.0.1]", diagnosis.HostSyntax, diagnosis.Args{"Position": "1", "Kind": "sign"}},
		{"IPv4 with a bracket behind", "server", "10.0.0.1[", diagnosis.HostSyntax, diagnosis.Args{"Position": "9", "Kind": "sign"}},
		{"address as host", "smtp_server", "a@example.org", diagnosis.HostAddress, nil},
		{"blank in a host", "server", "mail example.org", diagnosis.HostSyntax, diagnosis.Args{"Position": "5", "Kind": "blank"}},
		{"zero-width in a host", "server", "mail\u200b.example.org", diagnosis.TextCharacter, diagnosis.Args{"Position": "5", "Character": "U+200B"}},
		{"zero-width in an address", "email", "\u200bivan@exam\u200bple.org", diagnosis.TextCharacter, diagnosis.Args{"Position": "11", "Character": "U+200B"}},
		{"soft hyphen in a name", "name", "Ива\u00adнов", diagnosis.TextCharacter, diagnosis.Args{"Position": "4", "Character": "U+00AD"}},
		{"NUL at the end of an address", "email", "ivan@example.org\x00", diagnosis.TextCharacter, diagnosis.Args{"Position": "17", "Character": "U+0000"}},
		{"NUL in a port", "port", "9\x0093", diagnosis.TextCharacter, diagnosis.Args{"Position": "2", "Character": "U+0000"}},
		{"bell in a name", "name", "Ив\x07ан", diagnosis.TextCharacter, diagnosis.Args{"Position": "3", "Character": "U+0007"}},
		{"direction mark at the end of a host", "server", "mail.example.org\u202c", diagnosis.TextCharacter, diagnosis.Args{"Position": "17", "Character": "U+202C"}},
		{"direction mark at the beginning of a login", "account", " \u200eivan", diagnosis.TextCharacter, diagnosis.Args{"Position": "2", "Character": "U+200E"}},
		{"underscore in a host", "server", "mail_1.example.org", diagnosis.HostSyntax, diagnosis.Args{"Position": "5", "Kind": "sign"}},
		{"broken IPv4", "server", "10.0.0.256", diagnosis.HostSyntax, nil},
		{"empty label", "server", "mail..example.org", diagnosis.HostSyntax, nil},
		{"Cyrillic a in a Latin host", "server", "imap.mаil.ru", diagnosis.HostLookAlike, diagnosis.Args{"Position": "7"}},
		{"a Latin-looking Cyrillic label", "server", "imap.сосо.com", diagnosis.HostLookAlike, diagnosis.Args{"Position": "6"}},
		{"no at", "email", "example.org", diagnosis.AddressSyntax, nil},
		{"two dots", "email", "a..b@example.org", diagnosis.AddressSyntax, nil},
		{"dot at the end", "email", "a.@example.org", diagnosis.AddressSyntax, nil},
		{"blank in an address", "email", "a b@example.org", diagnosis.AddressSyntax, diagnosis.Args{"Position": "2", "Kind": "blank"}},
		{"name and address", "email", "Ivan <a@example.org>", diagnosis.AddressNotBare, nil},
		{"two addresses", "email", "a@example.org, b@example.org", diagnosis.AddressNotBare, nil},
		{"two addresses with a blank", "email", "a@example.org b@example.org", diagnosis.AddressNotBare, nil},
		{"no top domain", "email", "a@example", diagnosis.AddressDomain, nil},
		{"address of an IP", "email", "a@10.0.0.1", diagnosis.AddressDomain, nil},
		{"hyphen first", "email", "a@-example.org", diagnosis.AddressDomain, nil},
		{"long local part", "email", strings.Repeat("a", 65) + "@example.org", diagnosis.AddressSyntax, nil},
		{"long address", "email", strings.Repeat("a", 60) + "@" + strings.Repeat(strings.Repeat("b", 60)+".", 3) + "abcdefghijk.org", diagnosis.AddressSyntax, nil},
		{"Cyrillic a in a Latin local part", "email", "ivаn@example.org", diagnosis.AddressLookAlike, diagnosis.Args{"Position": "3"}},
		{"Cyrillic o in the domain", "email", "ivan@exаmple.org", diagnosis.AddressLookAlike, diagnosis.Args{"Position": "8"}},
		{"word for a flag", "smtp_auth", "может быть", diagnosis.BoolWord, nil},
		{"host under imap", "imap", "imap.example.org", diagnosis.ProtocolWord, nil},
		{"number for a flag", "restrict", "2", diagnosis.BoolWord, nil},
		{"encryption out of range", "incoming_encryption_type", "3", diagnosis.EncryptionWord, nil},
		{"negative encryption", "incoming_encryption_type", "-1", diagnosis.EncryptionWord, nil},
		{"OAuth by number", "auth_type_in", "5", diagnosis.AuthOAuth, nil},
		{"OAuth by name", "auth_type_smtp", "XOAUTH2", diagnosis.AuthOAuth, nil},
		{"unknown login", "auth_type_in", "gssapi", diagnosis.AuthWord, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, _ := rows(t, headerWith(tc.field)+"\n"+rowWith(tc.field, tc.cell)+"\n", mapping.Options{})
			if len(got[0].Problems) != 1 {
				t.Fatalf("Row with %s %q has problems %v, want one", tc.field, tc.cell, codes(got[0].Problems))
			}
			p := got[0].Problems[0]
			if p.Code != tc.want || p.Field != tc.field || p.Place.Header != tc.field || p.Place.Row != 2 {
				t.Errorf("Row with %s %q: %s at %+v, want %s", tc.field, tc.cell, p.Code, p.Place, tc.want)
			}
			if diff := cmp.Diff(tc.args, p.Args); diff != "" {
				t.Errorf("Row with %s %q: args want - got +\n%s", tc.field, tc.cell, diff)
			}
		})
	}
}

var good = map[string]string{
	"email": "a@example.org", "password": "p", "server": "imap.example.org", "port": "993", "smtp_server": "smtp.example.org", "smtp_port": "465",
	"imap": "да", "incoming_encryption_type": "ssl", "outcoming_encryption_type": "ssl",
}

var goodOrder = []string{"email", "password", "server", "port", "smtp_server", "smtp_port", "imap", "incoming_encryption_type", "outcoming_encryption_type"}

// headerWith is a header that has all a good row needs, and one more field if that is not among it.
func headerWith(field string) string {
	if _, ok := good[field]; ok {
		return strings.Join(goodOrder, ";")
	}
	return strings.Join(goodOrder, ";") + ";" + field
}

// rowWith is a good row but for one cell.
func rowWith(field, cell string) string {
	var cells []string
	for name := range strings.SplitSeq(headerWith(field), ";") {
		value := good[name]
		if name == field {
			value = cell
		}
		cells = append(cells, `"`+strings.ReplaceAll(value, `"`, `""`)+`"`)
	}
	return strings.Join(cells, ";")
}

func TestRowNeedsAWordForAnUnusualPort(t *testing.T) {
	got, _ := rows(t, "email;password;server;port;smtp_server;smtp_port\na@example.org;p;imap.example.org;1993;smtp.example.org;25\n", mapping.Options{})
	want := []string{"imap:PROTOCOL_MISSING", "incoming_encryption_type:ENCRYPTION_MISSING", "outcoming_encryption_type:ENCRYPTION_MISSING"}
	if diff := cmp.Diff(want, codes(got[0].Problems)); diff != "" {
		t.Errorf("problems: want - got +\n%s", diff)
	}
}

func TestRowNeverFillsForAnUnfitCell(t *testing.T) {
	got, _ := rows(t, "email;account;password;server;port;smtp_server;smtp_port\na@example.org;;p;imap.example.org;99x;smtp.example.org;465\n",
		mapping.Options{Set: map[account.Field]string{account.Port: "993"}})
	row := got[0]
	if row.Settings.Incoming.Port != 0 || row.Fills[account.Port] != account.NotFilled || row.Fills[account.IMAP] != account.NotFilled {
		t.Errorf("Row with an unfit port = port %d filled %q, imap filled %q, want nothing filled", row.Settings.Incoming.Port, row.Fills[account.Port], row.Fills[account.IMAP])
	}
	if diff := cmp.Diff([]string{"port:PORT_SYNTAX"}, codes(row.Problems)); diff != "" {
		t.Errorf("problems: want - got +\n%s", diff)
	}
}

func TestRowTrimsAllButSecrets(t *testing.T) {
	got, _ := rows(t, "email;account;password;server;port;smtp_server;smtp_port\n\u00a0a@example.org\u200b; ivan\u00a0; secret ;\tmail ;\u00a0993\u00a0;smtp.example.org;465.0\n", mapping.Options{})
	s := got[0].Settings
	if s.Email != "a@example.org" || s.Incoming.Login != "ivan" || s.Incoming.Host != "mail" || s.Incoming.Port != 993 || s.Outgoing.Port != 465 {
		t.Errorf("Row = %+v, want trimmed cells; problems %v", s, codes(got[0].Problems))
	}
	if got := s.Incoming.Password.Reveal(); got != " secret " {
		t.Errorf("Row's password has %d bytes, want the 8 of the cell", len(got))
	}
}

func TestRowOfAColumnThatSaysTheOpposite(t *testing.T) {
	got, _ := rows(t, "email;password;server;port;smtp_server;smtp_port;Загружать все письма\na@example.org;p;m.example.org;993;m.example.org;465;да\nb@example.org;p;m.example.org;993;m.example.org;465;нет\nc@example.org;p;m.example.org;993;m.example.org;465;\n", mapping.Options{})
	for i, want := range []bool{false, true, true} {
		if got[i].Settings.Restrict != want {
			t.Errorf("row %d: restrict = %v, want %v", i, got[i].Settings.Restrict, want)
		}
	}
}
