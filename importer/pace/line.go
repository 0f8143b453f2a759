package pace

import (
	"container/heap"
	"context"
)

// waiter is a row that stands in a line.
type waiter struct {
	index   int           // of the row: the lowest goes first
	ready   chan struct{} // closed when its turn has come, or never will
	granted bool          // its turn has come
	gone    bool          // it waits no longer
	trial   bool          // what it got is a turn on trial
}

// line is where rows wait for something, those of the beginning of the file
// first. It belongs to the lock of whoever lets them through.
type line []*waiter

// Len implements heap.Interface.
func (l line) Len() int { return len(l) }

// Less implements heap.Interface.
func (l line) Less(a, b int) bool { return l[a].index < l[b].index }

// Swap implements heap.Interface.
func (l line) Swap(a, b int) { l[a], l[b] = l[b], l[a] }

// Push implements heap.Interface.
func (l *line) Push(w any) { *l = append(*l, w.(*waiter)) }

// Pop implements heap.Interface.
func (l *line) Pop() any {
	last := len(*l) - 1
	w := (*l)[last]
	(*l)[last] = nil
	*l = (*l)[:last]
	return w
}

func (l *line) join(index int) *waiter {
	w := &waiter{index: index, ready: make(chan struct{})}
	heap.Push(l, w)
	return w
}

// next takes the first waiter out, nil if there is none.
func (l *line) next() *waiter {
	for len(*l) > 0 {
		if w := heap.Pop(l).(*waiter); !w.gone {
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
