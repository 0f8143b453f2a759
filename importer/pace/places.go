package pace

import (
	"context"
	"sync"
)

// Places are so many things that may go on at once, of which some may be used up
// for good. It is safe for concurrent use.
type Places struct {
	mu   sync.Mutex
	free int
	held int
	line line
}

// NewPlaces returns n places.
func NewPlaces(n int) *Places { return &Places{free: n} }

// Place is one of them. Whoever has taken it calls Return or Spend.
type Place struct {
	places *Places
	over   bool
}

// Take waits for a place. It is nil if there will never be one again. An error is
// that of ctx.
func (p *Places) Take(ctx context.Context, index int) (*Place, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p.mu.Lock()
	w := p.line.join(index)
	p.grant()
	p.mu.Unlock()
	err := w.come(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	w.gone = true
	if !w.granted {
		return nil, err
	}
	place := &Place{places: p}
	if err != nil { // it came at the same moment
		place.leave(1)
		return nil, err
	}
	return place, nil
}

// Return gives the place back, unless it has been spent.
func (place *Place) Return() {
	place.places.mu.Lock()
	defer place.places.mu.Unlock()
	place.leave(1)
}

// Spend uses the place up.
func (place *Place) Spend() {
	place.places.mu.Lock()
	defer place.places.mu.Unlock()
	place.leave(0)
}

func (place *Place) leave(freed int) {
	if place.over {
		return
	}
	place.over = true
	p := place.places
	p.held--
	p.free += freed
	p.grant()
}

// grant gives places to those who wait, or sends them away if none will be free.
func (p *Places) grant() {
	for p.free > 0 || p.held == 0 {
		w := p.line.next()
		if w == nil {
			return
		}
		if p.free > 0 {
			p.free--
			p.held++
			w.granted = true
		}
		close(w.ready)
	}
}
