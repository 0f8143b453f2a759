// Package account holds the nouns that all stages share: the
// settings of one mail account, its owner, the row of the file
// that asks for it, and the mailbox that the portal made from it.
package account

import (
	"cmp"
	"strconv"
)

// Settings are what the portal is asked to set up: the 17 fields of
// POST api/2.0/mail/accounts (ASC.Api.Mail/MailApi.Accounts.cs).
type Settings struct {
	Name     string // display name of the sender
	Email    string // one address without a name; its domain as punycode
	Incoming Server
	Outgoing Server
	SMTPAuth bool // whether the outgoing server wants a login
	IMAP     bool // false means POP3
	Restrict bool // true fetches the last 30 days only, false everything
}

// Server is the incoming or the outgoing server of an account.
type Server struct {
	Host       string // DNS name as punycode, or IPv4
	Port       int
	Encryption Encryption
	Auth       Auth
	Login      string
	Password   Secret
}

// Side names the fields that exist once for each server of an account.
type Side struct{ Host, Port, Encryption, Auth, Login, Password Field }

// Incoming and Outgoing are the two sides of an account. They must not be changed.
var (
	Incoming = Side{ServerHost, Port, IncomingEncryption, AuthIn, Account, Password}
	Outgoing = Side{SMTPServer, SMTPPort, OutgoingEncryption, AuthSMTP, SMTPAccount, SMTPPassword}
)

// Server returns the server of a side.
func (s *Settings) Server(side Side) *Server {
	if side == Outgoing {
		return &s.Outgoing
	}
	return &s.Incoming
}

// Encryption is how a connection to a mail server is protected
// (ASC.Mail/Enums/EncryptionType.cs).
type Encryption uint8

const (
	Plain    Encryption = 0 // no protection
	TLS      Encryption = 1 // from the first byte
	StartTLS Encryption = 2 // after a plaintext greeting, if the server offers it
)

var encryptionNames = map[Encryption]string{Plain: "none", TLS: "ssl", StartTLS: "starttls"}

// String returns the word reports use.
func (e Encryption) String() string { return cmp.Or(encryptionNames[e], strconv.Itoa(int(e))) }

// Auth is the kind of login (ASC.Mail/Enums/SaslMechanism.cs). The
// portal also knows 5 (OAuth2) but always refuses an account with it.
type Auth uint8

const (
	NoAuth   Auth = 0
	LoginCmd Auth = 1
	CramMD5  Auth = 4
	NTLM     Auth = 7 // server 12.5.2 and later
)

var authNames = map[Auth]string{NoAuth: "none", LoginCmd: "login", CramMD5: "cram-md5", NTLM: "ntlm"}

// String returns the word reports use.
func (a Auth) String() string { return cmp.Or(authNames[a], strconv.Itoa(int(a))) }

// At returns a pointer to the value of a request field: a *string, *int,
// *bool, *Encryption, *Auth or *Secret. It returns nil for any other field.
func (s *Settings) At(f Field) any {
	side := &s.Incoming
	switch f {
	case SMTPServer, SMTPPort, OutgoingEncryption, AuthSMTP, SMTPAccount, SMTPPassword:
		side = &s.Outgoing
	}
	switch f {
	case Name:
		return &s.Name
	case Email:
		return &s.Email
	case SMTPAuth:
		return &s.SMTPAuth
	case IMAP:
		return &s.IMAP
	case Restrict:
		return &s.Restrict
	case ServerHost, SMTPServer:
		return &side.Host
	case Port, SMTPPort:
		return &side.Port
	case IncomingEncryption, OutgoingEncryption:
		return &side.Encryption
	case AuthIn, AuthSMTP:
		return &side.Auth
	case Account, SMTPAccount:
		return &side.Login
	case Password, SMTPPassword:
		return &side.Password
	}
	return nil
}

// Text returns the value of a request field as text; two texts are
// equal exactly when the values are. For password fields it is the
// password itself, so use it for hashes and requests and never show it.
func (s *Settings) Text(f Field) string {
	switch v := s.At(f).(type) {
	case *string:
		return *v
	case *int:
		return strconv.Itoa(*v)
	case *bool:
		return strconv.FormatBool(*v)
	case *Encryption:
		return strconv.Itoa(int(*v))
	case *Auth:
		return strconv.Itoa(int(*v))
	case *Secret:
		return v.Reveal()
	}
	return ""
}

// Take copies one request field from another account's settings.
func (s *Settings) Take(f Field, from *Settings) {
	switch v := s.At(f).(type) {
	case *string:
		*v = *from.At(f).(*string)
	case *int:
		*v = *from.At(f).(*int)
	case *bool:
		*v = *from.At(f).(*bool)
	case *Encryption:
		*v = *from.At(f).(*Encryption)
	case *Auth:
		*v = *from.At(f).(*Auth)
	case *Secret:
		*v = *from.At(f).(*Secret)
	}
}

// WithoutPasswords reports whether the settings have no password at all.
func (s *Settings) WithoutPasswords() bool {
	return s.Incoming.Password.Empty() && s.Outgoing.Password.Empty()
}

// Comparable returns the request fields that the settings can be compared
// by: all of them, or all but the passwords if the settings have none.
func (s *Settings) Comparable() Fields {
	if s.WithoutPasswords() {
		return RequestFields &^ Passwords
	}
	return RequestFields
}

// RelayPort is for mail between servers. Its connections begin unencrypted.
const RelayPort = 25

// UsualPort is what a well-known port of a mail server implies
// (RFC 8314). No port implies an unprotected connection.
type UsualPort struct {
	Encryption Encryption
	IMAP       bool // false means POP3; unused for an outgoing server
}

var (
	incomingPorts = map[int]UsualPort{993: {TLS, true}, 143: {StartTLS, true}, 995: {TLS, false}, 110: {StartTLS, false}}
	outgoingPorts = map[int]UsualPort{465: {Encryption: TLS}, 587: {Encryption: StartTLS}}
)

// UsualIncoming returns what the port of an incoming server implies, and false for other ports.
func UsualIncoming(port int) (UsualPort, bool) {
	usual, known := incomingPorts[port]
	return usual, known
}

// UsualOutgoing returns what the port of an outgoing server implies, and false for other ports.
func UsualOutgoing(port int) (UsualPort, bool) {
	usual, known := outgoingPorts[port]
	return usual, known
}
