package pace

import (
	"context"
	"errors"
	"sync"

	"r7import/importer/diagnosis"
	"r7import/importer/portal"
)

// Stop ends a run early: after it nothing new is sent, and requests under way get
// their grace. It is safe for concurrent use.
type Stop struct {
	ctx    context.Context
	cancel context.CancelFunc

	mu      sync.Mutex
	problem *diagnosis.Problem
}

// NewStop returns a Stop for a run that goes on. Its context has the values of ctx,
// but does not end with it.
func NewStop(ctx context.Context) *Stop {
	s := new(Stop)
	s.ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	return s
}

// Context returns a context that ends when the run stops. It is for waits, not for
// requests under way.
func (s *Stop) Context() context.Context { return s.ctx }

// Because stops the run. A later reason does not replace the first; nil is for an
// error that the run returns anyway. The reason is set before the context ends.
func (s *Stop) Because(reason *diagnosis.Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.problem == nil {
		s.problem = reason
	}
	s.cancel()
}

// Heed stops the run if the answer says so: the portal refuses all requests, or asks
// for too long a pause.
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

// Reason returns why the run stops, nil if it goes on or stops for an error.
func (s *Stop) Reason() *diagnosis.Problem {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.problem
}

// Release frees the context at the end of the run.
func (s *Stop) Release() { s.cancel() }
