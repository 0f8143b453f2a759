package importer

import (
	"context"
	"sync"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/pace"
	"r7import/importer/provision"
)

// observeEvery is how often a picture of the run is given.
const observeEvery = 250 * time.Millisecond

// watch shows a run to whoever looks on, from one goroutine, which also keeps an
// eye on the clock.
type watch struct {
	run     *run
	total   int
	started time.Time
	clock   pace.Clock

	// Of the goroutine that shows.
	shown    time.Time
	released int64
	rate     float64

	mu       sync.Mutex
	waits    waits
	closed   time.Time // when the window opens, zero once it is open
	greeting Greeting
	news     []Greeting // not yet told
	stirred  chan struct{}
}

// waits are the rows that wait for a moment.
type waits struct {
	rows  int
	why   diagnosis.Code // if nothing else is done; empty otherwise
	until time.Time
}

func newWatch(r *run) *watch {
	w := &watch{
		run: r, total: r.plan.Rows + r.plan.Appended(), started: time.Now(),
		released: r.Gate.Pacer.Snapshot().Released, stirred: make(chan struct{}, 1),
	}
	if r.Greeted != nil {
		w.greeting = *r.Greeted
	}
	return w
}

// waiting takes in which rows wait.
func (w *watch) waiting(waits waits) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waits = waits
}

// closedUntil takes in when the window opens.
func (w *watch) closedUntil(opening time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = opening
}

// greet takes in what is known of the portal, to be told soon.
func (w *watch) greet(greeting Greeting) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.greeting = greeting
	w.news = append(w.news, greeting)
	select {
	case w.stirred <- struct{}{}:
	default:
	}
}

func (w *watch) greeted() Greeting {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.greeting
}

// introduce takes in who the run has signed in as.
func (w *watch) introduce(person account.Person, mail, acting bool) {
	greeting := w.greeted()
	greeting.Person, greeting.Mail, greeting.Acting = person, mail, acting
	w.greet(greeting)
}

// show tells greetings and shows pictures until ctx ends, and the last picture then.
func (w *watch) show(ctx context.Context) error {
	ticker := time.NewTicker(observeEvery)
	defer ticker.Stop()
	for {
		select {
		case <-w.stirred:
			w.tell()
		case <-ticker.C:
			w.keepTime()
			w.observe()
		case <-ctx.Done():
			w.tell()
			w.observe()
			return nil
		}
	}
}

// keepTime ends the run when its window closes. After a jump of the clock what
// is under way is cut off and looked up: its connections are most likely dead.
func (w *watch) keepTime() {
	now := time.Now()
	if w.clock.Jumped(now) {
		w.run.Gate.CutOff()
	}
	w.mu.Lock()
	opened := w.closed.IsZero()
	w.mu.Unlock()
	if opened && !w.run.Options.Window.Open(now) {
		w.run.stop.Because(diagnosis.New(diagnosis.WindowClosed))
	}
}

func (w *watch) tell() {
	w.mu.Lock()
	news := w.news
	w.news = nil
	w.mu.Unlock()
	for _, greeting := range news {
		if w.run.Greet != nil {
			w.run.Greet(greeting)
		}
	}
}

// observe gives the observer a picture.
func (w *watch) observe() {
	if w.run.Observe == nil {
		return
	}
	now, snap := time.Now(), w.run.Gate.Pacer.Snapshot()
	if !w.shown.IsZero() && now.After(w.shown) {
		latest := float64(snap.Released-w.released) / now.Sub(w.shown).Seconds()
		w.rate += (latest - w.rate) / 4
	}
	w.shown, w.released = now, snap.Released
	w.run.Observe(w.picture(snap))
}

func (w *watch) picture(snap pace.Snapshot) Progress {
	w.mu.Lock()
	waits, closed := w.waits, w.closed
	w.mu.Unlock()
	counts, unknown := w.run.tally.Snapshot()
	p := Progress{
		Total: w.total, Counts: counts, InFlight: w.run.Gate.InFlight(), Waiting: waits.rows, Unknown: unknown,
		Started: w.started, Rate: w.rate, Limit: snap.Limit,
	}
	for _, n := range counts {
		p.Decided += n
	}
	for _, rest := range w.run.slots.Rests() {
		p.Resting = append(p.Resting, HostRest{rest.Host, provision.WhyResting(rest.Evidence), rest.Until, rest.Probes})
	}
	trouble := w.run.turns.Trouble()
	switch {
	case !closed.IsZero():
		p.Why, p.Until = diagnosis.WindowClosed, closed
	case trouble.Why != "":
		p.Why, p.Since, p.Until = trouble.Why, trouble.Since, trouble.Until
	case !snap.PausedUntil.IsZero():
		p.Why, p.Until = diagnosis.PortalBusy, snap.PausedUntil
	default:
		p.Why, p.Until = waits.why, waits.until
	}
	return p
}
