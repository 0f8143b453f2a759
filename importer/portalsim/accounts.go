package portalsim

import (
	"slices"
	"strings"
	"time"
)

// errDuplicates is what every look-up by address throws once there are two rows of
// one person and address (MAIL/Core/Dao/MailboxDao.cs, SingleOrDefault). Create and
// update hide it behind the generic text; the other methods let it through as 403.
var errDuplicates = &failure{403, "Sequence contains more than one element", hrOperation}

// find looks an address up among the live rows. The caller holds mu.
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

// insert adds a row; nothing in the database forbids a second one of the same
// address (build/sql/onlyoffice.sql has no unique key there). The caller holds mu.
func (p *person) insert(m *mailbox) {
	p.rows = append(p.rows, m)
	p.byAddress[m.address] = append(p.byAddress[m.address], m)
}

// remove marks a row removed; nothing brings it back. The caller holds mu.
func (p *person) remove(m *mailbox) {
	m.removed = true
	p.byAddress[m.address] = slices.DeleteFunc(p.byAddress[m.address], func(row *mailbox) bool { return row == m })
}

// row finds a row by its id, which there is. Ids grow. The caller holds mu.
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

// setDefaultAccount chooses the account that new messages are written from, or none.
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

// list answers from memory for 20 minutes; changes clear it. The rows are read first
// and remembered later, so a list that overlaps a create may be remembered without
// it. Two rows of one address show as one (MAIL/Core/Engine/AccountEngine.cs,
// CacheEngine.cs; MAIL/Extensions/DataContractsExtensions.cs).
func (x *exchange) list() ([]accountView, error) {
	p := x.caller
	p.mu.Lock()
	if p.list != nil && time.Now().Before(p.listTill) {
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
	p.list, p.listTill = fresh, time.Now().Add(x.portal.options.ListCache)
	p.mu.Unlock()
	return fresh, nil
}

// singleAccount reads the database. What is not there is 500, and so is an address that
// is none; 403 is a poisoned one. 10.5.1 did not show a mailbox of the portal's own server.
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
		v.EmailInFolder = &m.inFolder // of a copy
	}
	return v, nil
}

// named copies the row an e-mail parameter names.
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
// transaction that locks nothing: between the two, another request may have inserted
// the address. Whatever fails after the test shows as the generic text. The answer says
// what enabled was asked for, not what the database has.
func (x *exchange) save(s *settings, together func([]string) string, enabled bool) (any, error) {
	if err := x.testLogin(s, together); err != nil {
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
		if there.removed { // in between; REPLACE writes the whole row, so it is back
			p.byAddress[there.address] = append(p.byAddress[there.address], there)
		}
		there.rewrite(*s, now)
		there.resets++
		x.portal.stats.change(func(t *Stats) { t.Updated++ })
	}
	v := x.portal.newView(there.id, s.email.String(), s.name) // as parsed, with capitals and even a display name
	v.Enabled = enabled
	return v, nil
}

// updateAccount keeps passwords that are empty, the protocol and the enabled mark; every
// other argument that is missing becomes its type's default. It is then the same
// rewrite as a create, with the same resets. Of an OAuth mailbox only name and begin
// date change (MAIL/Core/Engine/AccountEngine.cs, UpdateAccount).
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
		// Before 11.5.2 the answer said enabled:false whatever was stored.
		return x.save(&s, lines, stored.enabled && x.portal.version.since(11, 5, 2))
	}
}

// setAccountState switches a mailbox on, after a login test with what is stored, or off
// without one; switching on clears the authentication error.
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
