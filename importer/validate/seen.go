package validate

import (
	"hash/maphash"
	"math/bits"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// Seen remembers the rows of a file by keyed hashes, to find those that stand
// twice: less than 16 bytes for each address, for each further owner of an
// address, for each address at an alias domain, and for each owner with a password
// or token. It is not safe for concurrent use.
type Seen struct {
	seed      maphash.Seed
	addresses table // by address; the tag is the first owner's
	shared    table // by address and owner, for owners after the first
	aliases   table // by owner and mailbox, where one mailbox has several addresses; the tag is the address's
	passwords table // by owner; the tag is the password's
	tokens    table
}

// NewSeen returns a memory of no rows.
func NewSeen() *Seen { return &Seen{seed: maphash.MakeSeed()} }

// Check compares a row with those before it, adds what it finds to its problems,
// and remembers it. The first of two equal rows stands, whatever is wrong with it.
func (s *Seen) Check(row *account.Row) {
	if row.Settings.Email != "" {
		s.address(row)
	}
	user := foldName(row.Owner.User)
	if user == "" {
		return
	}
	s.credential(&s.passwords, row, account.PortalPassword, user, row.Owner.Password)
	s.credential(&s.tokens, row, account.PortalToken, user, row.Owner.Token)
}

// address finds an earlier row with the same address.
func (s *Seen) address(row *account.Row) {
	text := foldName(row.Settings.Email)
	address, owner := s.hash(text), s.owner(&row.Owner)
	s.alias(row, text, address, owner)
	e := entry{key: address, tag: uint32(owner), row: uint32(row.Number)}
	first, known := s.addresses.add(e)
	switch {
	case !known:
		return
	case first.tag == e.tag:
		row.Report(account.Email, *diagnosis.New(diagnosis.Duplicate, "Row", number(int(first.row))))
		return
	}
	e.key = bits.RotateLeft64(address, 32) ^ owner
	if again, known := s.shared.add(e); known {
		row.Report(account.Email, *diagnosis.New(diagnosis.Duplicate, "Row", number(int(again.row))))
		return
	}
	row.Report(account.Email, *diagnosis.New(diagnosis.AddressOfTwoOwners, "Row", number(int(first.row))))
}

// alias finds an earlier row of the owner that has another address of the same mailbox.
func (s *Seen) alias(row *account.Row, text string, address, owner uint64) {
	mailbox, ok := oneMailbox(text)
	if !ok {
		return
	}
	e := entry{key: bits.RotateLeft64(s.hash(mailbox), 32) ^ owner, tag: uint32(address), row: uint32(row.Number)}
	if first, known := s.aliases.add(e); known && first.tag != e.tag {
		row.Report(account.Email, *diagnosis.New(diagnosis.MailboxTwice, "Row", number(int(first.row))))
	}
}

// aliasDomains are domains at which a mailbox has the same name as at another one.
var aliasDomains = map[string]string{
	"ya.ru": "yandex.ru", "yandex.com": "yandex.ru", "yandex.by": "yandex.ru", "yandex.kz": "yandex.ru", "yandex.ua": "yandex.ru", "yandex.ru": "yandex.ru",
	"googlemail.com": "gmail.com", "gmail.com": "gmail.com",
}

// oneMailbox returns the name that stands for all addresses of a mailbox, and false
// if it has only one.
func oneMailbox(address string) (string, bool) {
	local, domain, _ := strings.Cut(address, "@")
	main, ok := aliasDomains[domain]
	if !ok {
		return "", false
	}
	return local + "@" + main, true
}

// owner tells owners apart. All rows that name nobody are of one owner.
func (s *Seen) owner(o *account.Owner) uint64 {
	if o.User == "" && !o.Token.Empty() {
		return s.hash("token:" + o.Token.Reveal())
	}
	return s.hash(foldName(o.User))
}

// credential finds an earlier row that had another password or token for the same user.
func (s *Seen) credential(known *table, row *account.Row, f account.Field, user string, secret account.Secret) {
	if secret.Empty() {
		return
	}
	e := entry{key: s.hash(user), tag: uint32(s.hash(secret.Reveal())), row: uint32(row.Number)}
	if first, twice := known.add(e); twice && first.tag != e.tag {
		row.Report(f, *diagnosis.New(diagnosis.OwnerCredentials, "Row", number(int(first.row))))
	}
}

func (s *Seen) hash(text string) uint64 { return maphash.String(s.seed, text) }

// foldName returns a name or address in the form in which the portal compares it.
func foldName(text string) string {
	if !isPlain(text) {
		text = norm.NFC.String(text)
	}
	return strings.ToLower(text)
}

// entry is what is remembered of a row.
type entry struct {
	key uint64
	tag uint32
	row uint32
}

// table is lists of entries sorted by key, one for each beginning that a key can
// have. It holds hardly more than the entries themselves, where a hash table that
// is as quick would be half empty.
type table [1 << tableBits][]packed

const (
	tableBits  = 12 // of a key, that the list tells
	packedBits = 48 // of a key, that stand in the list
)

// packed is an entry in 14 bytes. Of its key 60 bits are kept in all: among a
// million rows two different ones are taken for the same once in two million files.
type packed struct {
	key      [packedBits / 16]uint16
	tag, row [2]uint16
}

func pack(e entry) packed {
	key := within(e.key)
	return packed{
		key: [3]uint16{uint16(key >> 32), uint16(key >> 16), uint16(key)},
		tag: halves(e.tag), row: halves(e.row),
	}
}

// within is what tells a key from others of its list.
func within(key uint64) uint64 { return key << tableBits >> (64 - packedBits) }

func (p *packed) within() uint64 {
	return uint64(p.key[0])<<32 | uint64(p.key[1])<<16 | uint64(p.key[2])
}

func halves(n uint32) [2]uint16   { return [2]uint16{uint16(n >> 16), uint16(n)} }
func whole(half [2]uint16) uint32 { return uint32(half[0])<<16 | uint32(half[1]) }

// add puts an entry into the table, unless there is one with its key: then it
// returns that and true.
func (t *table) add(e entry) (entry, bool) {
	list := &t[e.key>>(64-tableBits)]
	key := within(e.key)
	at := place(*list, key)
	if at < len(*list) {
		if there := &(*list)[at]; there.within() == key {
			return entry{key: e.key, tag: whole(there.tag), row: whole(there.row)}, true
		}
	}
	if n := len(*list); n == cap(*list) { // append would double short lists
		*list = append(slices.Grow([]packed(nil), n+n/16+4), *list...)
	}
	*list = slices.Insert(*list, at, pack(e))
	return e, false
}

// place returns where a key is in a list, or belongs. Hashes are spread evenly, so
// the key itself tells nearly where that is.
func place(list []packed, key uint64) int {
	guess, _ := bits.Mul64(key<<(64-packedBits), uint64(len(list)))
	at := int(guess)
	for at > 0 && list[at-1].within() >= key {
		at--
	}
	for at < len(list) && list[at].within() < key {
		at++
	}
	return at
}
