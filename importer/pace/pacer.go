// Package pace decides how fast requests may leave and how much may be under way
// at once.
//
// One [Gate] with its [Pacer] stands before every request to the portal. A row
// takes [Slots] at its mail servers, which may be resting, and then a turn of
// [Turns], which knows whether the portal is in trouble. [Window] is the part of
// the day in which anything is sent, [Stop] the end of a run.
package pace

import (
	"context"
	"math"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"r7import/importer/diagnosis"
)

const (
	// MaxRate is the highest rate in requests a second that [New] accepts.
	MaxRate = 100_000

	// tolerance is what a request may gain or lose on its way to the portal
	// without two sliding seconds running into each other there.
	tolerance = 4 * time.Millisecond

	// catchUp is how much of the time is made good that was lost because we were
	// woken late: a busy machine must not lower the rate.
	catchUp = 50 * time.Millisecond

	fall      = 0.7              // of the rate is left after being turned away
	fallEvery = time.Second      // at most
	rise      = 1.05             // times the rate
	riseEvery = 10 * time.Second // without being turned away
	lowest    = 0.02             // of the configured rate
	drawnFor  = time.Minute      // the rate stays below the one that was turned away
	below     = 0.95             // of that rate

	firstBackoff = time.Second
	lastBackoff  = time.Minute
	maxPause     = 10 * time.Minute // that the portal may ask for; a longer one ends all waiting with an error
)

// Pacer releases callers one by one so that no sliding second ever holds more
// requests than the limit, as counted when they are written: not the first second
// and not the one after a pause. It is safe for concurrent use.
type Pacer struct {
	turn  chan struct{} // holds one value; who has taken it is released next
	wake  chan struct{} // tells that one to look again
	timer *time.Timer   // belongs to that one

	mu         sync.Mutex
	configured float64
	limit      float64 // learned: at most the configured one
	limiter    *rate.Limiter
	next       *rate.Reservation // of the next release; nil until somebody waits for it
	due        time.Time         // when the limiter lets the next one go, or let the last one go
	ring       []time.Time       // when the last requests were written; request k is at k modulo the length
	written    int64
	open       int // released and not yet written: their moment is still to come
	released   int64

	pausedUntil time.Time
	tooLong     *diagnosis.Problem // the portal asked for more than maxPause
	refusal     refusal
}

// refusal is what is remembered of having been turned away.
type refusal struct {
	backoffs int       // pauses of our own choosing in a row
	fell     time.Time // when the rate was last lowered
	rate     float64   // that was turned away
	below    time.Time // until when the rate stays below that
	riseAt   time.Time // when the rate rises next
}

// New returns a pacer of perSecond requests a second, which may be fewer than one. It panics unless 0 < perSecond <= MaxRate.
func New(perSecond float64) *Pacer {
	if !(perSecond > 0 && perSecond <= MaxRate) {
		panic("pace: rate out of range")
	}
	p := &Pacer{
		turn:       make(chan struct{}, 1),
		wake:       make(chan struct{}, 1),
		timer:      time.NewTimer(0),
		configured: perSecond,
		limit:      perSecond,
		limiter:    rate.NewLimiter(rate.Limit(perSecond), burst(perSecond)),
		ring:       make([]time.Time, window(perSecond)),
	}
	p.timer.Stop()
	p.turn <- struct{}{}
	return p
}

// burst is what may leave at once after idle time: 5 ms worth.
func burst(limit float64) int { return max(1, int(limit/200)) }

// window returns how many requests are watched: those of a second, or the one
// last release where the limit is lower than one a second.
func window(limit float64) int { return int(math.Ceil(limit)) }

