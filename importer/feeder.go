package importer

import (
	"context"
	"slices"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/pace"
	"r7import/importer/provision"
)

// feeder decides which rows are worked on: the next of the file, those that have
// waited long enough, one that probes a resting mail server, a few that go first,
// and the accounts without a row at last. Each of them has a goroutine; all others
// are values. It belongs to one goroutine.
type feeder struct {
	*run
	kind kind
	rows <-chan *provision.Row // from the reader
	size int                   // of the window: at most this many rows have a goroutine

	live    int              // rows with a goroutine
	ready   []*provision.Row // may begin, the first one next
	aside   asides           // wait for a moment
	resting restingRows
	missing []*provision.Row // accounts without a row, which wait until all rows are through
	canary  canary

	news     chan pass
	toClose  int           // sessions to be closed, not begun
	closing  int           // sessions that are being closed
	gone     chan struct{} // closed when no more news is read
	allRead  bool
	finished bool // nothing is left but to close sessions
}

// pass is what a row has come to after a while of work. Without a row it says that a
// session has been closed.
type pass struct {
	row  *provision.Row
	step provision.Step
}

// mostWaiting bounds the rows that wait for a moment, each of which is held in memory.
const mostWaiting = 100_000

// feed lets the rows go until nothing is left or the run stops, and waits for those
// under way. The error is of the store.
func (f *feeder) feed(ctx context.Context) error {
	defer close(f.gone)
	closing, giveUp := context.WithCancel(ctx) // of sessions
	defer giveUp()
	stopping := ctx.Done()
	for {
		if ctx.Err() == nil {
			if err := f.begin(ctx); err != nil {
				return err
			}
			if f.finished && f.turns.Troubled() {
				giveUp()
			}
		}
		for ; f.toClose > 0; f.toClose-- {
			f.closing++
			f.work(pass{}, func(*pass) error {
				f.people.SignOut(closing)
				return nil
			})
		}
		nap := f.survey(ctx)
		if f.live == 0 && f.closing == 0 && (f.finished || ctx.Err() != nil) {
			break
		}
		select {
		case row, ok := <-f.room(ctx):
			f.take(row, ok)
		case p := <-f.news:
			f.passed(ctx, p)
		case goOn := <-f.canary.answer:
			f.canary.asking = false
			if !goOn {
				f.stop.Because(diagnosis.New(diagnosis.CanaryDeclined))
			}
		case <-time.After(nap):
		case <-stopping:
			stopping = nil
		}
	}
	if ctx.Err() == nil {
		return nil
	}
	return f.end(ctx, f.resting.all(), f.slots.Rests())
}

// work does something in a goroutine and tells the feeder, also after a panic.
func (f *feeder) work(p pass, do func(*pass) error) {
	f.spawn(func() error {
		defer func() {
			select {
			case f.news <- p:
			case <-f.gone:
			}
		}()
		return do(&p)
	})
}

// begin gives a goroutine to every row that may go.
func (f *feeder) begin(ctx context.Context) error {
	f.wake(ctx)
	for len(f.ready) > 0 && f.mayProbe() && f.live < f.size {
		at := 0
		if !f.canary.over() {
			at = f.canary.pick(f.ready)
		}
		r := f.ready[at]
		f.ready = slices.Delete(f.ready, at, at+1)
		if _, rests := f.worker.Resting(r); rests {
			f.rest(r)
			continue
		}
		f.start(ctx, r)
	}
	if !f.allRead || f.live > 0 || len(f.ready) > 0 {
		return nil
	}
	if hopeless := f.hopeless(); len(hopeless) > 0 {
		return f.end(ctx, f.rowsAside(), hopeless)
	}
	switch {
	case f.waiting() > 0 || f.finished:
		return nil
	case len(f.missing) > 0:
		return f.beginMissing(ctx)
	}
	f.finished = true
	f.toClose += f.people.LeaveAll()
	return nil
}

// start gives a row a goroutine.
func (f *feeder) start(ctx context.Context, r *provision.Row) {
	f.live++
	work := f.kind.work
	if r.Missing != nil {
		work = f.kind.missing
	}
	f.work(pass{row: r}, func(p *pass) (err error) {
		p.step, err = work(ctx, r)
		return err
	})
}

