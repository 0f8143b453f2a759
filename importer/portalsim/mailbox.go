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

// mailbox is a row of the table mail_mailbox with its two servers. It is guarded by
// the mutex of its person.
type mailbox struct {
	id      int
	address string // lower case
	name    string
	enabled bool
	removed bool

	imap                     bool
	restrict                 bool
	begin                    time.Time
	server, smtpServer       string
	port, smtpPort           int32
	login, smtpLogin         string // as stored: a lower-case template
	password, smtpPassword   string // as read back: "" when it was cut
	encryption, smtpSecurity int32
	auth, smtpAuth           int32

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
	email                    mailAddress
	emailProblem             *failure // found when the method runs, after the arguments are bound
	hasAccount, hasPassword  bool     // null and "" fail differently
	hasServer                bool
	hasSMTPAccount           bool
	hasSMTPPassword          bool
	hasSMTPServer            bool
	name, account, password  string
	port, smtpPort           int32
	server, smtpServer       string
	smtpAccount, smtpPass    string
	wantsSMTPAuth            bool
	imap, restrict           bool
	encryption, smtpSecurity int32
	auth, smtpAuth           int32 // smtpAuth is 0 when smtp_auth is false
}

// bindSettings reads the arguments in the order of the method's signature
// (MAILAPI/MailApi.Accounts.cs, CreateAccount and UpdateAccount). There is no default
// but the type's: no imap is POP3, no encryption is plain text, no restrict is the
// whole history.
func bindSettings(a *arguments, withIMAP bool) settings {
	s := settings{
		name:    a.text("name"),
		account: a.text("account"), hasAccount: a.has("account"),
		password: a.text("password"), hasPassword: a.has("password"),
		port:   a.integer("port"),
		server: a.text("server"), hasServer: a.has("server"),
		smtpAccount: a.text("smtp_account"), hasSMTPAccount: a.has("smtp_account"),
		smtpPass: a.text("smtp_password"), hasSMTPPassword: a.has("smtp_password"),
		smtpPort:   a.integer("smtp_port"),
		smtpServer: a.text("smtp_server"), hasSMTPServer: a.has("smtp_server"),
		wantsSMTPAuth: a.boolean("smtp_auth"),
	}
	if withIMAP {
		s.imap = a.boolean("imap")
	}
	s.restrict = a.boolean("restrict")
	s.encryption = a.enum("incoming_encryption_type", encryptionTypes)
	s.smtpSecurity = a.enum("outcoming_encryption_type", encryptionTypes)
	s.auth = a.enum("auth_type_in", a.version.mechanisms())
	s.smtpAuth = a.enum("auth_type_smtp", a.version.mechanisms())
	if !s.wantsSMTPAuth {
		s.smtpAuth = 0
	}
	s.email, s.emailProblem = a.address("email")
	return s
}

// nameable tells whether the values of the enums have names: OAuth2 and numbers
// nobody defined have none, which shows only when the account is saved
// (MAIL/Utils/Converter.cs, ToNameString).
func (s *settings) nameable(v version) bool {
	return (s.encryption|s.smtpSecurity) >= 0 && s.encryption <= 2 && s.smtpSecurity <= 2 &&
		v.mechanismNamed(s.auth) && v.mechanismNamed(s.smtpAuth)
}

func (v version) mechanismNamed(m int32) bool {
	return m == 0 || m == 1 || m == 4 || m == ntlm && v.hasNTLM()
}

const ntlm = 7

// fits tells whether every value fits its column.
func (s *settings) fits() bool {
	for _, text := range []string{s.name, s.email.address(), s.server, s.smtpServer} {
		if utf8.RuneCountInString(text) > columnLength || strings.ContainsFunc(text, beyondBMP) {
			return false
		}
	}
	return len(s.password) <= passwordSize && len(s.smtpPass) <= passwordSize &&
		utf8.RuneCountInString(loginFormat(s.email, s.account)) <= columnLength &&
		utf8.RuneCountInString(loginFormat(s.email, s.smtpAccount)) <= columnLength
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

// storePassword: a cut password cannot be decrypted and reads back as nothing.
func storePassword(s string) string {
	if len(s) > passwordSize {
		return ""
	}
	return s
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
		imap: s.imap, restrict: s.restrict, begin: wholeHistory,
		login: store(loginFormat(s.email, s.account)), password: storePassword(s.password),
		encryption: s.encryption, auth: s.auth,
		smtpPassword: storePassword(s.smtpPass), smtpSecurity: s.smtpSecurity, smtpAuth: s.smtpAuth,
	}
	m.server, m.port = splitServer(store(s.server), s.port)
	m.smtpServer, m.smtpPort = splitServer(store(s.smtpServer), s.smtpPort)
	if s.smtpAuth != 0 {
		m.smtpLogin = store(loginFormat(s.email, s.smtpAccount))
	}
	if s.restrict {
		m.begin = now.UTC().Add(-monthBack).Truncate(time.Second)
	}
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
		email: mailAddress{local: local, host: host}, name: m.name,
		account: loginOf(m.address, m.login), hasAccount: true, password: m.password, hasPassword: true,
		server: m.server, hasServer: true, port: m.port, encryption: m.encryption, auth: m.auth,
		smtpAccount: loginOf(m.address, m.smtpLogin), hasSMTPAccount: true, smtpPass: m.smtpPassword, hasSMTPPassword: true,
		smtpServer: m.smtpServer, hasSMTPServer: true, smtpPort: m.smtpPort, smtpSecurity: m.smtpSecurity,
		smtpAuth: m.smtpAuth, wantsSMTPAuth: m.smtpAuth != 0, imap: m.imap, restrict: m.restrict,
	}
}
