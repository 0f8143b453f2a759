package portalsim

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
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
	routes        *router
	people        *directory
	sessions      *sessions
	guard         *guard
	mailHosts     *mailHosts
	stats         *stats
	lastMailbox   atomic.Int64
	state         atomic.Value // State
	restricted    atomic.Bool
	impersonation atomic.Pointer[Impersonation]

	gate    sync.RWMutex // held for reading while a request joins running
	closed  bool
	closing chan struct{}
	running sync.WaitGroup
	life    atomic.Pointer[life]
}

// New makes a portal. It panics when the options fail [Options.Validate]: those that
// come from a file are checked where the file is read.
func New(o Options) *Portal {
	if err := o.Validate(); err != nil {
		panic("portalsim: " + err.Error())
	}
	o.complete()
	v, _ := parseVersion(o.Version)
	zone, _ := parseZone(o.TimeZone)
	setDefault(&o.Timeouts.Connect, v.connectTimeout())
	counted, _ := v.bruteForce()
	p := &Portal{
		options: o, version: v, zone: zone, started: time.Now(), routes: newRouter(v),
		people:    newDirectory(),
		sessions:  &sessions{byToken: map[string]session{}},
		guard:     &guard{BruteForce: o.BruteForce, counted: counted},
		mailHosts: newMailHosts(o.MailHosts),
		stats:     newStats(o.KeepRequests),
		closing:   make(chan struct{}),
	}
	p.guard.forget()
	p.state.Store(o.State)
	p.restricted.Store(o.IPRestricted)
	p.impersonation.Store(&o.Impersonation)
	p.life.Store(newLife(p.closing))
	p.populate()
	return p
}

// populate puts in who and what is there from the start.
func (p *Portal) populate() {
	hasOwner := false
	for _, one := range p.options.People {
		p.people.add(newPerson(one))
		hasOwner = hasOwner || one.Owner
	}
	if !hasOwner {
		p.people.add(newPerson(Person{Email: defaultOwner, UserName: "administrator", FirstName: "Administrator", Owner: true}))
	}
	for token, name := range p.options.Tokens {
		if who := p.findUser(name); who != nil {
			p.sessions.put(token, who, time.Now().Add(p.options.TokenLife))
		}
	}
}

// life is one run of the server process: a restart ends it.
type life struct {
	dead    chan struct{}
	closing chan struct{}
}

func newLife(closing chan struct{}) *life { return &life{dead: make(chan struct{}), closing: closing} }

// sleep reports false when the process died meanwhile.
func (l *life) sleep(d time.Duration) bool {
	if d <= 0 {
		select {
		case <-l.dead:
			return false
		default:
			return true
		}
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-l.dead:
		return false
	}
}

// Close turns new requests away and waits for those under way, also those whose
// client has gone, and for removals. Requests that would never end are ended.
func (p *Portal) Close() {
	p.gate.Lock()
	if !p.closed {
		p.closed = true
		close(p.closing)
	}
	p.gate.Unlock()
	p.running.Wait()
}

// enter joins the requests under way.
func (p *Portal) enter() bool {
	p.gate.RLock()
	defer p.gate.RUnlock()
	if p.closed {
		return false
	}
	p.running.Add(1)
	return true
}

// exchange is one request on its way.
type exchange struct {
	portal  *Portal
	request *http.Request
	route   *route
	params  params
	caller  *person
	cookie  string // to be set by the answer
	began   time.Time
	latency time.Duration // what is still to come of the latency asked for
	life    *life
	killed  bool // the process died, and the request is one of those that are finished all the same
}

// ServeHTTP answers the API. The context of the request is not looked at: the real
// server finishes, and saves, what a client that has gone asked for.
func (p *Portal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !p.enter() {
		badGateway().write(w, nil)
		return
	}
	defer p.running.Done()
	x := &exchange{portal: p, request: r, began: time.Now(), life: p.life.Load()}
	visit := p.stats.arrive(r, x.began)
	a := x.answer(visit)
	p.stats.leave(visit, a.status)
	a.write(w, r)
}

