package account

import (
	"slices"
	"strings"

	"r7import/importer/diagnosis"
)

// Row is one row of the input after mapping: what it
// asks for, its owner, and the problems found in it.
type Row struct {
	Number   int // as the spreadsheet shows it; for CSV the line the row begins on
	Settings Settings
	Owner    Owner
	Given    Fields          // fields for which the row has a cell with a value
	Fills    [NumFields]Fill // origin of each other value
	Void     Fields          // fields whose cell holds a word for no value, such as NULL
	Problems []diagnosis.Problem
	// Columns holds the place of each field, without the row; all rows of a file share it. It is nil if the places are not known.
	Columns *[NumFields]diagnosis.Place
}

// At returns a pointer to the value of a field, as [Settings.At] does.
func (r *Row) At(f Field) any {
	switch f {
	case PortalUser:
		return &r.Owner.User
	case PortalPassword:
		return &r.Owner.Password
	case PortalToken:
		return &r.Owner.Token
	}
	return r.Settings.At(f)
}

// Place returns where in the file the cell of a field is, as far as it is known.
func (r *Row) Place(f Field) diagnosis.Place {
	var at diagnosis.Place
	if r.Columns != nil && f < NumFields {
		at = r.Columns[f]
	}
	at.Row = r.Number
	return at
}

// Report adds a problem about a field and sets its place.
func (r *Row) Report(f Field, p diagnosis.Problem) {
	p.Field = f.String()
	p.Place = r.Place(f)
	r.Problems = append(r.Problems, p)
}

// Invalid reports whether the row has an error and must not be sent.
func (r *Row) Invalid() bool { return diagnosis.Stops(r.Problems) }

// Owner is the portal person a row names, and the credentials that let us act as
// them. If all fields are empty, the owner is the person the run signs in as.
type Owner struct {
	User     string // e-mail address or GUID of a portal user
	Password Secret
	Token    Secret
}

// Empty reports whether the row names no owner.
func (o Owner) Empty() bool { return o.User == "" && o.Password.Empty() && o.Token.Empty() }

// Key identifies an account within one portal. It does not
// depend on the row's number or on how the owner was typed.
type Key struct {
	OwnerID string // the portal's GUID of the owner
	Address string // lower case
}

// NewKey returns the key of an address under an owner.
func NewKey(ownerID, address string) Key {
	return Key{OwnerID: strings.ToLower(ownerID), Address: Address(address).Fold()}
}

// Person is a portal user as the portal describes them.
type Person struct {
	ID        string // GUID
	Email     string
	UserName  string
	FirstName string
	LastName  string
	Name      string // display name
	Guest     bool   // guests never have mail
	Admin     bool
	LDAP      bool
	SSO       bool
	Status    int // 1 active, 2 terminated, 4 on leave
}

// String names the person: "Anna Petrova <anna@example.org>".
func (p Person) String() string {
	switch {
	case p.Name == "":
		return p.Email
	case p.Email == "":
		return p.Name
	}
	return p.Name + " <" + p.Email + ">"
}

// SameName reports whether name is the person's: the same words
// in any order, ignoring case and with ё as е. A patronymic that
// only one side has is ignored, as long as two words agree.
func SameName(p Person, name string) bool {
	want := Words(name)
	if len(want) < 2 {
		return false
	}
	for _, have := range [][]string{Words(p.FirstName + " " + p.LastName), Words(p.Name)} {
		if len(have) >= 2 && (isSubset(have, want) || isSubset(want, have)) {
			return true
		}
	}
	return false
}

// Words returns the words of a name in the form in which they are compared.
func Words(name string) []string {
	return strings.Fields(strings.ReplaceAll(strings.ToLower(name), "ё", "е"))
}

// isSubset reports whether every word of few is one of many.
func isSubset(few, many []string) bool {
	return !slices.ContainsFunc(few, func(w string) bool { return !slices.Contains(many, w) })
}

// Mailbox is an account as the portal has it. A listing of accounts fills
// the first group of fields, a request for a single account the second.
type Mailbox struct {
	ID      int64
	Address string // as the portal spells it
	Name    string

	Enabled    bool // the portal's own service fetches mail
	AuthError  bool
	QuotaError bool
	Hosted     bool // lives on the portal's own mail server
	Alias      bool
	Group      bool

	OAuth bool // in both answers

	Detailed bool     // whether the second group is filled
	Settings Settings // without passwords
}
