package portalsim

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// errDuplicates is what every look-up by address throws once there are two rows of
// one person and address (MAIL/Core/Dao/MailboxDao.cs, SingleOrDefault). Create and
// update hide it behind the generic text; the other methods let it through as 403.
var errDuplicates = invalidOperation("Sequence contains more than one element")

// find looks an address up among the live rows. The caller holds mu.
func (p *person) find(address string) (*mailbox, error) {
	rows := p.byAddr[strings.ToLower(address)]
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
	p.index(m)
}

func (p *person) index(m *mailbox) {
	p.byAddr[m.address] = append(p.byAddr[m.address], m)
	p.live++
}

// remove marks a row removed; nothing brings it back. The caller holds mu.
func (p *person) remove(m *mailbox) {
	rows := p.byAddr[m.address]
	for i, row := range rows {
		if row != m {
			continue
		}
		m.removed = true
		p.live--
		if len(rows) == 1 {
			delete(p.byAddr, m.address)
		} else {
			p.byAddr[m.address] = append(rows[:i:i], rows[i+1:]...)
		}
		return
	}
}

func (p *person) clearList() { p.list = nil }

func (x *exchange) accountList() (any, error) {
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

// bindDefault chooses the account that new messages are written from, or none.
func bindDefault(a *arguments) action {
	email, on := strings.ToLower(a.text("email")), a.boolean("isDefault")
	return func(x *exchange) (any, error) {
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
	remembered, till := p.list, p.listTill
	p.mu.Unlock()
	if remembered != nil && time.Now().Before(till) {
		return remembered, nil
	}
	fresh := x.portal.readList(p)
	if err := x.wait(x.gap()); err != nil {
		return nil, err
	}
	p.mu.Lock()
	p.list, p.listTill = fresh, time.Now().Add(x.portal.options.ListCache)
	p.mu.Unlock()
	return fresh, nil
}

func (p *Portal) readList(who *person) []accountView {
	who.mu.Lock()
	defer who.mu.Unlock()
	all := make([]accountView, 0, who.live)
	seen := make(map[string]bool, who.live)
	for _, m := range who.rows {
		if m.removed {
			continue
		}
		for _, v := range p.views(m) {
			if !seen[v.Email] {
				seen[v.Email] = true
				all = append(all, v)
			}
		}
	}
	return all
}

func bindSingle(a *arguments) action {
	email := a.text("email")
	return func(x *exchange) (any, error) { return x.single(email) }
}

// single reads the database. What is not there is 500, and so is an address that is
// none; 403 is a poisoned one.
func (x *exchange) single(email string) (any, error) {
	m, err := x.named(email)
	if err != nil {
		return nil, err
	}
	if m.hosted && x.portal.options.Hosted && x.portal.version.singleRefusesHosted() {
		return nil, argument("Access to this account restricted", "")
	}
	return m.single(), nil
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
		return mailbox{}, nullReference("Account wasn't found by email: " + email)
	}
	return *m, nil
}

func bindCreate(a *arguments) action {
	s := bindSettings(a, true)
	return func(x *exchange) (any, error) {
		if s.emailProblem != nil {
			return nil, s.emailProblem
		}
		return x.save(&s, lines, true)
	}
}

// save is AccountEngine.CreateAccount: the login test, then look-up and write. The
// answer says what enabled was asked for, not what the database has.
func (x *exchange) save(s *settings, together func([]string) string, enabled bool) (any, error) {
	if err := x.mustLogIn(s, together); err != nil {
		return nil, err
	}
	id, err := x.store(s)
	if err != nil {
		return nil, err
	}
	return x.portal.savedView(id, s, enabled), nil
}

// store looks the address up and then inserts or rewrites, in a transaction that
// locks nothing: between the two, somebody else may have inserted it. Whatever fails
// here shows as the generic text.
func (x *exchange) store(s *settings) (int, error) {
	p := x.caller
	key := strings.ToLower(store(s.email.address()))
	p.mu.Lock()
	there, err := p.find(key)
	p.mu.Unlock()
	if err != nil {
		return 0, x.unexpected()
	}
	if err := x.wait(x.gap()); err != nil {
		return 0, err
	}
	if !s.nameable(x.portal.version) || x.portal.options.StrictDatabase && !s.fits() {
		return 0, x.unexpected()
	}
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.clearList()
	if there != nil {
		p.replace(there, s, now)
		x.portal.stats.updated()
		return there.id, nil
	}
	m := &mailbox{id: int(x.portal.lastMailbox.Add(1)), enabled: true, created: now}
	m.rewrite(s, now)
	p.insert(m)
	x.portal.stats.created(len(p.byAddr[m.address]))
	return m.id, nil
}

// replace rewrites a row by its id; a row that was removed in between is back, for
// REPLACE writes the whole row. The caller holds mu.
func (p *person) replace(m *mailbox, s *settings, now time.Time) {
	wasRemoved := m.removed
	m.rewrite(s, now)
	m.resets++
	if wasRemoved {
		p.index(m)
	}
}

func (x *exchange) unexpected() *failure { return internal(x.words().unexpected) }

func bindUpdate(a *arguments) action {
	s := bindSettings(a, false)
	email := a.text("email")
	return func(x *exchange) (any, error) {
		if email == "" {
			return nil, argument("Value does not fall within the expected range.", "")
		}
		if s.emailProblem != nil {
			return nil, s.emailProblem
		}
		return x.update(s)
	}
}

// update keeps passwords that are empty, the protocol and the enabled mark; every
// other argument that is missing becomes its type's default. It is then the same
// rewrite as a create, with the same resets. Of an OAuth mailbox only name and begin
// date change (MAIL/Core/Engine/AccountEngine.cs, UpdateAccount).
func (x *exchange) update(s settings) (any, error) {
	x.caller.mu.Lock()
	there, err := x.caller.find(s.email.address())
	if err != nil || there == nil || there.hosted {
		x.caller.mu.Unlock()
		return nil, x.unexpected()
	}
	if there.oauth {
		defer x.caller.mu.Unlock()
		return x.updateOAuth(there, &s), nil
	}
	stored := *there
	x.caller.mu.Unlock()
	if s.in.password == "" {
		s.in.password, s.in.hasPassword = stored.in.password, true
	}
	if s.out.password == "" {
		s.out.password, s.out.hasPassword = stored.out.password, true
	}
	s.imap = stored.imap
	return x.save(&s, lines, stored.enabled && x.portal.version.putTellsEnabled())
}

// updateOAuth is called with mu held.
func (x *exchange) updateOAuth(m *mailbox, s *settings) accountView {
	m.name, m.restrict, m.begin = store(s.name), s.restrict, wholeHistory
	if s.restrict {
		m.begin = time.Now().UTC().Add(-monthBack).Truncate(time.Second)
	}
	x.caller.clearList()
	x.portal.stats.updated()
	v := newView(m.id, m.address, m.name)
	v.Enabled = m.enabled
	if x.portal.version.hasDateCreated() {
		v.datedView = &datedView{}
	}
	return v
}

func bindState(a *arguments) action {
	email, hasEmail := a.text("email"), a.has("email")
	on := a.boolean("state")
	return func(x *exchange) (any, error) {
		if !hasEmail || email == "" {
			return nil, argument(textNull, "email")
		}
		return x.enable(email, on)
	}
}

// enable switches a mailbox on, after a login test with what is stored, or off
// without one; switching on clears the authentication error.
func (x *exchange) enable(email string, on bool) (any, error) {
	m, err := x.named(email)
	if err != nil {
		return nil, err
	}
	if on {
		s := m.settings()
		if err := x.mustLogIn(&s, lines); err != nil {
			return nil, err
		}
	}
	x.caller.mu.Lock()
	defer x.caller.mu.Unlock()
	row := x.caller.row(m.id)
	row.enabled = on
	if on {
		row.authError = false
	}
	x.caller.clearList()
	return m.id, nil
}

// row finds a row by its id, which there is. Ids grow. The caller holds mu.
func (p *person) row(id int) *mailbox {
	low, high := 0, len(p.rows)
	for low < high {
		middle := (low + high) / 2
		if p.rows[middle].id < id {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return p.rows[low]
}

// isWrite tells which calls change a mailbox, for the statistics.
func isWrite(method string) bool { return method != http.MethodGet && method != http.MethodHead }
