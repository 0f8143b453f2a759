package pace

import (
	"context"
	"slices"
	"sync"
	"time"

	"r7import/importer/diagnosis"
	"r7import/importer/portal"
)

// Turns grants rows the right to work on the portal. It grants a bounded number of turns at
// a time, the lowest row first. It grants none while the portal is in trouble, and one at a
// time after that until a row gets a good answer.
//
// A turn is taken last: its holder waits only for the gate and the journal, never for
// another row. Turns is safe for concurrent use.
type Turns struct {
	most     int
	patience time.Duration // how long the portal may be in trouble
	waits    Growing       // between two polls of a portal in trouble

	mu      sync.Mutex
	held    int
	trial   *Turn   // the one turn held after a trouble and before the next good answer
	waiting []*Turn // in the order of the file
	health  health
	stir    chan struct{} // makes AwaitPoll check again
}

// NewTurns returns turns for up to most rows at a time. A portal in trouble is polled
// at growing intervals until it is back or patience is over.
func NewTurns(most int, patience time.Duration, waits Growing) *Turns {
	return &Turns{most: max(1, most), patience: patience, waits: waits, stir: make(chan struct{}, 1)}
}

// Turn is the right of one row to work, or its wait for that right.
type Turn struct {
	turns   *Turns
	index   int
	ready   chan struct{} // closed when the turn is granted
	granted bool
}

// BeforeRows is an index that goes before that of every row.
const BeforeRows = -1

// Take waits for a turn for the row with that index. The error is that of ctx.
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
		turn.Done() // it may have been granted at the same time
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

// grant gives turns to waiting rows as long as the bounds allow.
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

// unclearInARow is the number of unclear answers in a row at which the portal counts
// as in trouble.
const unclearInARow = 3

// health is the portal's state as its answers show it.
type health struct {
	unclear int       // unclear answers in a row
	first   time.Time // start of the first trouble since the last good answer, zero if there was none
	since   time.Time // start of the present trouble, zero without trouble
	next    time.Time // time of the next poll, zero without trouble
	wait    time.Duration
	why     diagnosis.Code
	// writes means that answers to writes caused the trouble: then only a good answer
	// to a write ends it.
	writes bool
}

// troubled reports whether nothing new may be sent.
func (h *health) troubled() bool { return !h.since.IsZero() }

// unproven reports whether the trouble is over but no good answer has come since.
func (h *health) unproven() bool { return !h.first.IsZero() && !h.troubled() }

// Note updates the portal's health from an answer to a request that is no write.
func (t *Turns) Note(answer portal.Answer) { t.noteAnswer(answer, false) }

// NoteWrite updates the portal's health from an answer to a write.
func (t *Turns) NoteWrite(answer portal.Answer) { t.noteAnswer(answer, true) }

func (t *Turns) noteAnswer(answer portal.Answer, write bool) {
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
	case h.troubled(): // the request was sent before the trouble, so its answer does not end it
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

// Trouble describes a trouble of the portal.
type Trouble struct {
	Why   diagnosis.Code // empty without trouble
	Since time.Time      // start of the first trouble since the last good answer
	Until time.Time      // when patience is over
}

// Trouble returns the present trouble, the zero Trouble without one.
func (t *Turns) Trouble() Trouble {
	t.mu.Lock()
	defer t.mu.Unlock()
	h := &t.health
	if !h.troubled() {
		return Trouble{}
	}
	return Trouble{Why: h.why, Since: h.first, Until: h.first.Add(t.patience)}
}

// AwaitPoll waits until a portal in trouble is to be polled. The error is that of
// ctx.
func (t *Turns) AwaitPoll(ctx context.Context) error {
	for {
		t.mu.Lock()
		next := t.health.next
		t.mu.Unlock()
		nap := time.Hour // a new trouble ends it early
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

// Polled takes in whether a poll found the portal back. It returns a problem once
// patience is over: if the portal is not back, or if it came back before and was in
// trouble again without a good answer.
func (t *Turns) Polled(back bool) *diagnosis.Problem {
	t.mu.Lock()
	defer t.mu.Unlock()
	h := &t.health
	switch {
	case time.Since(h.first) >= t.patience && !(back && h.first.Equal(h.since)):
		h.next = time.Time{}
		return diagnosis.New(diagnosis.PortalAway, "Wait", t.patience)
	case back: // wait is kept: if another trouble follows, its first poll comes later
		*h = health{first: h.first, writes: h.writes, wait: t.waits.After(h.wait)}
		t.grant()
	default:
		h.wait = t.waits.After(h.wait)
		h.next = time.Now().Add(h.wait)
	}
	return nil
}

// Growing is a wait that doubles each time, up to Longest.
type Growing struct{ First, Longest time.Duration }

// After returns the wait that follows the given one; First follows 0.
func (g Growing) After(wait time.Duration) time.Duration {
	return min(max(2*wait, g.First), g.Longest)
}

// Sleep waits for d. It returns false early if ctx ends.
func Sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
