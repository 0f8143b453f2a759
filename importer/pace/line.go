package pace

import (
	"context"
	"slices"
)

// waiter is a row that stands in a line.
type waiter struct {
	index   int           // of the row
	ready   chan struct{} // closed when its turn has come, or never will
	granted bool          // its turn has come
	gone    bool          // it waits no longer
	trial   bool          // what it got is a turn on trial
}

// line is where rows wait for something, those of the beginning of the file
// first. It belongs to the lock of whoever lets them through.
type line []*waiter

func (l *line) join(index int) *waiter {
	w := &waiter{index: index, ready: make(chan struct{})}
	at, _ := slices.BinarySearchFunc(*l, index+1, func(other *waiter, index int) int { return other.index - index })
	*l = slices.Insert(*l, at, w)
	return w
}

// next takes the first waiter out, nil if there is none.
func (l *line) next() *waiter {
	for len(*l) > 0 {
		w := (*l)[0]
		(*l)[0], *l = nil, (*l)[1:]
		if !w.gone {
			return w
		}
	}
	return nil
}

// come waits until the waiter's turn has come. An error is that of ctx; the turn
// may have come all the same.
func (w *waiter) come(ctx context.Context) error {
	select {
	case <-w.ready:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
