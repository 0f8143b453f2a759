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
	seeds [2]maphash.Seed
	rows  map[[2]uint64]int32
	perID map[string]int // addresses by the owner's portal id
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
func (p *People) claim(m *Member, self *account.Person) {
	if m.Missing != nil {
		p.claimMissing(m, self)
		return
	}
	m.Key = account.NewKey(self.ID, m.Row.Settings.Email)
	if first, twice := p.claims.add(m.Key, m.Row.Number); twice {
		m.Bar = &Bar{diagnosis.Invalid, *diagnosis.New(diagnosis.SameAccountTwice, "Row", first)}
		return
	}
	p.claims.perID[m.Key.OwnerID]++
	if n, limit := p.claims.perID[m.Key.OwnerID], p.Options.MaxPerOwner; limit > 0 && n > limit {
		m.Bar = &Bar{diagnosis.Held, *OverLimit(n, limit)}
		return
	}
	if p.Options.AllowMismatch || p.Options.Owner == policy.OwnerSelf {
		return
	}
	// A person fits a row by the address, by its local part, or by the full name.
	theirs, wanted := account.Address(self.Email), account.Address(m.Row.Settings.Email)
	if !theirs.Equal(wanted) && !strings.EqualFold(theirs.Local(), wanted.Local()) && !account.SameName(*self, m.Row.Settings.Name) {
		m.Bar = &Bar{diagnosis.Held, *diagnosis.New(diagnosis.OwnerMismatch, "Person", self.Email)}
	}
}

// OverLimit says that a person has more addresses than one may have.
func OverLimit(addresses, limit int) *diagnosis.Problem {
	return diagnosis.New(diagnosis.OwnerLimit, "Count", addresses, "Limit", limit)
}

// claimMissing checks that whoever has signed in is the person the account belongs
// to and that no row is about it after all.
func (p *People) claimMissing(m *Member, self *account.Person) {
	m.Key = m.Missing.Key
	if !strings.EqualFold(self.ID, m.Key.OwnerID) {
		m.Bar = &Bar{diagnosis.Held, *diagnosis.New(diagnosis.MissingNobody)}
		return
	}
	if first, here := p.claims.add(m.Key, 0); here {
		m.Bar = &Bar{diagnosis.Kept, *diagnosis.New(diagnosis.MissingClaimed, "Row", first)}
	}
}
