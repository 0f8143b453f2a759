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

// Config is what people are signed in with.
type Config struct {
	Client  *portal.Client
	History *journal.Store // what earlier runs know of the people
	Ledger  *journal.Store // what this run learns of them
	Options *policy.Options
	Plan    *plan.Plan
	Turns   *pace.Turns
	Stop    *pace.Stop
	// Greet is told, once, who the run has signed in as, whether that person has the
	// portal's mail, and whether the portal has said that it may act as others. It must not block.
	Greet func(person account.Person, mail, acting bool)
}

// People is everybody a run signs in as. It is safe for concurrent use. Its lock is
// never held over an exchange or a commit.
type People struct {
	Config
	codes *pace.Slots // for sign-ins that may draw a code by SMS

	mu       sync.Mutex
	persons  map[personKey]*person
	claims   claims
	acting   acting
	closing  closing
	allRead  bool // every row of the file has joined
	greeted  bool
	mailOff  int // people in a row who may not use the portal's mail
	signedIn int // people who have signed in
	failed   int // people who could not
}

// New returns people of whom nobody has signed in.
func New(c Config) *People {
	claims := claims{
		seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()},
		rows:  make(map[[2]uint64]int32), perID: make(map[string]int),
	}
	return &People{Config: c, codes: pace.NewSlots(1, 0), persons: make(map[personKey]*person), claims: claims}
}

// person is one the run signs in as, once, whatever number of rows they have.
type person struct {
	plan.Identity
	shared bool // nothing can be done without them: a refusal ends the run
	admin  bool // acts as others

	rows    int       // of the file that are theirs
	joined  int       // of these, how many have come
	open    int       // of these, how many have no outcome
	waiting []*Member // joined before anybody had signed in, and not yet claimed

	leading chan struct{} // while a row signs in for all rows of the person; closed then
	retryAt time.Time     // a block to sit out
	tries   int           // sign-ins in a row that found no usable answer
	blocked bool          // the portal has blocked this person once in this run
	renewed bool          // signed in a second time because the portal no longer took the first token
	known   journal.Owner // what is remembered; its name is empty until it has been read

	login   login
	self    account.Person // who that is, once they have signed in
	session *Session       // nil until then
	bar     Bar            // of the rows, once it is clear that nobody can sign in as them
	list    listing
}

// login is how far a sign-in has come.
type login struct {
	portal *portal.Session // nil until there is a token
	opened bool            // by this run, which closes it again
	asked  string          // whose session it must be, by id; empty if that is not known beforehand
}

// personKey tells people apart. Somebody who is signed in as in two ways is two.
type personKey struct {
	via  plan.Via
	name string
}

// Session is what a person can do in the portal while the run is signed in as them.
type Session struct {
	*portal.Session
	Person account.Person
	Rows   int // of the file that are the person's
	of     *person
}

// Bar is why a row is not sent: nobody may or can sign in for it.
type Bar struct {
	Status  diagnosis.Status
	Problem diagnosis.Problem
}

// Member is a row in the eyes of its person. Who is set by whoever makes it, and
// what follows Missing by [People.Enter].
type Member struct {
	Row     *account.Row
	Index   int           // of the row in the run
	Who     plan.Identity // whose account it asks for
	Missing *plan.Missing // set where no row is about the account any more

	Key account.Key // zero until somebody has signed in
	Bar *Bar        // nil if nothing speaks against sending it

	person *person
}

// Join adds a row to those of its person. Rows join in the order of the file, in
// which they also claim their accounts.
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

// person returns the person of that identity, the same for all rows that name them.
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

// Enter returns the session of the row's person, signing in if nobody has. It
// waits while another row of the person does so. The session is nil if the person
// must be left alone until a moment, which is then not zero; if nobody may or can
// sign in for the row, of which its Bar tells; or if ctx has ended. The error is of
// the store.
func (p *People) Enter(ctx context.Context, m *Member) (*Session, time.Time, error) {
	session, until, err := p.enter(ctx, m.person, m.Index)
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

// enter returns the session of a person once they are signed in. It is nil if they
// have failed, if they must be left alone until a moment, or if ctx has ended.
func (p *People) enter(ctx context.Context, o *person, index int) (*Session, time.Time, error) {
	for ctx.Err() == nil {
		p.mu.Lock()
		session, until, leading, barred := o.session, o.retryAt, o.leading, o.bar.Status != ""
		lead := session == nil && !barred && leading == nil && !time.Now().Before(until)
		if lead {
			o.leading = make(chan struct{}) // by this row, for all of them
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
	defer p.locked(func() { // also after a panic
		close(o.leading)
		o.leading = nil
	})
	var by *Session
	if o.Via == plan.ByActing {
		admin := p.acting.admin // nobody replaces it once rows have begun
		session, until, err := p.enter(ctx, admin, index)
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
	if o.Via != plan.ByActing && o.Login.Token.Empty() && o.login.portal == nil { // it sends a password, which may draw an SMS
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

// locked makes a change under the lock.
func (p *People) locked(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

// fail ends a person: that is what becomes of all rows of theirs.
func (p *People) fail(o *person, why Bar) {
	if o.self.ID == "" && !o.admin && why.Problem.Code != diagnosis.OwnerOnLeave {
		p.failed++
	}
	o.bar = why
	o.Login = account.Owner{User: o.Login.User} // the secrets are of no more use
}

// end fails a person; where everything hangs on them, it ends the run. The rows of
// people on leave are held: they wait until the leave is over.
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

// mailOffInARow is how many people one after the other may be without the
// portal's mail before it is taken to be off for everybody.
const mailOffInARow = 10

// Lost tells that the portal has said something against the person of a session
// rather than against a row. A token that it no longer takes is replaced once, if
// it was the run that got it.
func (p *People) Lost(s *Session, answer portal.Answer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	o := s.of
	switch {
	case o.bar.Status != "" || o.session == nil || !o.session.Same(s.Session): // another row was told first
	case answer.Code == diagnosis.PortalToken && o.login.opened && !o.renewed:
		o.renewed, o.session, o.login = true, nil, login{}
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

// NobodySignedIn reports whether everybody who was tried could not sign in.
func (p *People) NobodySignedIn() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.failed > 0 && p.signedIn == 0
}
