package portalsim

import (
	"path"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	columnLength = 255 // of name, address, host, login and encrypted password
	passwordSize = 175 // bytes that still fit a column after AES and base64
	monthBack    = 30 * 24 * time.Hour
)

// wholeHistory is the begin date of a mailbox that is fetched from the start
// (MAIL/Data/Contracts/MailBoxData.cs, DefaultMailBeginTimestamp).
var wholeHistory = time.Date(1975, 1, 1, 0, 0, 0, 0, time.UTC)

// server is one side of an account. As an argument it keeps what was null, which fails
// differently from "". As stored its login is a template in lower case, and its password
// what reads back: "" when it was cut.
type server struct {
	host, login, password          string
	hasHost, hasLogin, hasPassword bool
	port, encryption, auth         int32
}

// mailbox is a row of the table mail_mailbox with its two servers. It is guarded by
// the mutex of its person.
type mailbox struct {
	id      int
	address string // lower case
	name    string
	enabled bool
	removed bool

	imap     bool
	restrict bool
	begin    time.Time
	in, out  server

	hosted   bool // a mailbox of the portal's own mail server
	oauth    bool
	aliases  []string
	groups   []string
	inFolder string

	authError, quotaError bool
	created               time.Time
	resets                int // how often an update made it start over
}

// settings are the arguments of create and update, bound.
type settings struct {
	email          mailAddress
	emailProblem   *failure // found when the method runs, after the arguments are bound
	name           string
	in, out        server // out.auth is 0 when smtp_auth is false
	imap, restrict bool
}

// bindSettings reads the arguments in the order of the method's signature
// (MAILAPI/MailApi.Accounts.cs, CreateAccount and UpdateAccount). There is no default
// but the type's: no imap is POP3, no encryption is plain text, no restrict is the
// whole history.
func bindSettings(a *arguments, withIMAP bool) settings {
	s := settings{name: a.text("name"), in: bindServer(a, ""), out: bindServer(a, "smtp_")}
	wantsAuth := a.boolean("smtp_auth")
	if withIMAP {
		s.imap = a.boolean("imap")
	}
	s.restrict = a.boolean("restrict")
	s.in.encryption = a.enum("incoming_encryption_type", encryptionTypes)
	s.out.encryption = a.enum("outcoming_encryption_type", encryptionTypes)
	s.in.auth = a.enum("auth_type_in", a.version.mechanisms())
	if auth := a.enum("auth_type_smtp", a.version.mechanisms()); wantsAuth {
		s.out.auth = auth
	}
	s.email, s.emailProblem = a.address("email")
	return s
}

func bindServer(a *arguments, prefix string) server {
	return server{
		login: a.text(prefix + "account"), hasLogin: a.has(prefix + "account"),
		password: a.text(prefix + "password"), hasPassword: a.has(prefix + "password"),
		host: a.text(prefix + "server"), hasHost: a.has(prefix + "server"), port: a.integer(prefix + "port"),
	}
}

// nameable tells whether the values of the enums have names: OAuth2 and numbers
// nobody defined have none, which shows only when the account is saved
// (MAIL/Utils/Converter.cs, ToNameString).
func (s *settings) nameable(v version) bool {
	named := func(one server) bool {
		return one.encryption >= 0 && one.encryption <= 2 && v.mechanismNamed(one.auth)
	}
	return named(s.in) && named(s.out)
}

func (v version) mechanismNamed(m int32) bool {
	return m == 0 || m == 1 || m == 4 || m == ntlm && v.hasNTLM()
}

const ntlm = 7

// fits tells whether every value fits its column.
func (s *settings) fits() bool {
	for _, text := range []string{s.name, s.email.address(), s.in.host, s.out.host} {
		if utf8.RuneCountInString(text) > columnLength || strings.ContainsFunc(text, beyondBMP) {
			return false
		}
	}
	for _, one := range []server{s.in, s.out} {
		if len(one.password) > passwordSize || utf8.RuneCountInString(loginFormat(s.email, one.login)) > columnLength {
			return false
		}
	}
	return true
}

func beyondBMP(r rune) bool { return r > 0xFFFF }