// Release returns nil at the moment the caller is released, first come, first
// served. It returns the context's error if that ends first, and a
// *diagnosis.Problem if the portal asked for a pause that is too long. Whoever
// was released calls either Written or Unwritten, or others wait for ever.
func (p *Pacer) Release(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	arrived := time.Now()
	select {
	case <-p.turn:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { p.turn <- struct{}{} }()
	for {
		delay, err := p.admit(arrived)
		if delay == 0 || err != nil {
			return err
		}
		p.timer.Reset(delay)
		select {
		case <-p.timer.C:
		case <-p.wake:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// admit releases a caller, or returns how long to wait before asking again.
func (p *Pacer) admit(arrived time.Time) (time.Duration, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.tooLong != nil {
		return 0, p.tooLong
	}
	now := time.Now()
	if d := p.pausedUntil.Sub(now); d > 0 {
		return d, nil
	}
	p.recover(now)
	if p.next == nil {
		// The next release is due as of the moment from which it could have been asked for:
		// since then the caller has been waiting, the release before was due and no pause was
		// on. Thus a release that comes late does not make those behind it late as well.
		since := now.Add(-catchUp)
		for _, t := range [...]time.Time{arrived, p.due, p.pausedUntil} {
			if t.After(since) {
				since = t
			}
		}
		p.next = p.limiter.ReserveN(since, 1)
		p.due = since.Add(p.next.DelayFrom(since))
	}
	if d := max(p.due.Sub(now), p.guard(now)); d > 0 {
		return d, nil
	}
	p.next = nil
	p.open++
	p.released++
	return 0, nil
}

// Written tells that the request of a release is being written now.
func (p *Pacer) Written() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ring[p.written%int64(len(p.ring))] = time.Now()
	p.written++
	p.open--
	p.look()
}

// Unwritten tells that the request of a release will not be written.
func (p *Pacer) Unwritten() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open--
	p.look()
}

// look has the caller whose turn it is look again.
func (p *Pacer) look() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// guard returns how long the next release must wait so that the second it falls
// into does not hold more requests than the limit. Those released and not yet
// written count as written now.
func (p *Pacer) guard(now time.Time) time.Duration {
	n := window(p.limit)
	span := time.Duration(float64(n) / p.limit * float64(time.Second))
	back := int64(n - p.open)
	switch {
	case back <= 0:
		return span // or until one of them is written
	case p.written < back:
		return 0
	}
	earlier := p.ring[(p.written-back)%int64(len(p.ring))]
	return earlier.Add(span + tolerance).Sub(now)
}

// TurnedAway tells that the portal refused a request unread (429, or 503 with
// Retry-After) and asked for this long a pause; zero means it did not say how
// long. Nobody is released until the pause is over, and then at a lower rate,
// which recovers slowly.
func (p *Pacer) TurnedAway(retryAfter time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now, pause, r := time.Now(), retryAfter, &p.refusal
	paused := p.pausedUntil.After(now)
	// What is answered during a pause was sent before it and tells nothing new about the rate.
	if !paused {
		p.recover(now)
		if now.Sub(r.fell) >= fallEvery {
			r.fell, r.rate = now, p.limit
			p.setLimit(now, max(p.limit*fall, p.configured*lowest))
		}
	}
	if retryAfter <= 0 && !paused { // anything up to a limit that doubles as long as no minute passes in peace
		if now.After(r.below) {
			r.backoffs = 0
		}
		most := min(firstBackoff<<r.backoffs, lastBackoff)
		if most < lastBackoff {
			r.backoffs++
		}
		pause = rand.N(most)
	}
	if retryAfter > 0 || !paused {
		if until := now.Add(pause); until.After(p.pausedUntil) { // a pause is never made shorter
			p.pausedUntil = until
		}
		r.riseAt, r.below = p.pausedUntil.Add(riseEvery), p.pausedUntil.Add(drawnFor)
	}
	if retryAfter > maxPause {
		p.tooLong = diagnosis.New(diagnosis.PauseTooLong, "Asked", retryAfter.Round(time.Second), "Limit", maxPause)
	}
	p.look()
}

// recover raises the rate for the time that has passed without being turned away.
func (p *Pacer) recover(now time.Time) {
	limit := p.limit
	for limit < p.configured && !now.Before(p.refusal.riseAt) {
		next := min(limit*rise, p.configured)
		if p.refusal.riseAt.Before(p.refusal.below) {
			next = min(next, p.refusal.rate*below)
		}
		limit = max(limit, next)
		p.refusal.riseAt = p.refusal.riseAt.Add(riseEvery)
	}
	if limit != p.limit {
		p.setLimit(now, limit)
	}
}

func (p *Pacer) setLimit(now time.Time, limit float64) {
	if p.next != nil {
		p.next.CancelAt(now)
		p.next, p.due = nil, now
	}
	p.limit = limit
	p.limiter.SetLimitAt(now, rate.Limit(limit))
	p.limiter.SetBurstAt(now, burst(limit))
}

// Snapshot is what a pacer is doing at one moment.
type Snapshot struct {
	Limit       float64   // requests a second now
	Configured  float64   // requests a second it was made with
	PausedUntil time.Time // zero if not paused
	Released    int64     // requests released so far
}

// Snapshot returns what the pacer is doing now.
func (p *Pacer) Snapshot() Snapshot {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	s := Snapshot{Configured: p.configured, Released: p.released}
	if p.pausedUntil.After(now) {
		s.PausedUntil = p.pausedUntil
	} else {
		p.recover(now)
	}
	s.Limit = p.limit
	return s
}
