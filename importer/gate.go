package importer

import (
	"context"
	"errors"

	"r7import/importer/diagnosis"
	"r7import/importer/pace"
	"r7import/importer/portal"
)

// ErrStopping is what a request gets that was waiting for its turn when the run began to stop.
var ErrStopping = errors.New("importer: the run is stopping")

// Gate lets requests to the portal through: so many in flight, and each at the
// pace of one pacer. Every request of a run passes it. It is safe for
// concurrent use.
type Gate struct {
	Pacer    *pace.Pacer
	inFlight chan struct{}
	stopping context.Context
	stop     context.CancelFunc
}

// NewGate returns a gate for that many requests in flight.
func NewGate(workers int, pacer *pace.Pacer) *Gate {
	ctx, stop := context.WithCancel(context.Background())
	return &Gate{Pacer: pacer, inFlight: make(chan struct{}, workers), stopping: ctx, stop: stop}
}

// Admit waits for a place in flight and then for the pacer, in this order, so
// that few wait at the pacer when its limit changes. The caller gives the place
// back with the answer when its exchange is over; if the portal turned it away,
// nobody leaves from then on until the pause is over. Once the gate is stopped it
// lets nobody through.
func (g *Gate) Admit(ctx context.Context) (done func(portal.Answer), err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(g.stopping, cancel)()
	select {
	case g.inFlight <- struct{}{}:
	case <-ctx.Done():
		return nil, g.why(ctx)
	}
	if err := g.Pacer.Wait(ctx); err != nil {
		<-g.inFlight
		if g.stopping.Err() != nil {
			return nil, ErrStopping
		}
		return nil, err
	}
	return g.done, nil
}

func (g *Gate) done(answer portal.Answer) {
	if answer.Fate == diagnosis.TurnedAway {
		g.Pacer.TurnedAway(answer.RetryAfter)
	}
	<-g.inFlight
}

// Stop refuses everybody from here on; those let through before are not disturbed.
func (g *Gate) Stop() { g.stop() }

// reopen takes Stop back. Nobody else may use the gate meanwhile.
func (g *Gate) reopen() { g.stopping, g.stop = context.WithCancel(context.Background()) }

// InFlight returns how many requests have a place now.
func (g *Gate) InFlight() int { return len(g.inFlight) }

func (g *Gate) why(ctx context.Context) error {
	if g.stopping.Err() != nil {
		return ErrStopping
	}
	return ctx.Err()
}
