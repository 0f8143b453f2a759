package importer

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/pace"
)

// engine is one run. Its fields belong to the scheduler's goroutine; tasks work
// on their own job and hand back what the scheduler is to do next.
type engine struct {
	*Importer
	plan *Plan
	mode mode

	// ctx is for requests. It is kept here because it outlives the caller's by
	// the grace: a stop must not cut off what is under way.
	ctx    context.Context
	cutOff func() // ends the requests under way; later ones are not concerned
	group  *errgroup.Group
	failed context.Context // done when a task or the reader met an error that ends the run

	incoming chan *job
	results  chan func()
	hands    chan func() error // work for goroutines that have none
	window   []*job            // rows read and not yet started, in the order of the file
	waiting  waitingRoom
	missing  []*job // accounts without a row, which wait until all rows are through
	running  int
	trials   int // of these, begun since a trouble of the portal and before its next good answer
	size     int // of the window
	ahead    int // tasks beyond those in flight, so that a durable intent is always at hand

	owners       map[ownerKey]*owner
	acting       acting
	leaving      []*owner // whose sessions are to be closed
	keys         rowsByKey
	perID        map[string]int // addresses by the owner's portal id
	domains      map[string]domainState
	off          *taker  // of accounts without a row
	past         *memory // used by the reader; its open intents never change
	hosts        *pace.Hosts
	probes       map[string]*job // the row that finds out whether a resting mail host is well again
	sms          int             // sign-ins that sent an SMS
	signingIn    int             // sign-ins with a password under way
	mailOff      int             // people in a row who may not use the portal's mail
	signedIn     int             // people who have signed in
	failedOwners int             // people who could not
	noSignOut    bool            // the portal cannot end sessions, or not in time
	sessionsLeft int             // that could not be closed
	changes      atomic.Int64    // updates begun
	portal       health
	watch        watch
	canary       canary
	clock        clock

	read     bool // the reader is through
	stopping bool
	stopped  *diagnosis.Problem
	greeting Greeting
}

// action does with a decision what this kind of run is for. It runs in a task.
type action func(*engine, context.Context, *job, decision) (after, error)

// mode is what kind of run this is.
type mode struct {
	// remember decides a row from what the journal holds, if that is enough. It
	// runs in the reader.
	remember func(*reader, context.Context, *job) (decided bool, err error)
	// work does what this kind of run is for with a row whose owner is signed in.
	// It runs in a task, and again whenever the row has been put back.
	work    func(*engine, context.Context, *job) (after, error)
	act     action // of lookAndAct
	perHost int    // rows at once that make the portal log in to a mail host
	writes  bool   // accounts are made: the first of a mail domain goes alone, and canaries go first
	oneEach bool   // one row of an owner at a time
}

// after is what the scheduler does when a task is over; nil is nothing.
type after func()

// domainState says whether the portal has met a mail domain in this run. The
// portal keeps a table of domains without a unique key
// (ASC.Mail/Core/Engine/MailboxEngine.cs), so the first account of a domain goes alone.
type domainState uint8

const (
	domainNew domainState = iota
	domainFirst
	domainKnown
)

func newEngine(ctx context.Context, im *Importer, plan *Plan, m mode) (*engine, error) {
	past, err := im.memory(ctx)
	if err != nil {
		return nil, err
	}
	e := &engine{
		Importer: im, plan: plan, mode: m,
		incoming: make(chan *job), results: make(chan func(), im.Options.Workers), hands: make(chan func() error),
		size: max(64, 16*im.Options.Workers), ahead: im.ahead(),
		owners: make(map[ownerKey]*owner), keys: newRowsByKey(), perID: make(map[string]int),
		domains: make(map[string]domainState), past: past, off: offTaker(past, !m.writes),
		hosts: pace.NewHosts(m.perHost), probes: make(map[string]*job),
	}
	e.hosts.FirstRest = im.Options.HostWait
	if m.writes {
		e.canary = canary{left: im.Options.Canary, hosts: make(map[string]bool)}
	}
	e.watch.begin(plan, im.Gate.Pacer)
	return e, nil
}

