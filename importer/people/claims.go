package people

import (
	"hash/maphash"
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/policy"
)

// claims remembers which row has claimed which account, by hashes: the texts of a
// key are parts of its row, which would stay in memory with its passwords.
type claims struct {
	options *policy.Options
	seeds   [2]maphash.Seed
	rows    map[[2]uint64]int32
	perID   map[string]int // addresses by the owner's portal id
}

func newClaims(options *policy.Options) claims {
	return claims{
		options: options,
		seeds:   [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()},
		rows:    make(map[[2]uint64]int32), perID: make(map[string]int),
	}
}

// add remembers the row, unless one with the same key came before: then it
// returns the number of that one.
func (c *claims) add(key account.Key, row int) (first int, twice bool) {
	hash := [2]uint64{maphash.Comparable(c.seeds[0], key), maphash.Comparable(c.seeds[1], key)}
	if first, twice := c.rows[hash]; twice {
		return int(first), true
	}
	c.rows[hash] = int32(row)
	return 0, false
}

// claim gives a row the key of its account and says what is known against it
// besides the portal: the first row of an account stands, and a person has only so
// many addresses. It is done once for each row, in the order of the file.
func (c *claims) claim(m *Member, self *account.Person) {
	if m.Missing != nil {
		c.claimMissing(m, self)
		return
	}
	key := account.NewKey(self.ID, m.Row.Settings.Email)
	m.Key = key
	if first, twice := c.add(key, m.Row.Number); twice {
		m.Bar = &Bar{diagnosis.Invalid, *diagnosis.New(diagnosis.SameAccountTwice, "Row", first)}
		return
	}
	c.perID[key.OwnerID]++
	switch n := c.perID[key.OwnerID]; {
	case c.options.MaxPerOwner > 0 && n > c.options.MaxPerOwner:
		m.Bar = &Bar{diagnosis.Held, *OverLimit(n, c.options.MaxPerOwner)}
	case c.mismatch(m, self):
		m.Bar = &Bar{diagnosis.Held, *diagnosis.New(diagnosis.OwnerMismatch, "Person", self.Email)}
	}
}

// OverLimit says that a person has more addresses than one may have.
func OverLimit(addresses, limit int) *diagnosis.Problem {
	return diagnosis.New(diagnosis.OwnerLimit, "Count", addresses, "Limit", limit)
}

// claimMissing checks that whoever has signed in is the person the account belongs
// to and that no row is about it after all.
func (c *claims) claimMissing(m *Member, self *account.Person) {
	m.Key = m.Missing.Key
	if !strings.EqualFold(self.ID, m.Key.OwnerID) {
		m.Bar = &Bar{diagnosis.Held, *diagnosis.New(diagnosis.MissingNobody)}
		return
	}
	if first, here := c.add(m.Key, 0); here {
		m.Bar = &Bar{diagnosis.Kept, *diagnosis.New(diagnosis.MissingClaimed, "Row", first)}
	}
}

// mismatch reports whether a person does not fit the row: neither the address, nor
// its local part, nor the full name.
func (c *claims) mismatch(m *Member, self *account.Person) bool {
	if c.options.AllowMismatch || c.options.Owner == policy.OwnerSelf {
		return false
	}
	theirs, wanted := account.Address(self.Email), account.Address(m.Row.Settings.Email)
	return !theirs.Equal(wanted) && !strings.EqualFold(theirs.Local(), wanted.Local()) && !account.SameName(*self, m.Row.Settings.Name)
}
