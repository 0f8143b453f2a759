package portalsim

import (
	"path"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	columnLength = 255 // characters of name, address, host, login and encrypted password
	passwordSize = 175 // most bytes of a password that fit the column after AES and base64
	monthBack    = 30 * 24 * time.Hour
)

// server is one side of an account. As an argument it records which texts were null, which
// fail differently from "". In a row, the login is the stored template, and the password
// is "" if the database cut it.
type server struct {
	host, login, password       string
	noHost, noLogin, noPassword bool // null
	port, encryption, auth      int
}

// settings are the arguments of create and update, bound.
type settings struct {
	email          mailAddress
	emailProblem   *failure // answered when the method runs, after the arguments are bound
	name           string
	in, out        server // out.auth is 0 when smtp_auth is false
	imap, restrict bool
}

// mailbox is a row of the table mail_mailbox with its two servers. It is guarded by
// the mutex of its person.
type mailbox struct {
	settings
	id      int
	address string // lower case
	enabled bool
	removed bool
	begin   time.Time

	hosted   bool // on the portal's own mail server
	oauth    bool
	aliases  []string
	groups   []string
	inFolder string

	authError, quotaError bool
	created               time.Time
	resets                int // how often a create or update restarted its synchronisation
}

// settings binds the arguments in the order of the method's signature
// (MAILAPI/MailApi.Accounts.cs, CreateAccount and UpdateAccount). A missing one is its
// type's zero value: without imap POP3, without encryption plain text, without restrict
// the whole history.
func (x *exchange) settings(withIMAP bool) settings {
	side := func(prefix string) server {
		return server{
			login: x.text(prefix + "account"), noLogin: !x.has(prefix + "account"),
			password: x.text(prefix + "password"), noPassword: !x.has(prefix + "password"),
			host: x.text(prefix + "server"), noHost: !x.has(prefix + "server"), port: x.integer(prefix + "port"),
		}
	}
	s := settings{name: x.text("name"), in: side(""), out: side("smtp_")}
	wantsAuth := x.boolean("smtp_auth")
	if withIMAP {
		s.imap = x.boolean("imap")
	}
	s.restrict = x.boolean("restrict")
	s.in.encryption = x.enum("incoming_encryption_type", encryptionTypes)
	s.out.encryption = x.enum("outcoming_encryption_type", encryptionTypes)
	s.in.auth = x.enum("auth_type_in", x.portal.version.mechanisms())
	if auth := x.enum("auth_type_smtp", x.portal.version.mechanisms()); wantsAuth {
		s.out.auth = auth
	}
	s.email, s.emailProblem = x.address("email")
	return s
}

// nameable reports whether all enum values have names. OAuth2 and numbers that no member
// has do not; the server fails on them only when it saves the account
// (MAIL/Utils/Converter.cs, ToNameString).
func (s *settings) nameable(v version) bool {
	for _, one := range []server{s.in, s.out} {
		named := one.auth == 0 || one.auth == 1 || one.auth == 4 || one.auth == ntlm && v.hasNTLM()
		if !named || one.encryption < 0 || one.encryption > 2 {
			return false
		}
	}
	return true
}

// fits reports whether every value fits its column.
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

// store cuts a value to its column silently, as MySQL does in the mode that the installer
// sets. A character of more than three bytes in UTF-8 becomes a question mark.
func store(s string) string {
	if len(s) > columnLength {
		letters := []rune(s)
		s = string(letters[:min(len(letters), columnLength)])
	}
	return strings.Map(func(r rune) rune {
		if beyondBMP(r) {
			return '?'
		}
		return r
	}, s)
}

// loginFormat returns the login as stored: if it contains parts of the address, in lower
// case with those parts replaced by placeholders, else as given (MAIL/Utils/Converter.cs,
// ToLoginFormat). So a login tested as Ivan.Petrov is later used as ivan.petrov.
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

// loginOf returns a stored login with its placeholders replaced by the parts of the address.
func loginOf(address, format string) string {
	local, domain, _ := strings.Cut(address, "@")
	return strings.NewReplacer("%EMAILADDRESS%", address, "%EMAILLOCALPART%", local, "%EMAILDOMAIN%", domain,
		"%EMAILHOSTNAME%", strings.TrimSuffix(domain, path.Ext(domain))).Replace(format)
}

// rewrite writes new settings into the row as SQL REPLACE does: the id, the creation
// date, enabled, aliases and groups stay, everything else is reset. A mailbox of the
// portal's own mail server or of OAuth becomes an ordinary one
// (MAIL/Core/Engine/MailboxEngine.cs, SaveMailBox; MAIL/Core/Dao/MailboxDao.cs).
func (m *mailbox) rewrite(s settings, now time.Time) {
	address := store(strings.ToLower(s.email.address()))
	s.in, s.out, s.name = s.in.stored(s.email), s.out.stored(s.email), store(s.name)
	if s.out.auth == 0 {
		s.out.login = ""
	}
	local, host, _ := strings.Cut(address, "@")
	s.email = mailAddress{local: local, host: host}
	*m = mailbox{
		settings: s, id: m.id, address: address, enabled: m.enabled, created: m.created, resets: m.resets,
		aliases: m.aliases, groups: m.groups, begin: beginDate(s.restrict, now),
	}
}

// beginDate returns the date from which mail is fetched: 30 days ago if restricted, else
// in 1975 (MAIL/Data/Contracts/MailBoxData.cs, DefaultMailBeginTimestamp).
func beginDate(restrict bool, now time.Time) time.Time {
	if restrict {
		return now.UTC().Add(-monthBack).Truncate(time.Second)
	}
	return time.Date(1975, 1, 1, 0, 0, 0, 0, time.UTC)
}

// stored returns a server as read back from the database. A password that was cut cannot
// be decrypted and is "". Host and port are joined and split at the colon again, so a
// port inside the host overrides port (MAIL/Data/Contracts/MailBoxData.cs).
func (s server) stored(email mailAddress) server {
	s.login = store(loginFormat(email, s.login))
	if len(s.password) > passwordSize {
		s.password = ""
	}
	parts := strings.Split(store(s.host), ":")
	s.host = parts[0]
	if len(parts) > 1 {
		if inner, err := strconv.ParseInt(parts[1], 10, 32); err == nil {
			s.port = int(inner)
		}
	}
	s.noHost, s.noLogin, s.noPassword = false, false, false
	return s
}

// readBack returns the settings with which the background service and PUT accounts/state
// log in. The placeholders of the logins are replaced.
func (m *mailbox) readBack() settings {
	s := m.settings
	s.in.login, s.out.login = loginOf(m.address, s.in.login), loginOf(m.address, s.out.login)
	return s
}