// ahead is how many tasks are begun beyond the requests in flight: a tenth of a
// second's worth, so that commits to the journal cost no throughput.
func (im *Importer) ahead() int {
	perTenth := int(im.Gate.Pacer.Snapshot().Configured / 10)
	return min(max(1, perTenth), im.Options.Workers)
}

// run reads, schedules and waits until nothing is left or something ends it.
func (e *engine) run(ctx context.Context) error {
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	e.group, e.failed = errgroup.WithContext(base)
	e.openRequests(base)
	defer func() { e.cutOff() }()
	defer e.Gate.Stop()
	if problem := e.awaitWindow(ctx); problem != nil {
		e.stopped = problem
		return nil
	}
	if problem := e.greet(ctx); problem != nil {
		e.stopped = problem
		return nil
	}
	reading, stopReading := context.WithCancel(ctx)
	e.group.Go(func() error { return diagnosis.Guard(func() error { return e.feed(reading) }) })
	fault := diagnosis.Guard(func() error {
		e.schedule(ctx, stopReading)
		return nil
	})
	stopReading()
	if fault != nil {
		e.abandon()
		return fault
	}
	if ctx.Err() == nil {
		e.sayGoodbye()
	}
	close(e.hands)
	return e.finish(e.group.Wait())
}

// openRequests gives requests from now on a context of their own.
func (e *engine) openRequests(base context.Context) {
	ctx, cancel := context.WithCancel(base)
	e.ctx = ctx
	e.cutOff = func() {
		cancel()
		e.openRequests(base)
	}
}

// schedule is the loop: start what may start, then wait for news.
func (e *engine) schedule(ctx context.Context, stopReading context.CancelFunc) {
	asked, failed := ctx.Done(), e.failed.Done()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		e.keepTime()
		e.admitDue()
		e.admitMissing()
		e.startAll()
		e.giveUpHosts()
		e.watch.show(e)
		if e.over() {
			return
		}
		timer.Reset(e.nap())
		select {
		case j, ok := <-e.room():
			e.take(j, ok)
		case apply := <-e.results:
			apply()
		case <-timer.C:
		case <-asked:
			asked = nil
			e.stop(diagnosis.New(diagnosis.Interrupted))
		case <-failed:
			failed = nil
			e.stop(nil)
		}
		if e.stopping {
			stopReading()
			e.expire()
		}
	}
}

// mostWaiting bounds the rows that wait outside the window, each of which is held in memory.
const mostWaiting = 100_000

// over reports whether nothing is left to wait for.
func (e *engine) over() bool {
	if e.running > 0 || len(e.results) > 0 {
		return false
	}
	return e.stopping || e.idle() && (len(e.leaving) == 0 || e.portal.troubled())
}

// room is the reader's channel while the window has room for another row.
func (e *engine) room() <-chan *job {
	if e.stopping || e.read || len(e.window) >= e.size || len(e.waiting) >= mostWaiting {
		return nil
	}
	return e.incoming
}

func (e *engine) take(j *job, ok bool) {
	if !ok {
		e.read = true
		return
	}
	j.owner = e.ownerOf(j)
	if j.missing != nil {
		e.missing = append(e.missing, j)
		return
	}
	e.window = append(e.window, j)
}

// admitDue puts jobs whose moment has come back to the front of the window: they
// are the oldest. Among themselves they are mixed: if the neighbours of a row in
// the file gave a mail host its rest, the row that probes it should not be the next of them.
func (e *engine) admitDue() {
	now := time.Now()
	var due []*job
	for {
		j, ok := e.waiting.due(now)
		if !ok {
			break
		}
		j.why = ""
		due = append(due, j)
	}
	rand.Shuffle(len(due), func(a, b int) { due[a], due[b] = due[b], due[a] })
	e.window = slices.Insert(e.window, 0, due...)
}

// nap is how long the loop may sleep when nobody brings news.
func (e *engine) nap() time.Duration {
	nap := observeEvery
	now := time.Now()
	if len(e.waiting) > 0 {
		nap = min(nap, e.waiting[0].notBefore.Sub(now))
	}
	if !e.stopping && !e.portal.next.IsZero() {
		nap = min(nap, e.portal.next.Sub(now))
	}
	return max(nap, 0)
}

