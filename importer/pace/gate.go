package pace

import (
	"context"
	"sync"
	"sync/atomic"

	"r7import/importer/diagnosis"
	"r7import/importer/portal"
)

// Gate admits requests to the portal. It bounds the number in flight and releases each
// through one pacer. Every request of a run passes it. It is safe for concurrent
// use.
type Gate struct {
	Pacer  *Pacer
	places chan struct{}
	fates  [diagnosis.NotSent + 1]atomic.Int64 // counts of the admitted requests, by fate

	mu       sync.Mutex
	requests context.Context // parent of admitted requests; nil until Outlive
	cancel   context.CancelFunc
}

// NewGate returns a gate that admits up to workers requests at a time.
func NewGate(workers int, pacer *Pacer) *Gate {
	return &Gate{Pacer: pacer, places: make(chan struct{}, workers)}
}

// Outlive detaches requests admitted from now on from the context of their caller, so
// that a stop does not cut off requests under way. CutOff ends them.
func (g *Gate) Outlive() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.requests, g.cancel = context.WithCancel(context.Background())
}

// CutOff ends the requests under way, if Outlive was called. Later requests are not affected.
func (g *Gate) CutOff() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.cancel != nil {
		g.cancel()
		g.requests, g.cancel = context.WithCancel(context.Background())
	}
}

// Admit waits for a place in flight and then for the pacer. In this order few
// callers wait at the pacer when its limit changes. ctx ends the waiting.
func (g *Gate) Admit(ctx context.Context) (portal.Admission, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case g.places <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := g.Pacer.Release(ctx); err != nil {
		<-g.places
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.requests != nil {
		ctx = g.requests
	}
	return &ticket{gate: g, ctx: ctx}, nil
}

// InFlight returns the number of requests that have a place now.
func (g *Gate) InFlight() int { return len(g.places) }

// Fates returns the number of finished requests by fate.
func (g *Gate) Fates() map[diagnosis.Fate]int64 {
	counts := make(map[diagnosis.Fate]int64)
	for fate := range g.fates {
		if n := g.fates[fate].Load(); n > 0 {
			counts[diagnosis.Fate(fate)] = n
		}
	}
	return counts
}

// ticket is the admission of one request.
type ticket struct {
	gate     *Gate
	ctx      context.Context
	reported atomic.Bool
}

// Context implements [portal.Admission].
func (t *ticket) Context() context.Context { return t.ctx }

// Written implements [portal.Admission].
func (t *ticket) Written() {
	if !t.reported.Swap(true) {
		t.gate.Pacer.Written()
	}
}

// Done gives the place back. If the portal turned the request away, no request is
// released until the pause is over.
func (t *ticket) Done(answer portal.Answer) {
	t.gate.fates[answer.Fate].Add(1)
	if !t.reported.Swap(true) {
		t.gate.Pacer.Unwritten()
	}
	if answer.Fate == diagnosis.TurnedAway {
		t.gate.Pacer.TurnedAway(answer.RetryAfter)
	}
	<-t.gate.places
}
