package portalsim

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

// exchange is one request on its way.
type exchange struct {
	portal  *Portal
	request *http.Request
	route   *route // nil when there is none
	params  params
	caller  *person // nil when nobody is signed in
	cookie  string  // to be set by the answer
	stale   bool    // the cookie sent is refused
	began   time.Time
	life    *life
	visit   *visit
	pending time.Duration // latency that a sign-in spends between counting and checking
	killed  bool          // the process died, and this is one of the writes that are finished all the same
}

// ServeHTTP answers the API. The work is done apart from the connection: the real
// server finishes, and saves, what a client that has gone, or a front server that has
// given up, no longer waits for.
func (p *Portal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !p.enter() {
		badGateway().write(w, r)
		return
	}
	now := time.Now()
	visit := p.stats.arrive(r, now)
	if restart, ok := p.restartAt[visit.record.Number]; ok {
		p.Restart(restart.For, restart.Saved)
	}
	x := &exchange{portal: p, request: r, began: now, life: p.life.Load(), visit: visit}
	body, refused := readBody(r)
	ready := make(chan *answer, 1)
	go x.work(body, refused, ready)
	a := p.await(ready, r)
	p.stats.answered(visit, a.status)
	a.write(w, r)
}

// statusGone is what the front server logs for a client that has left.
const statusGone = 499

// await is the front server: it waits for the portal only so long.
func (p *Portal) await(ready chan *answer, r *http.Request) *answer {
	patience := time.NewTimer(p.options.Gateway)
	defer patience.Stop()
	select {
	case a := <-ready:
		return a
	case <-patience.C:
		return htmlPage(http.StatusGatewayTimeout, "504 Gateway Time-out")
	case <-r.Context().Done():
		return &answer{status: statusGone, deliver: func(http.ResponseWriter, *http.Request) {}}
	}
}

// readBody reads a request to its end, which only the handler's own goroutine may do.
func readBody(r *http.Request) ([]byte, *answer) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	switch {
	case err != nil:
		return nil, emptyAnswer(http.StatusBadRequest)
	case len(body) > maxBody:
		return nil, htmlPage(http.StatusRequestEntityTooLarge, "413 Request Entity Too Large")
	default:
		return body, nil
	}
}

// work puts the answer into ready and then does what is left to do.
func (x *exchange) work(body []byte, refused *answer, ready chan<- *answer) {
	defer x.portal.running.Done()
	defer x.portal.stats.leave(x.visit)
	if refused != nil {
		ready <- refused
		return
	}
	a, rest := x.answer(body)
	ready <- a
	if rest != nil {
		rest()
	}
}

// answer is what comes out of the server process, or of what stands in front of it.
// The second result, if there is one, is work that the answer does not wait for.
func (x *exchange) answer(body []byte) (*answer, func()) {
	p := x.portal
	if x.began.Before(x.life.from) {
		return badGateway(), nil
	}
	if !p.throttle.admits(x.began) {
		p.stats.quiet(p.throttle.Pause)
		return tooManyRequests(p.throttle.RetryAfter, p.throttle.Pause), nil
	}
	a, rest, err := x.process(body)
	if err != nil || x.life.ended() {
		return badGateway(), nil
	}
	if p.options.Gzip {
		a.compress(x.request)
	}
	return a, rest
}

// process reads the request, sees whether a fault is due, and lets the portal work.
// The only error is errKilled.
func (x *exchange) process(body []byte) (*answer, func(), error) {
	p := x.portal
	var vars map[string]string
	x.route, vars = p.routes.find(x.request.Method, x.request.URL.Path)
	given, unreadable := readParams(vars, x.request, body, p.zone)
	x.params = given
	x.caller = x.authenticate()
	x.visit.know(x)
	late, fault := p.faults.pick(x)
	late += x.latency()
	if fault != nil {
		x.visit.spoilt(fault.Do)
		if fault.Early {
			return fault.replacement(x), func() { x.carryOut(late, unreadable) }, nil
		}
	}
	if fault != nil && replaces[fault.Do] && !fault.Processed {
		return fault.replacement(x), nil, x.wait(late)
	}
	a, err := x.carryOut(late, unreadable)
	switch {
	case err != nil || fault == nil:
	case replaces[fault.Do]:
		a = fault.replacement(x)
	default:
		fault.spoil(p, a)
	}
	return a, nil, err
}

// carryOut does what was asked for after a while. A sign-in spends that while between
// counting the attempt and checking it.
func (x *exchange) carryOut(late time.Duration, unreadable *failure) (*answer, error) {
	if x.route != nil && x.route.signIn {
		x.pending, late = late, 0
	}
	if err := x.wait(late); err != nil {
		return nil, err
	}
	return x.serve(unreadable)
}

// latency is what is asked for, less the gap that a saving method adds by itself.
func (x *exchange) latency() time.Duration {
	o := &x.portal.options
	d := o.Latency
	if o.Spread > 0 {
		d += time.Duration((2*chance(o.Seed, x.request.Method+x.request.URL.Path, 0, strings.Join(x.subjects(), " ")) - 1) * float64(o.Spread))
	}
	if x.route != nil && x.route.gap {
		d -= x.gap()
	}
	return d
}

// serve takes the request through the stages of the real server, in its order: the
// portal's state, the route, who calls, from where, the arguments, then the filter of
// payment and product, and the method itself.
func (x *exchange) serve(unreadable *failure) (*answer, error) {
	p := x.portal
	state := p.state.Load().(State)
	if a := x.blocked(state); a != nil {
		return a, nil
	}
	a, err := x.call(state, unreadable)
	if a != nil {
		x.setCookie(a)
	}
	return a, err
}

func (x *exchange) call(state State, unreadable *failure) (*answer, error) {
	p := x.portal
	if x.request.Method == http.MethodOptions && underAPI(x.request.URL.Path) {
		return accessControl(), nil
	}
	if x.route == nil || x.route.mail && state == MailAbsent {
		return htmlPage(http.StatusNotFound, "404 - File or directory not found."), nil
	}
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
	status := stateStatus[s]
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

// wait lets time pass. It returns errKilled when the server process dies meanwhile,
// unless this is one of the writes that reach the database all the same.
func (x *exchange) wait(d time.Duration) error {
	if x.killed || x.life.sleep(d) {
		return nil
	}
	return x.die()
}

func (x *exchange) die() error {
	if x.life.ended() && x.caller != nil && isWrite(x.request.Method) &&
		chance(x.portal.options.Seed, "restart", 0, strings.Join(x.subjects(), " ")) < x.life.saved {
		x.killed = true
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
	return x.die()
}
