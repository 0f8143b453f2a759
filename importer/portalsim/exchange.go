package portalsim

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

// exchange is one request and the state of its processing.
type exchange struct {
	portal   *Portal
	request  *http.Request
	route    *route // nil if the route is unknown
	params   params
	unbound  *failure // of the body or the first argument that does not convert
	caller   *person  // nil when not signed in
	cookie   string   // value that the answer sets
	stale    bool     // the cookie of the request was refused
	began    time.Time
	life     *life
	record   *Request      // in the statistics
	key      *keyLoad      // in the statistics; nil unless the request writes to an account
	pending  time.Duration // latency that a sign-in spends between counting and checking
	survives bool          // the process died, but this write is one of the share that is finished
}

// ServeHTTP answers the API. The work runs in a goroutine of its own: the real server
// finishes and saves a request even after its client has left or the front server has
// timed out.
func (p *Portal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !p.enter() {
		badGateway().write(w, r)
		return
	}
	x := &exchange{portal: p, request: r, began: time.Now()}
	x.record = p.stats.arrive(r, x.began)
	if restart, ok := p.restartAt[x.record.Number]; ok {
		p.Restart(restart.For, restart.Saved)
	}
	x.life = p.life.Load()
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1)) // only the goroutine of the handler may read it
	var refused *answer
	if err != nil {
		refused = emptyAnswer(http.StatusBadRequest)
	} else if len(body) > maxBody {
		refused = htmlPage(http.StatusRequestEntityTooLarge, "413 Request Entity Too Large")
	}
	ready := make(chan *answer, 1)
	go x.work(body, refused, ready)

	var a *answer
	select {
	case a = <-ready:
	case <-time.After(p.options.Gateway):
		a = htmlPage(http.StatusGatewayTimeout, "504 Gateway Time-out")
	case <-r.Context().Done():
		a = &answer{status: statusGone, deliver: func(http.ResponseWriter, *http.Request) {}}
	}
	p.stats.answered(x.record, a.status)
	a.write(w, r)
}

// statusGone is the status that the front server logs for a client that has left.
const statusGone = 499

// work sends the answer to ready: that of the server process, of the servers in front of
// it, or of a fault. The request of an early fault is processed after its answer is sent.
func (x *exchange) work(body []byte, refused *answer, ready chan<- *answer) {
	p := x.portal
	defer p.running.Done()
	defer p.stats.leave(x)
	switch {
	case refused != nil:
		ready <- refused
		return
	case x.began.Before(x.life.from):
		ready <- badGateway()
		return
	case !p.throttle.admits(x.began):
		p.stats.turnAway(p.throttle.Pause)
		ready <- tooManyRequests(p.throttle.RetryAfter, p.throttle.Pause)
		return
	}
	x.read(body)
	p.stats.identify(x)
	late, fault := p.faults.Load().pick(x)
	late += x.latency()
	var a *answer
	var err error
	switch {
	case fault == nil:
		a, err = x.serve(late)
	case fault.Early:
		a = fault.answer(x, nil)
	case replaces[fault.Do] && !fault.Processed:
		a, err = fault.answer(x, nil), x.wait(late)
	default:
		if a, err = x.serve(late); err == nil {
			a = fault.answer(x, a)
		}
	}
	if err != nil || x.life.ended() {
		a = badGateway()
	} else if p.options.Gzip {
		a.compress(x.request)
	}
	ready <- a
	if fault != nil && fault.Early {
		x.serve(late) // its answer is dropped: the fault has answered
	}
}

// latency returns the delay of a request, less the gap that its method waits itself.
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

// serve processes the request after the delay late; a sign-in spends that delay between
// counting the attempt and checking it. The only error is errKilled.
func (x *exchange) serve(late time.Duration) (*answer, error) {
	if x.route != nil && x.route.signIn {
		x.pending, late = late, 0
	}
	if err := x.wait(late); err != nil {
		return nil, err
	}
	state := x.portal.State()
	if state == WarmingUp {
		return htmlPage(http.StatusOK, "The portal is starting"), nil
	}
	status := stateStatus[state]
	passes := state != Missing && state != Removed && strings.HasSuffix(strings.ToLower(x.request.URL.Path), "capabilities.json")
	if status != 0 && !passes {
		return emptyAnswer(status), nil
	}
	a, err := x.call(state)
	if a != nil {
		x.setCookie(a)
	}
	return a, err
}

// call takes the request through the stages of the real server in its order: route,
// caller, client address, arguments, then the filter for payment and product
// (SPEC/GlobalFilters/ProductSecurityFilter.cs), and the method itself. A broken argument
// thus hides the answer of the filter.
func (x *exchange) call(state State) (*answer, error) {
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
	if x.unbound != nil {
		return p.failed(x.unbound), nil
	}
	act := func() (any, error) { return x.route.do(x) }
	if x.route.bind != nil {
		act = x.route.bind(x)
	}
	switch {
	case x.unbound != nil:
		return p.failed(x.unbound), nil
	case x.route.mail && (p.options.MailOff || x.caller.Guest || x.caller.NoMail):
		return p.failed(&failure{http.StatusForbidden, "Forbidden", hrException}), nil
	case state == Overdue && !x.route.open:
		return p.failed(&failure{http.StatusPaymentRequired, "PaymentRequired", hrException}), nil
	}
	v, err := act()
	if f, failed := errors.AsType[*failure](err); failed {
		return p.failed(f), nil
	}
	if err != nil {
		return nil, err
	}
	e := wrap(v, readPaging(x.request))
	e.StatusCode = http.StatusOK
	if x.request.Method == http.MethodPost { // API/Impl/ApiHttpHandlerBase.cs
		e.StatusCode = http.StatusCreated
	}
	return &answer{status: e.StatusCode, contentType: typeJSON, body: encode(&e)}, nil
}

// gap returns the time between look-up and insert.
func (x *exchange) gap() time.Duration { return max(x.portal.options.SaveGap, 0) }

// wait sleeps for d. It returns errKilled if the server process has died by then, unless
// this is one of the writes that still reach the database.
func (x *exchange) wait(d time.Duration) error {
	if x.survives || x.life.sleep(d) {
		return nil
	}
	return x.die()
}

func (x *exchange) die() error {
	if x.life.ended() && x.caller != nil && isWrite(x.request.Method) &&
		chance(x.portal.options.Seed, "restart", 0, strings.Join(x.subjects(), " ")) < x.life.saved {
		x.survives = true
		return nil
	}
	return errKilled
}

// waitForever blocks until the process dies or the portal is closed.
func (x *exchange) waitForever() error {
	select {
	case <-x.life.dead:
	case <-x.life.closing:
	}
	return x.die()
}
