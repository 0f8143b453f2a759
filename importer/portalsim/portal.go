package portalsim

import (
	"cmp"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Portal is the simulated portal. It serves the API as an http.Handler and is safe
// for concurrent use.
type Portal struct {
	options       Options
	version       version
	zone          *time.Location
	started       time.Time
	owner         string
	routes        []route // that exist in the version
	people        *directory
	sessions      *sessions
	mailHosts     atomic.Pointer[mailHosts]
	faults        atomic.Pointer[faults]
	throttle      *throttle
	restartAt     map[int]Restart // by the number of the request that triggers it
	stats         *stats
	lastMailbox   atomic.Int64
	state         atomic.Value // State
	restricted    atomic.Bool
	impersonation atomic.Pointer[Impersonation]

	gate    sync.RWMutex // guards closed; held for reading while a request is added to running
	closed  bool
	closing chan struct{}
	running sync.WaitGroup
	life    atomic.Pointer[life]
}

// New returns a portal. It panics if the options fail [Options.Validate]: options
// from a file are checked where the file is read.
func New(o Options) *Portal {
	if err := o.Validate(); err != nil {
		panic("portalsim: " + err.Error())
	}
	o.complete()
	v, _ := parseVersion(o.Version)
	zone, _ := parseZone(o.TimeZone)
	connectTimeout := 15 * time.Second
	if !v.since(11, 0, 0) {
		connectTimeout = 10 * time.Second // a constant in those versions (MAIL/Defines.cs)
	}
	o.Timeouts.Connect = cmp.Or(o.Timeouts.Connect, connectTimeout)
	started := time.Now()
	p := &Portal{
		options: o, version: v, zone: zone, started: started,
		routes:    slices.DeleteFunc(slices.Clone(routes), func(r route) bool { return r.needs != nil && !r.needs(v) }),
		people:    &directory{byID: map[string]*person{}, byEmail: map[string]*person{}, byName: map[string]*person{}},
		sessions:  &sessions{byToken: map[string]*session{}, byPerson: map[*person][]*session{}},
		throttle:  &throttle{Limit: o.Limit},
		restartAt: map[int]Restart{},
		stats:     newStats(started, o.KeepRequests),
		closing:   make(chan struct{}),
	}
	p.mailHosts.Store(newMailHosts(o.MailHosts))
	p.faults.Store(newFaults(o.Faults))
	p.state.Store(o.State)
	p.restricted.Store(o.IPRestricted)
	p.impersonation.Store(&o.Impersonation)
	p.life.Store(newLife(p.closing))
	p.populate()
	p.schedule()
	return p
}

// populate adds the people, accounts and tokens that the portal starts with.
func (p *Portal) populate() {
	for _, one := range p.options.People {
		p.people.add(newPerson(one))
		if one.Owner && p.owner == "" {
			p.owner = one.Email
		}
	}
	if p.owner == "" {
		p.owner = "admin@example.org"
		p.people.add(newPerson(Person{Email: p.owner, UserName: "administrator", FirstName: "Administrator", Owner: true}))
	}
	for _, one := range invent(p.options.Invent) {
		p.people.add(newPerson(one))
	}
	for _, a := range p.options.Accounts {
		if err := p.Put(a); err != nil {
			panic("portalsim: " + err.Error()) // unreachable: Validate checks the accounts
		}
	}
	for token, name := range p.options.Tokens {
		p.sessions.put(token, p.personOrNew(name), time.Now().Add(p.options.TokenLife))
	}
}

// Close refuses new requests and waits for the running ones, even if their client
// has left, and for removals. It ends requests that would otherwise never end.
func (p *Portal) Close() {
	p.gate.Lock()
	if !p.closed {
		p.closed = true
		close(p.closing)
	}
	p.gate.Unlock()
	p.running.Wait()
}

// enter adds a request to the running ones. It reports false after Close.
func (p *Portal) enter() bool {
	p.gate.RLock()
	defer p.gate.RUnlock()
	if p.closed {
		return false
	}
	p.running.Add(1)
	return true
}

var _ http.Handler = (*Portal)(nil)
