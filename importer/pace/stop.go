package pace

import (
	"context"
	"errors"
	"sync"

	"r7import/importer/diagnosis"
	"r7import/importer/portal"
)

// Stop is the end of a run before its time: from then on nothing new is sent, and
// what is under way gets its grace. It is safe for concurrent use.
type Stop struct {
	ctx    context.Context
	cancel context.CancelFunc

	mu     sync.Mutex
	reason *diagnosis.Problem
}

// NewStop returns a stop that nobody has called yet. The context it gives has
// the values of ctx.
func NewStop(ctx context.Context) *Stop {
	s := new(Stop)
	s.ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	return s
}

// Context returns a context that ends when the run stops. It ends waiting, and
// none of the requests under way.
func (s *Stop) Context() context.Context { return s.ctx }

// Because stops the run. A later reason does not replace the first; nil is for an
// error that the run returns anyway. Who sees the context ended finds the reason.
func (s *Stop) Because(reason *diagnosis.Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reason == nil {
		s.reason = reason
	}
	s.cancel()
}

// Heed stops the run if that is what an answer means: the portal will not have any
// request, or asks for a longer pause than is waited for.
func (s *Stop) Heed(answer portal.Answer) {
	var tooLong *diagnosis.Problem
	switch {
	case answer.Fate == diagnosis.EndsRun:
		problem := answer.Problem()
		s.Because(&problem)
	case errors.As(answer.Err, &tooLong) && tooLong.Code == diagnosis.PauseTooLong:
		s.Because(tooLong)
	}
}

// Reason returns why the run stops, nil if it does not or for an error.
func (s *Stop) Reason() *diagnosis.Problem {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reason
}

// Release frees the context at the end of the run.
func (s *Stop) Release() { s.cancel() }
