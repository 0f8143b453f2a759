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

// feeder decides which rows are worked on: the next rows of the file, rows whose
// wait is over, one row that probes a resting mail server, the canaries, and last
// the accounts without a row. Each of them has a goroutine; all other rows are
// values. The feeder itself is used by one goroutine only.
type feeder struct {
	*run
	kind kind
	rows <-chan *provision.Row // from the reader
	size int                   // at most this many rows have a goroutine

	live     int              // rows with a goroutine
	ready    []*provision.Row // may start, in this order
	aside    asides           // rows that wait for a time
	resting  restingRows
	missing  []*provision.Row // accounts without a row, which start when all rows have an outcome
	canaries canary

	news     chan pass
	toClose  int           // sessions to close, without a goroutine yet
	closing  int           // sessions that a goroutine is closing
	gone     chan struct{} // closed when the feeder no longer reads news
	allRead  bool
	finished bool // only sessions are left to close
}

// pass is the result of one call of a row's work. A pass without a row reports that a
// session has been closed.
type pass struct {
	row  *provision.Row
	step provision.Step
}

// mostWaiting bounds the rows that wait for a time, because each is held in memory.
const mostWaiting = 100_000

// feed starts rows until none is left or the run stops, and waits for the rows
// under way. The error comes from the store.
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
		case goOn := <-f.canaries.answer:
			f.canaries.asking = false
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

// work calls do in a goroutine and then sends the pass to the feeder, also after a panic.
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

// begin starts every row that may start.
func (f *feeder) begin(ctx context.Context) error {
	f.wake(ctx)
	for len(f.ready) > 0 && f.mayProbe() && f.live < f.size {
		at := 0
		if !f.canaries.over() {
			at = f.canaries.pick(f.ready)
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

// start works on a row in a goroutine.
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

// passed handles a pass: it records the outcome or lets the row wait.
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
		f.announce(&p.row.Entry, p.row.Hosts)
		f.leave(p.row)
	case p.step.Until.IsZero(): // the run stops
	case p.step.Why == diagnosis.HostPaused:
		f.rest(p.row)
	default:
		f.aside.add(p)
	}
}

// rest keeps a row until the rest of its mail server is over.
func (f *feeder) rest(r *provision.Row) {
	if host, _, rests := f.slots.Resting(r.Hosts); rests {
		f.resting.rows[host] = append(f.resting.rows[host], r)
		return
	}
	f.ready = slices.Insert(f.ready, 0, r)
}

// leave reports to People that the row has its outcome.
func (f *feeder) leave(r *provision.Row) {
	if f.people.Leave(&r.Member, r.Entry.Code) {
		f.toClose++
	}
}

// room returns the reader's channel while another row fits in, else nil.
func (f *feeder) room(ctx context.Context) <-chan *provision.Row {
	if ctx.Err() != nil || f.allRead || len(f.ready) >= f.size || f.waiting() >= mostWaiting {
		return nil
	}
	return f.rows
}

// take handles a row from the reader; ok is false after the last one.
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

// wake makes rows ready whose wait is over. If a mail server has recovered, all its
// rows are ready. If its rest is over, one row probes it, drawn at random: neighbours
// in the file may share the fault that caused the rest.
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

// probe starts a randomly drawn row that tests whether a mail server has recovered.
func (f *feeder) probe(ctx context.Context, host string) {
	for len(f.resting.rows[host]) > 0 {
		r := f.resting.draw(host)
		other, until, rests := f.slots.Resting(r.Hosts)
		if rests && other != host && (until.After(time.Now()) || f.resting.probed[other]) {
			f.resting.rows[other] = append(f.resting.rows[other], r) // it would have to wait for the other server
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

// hostProbes is the number of failed probes after which the rows of a mail server are given up.
const hostProbes = 3

// hopeless returns the mail servers that failed all their probes, if only rows of
// such servers are left. A row that was a prober and now waits for something else
// counts as well: it would only probe the server again.
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

// end gives rows of resting mail servers the outcome NotTried with the reason.
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

// record makes the outcomes of rows durable in batches.
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

// beginMissing starts the accounts without a row once every row has its outcome. If
// there are more of them than the limit allows, all are held.
func (f *feeder) beginMissing(ctx context.Context) error {
	rows := f.missing
	f.missing = nil
	f.canaries.left = 0
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

// waiting returns the number of rows that wait for a time or a mail server.
func (f *feeder) waiting() int { return len(f.aside) + f.resting.waiting() }

func (f *feeder) rowsAside() []*provision.Row {
	rows := f.resting.all()
	for _, a := range f.aside {
		rows = append(rows, a.row)
	}
	return rows
}

// mayProbe reports whether a row may start now, which canaries do one at a time.
func (f *feeder) mayProbe() bool { return f.canaries.over() || f.live == 0 && !f.canaries.asking }

// survey reports to the watch how many rows wait, and why if no row is under way. It
// returns how long the feeder may sleep without news.
func (f *feeder) survey(ctx context.Context) time.Duration {
	w, nap := waits{rows: f.waiting()}, time.Hour
	if f.finished {
		nap = observeEvery // no session is closed while the portal is in trouble
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
	if w.why == diagnosis.OutcomeUnknown { // when the last write in doubt is settled, unless there is trouble again
		for _, a := range f.aside {
			if by := a.row.InDoubtSince(); !by.IsZero() && by.Add(f.Options.Settle).After(w.until) {
				w.until = by.Add(f.Options.Settle)
			}
		}
	}
	f.watch.waiting(w)
	return nap
}
