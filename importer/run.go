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

// run is a run under way: its parts, each with its own lock, and the goroutines
// that share them.
type run struct {
	*Importer
	plan   *plan.Plan
	known  *plan.History // used by the reader; its open intents by all goroutines
	stop   *pace.Stop
	turns  *pace.Turns
	slots  *pace.Slots
	people *people.People
	tally  *provision.Tally
	worker *provision.Worker
	watch  *watch

	group errgroup.Group
}

// kind holds the functions that one kind of run applies to rows.
type kind struct {
	// remember decides a row from the journal if that is enough. It may be nil.
	remember func(context.Context, *provision.Row) (decided bool, err error)
	// work takes a row to its outcome or to a wait.
	work func(context.Context, *provision.Row) (provision.Step, error)
	// missing does the same for an account that no row names any more.
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
	// Some rows get a turn beyond the requests in flight, a tenth of a second's worth: then
	// a durable intent is always ready and commits to the journal cost no throughput.
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

// through works on all rows and stores how the run ended. It returns after the last
// of the run's goroutines has ended.
func (r *run) through(caller context.Context, k kind) (Result, error) {
	defer r.stop.Release()
	defer context.AfterFunc(caller, func() { r.stop.Because(diagnosis.New(diagnosis.Interrupted)) })()
	r.Gate.Outlive()
	aside, end := context.WithCancel(context.WithoutCancel(caller)) // for the goroutines that do not work on rows
	defer end()
	r.spawn(func() error { return r.watch.show(aside) })
	r.spawn(func() error { return r.askPortal(aside) })
	r.spawn(func() error { return r.grantGrace(aside) })

	err := diagnosis.Guard(func() error { return r.feedRows(r.stop.Context(), k) })
	if err != nil {
		r.stop.Because(nil)
	}
	end()
	r.Gate.CutOff() // ends requests that goroutines still wait for
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

// spawn runs f in a goroutine of the run. Its error stops the run: a problem that is
// not about the store becomes the reason, any other error is returned by the run.
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

// windowNap bounds one sleep before the window opens, so that a changed clock or a
// machine that slept is noticed.
const windowNap = 20 * time.Second

// ownReasons are the reasons to stop after which the run still closes its sessions.
var ownReasons = []diagnosis.Code{
	diagnosis.TooManyFailures, diagnosis.CanaryFailed, diagnosis.CanaryDeclined,
	diagnosis.NotAdministrator, diagnosis.ImpersonationOff, diagnosis.MailOffForAll,
}

// feedRows waits for the window, asks the portal for its version, and feeds the rows.
func (r *run) feedRows(ctx context.Context, k kind) error {
	for window := &r.Options.Window; !window.Open(time.Now()); {
		opening := window.Opening(time.Now())
		r.Greeted = nil // an answer from before the wait does not count
		r.watch.waiting(waits{why: diagnosis.WindowClosed, until: opening})
		if !pace.Sleep(ctx, min(windowNap, max(time.Until(opening), 10*time.Millisecond))) {
			return nil
		}
	}
	r.watch.waiting(waits{})
	if r.Greeted == nil { // before the first row: check that this is a portal, and its version
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
	in := &reader{run: r, kind: k, rows: make(chan *provision.Row), identities: make(map[string]plan.Identity)}
	r.spawn(func() error { return in.read(ctx) })
	f := &feeder{
		run: r, kind: k, rows: in.rows, size: max(64, 16*r.Options.Workers), news: make(chan pass), gone: make(chan struct{}),
		resting:  restingRows{rows: make(map[string][]*provision.Row), probed: make(map[string]bool)},
		canaries: canary{left: k.canary, hosts: make(map[string]bool), answer: make(chan bool, 1)},
	}
	err := f.feed(ctx)
	if reason := r.stop.Reason(); err == nil && reason != nil && slices.Contains(ownReasons, reason.Code) {
		r.closeSessions(context.WithoutCancel(ctx))
	}
	return err
}

// Hello asks whether there is a portal, and for its version. It repeats the question
// for up to patience while the portal turns it away. It does not sign in.
func Hello(ctx context.Context, client *portal.Client, patience time.Duration) (Greeting, portal.Answer) {
	able, answer := client.Capabilities(ctx)
	for began := time.Now(); answer.Fate == diagnosis.TurnedAway && time.Since(began) < patience; {
		able, answer = client.Capabilities(ctx) // waits as long as the portal has asked for
	}
	if answer.Fate != diagnosis.Done {
		return Greeting{}, answer
	}
	greeting := Greeting{LDAP: able.LDAP, SSO: able.SSO}
	if version, versionAnswer := client.Version(ctx); versionAnswer.Fate == diagnosis.Done {
		greeting.Version = version
	}
	return greeting, answer
}

// askPortal polls a portal in trouble until it is back. It asks for the capabilities,
// which a portal returns even while it is suspended or restoring
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

// grantGrace cuts off the requests under way when Options.Grace has passed after a stop.
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

// closeSessions closes the sessions of a run that stopped for one of ownReasons. A
// run that was interrupted, or has lost its portal, sends nothing more.
func (r *run) closeSessions(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, r.Options.Grace)
	defer cancel()
	defer context.AfterFunc(ctx, r.Gate.CutOff)()
	r.people.LeaveAll()
	for r.people.SignOut(ctx) {
	}
}

// conclude stores outcomes that needed no request, counts and announces them.
func (r *run) conclude(ctx context.Context, entries []journal.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	if err := r.Ledger.SetEntries(context.WithoutCancel(ctx), entries...); err != nil {
		return err
	}
	r.tally.Count(entries...)
	for i := range entries {
		r.announce(&entries[i], nil)
	}
	return nil
}

// announce calls Decided with the outcome of a row. An outcome without a mail server
// concerns the first of hosts.
func (r *run) announce(e *journal.Entry, hosts []string) {
	if r.Decided == nil {
		return
	}
	host := e.Host
	if host == "" && len(hosts) > 0 {
		host = hosts[0]
	}
	r.Decided(e, host)
}
