package importer

import (
	"context"
	"sync"
	"time"

	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/pace"
)

// observeEvery is the interval between two snapshots.
const observeEvery = 250 * time.Millisecond

// watch calls Observe and Greet from one goroutine, which also watches the time
// window and the clock.
type watch struct {
	run     *run
	started time.Time
	clock   pace.Clock

	// Used by the goroutine of show only.
	shown    time.Time
	released int64
	rate     float64
	events   events

	mu       sync.Mutex
	waits    waits
	greeting Greeting

	news chan Greeting // for Greet: one before the first row, one after the sign-in
}

// waits counts the rows that wait and says why; before the window opens, all do.
type waits struct {
	rows  int
	why   diagnosis.Code // empty if some rows are under way
	until time.Time
}

// waiting stores which rows wait.
func (w *watch) waiting(waits waits) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waits = waits
}

// greet changes the greeting and queues it for Greet.
func (w *watch) greet(change func(*Greeting)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change(&w.greeting)
	w.news <- w.greeting
}

// show calls Greet and Observe until ctx ends, and Observe a last time then.
func (w *watch) show(ctx context.Context) error {
	ticker := time.NewTicker(observeEvery)
	defer ticker.Stop()
	for over := false; !over; {
		select {
		case greeting := <-w.news:
			w.tell(greeting)
			continue
		case <-ticker.C:
			w.keepTime()
		case <-ctx.Done():
			for over = true; len(w.news) > 0; {
				w.tell(<-w.news)
			}
		}
		w.observe()
		if err := w.events.note(ctx, w.run, time.Now()); err != nil {
			return err
		}
	}
	return nil
}

func (w *watch) tell(greeting Greeting) {
	if w.run.Greet != nil {
		w.run.Greet(greeting)
	}
}

// keepTime stops the run when its window closes. After a jump of the clock it cuts
// off the requests under way: their connections are most likely dead.
func (w *watch) keepTime() {
	now := time.Now()
	if w.clock.Jumped(now) {
		w.run.Gate.CutOff()
	}
	w.mu.Lock()
	opened := w.waits.why != diagnosis.WindowClosed
	w.mu.Unlock()
	if opened && !w.run.Options.Window.Open(now) {
		w.run.stop.Because(diagnosis.New(diagnosis.WindowClosed))
	}
}

// observe calls Observe with a snapshot.
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
	w.mu.Lock()
	waits := w.waits
	w.mu.Unlock()
	counts, unknown := w.run.tally.Snapshot()
	p := Progress{
		Total: w.run.plan.Rows + w.run.plan.Appended, Counts: counts, InFlight: w.run.Gate.InFlight(), Waiting: waits.rows, Unknown: unknown,
		Started: w.started, Rate: w.rate, Limit: snap.Limit, Why: waits.why, Until: waits.until,
	}
	for _, n := range counts {
		p.Decided += n
	}
	for _, rest := range w.run.slots.Rests() {
		p.Resting = append(p.Resting, HostRest{Host: rest.Host, Why: rest.Evidence, Until: rest.Until, Tries: rest.Probes})
	}
	switch trouble := w.run.turns.Trouble(); {
	case waits.why == diagnosis.WindowClosed:
	case trouble.Why != "":
		p.Why, p.Since, p.Until = trouble.Why, trouble.Since, trouble.Until
	case !snap.PausedUntil.IsZero():
		p.Why, p.Until = diagnosis.PortalBusy, snap.PausedUntil
	}
	w.run.Observe(p)
}

// mostEvents bounds the events stored for a run. The first ones are kept because
// they show how a trouble began; later ones are only counted.
const mostEvents = 500

// events stores what delays a run, for the report. It samples the parts of the run
// with every snapshot; a delay that begins and ends between two snapshots is too
// short to matter.
type events struct {
	open   map[origin]*event // events that have not ended
	stored int
	more   journal.Event
}

// event is an event that has not ended.
type event struct {
	journal.Event
	stored bool // false if it was only counted
	seen   bool // in the latest snapshot
}

// origin identifies an open event: each origin has one at a time.
type origin struct {
	kind journal.EventKind
	host string
}

// note stores the events that have begun, changed or ended since the last call.
func (v *events) note(ctx context.Context, r *run, now time.Time) error {
	if v.open == nil {
		v.open = make(map[origin]*event)
	}
	var changed []journal.Event
	see := func(e journal.Event) {
		before, open := v.open[origin{e.Kind, e.Host}]
		switch {
		case open:
			e.Start, before.seen = before.Start, true
			if before.stored && e != before.Event {
				before.Event, changed = e, append(changed, e)
			}
			return
		case v.stored == mostEvents:
			if v.more.Count++; v.more.Count == 1 {
				v.more.Kind, v.more.Start = journal.EventMore, now
			}
			v.more.End = now
			changed = append(changed, v.more)
		default:
			v.stored++
			changed = append(changed, e)
		}
		v.open[origin{e.Kind, e.Host}] = &event{Event: e, stored: v.more.Count == 0, seen: true}
	}
	if until := r.Gate.Pacer.Snapshot().PausedUntil; !until.IsZero() {
		see(journal.Event{Kind: journal.EventPause, Code: diagnosis.PortalBusy, Start: now, Until: until})
	}
	if t := r.turns.Trouble(); t.Why != "" {
		see(journal.Event{Kind: journal.EventAway, Code: t.Why, Start: t.Since, Until: t.Until})
	}
	for _, rest := range r.slots.Rests() {
		see(journal.Event{
			Kind: journal.EventRest, Host: rest.Host, Code: rest.Evidence, Start: rest.Since, Until: rest.Until, Count: rest.Probes,
		})
	}
	for o, e := range v.open {
		if !e.seen {
			delete(v.open, o)
			if e.End = now; e.stored {
				changed = append(changed, e.Event)
			}
		}
		e.seen = false
	}
	if len(changed) == 0 {
		return nil
	}
	return r.Ledger.NoteEvents(context.WithoutCancel(ctx), r.plan.Run.ID, changed...)
}
