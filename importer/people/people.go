package people

import (
	"context"
	"hash/maphash"
	"sync"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/pace"
	"r7import/importer/plan"
	"r7import/importer/policy"
	"r7import/importer/portal"
)

// Config holds what People needs to sign people in. All fields are needed.
type Config struct {
	Client  *portal.Client
	History *journal.Store // earlier runs
	Ledger  *journal.Store // this run
	Options *policy.Options
	Plan    *plan.Plan
	Turns   *pace.Turns
	Stop    *pace.Stop
	// Greet is called once with the person the run has signed in as, whether that person may use
	// the portal's mail, and whether it may act as others. It must not block.
	Greet func(person account.Person, mail, acting bool)
}

// People are the people a run signs in as. It is safe for concurrent use. Its lock is
// never held over an exchange or a commit.
type People struct {
	Config
	codes *pace.Slots // for sign-ins that may make the portal send a code by SMS

	mu       sync.Mutex
	persons  map[personKey]*person
	claims   claims
	acting   acting
	closing  closing
	allRead  bool // every row of the file has joined
	greeted  bool
	mailOff  int // people in a row without access to the portal's mail
	signedIn int // people who have signed in
	failed   int // people who could not sign in
}

// New returns a People without any sign-in.
func New(c Config) *People {
	claims := claims{
		seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()},
		rows:  make(map[[2]uint64]int32), perID: make(map[string]int),
	}
	return &People{Config: c, codes: pace.NewSlots(1, 0), persons: make(map[personKey]*person), claims: claims}
}

// person is a person the run signs in as, once for all of their rows.
type person struct {
	plan.Identity
	shared bool // all rows need this person: a refusal ends the run
	admin  bool // acts as others

	rows    int       // of the file
	joined  int       // rows that have joined
	open    int       // joined rows without an outcome
	waiting []*Member // rows that joined before the sign-in and have not claimed their accounts

	leading chan struct{} // set while a row signs in for all of them; closed after that
	retryAt time.Time     // earliest next sign-in
	tries   int           // sign-ins in a row without a usable answer
	blocked bool          // the portal has blocked this person in this run before
	renewed bool          // signed in again because the portal rejected the first token
	known   journal.Owner // from the journal; its name is empty until it has been read

	state   signInState
	self    account.Person // the portal's record, once signed in
	session *Session       // nil until signed in
	bar     Bar            // of all rows, once the sign-in has failed for good
	list    listing
}

// signInState is the state of a sign-in.
type signInState struct {
	portal *portal.Session // nil until there is a token
	opened bool            // by this run, which also closes it
	asked  string          // expected person id; empty if it is not known beforehand
}

// personKey identifies a person. A person who is signed in by two ways has two keys.
type personKey struct {
	via  plan.Via
	name string
}

// Session is a portal session of one person.
type Session struct {
	*portal.Session
	Person account.Person
	Rows   int // number of the person's rows in the file
	of     *person
}

// Bar is why a row is not sent: its sign-in is not allowed or has failed.
type Bar struct {
	Status  diagnosis.Status
	Problem diagnosis.Problem
}

// Member is a row as one of its person's rows. The creator sets the fields from Row
// to Missing; People sets Key and Bar.
type Member struct {
	Row     *account.Row
	Index   int           // of the row in the run
	Who     plan.Identity // the person whose account it asks for
	Missing *plan.Missing // set for an account that no row names any more

	Key account.Key // zero until the sign-in
	Bar *Bar        // nil if the row may be sent

	person *person
}

// Join adds a row to its person's rows. Rows join in the order of the file and claim
// their accounts in the same order.
func (p *People) Join(m *Member) {
	p.mu.Lock()
	defer p.mu.Unlock()
	o := p.person(m.Who)
	m.person = o
	o.joined++
	o.open++
	if o.session != nil {
		p.claim(m, &o.session.Person)
	} else {
		o.waiting = append(o.waiting, m)
	}
}

// person returns the person with that identity, the same one for all of their rows.
func (p *People) person(who plan.Identity) *person {
	key := personKey{who.Via, who.Name}
	o, ok := p.persons[key]
	if !ok {
		o = &person{
			Identity: who, shared: who.Via == plan.ByCaller && p.Plan.Way != policy.OwnerColumn,
			rows: p.Plan.RowsOf(who.Name), list: listing{lock: make(chan struct{}, 1)},
		}
		p.persons[key] = o
	}
	return o
}

