package journal

import (
	"context"
	"database/sql"
	"errors"
	"runtime"
	"sync"

	"r7import/importer/diagnosis"
)

var errClosed = errors.New("journal: the store is closed")

// change makes one change in a transaction. It may be called again after a failure,
// so apart from that it may only set variables, to the same values each time.
type change func(*tx) error

// together returns a change that makes several changes.
func together(changes []change) change {
	return func(t *tx) error {
		for _, c := range changes {
			if err := c(t); err != nil {
				return err
			}
		}
		return nil
	}
}

// tx is a transaction.
type tx struct {
	*sql.Tx
	prepared map[string]*sql.Stmt // prepared by the writer
	own      map[string]*sql.Stmt // the same, bound to this transaction
}

func (t *tx) exec(query string, args ...any) (sql.Result, error) {
	s := t.own[query]
	if s == nil {
		prepared := t.prepared[query]
		if prepared == nil {
			return t.Exec(query, args...)
		}
		s = t.Stmt(prepared)
		t.own[query] = s
	}
	return s.Exec(args...)
}

// changeOne runs a statement. If it does not change exactly one row, it returns missing.
func (t *tx) changeOne(missing error, query string, args ...any) error {
	result, err := t.exec(query, args...)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return errors.Join(missing, err)
	}
	return nil
}

type request struct {
	change change
	done   chan error
}

// writer makes changes durable. One goroutine commits all waiting changes as soon as
// the last commit has ended: a single change is committed at once, and many changes
// share the cost of one sync.
type writer struct {
	db       *sql.DB // one connection
	prepared map[string]*sql.Stmt
	done     chan struct{}

	mu     sync.Mutex
	wake   *sync.Cond
	queue  []request
	closed bool
	failed error // once set, nothing more is written
}

func startWriter(db *sql.DB) (*writer, error) {
	w := &writer{db: db, prepared: make(map[string]*sql.Stmt), done: make(chan struct{})}
	w.wake = sync.NewCond(&w.mu)
	for _, query := range eachRow {
		s, err := db.Prepare(query)
		if err != nil {
			return nil, err
		}
		w.prepared[query] = s
	}
	go w.run()
	return w, nil
}

// do makes a change and returns once it is durable, or with the reason why it is not.
// The context counts only until the change is queued.
func (w *writer) do(ctx context.Context, c change) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := request{c, make(chan error, 1)}
	w.mu.Lock()
	err := w.failed
	if w.closed {
		err = errClosed
	}
	if err == nil {
		w.queue = append(w.queue, r)
		w.wake.Signal()
	}
	w.mu.Unlock()
	if err != nil {
		return err
	}
	return <-r.done
}

// close waits until all queued changes are written.
func (w *writer) close() {
	w.mu.Lock()
	w.closed = true
	w.wake.Signal()
	w.mu.Unlock()
	<-w.done
}

func (w *writer) run() {
	defer close(w.done)
	for {
		w.mu.Lock()
		for len(w.queue) == 0 && !w.closed {
			w.wake.Wait()
		}
		batch := w.queue
		w.queue = nil
		w.mu.Unlock()
		if len(batch) == 0 {
			return
		}
		w.commit(batch)
		runtime.Gosched() // callers that write again at once then share the next commit
	}
}

// commit writes a batch and sends the results to its callers. If a change fails for
// a reason of its own, each change is written alone.
func (w *writer) commit(batch []request) {
	err := w.apply(batch)
	var problem *diagnosis.Problem
	storeFailed := errors.As(err, &problem) && problem.Code.Scope() == diagnosis.State
	alone := err != nil && len(batch) > 1 && !storeFailed
	for i, r := range batch {
		if alone {
			err = w.apply(batch[i : i+1])
		}
		r.done <- err
	}
}

// apply writes a batch in one transaction. After a failed sync or write the state of the
// disk is unknown, so nothing more is written. A full disk is reported before anything
// is changed and may have space later, so writing goes on.
func (w *writer) apply(batch []request) error {
	w.mu.Lock()
	err := w.failed
	w.mu.Unlock()
	if err != nil {
		return err
	}
	err = explain(w.transact(batch))
	var problem *diagnosis.Problem
	if errors.As(err, &problem) && (problem.Code == diagnosis.StateWrite || problem.Code == diagnosis.StateDamaged) {
		w.mu.Lock()
		w.failed = err
		w.mu.Unlock()
	}
	return err
}

func (w *writer) transact(batch []request) error {
	begun, err := w.db.Begin()
	if err != nil {
		return err
	}
	defer func() { _ = begun.Rollback() }() // has no effect after a commit
	t := tx{begun, w.prepared, make(map[string]*sql.Stmt, len(w.prepared))}
	for _, r := range batch {
		if err := r.change(&t); err != nil {
			return err
		}
	}
	return begun.Commit()
}