// answer takes the request through the stages of the real server, in its order.
func (x *exchange) answer(v *visit) *answer {
	body, err := io.ReadAll(io.LimitReader(x.request.Body, maxBody+1))
	if err != nil {
		return emptyAnswer(http.StatusBadRequest)
	}
	if len(body) > maxBody {
		return htmlPage(http.StatusRequestEntityTooLarge, "413 Request Entity Too Large")
	}
	a, err := x.process(body, v)
	if x.killed || errors.Is(err, errKilled) {
		return badGateway()
	}
	return a
}

// process: the portal's state, the route, who calls, from where, the arguments, then
// the filter of payment and product, and the method itself.
func (x *exchange) process(body []byte, v *visit) (*answer, error) {
	p := x.portal
	state := p.state.Load().(State)
	if a := x.blocked(state); a != nil {
		return a, nil
	}
	found, vars := p.routes.find(x.request.Method, x.request.URL.Path)
	if found == nil || found.mail && state == MailAbsent {
		return htmlPage(http.StatusNotFound, "404 - File or directory not found."), nil
	}
	x.route = found
	given, unreadable := readParams(vars, x.request, body, p.zone)
	x.params = given
	x.caller = x.authenticate()
	v.know(x)
	if err := x.wait(x.latency); err != nil {
		return nil, err
	}
	a, err := x.call(state, unreadable)
	if a != nil && x.cookie != "" {
		setCookie(a, x.cookie)
	}
	return a, err
}

func (x *exchange) call(state State, unreadable *failure) (*answer, error) {
	p := x.portal
	if x.caller == nil && !x.route.open {
		return unauthorized(x.request), nil
	}
	if x.caller != nil && !x.caller.Owner && p.restricted.Load() {
		x.cookie = ""
		return emptyAnswer(http.StatusForbidden), nil
	}
	if unreadable != nil {
		return p.failed(unreadable), nil
	}
	a := &arguments{params: x.params, version: p.version}
	act := x.route.bind(a)
	if a.err != nil {
		return p.failed(a.err), nil
	}
	if refused := x.filter(state); refused != nil {
		return p.failed(refused), nil
	}
	v, err := act(x)
	var f *failure
	switch {
	case errors.As(err, &f):
		return p.failed(f), nil
	case err != nil:
		return nil, err
	default:
		return success(x.request.Method, wrap(v, readPaging(x.request))), nil
	}
}

// blocked is what a portal that does not serve answers to everything, except that
// capabilities.json passes in most states.
func (x *exchange) blocked(s State) *answer {
	if s == WarmingUp {
		return htmlPage(http.StatusOK, "The portal is starting")
	}
	status := s.status()
	if status == 0 || s.passes() && strings.HasSuffix(strings.ToLower(x.request.URL.Path), "capabilities.json") {
		return nil
	}
	return emptyAnswer(status)
}

// filter comes after the arguments are bound, so a broken argument hides it
// (SPEC/GlobalFilters/ProductSecurityFilter.cs).
func (x *exchange) filter(state State) *failure {
	if x.route.mail && (x.portal.options.MailOff || x.caller.Guest || x.caller.NoMail) {
		return &failure{http.StatusForbidden, "Forbidden", hrException}
	}
	if state == Overdue && !x.route.open {
		return &failure{http.StatusPaymentRequired, "PaymentRequired", hrException}
	}
	return nil
}

func (x *exchange) words() *wording { return x.portal.wordsFor(x.caller) }

// gap is the time between look-up and insert.
func (x *exchange) gap() time.Duration { return max(x.portal.options.SaveGap, 0) }

// wait lets time pass. It returns errKilled when the server process dies meanwhile.
func (x *exchange) wait(d time.Duration) error {
	if x.killed || x.life.sleep(d) {
		return nil
	}
	return errKilled
}

// waitForever lasts until the process dies or the portal is closed.
func (x *exchange) waitForever() error {
	select {
	case <-x.life.dead:
	case <-x.life.closing:
	}
	return errKilled
}

// write sends an answer as it is.
func (a *answer) write(w http.ResponseWriter, _ *http.Request) {
	header := w.Header()
	header["Content-Type"] = []string{a.contentType}
	header["Server"] = []string{"nginx"}
	header["Cache-Control"] = []string{"private, max-age=0"}
	header["Content-Length"] = []string{strconv.Itoa(len(a.body))}
	for _, h := range a.header {
		header.Add(h[0], h[1])
	}
	w.WriteHeader(a.status)
	w.Write(a.body)
}
