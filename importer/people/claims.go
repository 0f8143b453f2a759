package people

import (
	"hash/maphash"
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/policy"
)

// claims stores which row has claimed which account. It keeps hashes, because the
// strings of a key would keep its row in memory, passwords included.
type claims struct {
	seeds [2]maphash.Seed
	rows  map[[2]uint64]int32
	perID map[string]int // number of addresses by the owner's portal id
}

// add claims the key for a row. If an earlier row has claimed it, add returns the
// number of that row and true.
func (c *claims) add(key account.Key, row int) (first int, twice bool) {
	hash := [2]uint64{maphash.Comparable(c.seeds[0], key), maphash.Comparable(c.seeds[1], key)}
	if first, twice := c.rows[hash]; twice {
		return int(first), true
	}
	c.rows[hash] = int32(row)
	return 0, false
}

// claim sets the key of a row's account, and its Bar if an earlier row has the same
// account, the person has too many addresses, or person and row do not fit. It is
// called once for each row, in the order of the file.
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
	// A person fits a row if the address, its local part or the full name is the same.
	theirs, wanted := account.Address(self.Email), account.Address(m.Row.Settings.Email)
	if !theirs.Equal(wanted) && !strings.EqualFold(theirs.Local(), wanted.Local()) && !account.SameName(*self, m.Row.Settings.Name) {
		m.Bar = &Bar{diagnosis.Held, *diagnosis.New(diagnosis.OwnerMismatch, "Person", self.Email)}
	}
}

// OverLimit returns the problem of a person with more addresses than the limit.
func OverLimit(addresses, limit int) *diagnosis.Problem {
	return diagnosis.New(diagnosis.OwnerLimit, "Count", addresses, "Limit", limit)
}

// claimMissing sets the Bar of an account without a row if it does not belong to the
// person who signed in, or if a row has claimed it.
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
