package importer

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/pace"
	"r7import/importer/people"
	"r7import/importer/plan"
	"r7import/importer/portal"
	"r7import/importer/provision"
)

// run is a run under way: its parts, each with a lock of its own, and the
// goroutines that share them.
type run struct {
	*Importer
	plan   *plan.Plan
	known  *plan.History // used by the reader; what is open by everybody
	stop   *pace.Stop
	turns  *pace.Turns
	slots  *pace.Slots
	people *people.People
	tally  *provision.Tally
	worker *provision.Worker
	watch  *watch

	group errgroup.Group
}

// kind is what is done with the rows in one kind of run.
type kind struct {
	// remember decides a row from what the journal holds, if that is enough. Nil never does.
	remember func(context.Context, *provision.Row) (decided bool, err error)
	// work takes a row as far as it gets.
	work func(context.Context, *provision.Row) (provision.Step, error)
	// missing does so with an account that no row names any more.
	missing func(context.Context, *provision.Row) (provision.Step, error)
	canary  int // rows that go first
}

func (im *Importer) begin(ctx context.Context, p *plan.Plan) (*run, error) {
	known, err := plan.NewHistory(ctx, im.History, &im.Options)
	if err != nil {
		return nil, err
	}
	o := &im.Options
	r := &run{Importer: im, plan: p, known: known, stop: pace.NewStop(ctx)}
	snap := im.Gate.Pacer.Snapshot()
	// Some rows have a turn beyond the requests in flight: a tenth of a second's worth, so
	// that a durable intent is always at hand and commits to the journal cost no throughput.
	ahead := min(max(1, int(snap.Configured/10)), o.Workers)
	r.turns = pace.NewTurns(o.Workers+ahead, o.PortalWait, o.Waits.Portal)
	r.slots = pace.NewSlots(o.PerHost, o.HostWait)
	r.tally = provision.NewTally(o, r.stop, p.Rows, p.Invalid)
	r.watch = &watch{run: r, started: time.Now(), released: snap.Released, news: make(chan Greeting, 2)}
	if im.Greeted != nil {
		r.watch.greeting = *im.Greeted
	}
	r.people = people.New(people.Config{
		Client: im.Client, History: im.History, Ledger: im.Ledger, Options: o, Plan: p, Turns: r.turns, Stop: r.stop,
		Greet: func(person account.Person, mail, acting bool) {
			r.watch.greet(func(g *Greeting) { g.Person, g.Mail, g.Acting = person, mail, acting })
		},
	})
	r.worker = &provision.Worker{
		History: im.History, Ledger: im.Ledger, Known: known, Consent: im.Consent, Options: o,
		People: r.people, Slots: r.slots, Turns: r.turns, Stop: r.stop, Tally: r.tally,
	}
	return r, nil
}

// through works on all rows and writes down how the run ended. It returns after the
// last of the run's goroutines has ended.
func (r *run) through(caller context.Context, k kind) (Result, error) {
	defer r.stop.Release()
	defer context.AfterFunc(caller, func() { r.stop.Because(diagnosis.New(diagnosis.Interrupted)) })()
	r.Gate.Outlive()
	aside, end := context.WithCancel(context.WithoutCancel(caller)) // of what goes on beside the rows
	defer end()
	r.spawn(func() error { return r.watch.show(aside) })
	r.spawn(func() error { return r.askPortal(aside) })
	r.spawn(func() error { return r.grantGrace(aside) })

	err := diagnosis.Guard(func() error { return r.rows(r.stop.Context(), k) })
	if err != nil {
		r.stop.Because(nil)
	}
	end()
	r.Gate.CutOff() // no goroutine waits for what is under way
	err = cmp.Or(err, r.group.Wait())

	reason, anyDesired := r.stop.Reason(), false
	counts, _ := r.tally.Snapshot()
	for status := range counts {
		anyDesired = anyDesired || status.Desired()
	}
	if reason == nil && err == nil && r.people.NobodySignedIn() && !anyDesired {
		reason = diagnosis.New(diagnosis.NobodySignedIn)
	}
	state := journal.Finished
	if reason != nil || err != nil {
		state = journal.Stopped
	}
	return Result{
		Run: r.plan.Run, Stopped: reason, Interrupted: reason != nil && reason.Code == diagnosis.Interrupted,
		OpenSessions: r.people.OpenSessions(), Version: r.watch.greeting.Version,
	}, cmp.Or(err, r.Ledger.End(context.WithoutCancel(caller), r.plan.Run.ID, state))
}

// spawn runs f in a goroutine of the run. Its error ends the run: as a reason the
// user is told if the file has changed or cannot be read, else as the machine's error.
func (r *run) spawn(f func() error) {
	r.group.Go(func() error {
		err := diagnosis.Guard(f)
		var problem *diagnosis.Problem
		switch {
		case err == nil:
			return nil
		case errors.As(err, &problem) && problem.Code.Scope() != diagnosis.State:
			r.stop.Because(problem)
			return nil
		}
		r.stop.Because(nil)
		return err
	})
}

