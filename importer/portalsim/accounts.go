package portalsim

import (
	"slices"
	"strings"
	"time"
)

// errDuplicates is the failure of a look-up by address if one person has two rows with
// that address (MAIL/Core/Dao/MailboxDao.cs, SingleOrDefault). Create and update answer
// the generic text in its place; the other methods answer it as 403.
var errDuplicates = &failure{403, "Sequence contains more than one element", hrOperation}

// find returns the live row of an address, nil if there is none, errDuplicates if there are several. The caller holds mu.
func (p *person) find(address string) (*mailbox, error) {
	rows := p.byAddress[strings.ToLower(address)]
	switch len(rows) {
	case 0:
		return nil, nil
	case 1:
		return rows[0], nil
	default:
		return nil, errDuplicates
	}
}

// insert adds a row. The database allows a second one with the same address
// (build/sql/onlyoffice.sql has no unique key for it). The caller holds mu.
func (p *person) insert(m *mailbox) {
	p.rows = append(p.rows, m)
	p.byAddress[m.address] = append(p.byAddress[m.address], m)
}

// remove marks a row as removed. The caller holds mu.
func (p *person) remove(m *mailbox) {
	m.removed = true
	p.byAddress[m.address] = slices.DeleteFunc(p.byAddress[m.address], func(row *mailbox) bool { return row == m })
}

// row returns the row with an id, which must exist. Rows are sorted by id. The caller holds mu.
func (p *person) row(id int) *mailbox {
	i, _ := slices.BinarySearchFunc(p.rows, id, func(m *mailbox, id int) int { return m.id - id })
	return p.rows[i]
}

func (x *exchange) listAccounts() (any, error) {
	all, err := x.list()
	if err != nil {
		return nil, err
	}
	x.caller.mu.Lock()
	chosen := x.caller.byChoice
	x.caller.mu.Unlock()
	if chosen != "" {
		all = slices.Clone(all)
		for i := range all {
			all[i].IsDefault = all[i].Email == chosen
		}
	}
	return list[accountView]{items: all}, nil
}

// setDefaultAccount chooses the default account for new messages, or with isDefault false none.
func (x *exchange) setDefaultAccount() action {
	email, on := strings.ToLower(x.text("email")), x.boolean("isDefault")
	return func() (any, error) {
		if email == "" {
			return nil, argument(textNull, "email")
		}
		chosen := ""
		if on {
			all, err := x.list()
			if err != nil {
				return nil, err
			}
			if !slices.ContainsFunc(all, func(v accountView) bool { return v.Email == email && !v.IsGroup }) {
				return nil, argument("Account not found", "")
			}
			chosen = email
		}
		x.caller.mu.Lock()
		x.caller.byChoice = chosen
		x.caller.mu.Unlock()
		return email, nil
	}
}

// list returns the caller's accounts. They are cached for Options.ListCache; changes clear
// the cache. The rows are read first and cached later, so a list that overlaps a create
// can be cached without it. Two rows of one address appear as one
// (MAIL/Core/Engine/AccountEngine.cs, CacheEngine.cs; MAIL/Extensions/DataContractsExtensions.cs).
func (x *exchange) list() ([]accountView, error) {
	p := x.caller
	p.mu.Lock()
	if p.list != nil && time.Now().Before(p.listUntil) {
		defer p.mu.Unlock()
		return p.list, nil
	}
	fresh := make([]accountView, 0, len(p.rows))
	seen := make(map[string]bool, len(p.rows))
	for _, m := range p.rows {
		if m.removed {
			continue
		}
		for _, v := range x.portal.views(m) {
			if !seen[v.Email] {
				seen[v.Email] = true
				fresh = append(fresh, v)
			}
		}
	}
	p.mu.Unlock()
	if err := x.wait(x.gap()); err != nil {
		return nil, err
	}
	p.mu.Lock()
	p.list, p.listUntil = fresh, time.Now().Add(x.portal.options.ListCache)
	p.mu.Unlock()
	return fresh, nil
}

// singleAccount answers one account from the database. An unknown or malformed address is
// 500, one with two rows is 403. Hosted portals before 11.0 refuse a mailbox of their own mail server.
func (x *exchange) singleAccount() (any, error) {
	m, err := x.named(x.text("email"))
	if err != nil {
		return nil, err
	}
	if m.hosted && x.portal.options.Hosted && !x.portal.version.since(11, 0, 0) {
		return nil, argument("Access to this account restricted", "")
	}
	s := m.readBack()
	v := s.single()
	v.ID, v.BeginDate, v.OAuth, v.Teamlab = m.id, plainTime(m.begin), m.oauth, m.hosted
	if m.inFolder != "" {
		v.EmailInFolder = &m.inFolder // m is a copy
	}
	return v, nil
}

