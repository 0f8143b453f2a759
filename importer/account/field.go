package account

import (
	"iter"
	"slices"
	"strings"
)

// Field is one thing a row can say about an account: a field
// of the request, or a fact about the owner of the account.
type Field uint8

// The 17 fields of the request, in the order the API documents them, then the
// owner's three.
const (
	Name Field = iota
	Email
	Account
	Password
	Port
	ServerHost
	SMTPAccount
	SMTPPassword
	SMTPPort
	SMTPServer
	SMTPAuth
	IMAP
	Restrict
	IncomingEncryption
	OutgoingEncryption
	AuthIn
	AuthSMTP
	PortalUser
	PortalPassword
	PortalToken

	// NumFields is the number of fields.
	NumFields
	// NumRequestFields is the number of fields that go into the request; they come first.
	NumRequestFields = PortalUser
)

// fieldNames are the wire names of the request fields (ASC.Api.Mail/MailApi.Accounts.cs;
// "outcoming" is the server's own spelling), then our names for the owner's fields.
var fieldNames = [NumFields]string{
	"name", "email", "account", "password", "port", "server", "smtp_account", "smtp_password", "smtp_port", "smtp_server",
	"smtp_auth", "imap", "restrict", "incoming_encryption_type", "outcoming_encryption_type", "auth_type_in", "auth_type_smtp",
	"portal_user", "portal_password", "portal_token",
}

// String returns the canonical name, which is also the name on the wire.
func (f Field) String() string {
	if f < NumFields {
		return fieldNames[f]
	}
	return ""
}

// FieldNamed returns the field with that canonical name, and false if there is none.
func FieldNamed(name string) (Field, bool) {
	i := slices.Index(fieldNames[:], name)
	return Field(max(0, i)), i >= 0
}

// Secret reports whether the value of the field must never be shown.
func (f Field) Secret() bool {
	return f == Password || f == SMTPPassword || f == PortalPassword || f == PortalToken
}

// Fields is a set of fields. The zero value is empty.
type Fields uint32

// Has reports whether f is in the set.
func (s Fields) Has(f Field) bool { return s&(1<<f) != 0 }

// With returns the set with f added.
func (s Fields) With(f Field) Fields { return s | 1<<f }

// Without returns the set with f removed.
func (s Fields) Without(f Field) Fields { return s &^ (1 << f) }

// All yields the fields of the set in order.
func (s Fields) All() iter.Seq[Field] {
	return func(yield func(Field) bool) {
		for f := range NumFields {
			if s.Has(f) && !yield(f) {
				return
			}
		}
	}
}

// String returns the names of the fields in order, for people: "email, password".
func (s Fields) String() string {
	var names []string
	for f := range s.All() {
		names = append(names, f.String())
	}
	return strings.Join(names, ", ")
}

// Fill is the origin of a value that no cell of the row gave.
type Fill uint8

const (
	NotFilled   Fill = iota
	FromMapping      // the mapping file's template or default
	FromSet          // --set
	FromPreset       // a mail provider's preset
	FromRow          // another cell of the row: the login from the address, the SMTP pair from the incoming one
	FromRule         // the secure rule: encryption and protocol by port, authentication on, 30 days
)

var fillNames = [...]string{"", "mapping", "set", "preset", "row", "rule"}

// String returns the word that reports use for the origin of a value.
func (f Fill) String() string { return fillNames[f] }

// FillNamed returns the origin with that word, NotFilled if there is none.
func FillNamed(word string) Fill { return Fill(max(0, slices.Index(fillNames[:], word))) }
