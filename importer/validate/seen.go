package validate

import (
	"cmp"
	"hash/maphash"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// Seen remembers the rows of a file by 64-bit keyed hashes, 16 bytes a row and as
// many an owner that has a password or token, to find those that stand twice. It
// is not safe for concurrent use.
type Seen struct {
	seed      maphash.Seed
	addresses shards // by address; the tag is the owner's
	passwords shards // by owner; the tag is the password's
	tokens    shards
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
	e := entry{key: s.hash(foldName(row.Settings.Email)), tag: s.owner(&row.Owner), row: uint32(row.Number)}
	same := s.addresses.find(e.key)
	for _, earlier := range same {
		if earlier.tag == e.tag {
			row.Report(account.Email, *diagnosis.New(diagnosis.Duplicate, "Row", number(int(earlier.row))))
			return
		}
	}
	if len(same) > 0 {
		row.Report(account.Email, *diagnosis.New(diagnosis.AddressOfTwoOwners, "Row", number(int(same[0].row))))
	}
	s.addresses.add(e)
}

// owner tells owners apart. All rows that name nobody are of one owner.
func (s *Seen) owner(o *account.Owner) uint32 {
	if o.User == "" && !o.Token.Empty() {
		return uint32(s.hash("token:" + o.Token.Reveal()))
	}
	return uint32(s.hash(foldName(o.User)))
}

// credential finds an earlier row that had another password or token for the same user.
func (s *Seen) credential(known *shards, row *account.Row, f account.Field, user string, secret account.Secret) {
	if secret.Empty() {
		return
	}
	e := entry{key: s.hash(user), tag: uint32(s.hash(secret.Reveal())), row: uint32(row.Number)}
	same := known.find(e.key)
	switch {
	case len(same) == 0:
		known.add(e)
	case same[0].tag != e.tag:
		row.Report(f, *diagnosis.New(diagnosis.OwnerCredentials, "Row", number(int(same[0].row))))
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

// shards are sorted lists of entries, one for each beginning that a key can have.
// They hold hardly more than the entries themselves, where a hash table of
// the same speed would be half empty.
type shards [1 << shardBits][]entry

const shardBits = 12

// find returns the entries of a key in the order of their rows.
func (s *shards) find(key uint64) []entry {
	list := s[key>>(64-shardBits)]
	from, found := slices.BinarySearchFunc(list, key, compareKey)
	if !found {
		return nil
	}
	to := from + 1
	for to < len(list) && list[to].key == key {
		to++
	}
	return list[from:to]
}

// add puts an entry behind those of the same key.
func (s *shards) add(e entry) {
	list := &s[e.key>>(64-shardBits)]
	at, _ := slices.BinarySearchFunc(*list, e.key, compareKey)
	for at < len(*list) && (*list)[at].key == e.key {
		at++
	}
	if len(*list) == cap(*list) { // append would double short lists
		*list = append(make([]entry, 0, len(*list)+len(*list)/8+4), *list...)
	}
	*list = slices.Insert(*list, at, e)
}

func compareKey(e entry, key uint64) int { return cmp.Compare(e.key, key) }