// named returns a copy of the row with the address of an e-mail parameter.
func (x *exchange) named(email string) (mailbox, error) {
	if email == "" {
		return mailbox{}, argument("Email empty", "email")
	}
	address, bad := parseAddress(email)
	if bad != nil {
		return mailbox{}, bad
	}
	x.caller.mu.Lock()
	defer x.caller.mu.Unlock()
	m, err := x.caller.find(address.address())
	if err != nil {
		return mailbox{}, err
	}
	if m == nil {
		return mailbox{}, &failure{500, "Account wasn't found by email: " + email, hrNull}
	}
	return *m, nil
}

func (x *exchange) createAccount() action {
	s := x.settings(true)
	return func() (any, error) {
		if s.emailProblem != nil {
			return nil, s.emailProblem
		}
		return x.save(&s, lines, true)
	}
}

// save is AccountEngine.CreateAccount: the login test, then look-up and write in a
// transaction that takes no locks, so another request can insert the address between the
// two. Any failure after the test is answered with the generic text. The answer contains
// the parameter enabled, which the database may not have.
func (x *exchange) save(s *settings, join func([]string) string, enabled bool) (any, error) {
	if err := x.testLogin(s, join); err != nil {
		return nil, err
	}
	p := x.caller
	p.mu.Lock()
	there, err := p.find(store(s.email.address()))
	p.mu.Unlock()
	if err != nil {
		return nil, x.unexpected()
	}
	if err := x.wait(x.gap()); err != nil {
		return nil, err
	}
	if !s.nameable(x.portal.version) || x.portal.options.StrictDatabase && !s.fits() {
		return nil, x.unexpected()
	}
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list = nil
	if there == nil {
		there = &mailbox{id: int(x.portal.lastMailbox.Add(1)), enabled: true, created: now}
		there.rewrite(*s, now)
		p.insert(there)
		x.portal.stats.change(func(t *Stats) {
			t.Created++
			if len(p.byAddress[there.address]) > 1 {
				t.Duplicates++
			}
		})
	} else {
		if there.removed { // since the look-up; REPLACE writes the whole row, so it is live again
			p.byAddress[there.address] = append(p.byAddress[there.address], there)
		}
		there.rewrite(*s, now)
		there.resets++
		x.portal.stats.change(func(t *Stats) { t.Updated++ })
	}
	v := x.portal.newView(there.id, s.email.String(), s.name) // the address as parsed, with its case and display name
	v.Enabled = enabled
	return v, nil
}

// updateAccount keeps the stored password where the argument is empty, the protocol and
// enabled. Any other missing argument is its type's zero value. Then it saves like a
// create, with the same resets. Of an OAuth mailbox only name and begin date change
// (MAIL/Core/Engine/AccountEngine.cs, UpdateAccount).
func (x *exchange) updateAccount() action {
	s, email := x.settings(false), x.text("email")
	return func() (any, error) {
		if email == "" {
			return nil, argument("Value does not fall within the expected range.", "")
		}
		if s.emailProblem != nil {
			return nil, s.emailProblem
		}
		p := x.caller
		p.mu.Lock()
		there, err := p.find(s.email.address())
		if err != nil || there == nil || there.hosted {
			p.mu.Unlock()
			return nil, x.unexpected()
		}
		if there.oauth {
			defer p.mu.Unlock()
			there.name, there.restrict, there.begin = store(s.name), s.restrict, beginDate(s.restrict, time.Now())
			p.list = nil
			x.portal.stats.change(func(t *Stats) { t.Updated++ })
			v := x.portal.newView(there.id, there.address, there.name)
			v.Enabled = there.enabled
			return v, nil
		}
		stored := *there
		p.mu.Unlock()
		if s.in.password == "" {
			s.in.password, s.in.noPassword = stored.in.password, false
		}
		if s.out.password == "" {
			s.out.password, s.out.noPassword = stored.out.password, false
		}
		s.imap = stored.imap
		// Before 11.5.2 the answer always has enabled:false.
		return x.save(&s, lines, stored.enabled && x.portal.version.since(11, 5, 2))
	}
}

// setAccountState enables a mailbox after a login test with the stored settings, or
// disables it without one. Enabling clears the authentication error.
func (x *exchange) setAccountState() action {
	email, on := x.text("email"), x.boolean("state")
	return func() (any, error) {
		if email == "" {
			return nil, argument(textNull, "email")
		}
		m, err := x.named(email)
		if err != nil {
			return nil, err
		}
		if on {
			s := m.readBack()
			if err := x.testLogin(&s, lines); err != nil {
				return nil, err
			}
		}
		x.caller.mu.Lock()
		defer x.caller.mu.Unlock()
		row := x.caller.row(m.id)
		row.enabled, row.authError = on, row.authError && !on
		x.caller.list = nil
		return m.id, nil
	}
}
