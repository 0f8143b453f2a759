package validate

import (
	"hash/maphash"
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// Seen remembers the rows of a file by keyed hashes, to find those that stand
// twice: an entry for each address, with the password of its owner where the owner is
// that address; another for each further owner of an address, each address at a domain
// that has others, and each other owner with a password or token. A million entries
// take 36 MiB.
//
// The hashes have 64 bits and a key nobody knows: that two of the addresses of a
// file with a million rows are taken for one happens once in 37 million such
// files. It is not safe for concurrent use.
type Seen struct {
	seed  maphash.Seed
	rows  map[uint64]first
	apart bool // some passwords have entries of their own; looking for them costs a million rows a tenth of their time
}

// first is the first row of which something was remembered, and a hash of what.
type first struct {
	number uint32 // of the row, twice; one more where an address has its owner's password beside it
	tag    uint32
}

func (f first) row() int { return int(f.number / 2) }

// own reports whether the tag of an address is that of the password of its owner, who is that address.
func (f first) own() bool { return f.number%2 == 1 }

// NewSeen returns a memory of no rows.
func NewSeen() *Seen { return &Seen{seed: maphash.MakeSeed(), rows: make(map[uint64]first)} }

// Check compares a row with those before it, adds what it finds to its problems,
// and remembers it. The first of two equal rows stands, whatever is wrong with it.
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

// address finds an earlier row with the same address or another one of its mailbox.
// It reports whether the password of the owner is the first, and remembered with the address.
func (s *Seen) address(row *account.Row, user string) (kept bool) {
	address, owner := account.Address(row.Settings.Email).Fold(), user
	if user == "" && !row.Owner.Token.Empty() {
		owner = "token:" + row.Owner.Token.Reveal() // all others that name nobody are of one owner
	}
	if mailbox, several := oneMailbox(address); several {
		if before, known := s.remember(s.first(row, address), "mailbox", mailbox, owner); known && before.tag != s.tag(address) {
			row.Report(account.Email, *diagnosis.New(diagnosis.MailboxTwice, "Row", before.row()))
		}
	}
	this := s.first(row, owner)
	if password := row.Owner.Password; owner == address && !password.Empty() {
		apart := s.apart
		if apart {
			_, apart = s.rows[s.key(account.PortalPassword.String(), user)]
		}
		if !apart {
			this = s.first(row, password.Reveal())
			this.number++
		}
	}
	before, known := s.remember(this, "address", address)
	if !known {
		return this.own()
	}
	code := diagnosis.Duplicate
	if before.own() && owner != address || !before.own() && before.tag != s.tag(owner) {
		if again, known := s.remember(this, "owner", address, owner); known {
			before = again
		} else {
			code = diagnosis.AddressOfTwoOwners
		}
	}
	row.Report(account.Email, *diagnosis.New(code, "Row", before.row()))
	return false
}

// oneMailbox returns the name that stands for all addresses of a mailbox, and false
// if it has only one.
func oneMailbox(address string) (string, bool) {
	local, domain, _ := strings.Cut(address, "@")
	switch domain { // at which a mailbox has the same name as at another one
	case "ya.ru", "yandex.com", "yandex.by", "yandex.kz", "yandex.ua", "yandex.ru":
		return local + "@yandex.ru", true
	case "googlemail.com", "gmail.com":
		return local + "@gmail.com", true
	}
	return "", false
}

// credential finds an earlier row that had another password, or token, for the same user.
func (s *Seen) credential(row *account.Row, f account.Field, user string, secret account.Secret) {
	if secret.Empty() {
		return
	}
	this := s.first(row, secret.Reveal())
	before, known := s.rows[s.key("address", user)]
	if f == account.PortalToken || !before.own() {
		before, known = s.remember(this, f.String(), user)
		s.apart = s.apart || f == account.PortalPassword
	}
	if known && before.tag != this.tag {
		row.Report(f, *diagnosis.New(diagnosis.OwnerCredentials, "Row", before.row()))
	}
}

// first returns what is remembered of a row that says something first.
func (s *Seen) first(row *account.Row, something string) first {
	return first{number: uint32(2 * row.Number), tag: s.tag(something)}
}

// remember returns what was remembered first under a name, and whether that was before this.
func (s *Seen) remember(this first, name ...string) (before first, known bool) {
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