// startAll starts every job that may start, in the order of the file.
func (e *engine) startAll() {
	if e.stopping || !e.portalUsable() {
		return
	}
	e.signOut()
	if len(e.window) == 0 || !e.actingSettled() {
		return
	}
	at, end := e.candidates()
	for ; at < end && !e.stopping && !e.full(); at++ {
		e.consider(e.window[at])
	}
	e.closeUp(at)
}

// closeUp takes the jobs that have gone out of the first so many of the window.
// The others are not looked at: there are many, and this happens at every turn.
func (e *engine) closeUp(considered int) {
	first := considered
	for i := considered - 1; i >= 0; i-- {
		if j := e.window[i]; j.removed {
			j.removed = false
		} else {
			first--
			e.window[first] = j
		}
	}
	clear(e.window[:first])
	e.window = e.window[first:]
}

// consider moves a job on by one step if it may go on.
func (e *engine) consider(j *job) {
	if e.resting(j) || !e.ownerReady(j) {
		return
	}
	if j.key == (account.Key{}) && !e.claim(j) {
		return
	}
	if j.doubt != nil {
		e.begin(j, e.resolve)
		return
	}
	if e.parkedForHost(j) {
		return
	}
	if !e.hosts.Free(j.hosts...) || e.mode.writes && e.domains[j.domain] == domainFirst || e.mode.oneEach && j.owner.busy {
		return
	}
	e.hold(j)
	e.canary.busy = true
	e.begin(j, e.attempt)
}

// hold takes what a row needs for itself: its mail hosts, its owner, and its domain if that is new.
func (e *engine) hold(j *job) {
	e.hosts.Take(j.hosts...)
	j.holds, j.owner.busy = true, true
	if e.domains[j.domain] == domainNew {
		e.domains[j.domain] = domainFirst
		j.first = true
	}
}

// release gives back what hold took, if it has not been given back before.
func (e *engine) release(j *job) {
	if !j.holds {
		return
	}
	j.holds, j.owner.busy = false, false
	e.hosts.Give(j.hosts...)
	e.probeOver(j)
}

// releaseEarly does so before the outcome is in the journal: the mail hosts need
// not wait for that. Where one of them rests they do, because only the outcome
// tells whether another row may probe it.
func (e *engine) releaseEarly(j *job) {
	for _, h := range j.hosts {
		if _, resting := e.hosts.PausedUntil(h); resting {
			return
		}
	}
	e.release(j)
}

// met ends the time in which a new domain has its first account alone: until one is made or found.
func (e *engine) met(j *job) {
	switch {
	case j.entry.MailboxID != 0:
		e.domains[j.domain] = domainKnown
	case j.first:
		e.domains[j.domain] = domainNew
	}
	j.first = false
}

// again puts a job back to the front of the window.
func (e *engine) again(j *job) { e.window = slices.Insert(e.window, 0, j) }

// park takes a job out of the window and lets it wait where it holds up nobody.
func (e *engine) park(j *job, until time.Time, why diagnosis.Code) {
	j.removed = true
	e.probeOver(j)
	e.waiting.add(j, until, why)
}

// stop begins the end: nothing new is sent. A later reason does not replace the first.
func (e *engine) stop(why *diagnosis.Problem) {
	if e.stopped == nil {
		e.stopped = why
	}
	if e.stopping {
		return
	}
	e.stopping = true
	e.portal.grace = time.Now().Add(e.Options.Grace)
	e.Gate.Stop()
}

// expire ends the requests in flight once the grace is over.
func (e *engine) expire() {
	if time.Now().After(e.portal.grace) {
		e.cutOff()
	}
}

// finish gives the result of the group its place: a changed or unreadable file
// stops the run as a reason the user is told, anything else is the machine's error.
func (e *engine) finish(err error) error {
	var problem *diagnosis.Problem
	if errors.As(err, &problem) && problem.Code.Scope() != diagnosis.State {
		e.stopped, err = problem, nil
	}
	if err == nil && e.stopped == nil {
		e.stopped = e.leftOver()
	}
	return err
}

// leftOver tells, after all rows had their turn, that nobody could sign in.
func (e *engine) leftOver() *diagnosis.Problem {
	if e.failedOwners == 0 || e.signedIn > 0 {
		return nil
	}
	return diagnosis.New(diagnosis.NobodySignedIn)
}
