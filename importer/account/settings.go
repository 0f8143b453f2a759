// Package account holds the nouns every stage shares: the settings of one mail
// account, the person it belongs to, the row of the file that asks for it, and
// the mailbox the portal has made of it.
package account

import "strconv"

// Settings are what the portal is asked to set up: the 17 fields of
// POST api/2.0/mail/accounts (ASC.Api.Mail/MailApi.Accounts.cs).
type Settings struct {
	Name     string // display name of the sender
	Email    string // one bare address; its domain as punycode
	Incoming Server
	Outgoing Server
	SMTPAuth bool // whether the outgoing server wants a login
	IMAP     bool // false is POP3
	Restrict bool // true fetches the last 30 days only, false everything
}

// Server is one side of an account.
type Server struct {
	Host       string // DNS name as punycode, or IPv4
	Port       int
	Encryption Encryption
	Auth       Auth
	Login      string
	Password   Secret
}

// Encryption is how a connection to a mail server is protected
// (ASC.Mail/Enums/EncryptionType.cs).
type Encryption uint8

const (
	Plain    Encryption = 0 // no protection
	TLS      Encryption = 1 // from the first byte
	StartTLS Encryption = 2 // after a greeting in the clear, if the server offers it
)

// String returns the word reports use.
func (e Encryption) String() string {
	switch e {
	case Plain:
		return "none"
	case TLS:
		return "ssl"
	case StartTLS:
		return "starttls"
	}
	return strconv.Itoa(int(e))
}

// Auth is the kind of login (ASC.Mail/Enums/SaslMechanism.cs). The portal
// knows 5 (OAuth2) as well but always refuses an account with it.
type Auth uint8

const (
	NoAuth   Auth = 0
	LoginCmd Auth = 1
	CramMD5  Auth = 4
	NTLM     Auth = 7 // server 12.5.2 and later
)

// String returns the word reports use.
func (a Auth) String() string {
	switch a {
	case NoAuth:
		return "none"
	case LoginCmd:
		return "login"
	case CramMD5:
		return "cram-md5"
	case NTLM:
		return "ntlm"
	}
	return strconv.Itoa(int(a))
}

// Text returns the value of a request field as text that compares equal exactly
// when the values do. For the password fields it is the password itself, so the
// result is for hashing and for requests, never for people.
func (s *Settings) Text(f Field) string {
	switch f {
	case Name:
		return s.Name
	case Email:
		return s.Email
	case Account:
		return s.Incoming.Login
	case Password:
		return s.Incoming.Password.Reveal()
	case Port:
		return strconv.Itoa(s.Incoming.Port)
	case ServerHost:
		return s.Incoming.Host
	case SMTPAccount:
		return s.Outgoing.Login
	case SMTPPassword:
		return s.Outgoing.Password.Reveal()
	case SMTPPort:
		return strconv.Itoa(s.Outgoing.Port)
	case SMTPServer:
		return s.Outgoing.Host
	case SMTPAuth:
		return strconv.FormatBool(s.SMTPAuth)
	case IMAP:
		return strconv.FormatBool(s.IMAP)
	case Restrict:
		return strconv.FormatBool(s.Restrict)
	case IncomingEncryption:
		return strconv.Itoa(int(s.Incoming.Encryption))
	case OutgoingEncryption:
		return strconv.Itoa(int(s.Outgoing.Encryption))
	case AuthIn:
		return strconv.Itoa(int(s.Incoming.Auth))
	case AuthSMTP:
		return strconv.Itoa(int(s.Outgoing.Auth))
	}
	return ""
}

// WithoutPasswords reports whether there is no password in the settings.
func (s *Settings) WithoutPasswords() bool {
	return s.Incoming.Password.Empty() && s.Outgoing.Password.Empty()
}

// Told returns the fields of the request that the settings can be compared by: all, but
// passwords they do not have.
func (s *Settings) Told() Fields {
	if s.WithoutPasswords() {
		return RequestFields &^ Passwords
	}
	return RequestFields
}

// Take sets one request field to its value in from.
func (s *Settings) Take(f Field, from *Settings) {
	switch f {
	case Name:
		s.Name = from.Name
	case Email:
		s.Email = from.Email
	case Account:
		s.Incoming.Login = from.Incoming.Login
	case Password:
		s.Incoming.Password = from.Incoming.Password
	case Port:
		s.Incoming.Port = from.Incoming.Port
	case ServerHost:
		s.Incoming.Host = from.Incoming.Host
	case SMTPAccount:
		s.Outgoing.Login = from.Outgoing.Login
	case SMTPPassword:
		s.Outgoing.Password = from.Outgoing.Password
	case SMTPPort:
		s.Outgoing.Port = from.Outgoing.Port
	case SMTPServer:
		s.Outgoing.Host = from.Outgoing.Host
	case SMTPAuth:
		s.SMTPAuth = from.SMTPAuth
	case IMAP:
		s.IMAP = from.IMAP
	case Restrict:
		s.Restrict = from.Restrict
	case IncomingEncryption:
		s.Incoming.Encryption = from.Incoming.Encryption
	case OutgoingEncryption:
		s.Outgoing.Encryption = from.Outgoing.Encryption
	case AuthIn:
		s.Incoming.Auth = from.Incoming.Auth
	case AuthSMTP:
		s.Outgoing.Auth = from.Outgoing.Auth
	}
}