// store cuts a value to its column without a word, as MySQL does in the mode the
// installer sets; a letter outside the three-byte table becomes a question mark.
func store(s string) string {
	if len(s) <= columnLength && !strings.ContainsFunc(s, beyondBMP) {
		return s
	}
	out := make([]rune, 0, columnLength)
	for _, r := range s {
		if len(out) == columnLength {
			break
		}
		if beyondBMP(r) {
			r = '?'
		}
		out = append(out, r)
	}
	return string(out)
}

// loginFormat is the login as stored: lower case with the parts of the address
// replaced when it contains any, else as given (MAIL/Utils/Converter.cs,
// ToLoginFormat). So a login tested as Ivan.Petrov is used as ivan.petrov later.
func loginFormat(a mailAddress, login string) string {
	address := strings.ToLower(a.address())
	lower := strings.ToLower(login)
	local, domain, _ := strings.Cut(address, "@")
	label := strings.TrimSuffix(domain, path.Ext(domain))
	format := strings.ReplaceAll(lower, address, "%EMAILADDRESS%")
	format = strings.Replace(format, local, "%EMAILLOCALPART%", 1)
	format = strings.ReplaceAll(format, domain, "%EMAILDOMAIN%")
	if label != "" {
		format = strings.ReplaceAll(format, label, "%EMAILHOSTNAME%")
	}
	if format == lower {
		return login
	}
	return format
}

// loginOf expands a stored login for a stored address.
func loginOf(address, format string) string {
	local, domain, _ := strings.Cut(address, "@")
	return strings.NewReplacer("%EMAILADDRESS%", address, "%EMAILLOCALPART%", local, "%EMAILDOMAIN%", domain,
		"%EMAILHOSTNAME%", strings.TrimSuffix(domain, path.Ext(domain))).Replace(format)
}

// rewrite puts new settings into the row as SQL REPLACE does: the id, the creation
// date and the enabled mark stay, everything else starts over, and a mailbox of the
// portal's own server or of OAuth becomes a plain one
// (MAIL/Core/Engine/MailboxEngine.cs, SaveMailBox; MAIL/Core/Dao/MailboxDao.cs).
func (m *mailbox) rewrite(s *settings, now time.Time) {
	*m = mailbox{
		id: m.id, enabled: m.enabled, created: m.created, resets: m.resets, aliases: m.aliases, groups: m.groups,
		address: store(strings.ToLower(s.email.address())), name: store(s.name),
		imap: s.imap, restrict: s.restrict, begin: wholeHistory, in: s.in.stored(s.email), out: s.out.stored(s.email),
	}
	if s.out.auth == 0 {
		m.out.login = ""
	}
	if s.restrict {
		m.begin = now.UTC().Add(-monthBack).Truncate(time.Second)
	}
}

// stored is what the database has of a server. A password that was cut cannot be
// decrypted and reads back as nothing.
func (s server) stored(email mailAddress) server {
	s.login = store(loginFormat(email, s.login))
	if len(s.password) > passwordSize {
		s.password = ""
	}
	s.host, s.port = splitServer(store(s.host), s.port)
	return s
}

// readBack turns the template of a stored login into the login.
func (s server) readBack(address string) server {
	s.login = loginOf(address, s.login)
	s.hasHost, s.hasLogin, s.hasPassword = true, true, true
	return s
}

// splitServer is what comes back of host:port once it has been joined and split on
// the colon again (MAIL/Data/Contracts/MailBoxData.cs): a port inside the host wins.
func splitServer(host string, port int32) (string, int32) {
	name, rest, found := strings.Cut(host, ":")
	if !found {
		return host, port
	}
	first, _, _ := strings.Cut(rest, ":")
	if inner, err := strconv.ParseInt(first, 10, 32); err == nil {
		port = int32(inner)
	}
	return name, port
}

// settings are those the background service and PUT accounts/state log in with.
func (m *mailbox) settings() settings {
	local, host, _ := strings.Cut(m.address, "@")
	return settings{
		email: mailAddress{local: local, host: host}, name: m.name, imap: m.imap, restrict: m.restrict,
		in: m.in.readBack(m.address), out: m.out.readBack(m.address),
	}
}
