package pace

import (
	"context"
	"slices"
	"sync"
	"time"

	"r7import/importer/diagnosis"
	"r7import/importer/portal"
)

// Turns hands out the right to work on the portal: to a bounded number of rows at once, those
// of the beginning of the file first, to none while the portal is in trouble, and
// after a trouble to one at a time until one of them has got a good answer.
//
// A turn is taken last: whoever holds one waits for the gate and the journal only,
// never for another row. Turns is safe for concurrent use.
type Turns struct {
	most     int
	patience time.Duration // with a portal in trouble
	waits    Growing       // between two questions whether it is back

	mu      sync.Mutex
	held    int
	trial   *Turn   // of these, the one begun after a trouble and before the next good answer
	waiting []*Turn // in the order of the file
	health  health
	stir    chan struct{} // tells AwaitPoll to look again
}

// NewTurns returns turns for most rows at once. A portal in trouble is asked
// at growing distances whether it is back, until patience is over.
func NewTurns(most int, patience time.Duration, waits Growing) *Turns {
	return &Turns{most: max(1, most), patience: patience, waits: waits, stir: make(chan struct{}, 1)}
}

// Turn is the right of one row to work, or its wait for that.
type Turn struct {
	turns   *Turns
	index   int
	ready   chan struct{} // closed when it is granted
	granted bool
}

// BeforeRows is the index of work that goes before that of every row.
const BeforeRows = -1

// Take waits for the turn of a row. An error is that of ctx.
func (t *Turns) Take(ctx context.Context, index int) (*Turn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	turn := &Turn{turns: t, index: index, ready: make(chan struct{})}
	t.mu.Lock()
	at, _ := slices.BinarySearchFunc(t.waiting, index+1, func(other *Turn, index int) int { return other.index - index })
	t.waiting = slices.Insert(t.waiting, at, turn)
	t.grant()
	t.mu.Unlock()
	select {
	case <-turn.ready:
		return turn, nil
	case <-ctx.Done():
		turn.Done() // it may have come at the same moment
		return nil, ctx.Err()
	}
}

// Done gives the turn back. A second call does nothing.
func (turn *Turn) Done() {
	t := turn.turns
	t.mu.Lock()
	defer t.mu.Unlock()
	if at := slices.Index(t.waiting, turn); at >= 0 {
		t.waiting = slices.Delete(t.waiting, at, at+1)
	}
	if !turn.granted {
		return
	}
	turn.granted = false
	t.held--
	if t.trial == turn {
		t.trial = nil
	}
	t.grant()
}

// grant gives turns to those who wait, as far as may be.
func (t *Turns) grant() {
	for len(t.waiting) > 0 && t.held < t.most && !t.health.troubled() {
		turn := t.waiting[0]
		if t.health.unproven() {
			if t.trial != nil {
				return
			}
			t.trial = turn
		}
		t.waiting = slices.Delete(t.waiting, 0, 1)
		turn.granted = true
		t.held++
		close(turn.ready)
	}
}

// unclearInARow is how many answers in a row may fail to be the portal's before
// nothing new is sent.
const unclearInARow = 3

// health is what is known of the portal's state.
type health struct {
	unclear int       // answers in a row that were not the portal's
	first   time.Time // when the first trouble since the last good answer began, zero if there was none
	since   time.Time // when the trouble began, zero without trouble
	next    time.Time // when to ask again, zero without trouble or while a question is under way
	wait    time.Duration
	why     diagnosis.Code
	// writes says that what was not the portal's were answers to writes: that it
	// answers anything else does not make it well.
	writes bool
}

// troubled reports whether nothing new may be sent.
func (h *health) troubled() bool { return !h.since.IsZero() }

// unproven reports whether a trouble is over and no good answer has come since.
func (h *health) unproven() bool { return !h.first.IsZero() && !h.troubled() }

// Note tells what an answer says about the portal's health.
func (t *Turns) Note(answer portal.Answer) { t.note(answer, false) }

// NoteWrite does so for an answer to a write.
func (t *Turns) NoteWrite(answer portal.Answer) { t.note(answer, true) }

func (t *Turns) note(answer portal.Answer, write bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	h := &t.health
	switch away := answer.Code.Away(); {
	case away || answer.Code.Fate() == diagnosis.Unclear:
		h.writes = h.writes || write
		if !away {
			h.unclear++
		}
		if !away && h.unclear < unclearInARow {
			return
		}
		h.why = answer.Code
		if h.troubled() {
			return
		}
		h.since = time.Now()
		if h.first.IsZero() {
			h.first = h.since
		}
		h.next = h.since.Add(h.wait)
		select {
		case t.stir <- struct{}{}:
		default:
		}
	case answer.Fate == diagnosis.NotSent || answer.Fate == diagnosis.TurnedAway:
	case h.troubled(): // it was sent before the trouble and does not end it
	case write || !h.writes:
		*h = health{}
		t.grant()
	}
}

// Troubled reports whether the portal is in trouble, so that nothing new may be sent.
func (t *Turns) Troubled() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.health.troubled()
}

// Trouble is what is known of a portal in trouble.
type Trouble struct {
	Why   diagnosis.Code // empty without trouble
	Since time.Time      // when the first trouble without a good answer since began
	Until time.Time      // when it is given up
}

// Trouble returns what is known of the present trouble.
func (t *Turns) Trouble() Trouble {
	t.mu.Lock()
	defer t.mu.Unlock()
	h := &t.health
	if !h.troubled() {
		return Trouble{}
	}
	return Trouble{Why: h.why, Since: h.first, Until: h.first.Add(t.patience)}
}

// AwaitPoll waits until a portal in trouble is to be asked whether it is back. An
// error is that of ctx.
func (t *Turns) AwaitPoll(ctx context.Context) error {
	for {
		t.mu.Lock()
		next := t.health.next
		t.mu.Unlock()
		nap := time.Hour // or until a trouble begins
		if !next.IsZero() {
			nap = time.Until(next)
		}
		if nap <= 0 {
			return ctx.Err()
		}
		select {
		case <-t.stir:
		case <-time.After(nap):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Polled takes the answer to that question, and returns a problem once patience
// is over: with a portal that does not answer, or that says again and again that
// it is back and then answers nothing else.
func (t *Turns) Polled(back bool) *diagnosis.Problem {
	t.mu.Lock()
	defer t.mu.Unlock()
	h := &t.health
	switch {
	case time.Since(h.first) >= t.patience && !(back && h.first.Equal(h.since)):
		h.next = time.Time{}
		return diagnosis.New(diagnosis.PortalAway, "Wait", t.patience)
	case back: // should another trouble follow, it is asked about later than this one was
		*h = health{first: h.first, writes: h.writes, wait: t.waits.After(h.wait)}
		t.grant()
	default:
		h.wait = t.waits.After(h.wait)
		h.next = time.Now().Add(h.wait)
	}
	return nil
}

// Growing is a wait that doubles each time, up to the longest.
type Growing struct{ First, Longest time.Duration }

// After returns the wait that follows one; the first follows 0.
func (g Growing) After(wait time.Duration) time.Duration {
	return min(max(2*wait, g.First), g.Longest)
}

// Sleep waits, and reports false if ctx ends meanwhile.
func Sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
