package validate

import (
	"hash/maphash"
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// Seen remembers the rows of a file by keyed hashes, to find duplicates. It
// has an entry for each address, which includes the owner's password if the
// owner is that address, and more entries for each further owner of an
// address, for addresses at domains that share mailboxes with others, and
// for other owners with a password or token. A million entries take 36 MiB.
//
// The hashes have 64 bits and a random key: the chance that two
// different addresses of a file with a million rows are taken for
// one is 1 in 37 million. A Seen is not safe for concurrent use.
type Seen struct {
	seed       maphash.Seed
	rows       map[uint64]entry
	ownEntries bool // some passwords have entries of their own; looking for them adds a tenth to the time of a million rows
}

// entry is the first row with some property, and a hash of the property's value.
type entry struct {
	rowAndOwn uint32 // twice the row number, plus one if the tag is the owner's password
	tag       uint32
}

func (f entry) row() int { return int(f.rowAndOwn / 2) }

// own reports whether the tag is that of the owner's password, the owner being the address itself.
func (f entry) own() bool { return f.rowAndOwn%2 == 1 }

// NewSeen returns a Seen that remembers no rows.
func NewSeen() *Seen { return &Seen{seed: maphash.MakeSeed(), rows: make(map[uint64]entry)} }

// Check compares a row with the rows before it, adds the problems it finds, and
// remembers the row. The first of two equal rows stands, whatever else is wrong with it.
func (s *Seen) Check(row *account.Row) {
	user := account.Address(row.Owner.User).Fold()
	kept := row.Settings.Email != "" && s.address(row, user)
	if user != "" && !kept {
		s.credential(row, account.PortalPassword, user, row.Owner.Password)
	}
	if user != "" {
		s.credential(row, account.PortalToken, user, row.Owner.Token)
	}
}

// address looks for an earlier row with the same address or another address of the same mailbox.
// kept reports that the owner's password is the first one and is remembered with the address.
func (s *Seen) address(row *account.Row, user string) (kept bool) {
	address, owner := account.Address(row.Settings.Email).Fold(), user
	if user == "" && !row.Owner.Token.Empty() {
		owner = "token:" + row.Owner.Token.Reveal() // rows without owner and token all belong to one owner
	}
	if mailbox, several := oneMailbox(address); several {
		if before, known := s.remember(s.newEntry(row, address), "mailbox", mailbox, owner); known && before.tag != s.tag(address) {
			row.Report(account.Email, *diagnosis.New(diagnosis.MailboxTwice, "Row", before.row()))
		}
	}
	this := s.newEntry(row, owner)
	if password := row.Owner.Password; owner == address && !password.Empty() {
		apart := s.ownEntries
		if apart {
			_, apart = s.rows[s.key(account.PortalPassword.String(), user)]
		}
		if !apart {
			this = s.newEntry(row, password.Reveal())
			this.rowAndOwn++
		}
	}
	before, known := s.remember(this, "address", address)
	if !known {
		return this.own()
	}
	code := diagnosis.Duplicate
	if before.own() && owner != address || !before.own() && before.tag != s.tag(owner) {
		if ofOwner, known := s.remember(this, "owner", address, owner); known {
			before = ofOwner
		} else {
			code = diagnosis.AddressOfTwoOwners
		}
	}
	row.Report(account.Email, *diagnosis.New(code, "Row", before.row()))
	return false
}

// oneMailbox returns the name that stands for all addresses of
// a mailbox, and false if the mailbox has one address only.
func oneMailbox(address string) (string, bool) {
	local, domain, _ := strings.Cut(address, "@")
	switch domain { // domains at which a mailbox has the same local part as at others
	case "ya.ru", "yandex.com", "yandex.by", "yandex.kz", "yandex.ua", "yandex.ru":
		return local + "@yandex.ru", true
	case "googlemail.com", "gmail.com":
		return local + "@gmail.com", true
	}
	return "", false
}

// credential looks for an earlier row with another password, or token, for the same user.
func (s *Seen) credential(row *account.Row, f account.Field, user string, secret account.Secret) {
	if secret.Empty() {
		return
	}
	this := s.newEntry(row, secret.Reveal())
	before, known := s.rows[s.key("address", user)]
	if f == account.PortalToken || !before.own() {
		before, known = s.remember(this, f.String(), user)
		s.ownEntries = s.ownEntries || f == account.PortalPassword
	}
	if known && before.tag != this.tag {
		row.Report(f, *diagnosis.New(diagnosis.OwnerCredentials, "Row", before.row()))
	}
}

// newEntry returns the entry for a row with that property.
func (s *Seen) newEntry(row *account.Row, something string) entry {
	return entry{rowAndOwn: uint32(2 * row.Number), tag: s.tag(something)}
}

// remember returns the first entry under a name, and whether it was there before this call.
func (s *Seen) remember(this entry, name ...string) (before entry, known bool) {
	key := s.key(name...)
	if before, known = s.rows[key]; !known {
		s.rows[key] = this
	}
	return before, known
}

func (s *Seen) key(name ...string) uint64 {
	var parts [3]string
	copy(parts[:], name)
	return maphash.Comparable(s.seed, parts)
}

func (s *Seen) tag(text string) uint32 { return uint32(maphash.String(s.seed, text)) }
