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

// Seen remembers the rows of a file by 64-bit keyed hashes, to find those that
// stand twice: 16 bytes for each address, for each further owner of an address, for
// each address at an alias domain, and for each owner with a password or token. It is not safe for concurrent use.
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
type table [1 << tableBits][]entry

const tableBits = 12

// add puts an entry into the table, unless there is one with its key: then it
// returns that and true.
func (t *table) add(e entry) (entry, bool) {
	list := &t[e.key>>(64-tableBits)]
	at := place(*list, e.key)
	if at < len(*list) && (*list)[at].key == e.key {
		return (*list)[at], true
	}
	if len(*list) == cap(*list) { // append would double short lists
		*list = append(make([]entry, 0, len(*list)+len(*list)/16+4), *list...)
	}
	*list = slices.Insert(*list, at, e)
	return e, false
}

// place returns where a key is in a list, or belongs. Hashes are spread evenly, so
// the key itself tells nearly where that is.
func place(list []entry, key uint64) int {
	guess, _ := bits.Mul64(key<<tableBits, uint64(len(list)))
	at := int(guess)
	for at > 0 && list[at-1].key >= key {
		at--
	}
	for at < len(list) && list[at].key < key {
		at++
	}
	return at
}
