package validate

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"slices"
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// Seen remembers the rows of a file by keyed hashes, to find those that stand
// twice: about 16 bytes for each address, with the password of its owner where
// the owner is that address; as much again for each further owner of an address,
// each address at an alias domain, and each other owner with a password or token.
//
// The hashes have 62 bits and a key nobody knows: that two of the addresses of a
// file with a million rows are taken for one happens once in 9 million such
// files. It is not safe for concurrent use.
type Seen struct {
	seed      maphash.Seed
	addresses table // by address; the tag is the first owner's
	own       table // by address, where the first owner is that address and has a password; the tag is the password's
	shared    table // by address and owner, for owners after the first
	aliases   table // by owner and mailbox, where one mailbox has several addresses; the tag is the address's
	passwords table // by owner, for those that are not in own; the tag is the password's
	tokens    table // by owner; the tag is the token's
}

// NewSeen returns a memory of no rows.
func NewSeen() *Seen { return &Seen{seed: maphash.MakeSeed()} }

// Check compares a row with those before it, adds what it finds to its problems,
// and remembers it. The first of two equal rows stands, whatever is wrong with it.
func (s *Seen) Check(row *account.Row) {
	user := account.Address(row.Owner.User).Fold()
	kept := row.Settings.Email != "" && s.address(row, user)
	if user == "" {
		return
	}
	s.password(row, user, kept)
	s.token(row, user)
}

// address finds an earlier row with the same address. It reports whether the
// password of the owner is now kept with the address.
func (s *Seen) address(row *account.Row, user string) (kept bool) {
	text := account.Address(row.Settings.Email).Fold()
	address, owner := s.hash(text), s.owner(&row.Owner, user)
	s.alias(row, text, address, owner)
	own := text == user && !row.Owner.Password.Empty()
	first, known := s.first(row, address, uint32(owner), own)
	switch {
	case !known:
		return own
	case first.tag == uint32(owner):
		row.Report(account.Email, *diagnosis.New(diagnosis.Duplicate, "Row", first.row))
		return false
	}
	again, known := s.shared.add(entry{key: bits.RotateLeft64(address, 32) ^ owner, row: uint32(row.Number)})
	if known {
		row.Report(account.Email, *diagnosis.New(diagnosis.Duplicate, "Row", again.row))
		return false
	}
	row.Report(account.Email, *diagnosis.New(diagnosis.AddressOfTwoOwners, "Row", first.row))
	return false
}

// first returns the first row of an address, with the owner as its tag. If there is
// none it remembers this one.
func (s *Seen) first(row *account.Row, address uint64, owner uint32, own bool) (first entry, known bool) {
	e := entry{key: address, tag: owner, row: uint32(row.Number)}
	if own {
		if first, known = s.addresses.find(address); known {
			return first, true
		}
		e.tag = s.tag(row.Owner.Password)
		first, known = s.own.add(e)
	} else if first, known = s.own.find(address); !known {
		return s.addresses.add(e)
	}
	first.tag = uint32(address) // the owner is the address
	return first, known
}