// windowNap is how long is slept at a time before the window opens, so that a clock
// that was set, or a machine that slept, is noticed.
const windowNap = 20 * time.Second

// ownReasons are those to stop that lie neither with the portal nor with its time.
var ownReasons = []diagnosis.Code{
	diagnosis.TooManyFailures, diagnosis.CanaryFailed, diagnosis.CanaryDeclined,
	diagnosis.NotAdministrator, diagnosis.ImpersonationOff, diagnosis.MailOffForAll,
}

// rows waits for the window, greets the portal, and feeds the rows to their goroutines.
func (r *run) rows(ctx context.Context, k kind) error {
	for window := &r.Options.Window; !window.Open(time.Now()); {
		opening := window.Opening(time.Now())
		r.Greeted = nil // an answer from before the wait does not count
		r.watch.waiting(waits{why: diagnosis.WindowClosed, until: opening})
		if !pace.Sleep(ctx, min(windowNap, max(time.Until(opening), 10*time.Millisecond))) {
			return nil
		}
	}
	r.watch.waiting(waits{})
	if r.Greeted == nil { // before the first row: is this a portal, and in which version
		greeting, answer := Hello(ctx, r.Client, r.Options.PortalWait)
		if answer.Fate != diagnosis.Done {
			problem := answer.Problem()
			r.stop.Because(&problem)
			return nil
		}
		r.watch.greet(func(g *Greeting) { *g = greeting })
	}
	if err := r.people.ProveActing(ctx); err != nil || ctx.Err() != nil {
		return err
	}
	in := &reader{run: r, kind: k, rows: make(chan *provision.Row), lent: make(map[string]plan.Identity)}
	r.spawn(func() error { return in.read(ctx) })
	f := &feeder{
		run: r, kind: k, rows: in.rows, size: max(64, 16*r.Options.Workers), news: make(chan pass), gone: make(chan struct{}),
		resting: restingRows{rows: make(map[string][]*provision.Row), probed: make(map[string]bool)},
		canary:  canary{left: k.canary, hosts: make(map[string]bool), answer: make(chan bool, 1)},
	}
	err := f.feed(ctx)
	if reason := r.stop.Reason(); err == nil && reason != nil && slices.Contains(ownReasons, reason.Code) {
		r.closeSessions(context.WithoutCancel(ctx))
	}
	return err
}

// Hello asks whether there is a portal, and in which version. It waits for one that
// asks to be left alone, for that long at the most. Nobody is signed in.
func Hello(ctx context.Context, client *portal.Client, patience time.Duration) (Greeting, portal.Answer) {
	able, answer := client.Capabilities(ctx)
	for began := time.Now(); answer.Fate == diagnosis.TurnedAway && time.Since(began) < patience; {
		able, answer = client.Capabilities(ctx) // waits as long as the portal has asked for
	}
	if answer.Fate != diagnosis.Done {
		return Greeting{}, answer
	}
	greeting := Greeting{LDAP: able.LDAP, SSO: able.SSO}
	if version, told := client.Version(ctx); told.Fate == diagnosis.Done {
		greeting.Version = version
	}
	return greeting, answer
}

// askPortal asks a portal in trouble now and then whether it is back. It asks the
// one thing a portal answers even while it is suspended or restoring
// (ASC.Specific/CapabilitiesApi).
func (r *run) askPortal(ctx context.Context) error {
	waits, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(r.stop.Context(), cancel)()
	for r.turns.AwaitPoll(waits) == nil {
		_, answer := r.Client.Capabilities(waits)
		if waits.Err() != nil {
			return nil
		}
		if problem := r.turns.Polled(answer.Fate == diagnosis.Done); problem != nil {
			r.stop.Because(problem)
		}
	}
	return nil
}

// grantGrace ends the requests under way some time after the run has begun to stop.
func (r *run) grantGrace(ctx context.Context) error {
	select {
	case <-r.stop.Context().Done():
	case <-ctx.Done():
		return nil
	}
	if pace.Sleep(ctx, r.Options.Grace) {
		r.Gate.CutOff()
	}
	return nil
}

// closeSessions closes the sessions of a run that has stopped itself. One that was
// told to stop, or has lost its portal, sends nothing more.
func (r *run) closeSessions(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, r.Options.Grace)
	defer cancel()
	defer context.AfterFunc(ctx, r.Gate.CutOff)()
	r.people.LeaveAll()
	for r.people.SignOut(ctx) {
	}
}

// conclude makes outcomes durable that no request led to.
func (r *run) conclude(ctx context.Context, entries []journal.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	if err := r.Ledger.SetEntries(context.WithoutCancel(ctx), entries...); err != nil {
		return err
	}
	r.tally.Count(entries...)
	for i := range entries {
		r.decided(&entries[i], nil)
	}
	return nil
}

// decided tells of the outcome of a row. One that no server spoke of is about its
// incoming one.
func (r *run) decided(e *journal.Entry, hosts []string) {
	if r.Decided == nil {
		return
	}
	host := e.Host
	if host == "" && len(hosts) > 0 {
		host = hosts[0]
	}
	r.Decided(e, host)
}