// passed takes a row in after a while of work.
func (f *feeder) passed(ctx context.Context, p pass) {
	if p.row == nil {
		f.closing--
		return
	}
	f.live--
	f.resting.passed(p.row)
	f.tried(ctx, p.row)
	switch {
	case p.step.Done:
		f.decided(&p.row.Entry, p.row.Hosts)
		f.leave(p.row)
	case p.step.Until.IsZero(): // the run stops
	case p.step.Why == diagnosis.HostPaused:
		f.rest(p.row)
	default:
		f.aside.add(p)
	}
}

// rest lays a row aside until its mail server is well again.
func (f *feeder) rest(r *provision.Row) {
	if host, _, rests := f.slots.Resting(r.Hosts); rests {
		f.resting.rows[host] = append(f.resting.rows[host], r)
		return
	}
	f.ready = slices.Insert(f.ready, 0, r)
}

// leave tells the row's person that it has its outcome.
func (f *feeder) leave(r *provision.Row) {
	if f.people.Leave(&r.Member, r.Entry.Code) {
		f.toClose++
	}
}

// room is the reader's channel while there is room for another row.
func (f *feeder) room(ctx context.Context) <-chan *provision.Row {
	if ctx.Err() != nil || f.allRead || len(f.ready) >= f.size || f.waiting() >= mostWaiting {
		return nil
	}
	return f.rows
}

// take takes in a row that has been read, or that there are no more.
func (f *feeder) take(r *provision.Row, ok bool) {
	switch {
	case !ok:
		f.allRead = true
		f.toClose += f.people.AllRead()
		return
	case r.Missing != nil:
		f.missing = append(f.missing, r)
	default:
		f.ready = append(f.ready, r)
	}
	f.people.Join(&r.Member)
}

// wake lets rows go on whose moment has come. Those whose mail server is well again
// all do; of those whose server has rested long enough, one that is drawn by lot
// probes it: the neighbours of a row in the file may be those that gave the rest.
func (f *feeder) wake(ctx context.Context) {
	now := time.Now()
	due := f.aside.due(now)
	for host, rows := range f.resting.rows {
		_, until, rests := f.slots.Resting([]string{host})
		switch {
		case !rests:
			delete(f.resting.rows, host)
			due = append(due, rows...)
		case !until.After(now) && !f.resting.probed[host] && f.mayProbe():
			f.probe(ctx, host)
		}
	}
	if len(due) > 0 {
		slices.SortFunc(due, func(a, b *provision.Row) int { return a.Index - b.Index })
		f.ready = slices.Concat(due, f.ready)
	}
}

// probe draws a row that finds out whether a mail server is well again.
func (f *feeder) probe(ctx context.Context, host string) {
	for len(f.resting.rows[host]) > 0 {
		r := f.resting.draw(host)
		other, until, rests := f.slots.Resting(r.Hosts)
		if rests && other != host && (until.After(time.Now()) || f.resting.probed[other]) {
			f.resting.rows[other] = append(f.resting.rows[other], r) // it would have to wait for that one
			continue
		}
		r.Prober = true
		for _, h := range r.Hosts {
			f.resting.probed[account.FoldHost(h)] = true
		}
		f.start(ctx, r)
		return
	}
}

// hostProbes is how often a mail server in trouble is probed before its rows are given up.
const hostProbes = 3

// hopeless returns the mail servers that stayed in trouble through all their
// probes, if nothing is left to do but rows of theirs. A row that has probed one
// itself waits for something else, and would only probe it again.
func (f *feeder) hopeless() []pace.Rest {
	if f.waiting() == 0 {
		return nil
	}
	rests := slices.DeleteFunc(f.slots.Rests(), func(r pace.Rest) bool { return r.Probes < hostProbes })
	for _, r := range f.rowsAside() {
		if !r.InDoubtSince().IsZero() || restOf(r, rests) == nil {
			return nil
		}
	}
	return rests
}