// alias finds an earlier row of the owner that has another address of the same mailbox.
func (s *Seen) alias(row *account.Row, text string, address, owner uint64) {
	mailbox, ok := oneMailbox(text)
	if !ok {
		return
	}
	e := entry{key: bits.RotateLeft64(s.hash(mailbox), 32) ^ owner, tag: uint32(address), row: uint32(row.Number)}
	if first, known := s.aliases.add(e); known && first.tag != e.tag {
		row.Report(account.Email, *diagnosis.New(diagnosis.MailboxTwice, "Row", first.row))
	}
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

// owner tells owners apart. All rows that name nobody are of one owner.
func (s *Seen) owner(o *account.Owner, user string) uint64 {
	if user == "" && !o.Token.Empty() {
		return s.hash("token:" + o.Token.Reveal())
	}
	return s.hash(user)
}

// password finds an earlier row that had another password for the same user; kept
// says that this one's is remembered already.
func (s *Seen) password(row *account.Row, user string, kept bool) {
	if row.Owner.Password.Empty() {
		return
	}
	e := entry{key: s.hash(user), tag: s.tag(row.Owner.Password), row: uint32(row.Number)}
	first, known := s.passwords.find(e.key)
	if !known && !kept {
		if first, known = s.own.find(e.key); !known {
			s.passwords.add(e)
		}
	}
	if known && first.tag != e.tag {
		row.Report(account.PortalPassword, *diagnosis.New(diagnosis.OwnerCredentials, "Row", first.row))
	}
}

// token finds an earlier row that had another token for the same user.
func (s *Seen) token(row *account.Row, user string) {
	if row.Owner.Token.Empty() {
		return
	}
	e := entry{key: s.hash(user), tag: s.tag(row.Owner.Token), row: uint32(row.Number)}
	if first, known := s.tokens.add(e); known && first.tag != e.tag {
		row.Report(account.PortalToken, *diagnosis.New(diagnosis.OwnerCredentials, "Row", first.row))
	}
}

func (s *Seen) tag(secret account.Secret) uint32 { return uint32(s.hash(secret.Reveal())) }

func (s *Seen) hash(text string) uint64 { return maphash.String(s.seed, text) }

// entry is what is remembered of a row.
type entry struct {
	key uint64
	tag uint32
	row uint32
}

// packed is an entry as a list holds it: 48 bits of the key behind those that
// choose the list, tag and row.
type packed [14]byte

func (e entry) packed() (p packed) {
	binary.BigEndian.PutUint64(p[:], e.key<<tableBits)
	binary.BigEndian.PutUint32(p[6:], e.tag)
	binary.BigEndian.PutUint32(p[10:], e.row)
	return p
}

// rest returns the bits of the key.
func (p *packed) rest() uint64 { return binary.BigEndian.Uint64(p[:]) >> 16 }

func (p *packed) entry() entry {
	return entry{tag: binary.BigEndian.Uint32(p[6:]), row: binary.BigEndian.Uint32(p[10:])}
}

// table is lists of entries sorted by key, one for each beginning that a key can
// have. It holds hardly more than the entries themselves, where a hash table that
// is as quick would be half empty, and it never grows but one short list at a
// time. The zero value is empty.
type table struct{ lists *[1 << tableBits][]packed }

const tableBits = 14

// add puts an entry into the table, unless there is one with its key: then it
// returns that one's row and tag, and true.
func (t *table) add(e entry) (entry, bool) {
	if t.lists == nil {
		t.lists = new([1 << tableBits][]packed)
	}
	list := &t.lists[e.key>>(64-tableBits)]
	at, known := place(*list, e.key)
	if known {
		return (*list)[at].entry(), true
	}
	if n := len(*list); n == cap(*list) { // append alone would double short lists
		*list = append(slices.Grow([]packed(nil), n+n/16+1), *list...)
	}
	*list = slices.Insert(*list, at, e.packed())
	return e, false
}

// find returns row and tag of the entry with a key, and whether there is one.
func (t *table) find(key uint64) (entry, bool) {
	if t.lists == nil {
		return entry{}, false
	}
	list := t.lists[key>>(64-tableBits)]
	at, known := place(list, key)
	if !known {
		return entry{}, false
	}
	return list[at].entry(), true
}

// place returns where a key is in a list, or belongs. Hashes are spread evenly, so
// the key itself tells nearly where that is.
func place(list []packed, key uint64) (at int, known bool) {
	guess, _ := bits.Mul64(key<<tableBits, uint64(len(list)))
	at, rest := int(guess), key<<tableBits>>16
	for at > 0 && list[at-1].rest() >= rest {
		at--
	}
	for at < len(list) && list[at].rest() < rest {
		at++
	}
	return at, at < len(list) && list[at].rest() == rest
}
