// Package pace decides how fast requests are sent and how many are under way at
// once.
//
// Every request to the portal passes one [Gate] with its [Pacer]. A row takes
// [Slots] at its mail servers, which may be resting, and then a turn of [Turns],
// which tracks whether the portal is in trouble. [Window] is the part of the day in
// which requests are sent, [Stop] ends a run early.
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

	// tolerance is how much the time of requests on their way to the portal may vary
	// before a sliding second there holds more than the limit.
	tolerance = 4 * time.Millisecond

	// catchUp bounds the time lost by late wake-ups that is made up for: a busy
	// machine must not lower the rate.
	catchUp = 50 * time.Millisecond

	fallFactor   = 0.7              // factor on the rate after being turned away
	fallEvery    = time.Second      // the rate is lowered at most once in this time
	riseFactor   = 1.05             // factor on the rate
	riseEvery    = 10 * time.Second // after this time without being turned away
	lowestShare  = 0.02             // lower bound, as a share of the configured rate
	ceilingFor   = time.Minute      // how long the rate stays below the one that was turned away
	ceilingShare = 0.95             // that bound, as a share of the rate that was turned away

	firstBackoff = time.Second
	lastBackoff  = time.Minute
	maxPause     = 10 * time.Minute // the longest Retry-After accepted; a longer one ends all waiting with an error
)

// Pacer releases callers one by one so that no sliding second holds more requests
// than the limit, counted when they are written. This includes the first second and
// the second after a pause. It is safe for concurrent use.
type Pacer struct {
	turn  chan struct{} // holds one value; the caller that has taken it is released next
	wake  chan struct{} // makes that caller check again
	timer *time.Timer   // used by that caller

	mu         sync.Mutex
	configured float64
	limit      float64 // present rate, at most the configured one
	limiter    *rate.Limiter
	next       *rate.Reservation // of the next release; nil until a caller waits for it
	due        time.Time         // time of the next release by the limiter, or of the last one
	ring       []time.Time       // when the latest requests were written; request k is at k modulo the length
	writes     int64
	open       int // released and not yet written
	released   int64

	pausedUntil time.Time
	tooLong     *diagnosis.Problem // the portal asked for more than maxPause
	refusal     refusal
}

// refusal is the state kept after being turned away.
type refusal struct {
	backoffs     int       // pauses of our own choosing in a row
	fell         time.Time // when the rate was last lowered
	rate         float64   // the rate that was turned away
	ceilingUntil time.Time // until when the rate stays below the refused one
	riseAt       time.Time // when the rate rises next
}

// New returns a pacer of perSecond requests a second, which may be below 1. It panics unless 0 < perSecond <= MaxRate.
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

// burst returns how many requests may leave at once after idle time: 5 ms worth.
func burst(limit float64) int { return max(1, int(limit/200)) }

// window returns how many written requests are tracked: those of one second, or only
// the last one if the limit is below one a second.
func window(limit float64) int { return int(math.Ceil(limit)) }

// Release returns nil when the caller is released, first come, first served. It
// returns the context's error if ctx ends first, and a *diagnosis.Problem if the
// portal asked for a pause longer than maxPause. A released caller must call either
// Written or Unwritten, or others may wait forever.
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
		// The next release is reserved as of the earliest time it could have been: when the
		// caller had arrived, the previous release was due and no pause was on. So one late
		// release does not delay the following ones.
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

// Written takes in that the request of a release is being written now.
func (p *Pacer) Written() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ring[p.writes%int64(len(p.ring))] = time.Now()
	p.writes++
	p.open--
	p.look()
}

// Unwritten takes in that the request of a release will not be written.
func (p *Pacer) Unwritten() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open--
	p.look()
}

// look wakes the caller that is next, so that it checks again.
func (p *Pacer) look() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// guard returns how long the next release must wait so that no sliding second holds
// more requests than the limit. Requests released and not yet written count as written
// now.
func (p *Pacer) guard(now time.Time) time.Duration {
	n := window(p.limit)
	span := time.Duration(float64(n) / p.limit * float64(time.Second))
	back := int64(n - p.open)
	switch {
	case back <= 0:
		return span // or until one of them is written
	case p.writes < back:
		return 0
	}
	earlier := p.ring[(p.writes-back)%int64(len(p.ring))]
	return earlier.Add(span + tolerance).Sub(now)
}

// TurnedAway takes in that the portal refused a request unread (429, or 503 with
// Retry-After) and asked for a pause of retryAfter; zero means that it named no
// time. No caller is released until the pause is over. After it the rate is lower
// and recovers slowly.
func (p *Pacer) TurnedAway(retryAfter time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now, pause, r := time.Now(), retryAfter, &p.refusal
	paused := p.pausedUntil.After(now)
	// An answer during a pause belongs to a request from before it and says nothing new about the rate.
	if !paused {
		p.recover(now)
		if now.Sub(r.fell) >= fallEvery {
			r.fell, r.rate = now, p.limit
			p.setLimit(now, max(p.limit*fallFactor, p.configured*lowestShare))
		}
	}
	if retryAfter <= 0 && !paused { // a random pause; its limit doubles until ceilingFor has passed without a refusal
		if now.After(r.ceilingUntil) {
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
		r.riseAt, r.ceilingUntil = p.pausedUntil.Add(riseEvery), p.pausedUntil.Add(ceilingFor)
	}
	if retryAfter > maxPause {
		p.tooLong = diagnosis.New(diagnosis.PauseTooLong, "Asked", retryAfter.Round(time.Second), "Limit", maxPause)
	}
	p.look()
}

// recover raises the rate according to the time since the last refusal.
func (p *Pacer) recover(now time.Time) {
	limit := p.limit
	for limit < p.configured && !now.Before(p.refusal.riseAt) {
		next := min(limit*riseFactor, p.configured)
		if p.refusal.riseAt.Before(p.refusal.ceilingUntil) {
			next = min(next, p.refusal.rate*ceilingShare)
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

// Snapshot is the state of a pacer at one time.
type Snapshot struct {
	Limit       float64   // requests a second now
	Configured  float64   // requests a second passed to New
	PausedUntil time.Time // zero if not paused
	Released    int64     // requests released so far
}

// Snapshot returns the present state of the pacer.
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