// Enter returns the session of the row's person. The first row signs in, the others
// wait for it. The session is nil if the sign-in must wait until the returned time,
// which is then not zero; if the row's Bar is set, because its sign-in is not allowed
// or has failed; or if ctx has ended. The error comes from
// the store.
func (p *People) Enter(ctx context.Context, m *Member) (*Session, time.Time, error) {
	session, until, err := p.sessionOf(ctx, m.person, m.Index)
	if session == nil && (err != nil || !until.IsZero() || ctx.Err() != nil) {
		return nil, until, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if m.Bar == nil && session == nil {
		m.Bar = &m.person.bar
	}
	if m.Bar != nil {
		return nil, time.Time{}, nil
	}
	about := *session
	about.Session = session.Session.About(m.Row)
	return &about, time.Time{}, nil
}

// sessionOf returns the session of a person, signing in if needed. It is nil if the sign-in
// has failed for good, must wait until the returned time, or if ctx has ended.
func (p *People) sessionOf(ctx context.Context, o *person, index int) (*Session, time.Time, error) {
	for ctx.Err() == nil {
		p.mu.Lock()
		session, until, leading, barred := o.session, o.retryAt, o.leading, o.bar.Status != ""
		lead := session == nil && !barred && leading == nil && !time.Now().Before(until)
		if lead {
			o.leading = make(chan struct{}) // this row signs in for all of them
		}
		p.mu.Unlock()
		switch {
		case barred:
			return nil, time.Time{}, nil
		case session != nil:
			return session, time.Time{}, nil
		case lead:
			if err := p.lead(ctx, o, index); err != nil {
				return nil, time.Time{}, err
			}
		case leading == nil:
			return nil, until, nil
		default:
			select {
			case <-leading:
			case <-ctx.Done():
			}
		}
	}
	return nil, time.Time{}, nil
}

// lead signs in as a person for all of their rows.
func (p *People) lead(ctx context.Context, o *person, index int) error {
	defer p.locked(func() { // deferred, so that it happens after a panic too
		close(o.leading)
		o.leading = nil
	})
	var by *Session
	if o.Via == plan.ByActing {
		admin := p.acting.admin // constant once rows have begun
		session, until, err := p.sessionOf(ctx, admin, index)
		if session == nil {
			p.locked(func() {
				if o.retryAt = until; until.IsZero() && admin.bar.Status != "" {
					p.fail(o, admin.bar)
				}
			})
			return err
		}
		by = session
	}
	var code *pace.Slot
	if o.Via != plan.ByActing && o.Login.Token.Empty() && o.state.portal == nil { // it sends a password, which may cause an SMS
		var err error
		code, err = p.codes.Take(ctx, pace.Needs{Index: index, Code: true})
		if err != nil {
			return nil // the run stops
		}
		if code == nil {
			p.locked(func() { p.fail(o, Bar{diagnosis.Held, *diagnosis.New(diagnosis.OwnerSMSStop)}) })
			return nil
		}
		defer code.Return(false)
	}
	turn, err := p.Turns.Take(ctx, index)
	if err != nil {
		return nil // the run stops
	}
	defer turn.Done()
	return p.signIn(ctx, o, by, code)
}

// locked calls change with the lock held.
func (p *People) locked(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

// fail sets why all rows of a person are not sent.
func (p *People) fail(o *person, why Bar) {
	if o.self.ID == "" && !o.admin && why.Problem.Code != diagnosis.OwnerOnLeave {
		p.failed++
	}
	o.bar = why
	o.Login = account.Owner{User: o.Login.User} // the secrets are no longer needed
}

// end fails a person because of a problem. If all rows need this person, it stops the
// run. The rows of people on leave are held until the leave is over.
func (p *People) end(o *person, problem diagnosis.Problem) {
	status := diagnosis.Failed
	if problem.Code == diagnosis.OwnerOnLeave {
		status = diagnosis.Held
	}
	p.fail(o, Bar{status, problem})
	if o.shared {
		p.Stop.Because(&problem)
	}
}

// mailOffInARow is the number of people in a row without access to the portal's
// mail after which it counts as off for all, which stops the run.
const mailOffInARow = 10

// Lost takes in an answer with which the portal refused the person of a session and
// not just a row. A rejected token is replaced once if the run had signed in for it;
// any other refusal fails the person.
func (p *People) Lost(s *Session, answer portal.Answer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	o := s.of
	switch {
	case o.bar.Status != "" || o.session == nil || !o.session.Same(s.Session): // another row has reported it first
	case answer.Code == diagnosis.PortalToken && o.state.opened && !o.renewed:
		o.renewed, o.session, o.state = true, nil, signInState{}
	default:
		p.end(o, answer.Problem())
		if answer.Code != diagnosis.PortalMailOff {
			return
		}
		if p.mailOff++; p.mailOff == mailOffInARow {
			p.Stop.Because(diagnosis.New(diagnosis.MailOffForAll, "Count", p.mailOff))
		}
	}
}

// NobodySignedIn reports whether sign-ins were tried and all of them failed.
func (p *People) NobodySignedIn() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.failed > 0 && p.signedIn == 0
}
