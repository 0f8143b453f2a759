package importer

import (
	"time"

	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/pace"
)

// observeEvery is how often a picture of the run is given at the most, and the
// longest the scheduler sleeps.
const observeEvery = 250 * time.Millisecond

// watch keeps the figures of a run for whoever looks on.
type watch struct {
	total   int
	invalid int
	counts  map[diagnosis.Status]int
	unknown int
	started time.Time

	shown    time.Time
	released int64
	rate     float64
}

func (w *watch) begin(plan *Plan, pacer *pace.Pacer) {
	w.total, w.invalid, w.started = plan.Rows+plan.appended, plan.Invalid, time.Now()
	w.counts = map[diagnosis.Status]int{diagnosis.Invalid: plan.Invalid}
	w.released = pacer.Snapshot().Released
}

func (w *watch) count(status diagnosis.Status) { w.counts[status]++ }

func (w *watch) countAll(entries []journal.Entry) {
	for i := range entries {
		w.count(entries[i].Status)
	}
}

// sent returns how many rows were sent to a mail server and have their outcome.
func (w *watch) sent() int {
	return w.counts[diagnosis.Created] + w.counts[diagnosis.Updated] + w.counts[diagnosis.Failed]
}

func (w *watch) decided() int {
	n := 0
	for _, c := range w.counts {
		n += c
	}
	return n
}

// show gives the observer a picture, if one is due.
func (w *watch) show(e *engine) {
	now := time.Now()
	if e.Observe == nil || now.Sub(w.shown) < observeEvery && !e.over() {
		return
	}
	snap := e.Gate.Pacer.Snapshot()
	if !w.shown.IsZero() && now.After(w.shown) {
		latest := float64(snap.Released-w.released) / now.Sub(w.shown).Seconds()
		w.rate += (latest - w.rate) / 4
	}
	w.shown, w.released = now, snap.Released
	e.Observe(w.picture(e, snap))
}

func (w *watch) picture(e *engine, snap pace.Snapshot) Progress {
	p := Progress{
		Total: w.total, Decided: w.decided(), Counts: make(map[diagnosis.Status]int, len(w.counts)),
		InFlight: e.Gate.InFlight(), Waiting: len(e.waiting), Unknown: w.unknown,
		Started: w.started, Rate: w.rate, Limit: snap.Limit,
	}
	for status, n := range w.counts {
		p.Counts[status] = n
	}
	for _, rest := range e.hosts.Resting() {
		p.Resting = append(p.Resting, HostRest{rest.Host, whyResting(rest.Evidence), rest.Until, rest.Probes})
	}
	switch {
	case e.portal.troubled():
		p.Why, p.Since, p.Until = e.portal.last.Code, e.portal.first, e.portal.first.Add(e.Options.PortalWait)
	case !snap.PausedUntil.IsZero():
		p.Why, p.Until = diagnosis.PortalBusy, snap.PausedUntil
	case len(e.waiting) > 0 && len(e.window) == 0 && e.running == 0:
		p.Why, p.Until = e.waiting[0].why, e.waiting[0].notBefore
		if p.Why == diagnosis.OutcomeUnknown {
			p.Until = e.lastSettled(p.Until)
		}
	}
	return p
}

// lastSettled returns when the last of the writes in doubt is known at the
// latest, unless portal or row is in trouble again; not before a moment.
func (e *engine) lastSettled(moment time.Time) time.Time {
	for _, j := range e.waiting {
		if j.doubt == nil {
			continue
		}
		if settled := j.doubt.since.Add(e.Options.Settle); settled.After(moment) {
			moment = settled
		}
	}
	return moment
}
