package importer

import (
	"context"
	"errors"
	"slices"
	"time"

	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/portal"
)

// unclearInARow is how many answers in a row may fail to be the portal's before
// nothing new is sent.
const unclearInARow = 3

// health is what the scheduler knows of the portal's state.
type health struct {
	unclear int       // answers in a row that were not the portal's
	first   time.Time // when the first trouble since the last good answer began, zero if there was none
	since   time.Time // when the trouble began, zero without trouble
	next    time.Time // when to ask again, zero without trouble or while a question is under way
	wait    time.Duration
	last    diagnosis.Problem
	grace   time.Time // when requests in flight are ended after a stop
}

// good notes an answer that was the portal's own. What is answered during a
// trouble was sent before it and does not end it.
func (h *health) good() {
	if !h.troubled() {
		h.unclear, h.first, h.wait = 0, time.Time{}, 0
	}
}

// troubled reports whether nothing new may be sent.
func (h *health) troubled() bool { return !h.since.IsZero() }

// unproven reports whether a trouble is over and no good answer has come since.
func (h *health) unproven() bool { return !h.first.IsZero() && !h.troubled() }

// trouble begins a trouble, or goes on with one.
func (h *health) trouble(problem diagnosis.Problem) {
	h.last = problem
	if h.troubled() {
		return
	}
	h.since = time.Now()
	if h.first.IsZero() {
		h.first = h.since
	}
	h.next = h.since.Add(h.wait)
}

// over returns the state after the trouble. Should another follow before any good
// answer, it is asked about later than this one was.
func (h *health) over(waits Growing) health {
	return health{first: h.first, wait: waits.after(h.wait), grace: h.grace}
}

// lasts reports whether the portal has been in trouble for so long, or in one
// trouble after the other without a good answer between them.
func (h *health) lasts(long time.Duration) bool { return time.Since(h.first) >= long }

// note tells the portal's health what an answer says about it.
func (e *engine) note(answer portal.Answer) {
	if e.stopping || answer.Fate == diagnosis.TurnedAway {
		return
	}
	var tooLong *diagnosis.Problem
	if errors.As(answer.Err, &tooLong) && tooLong.Code == diagnosis.PauseTooLong {
		e.stop(tooLong)
		return
	}
	if answer.Code.Away() {
		e.portal.trouble(answer.Problem())
		return
	}
	if answer.Fate != diagnosis.Unclear && answer.Fate != diagnosis.Later {
		e.portal.good()
		return
	}
	if e.portal.unclear++; e.portal.unclear >= unclearInARow {
		e.portal.trouble(answer.Problem())
	}
}

// portalUsable reports whether rows may be started. While the portal is in
// trouble it is asked now and then whether it is back, and nothing else.
func (e *engine) portalUsable() bool {
	h := &e.portal
	if !h.troubled() {
		return true
	}
	if !h.next.IsZero() && !time.Now().Before(h.next) {
		h.next = time.Time{}
		e.spawn(e.poll)
	}
	return false
}

// poll asks the one thing a portal answers even while it is suspended or
// restoring (ASC.Specific/CapabilitiesApi).
func (e *engine) poll(ctx context.Context) (after, error) {
	_, answer := e.Client.Capabilities(ctx)
	return func() {
		h, back := &e.portal, answer.Fate == diagnosis.Done
		switch {
		case h.lasts(e.Options.PortalWait) && !(back && h.first.Equal(h.since)):
			e.stop(diagnosis.New(diagnosis.PortalAway, "Wait", e.Options.PortalWait.String()))
		case back:
			*h = h.over(e.Options.Waits.Portal)
		default:
			h.wait = e.Options.Waits.Portal.after(h.wait)
			h.next = time.Now().Add(h.wait)
		}
	}, nil
}

// endedBy reports whether the answer ends the run, and ends it.
func (e *engine) endedBy(answer portal.Answer) bool {
	if answer.Fate != diagnosis.EndsRun {
		return false
	}
	problem := answer.Problem()
	e.stop(&problem)
	return true
}

// evidence returns what the portal answered, in its own words and without ours.
func evidence(answer portal.Answer) string {
	if answer.Status == 0 {
		return ""
	}
	if answer.Text == "" {
		return "HTTP " + itoa(answer.Status)
	}
	return "HTTP " + itoa(answer.Status) + ": " + answer.Text
}

// checkFailures stops the run when more rows failed than allowed.
func (e *engine) checkFailures() {
	failed, sent := e.watch.counts[diagnosis.Failed], e.watch.sent()
	if e.Options.MaxFailures.Percent && sent < 20 {
		return
	}
	if e.Options.MaxFailures.Exceeded(failed, sent) {
		e.stop(diagnosis.New(diagnosis.TooManyFailures, "Count", itoa(failed), "Sent", itoa(sent)))
	}
}

// tooManyChanges counts a row that is about to be updated, once however often
// that is tried, and reports whether it is one too many.
func (e *engine) tooManyChanges(j *job) bool {
	if j.changes {
		return false
	}
	j.changes = true
	n := int(e.changes.Add(1))
	return e.Options.MaxChanges.Exceeded(n, e.plan.Rows)
}

// decided makes an outcome durable that needed no write. It runs in a task.
func (e *engine) decided(ctx context.Context, j *job, status diagnosis.Status, problems ...diagnosis.Problem) (after, error) {
	entry := j.end(status, problems...)
	err := e.Ledger.SetEntries(context.WithoutCancel(ctx), entry)
	return func() {
		e.portal.good()
		e.ended(j, status)
	}, err
}

// decideLater does the same from the scheduler.
func (e *engine) decideLater(j *job, status diagnosis.Status, problems ...diagnosis.Problem) {
	j.end(status, problems...)
	e.saveLater(j)
}

// saveLater makes the outcomes that jobs have been given durable, all in one task:
// there may be very many.
func (e *engine) saveLater(jobs ...*job) {
	entries := make([]journal.Entry, len(jobs))
	for i, j := range jobs {
		entries[i] = j.entry
	}
	e.spawn(func(ctx context.Context) (after, error) {
		for part := range slices.Chunk(entries, entryBatch) {
			if err := e.Ledger.SetEntries(context.WithoutCancel(ctx), part...); err != nil {
				return nil, err
			}
		}
		return func() {
			for i, j := range jobs {
				if j.doubt != nil {
					e.watch.unknown--
				}
				e.ended(j, entries[i].Status)
			}
			e.checkFailures()
		}, nil
	})
}

// barNow takes a job out of the window that nobody may or can sign in for.
func (e *engine) barNow(j *job, status diagnosis.Status, why diagnosis.Problem) {
	j.removed = true
	j.bar(status, why)
	e.saveLater(j)
}

// decideNow takes a job out of the window with its outcome.
func (e *engine) decideNow(j *job, status diagnosis.Status, problems ...diagnosis.Problem) {
	j.removed = true
	e.decideLater(j, status, problems...)
}