// restOf returns the rest of a row's mail server, nil if none of them rests.
func restOf(r *provision.Row, rests []pace.Rest) *pace.Rest {
	i := slices.IndexFunc(rests, func(rest pace.Rest) bool { return slices.ContainsFunc(r.Hosts, rest.Is) })
	if i < 0 {
		return nil
	}
	return &rests[i]
}

// end gives rows of resting mail servers their outcome: they were not tried, and why.
func (f *feeder) end(ctx context.Context, rows []*provision.Row, rests []pace.Rest) error {
	var ended []*provision.Row
	for _, r := range rows {
		if rest := restOf(r, rests); rest != nil {
			r.End(diagnosis.NotTried, *diagnosis.New(diagnosis.HostPaused, "Host", rest.Host, "Why", rest.Evidence))
			r.Entry.Host = rest.Host
			ended = append(ended, r)
		}
	}
	clear(f.resting.rows)
	f.aside = nil
	return f.record(ctx, ended)
}

// record makes the outcomes that rows have been given durable, many at a time.
func (f *feeder) record(ctx context.Context, rows []*provision.Row) error {
	for part := range slices.Chunk(rows, entryBatch) {
		entries := make([]journal.Entry, len(part))
		for i, r := range part {
			entries[i] = r.Entry
		}
		if err := f.conclude(ctx, entries); err != nil {
			return err
		}
		for _, r := range part {
			f.leave(r)
		}
	}
	return nil
}

// beginMissing lets the accounts without a row have their turn once every row has
// its outcome. If they are more than may be, none has.
func (f *feeder) beginMissing(ctx context.Context) error {
	rows := f.missing
	f.missing = nil
	f.canary.left = 0
	changes := len(rows)
	if f.Options.MaxMissing.None() {
		changes += f.tally.Changes()
	}
	if changes <= f.plan.DisableLimit {
		f.ready = rows
		return f.begin(ctx)
	}
	for _, r := range rows {
		r.End(diagnosis.Held, *diagnosis.New(diagnosis.MissingTooMany, "Count", changes, "Limit", f.plan.DisableLimit))
		if err := provision.Await(ctx, f.worker, r); err != nil {
			return err
		}
	}
	if err := f.record(ctx, rows); err != nil {
		return err
	}
	return f.begin(ctx)
}

// waiting returns how many rows wait for a moment.
func (f *feeder) waiting() int { return len(f.aside) + f.resting.waiting() }

func (f *feeder) rowsAside() []*provision.Row {
	rows := f.resting.all()
	for _, a := range f.aside {
		rows = append(rows, a.row)
	}
	return rows
}

// mayProbe reports whether a row may go to find out whether a mail server is well again.
func (f *feeder) mayProbe() bool { return f.canary.over() || f.live == 0 && !f.canary.asking }

// survey tells the watch which rows wait, and for what if nothing else is done. It
// returns how long the feeder may sleep without news.
func (f *feeder) survey(ctx context.Context) time.Duration {
	w, nap := waits{rows: f.waiting()}, time.Hour
	if f.finished {
		nap = observeEvery // sessions are not closed in a portal that is in trouble
	}
	see := func(until time.Time, why diagnosis.Code, wakes bool) {
		if f.live == 0 && len(f.ready) == 0 && (w.why == "" || until.Before(w.until)) {
			w.why, w.until = why, until
		}
		if wakes && ctx.Err() == nil {
			nap = max(0, min(nap, time.Until(until)))
		}
	}
	for host := range f.resting.rows {
		if _, until, rests := f.slots.Resting([]string{host}); rests {
			see(until, diagnosis.HostPaused, !f.resting.probed[host] && f.mayProbe())
		}
	}
	if len(f.aside) > 0 {
		see(f.aside[0].step.Until, f.aside[0].step.Why, true)
	}
	if w.why == diagnosis.OutcomeUnknown { // by when the last of the writes in doubt is known, unless there is trouble again
		for _, a := range f.aside {
			if by := a.row.InDoubtSince(); !by.IsZero() && by.Add(f.Options.Settle).After(w.until) {
				w.until = by.Add(f.Options.Settle)
			}
		}
	}
	f.watch.waiting(w)
	return nap
}
