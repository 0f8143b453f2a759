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

// change writes one thing. It may be called again after a failure, so all it
// does beside writing is to set variables to the same value each time.
type change func(*tx) error

// together makes one change of several.
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
	prepared map[string]*sql.Stmt // the writer's
	own      map[string]*sql.Stmt // of those, made ready for this transaction
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

// changeOne runs a statement that must change exactly one row, else it returns missing.
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

// writer makes changes durable. One goroutine commits whatever waits as soon as
// the last commit has ended: a lone change waits for nobody, and many together
// share the cost of one sync.
type writer struct {
	db       *sql.DB // one connection
	prepared map[string]*sql.Stmt
	done     chan struct{}

	mu     sync.Mutex
	wake   *sync.Cond
	queue  []request
	closed bool
	failed error // nothing is written after it
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

// do returns once the change is durable, or the reason why it is not. When the
// change has been taken on, it no longer heeds the context.
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

// close waits until everything taken on is written.
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
		runtime.Gosched() // so that those who were told and write again at once share the next commit
	}
}

// commit writes a batch and tells those who wait for it. Where one change
// spoils the batch, the others are written without it.
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

// apply writes a batch in one transaction. After a sync or a write that failed
// nobody knows what the disk holds, and nothing is written any more. A full disk is
// told before anything is changed and may have room again.
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
	defer func() { _ = begun.Rollback() }() // which means nothing after a commit
	t := tx{begun, w.prepared, make(map[string]*sql.Stmt, len(w.prepared))}
	for _, r := range batch {
		if err := r.change(&t); err != nil {
			return err
		}
	}
	return begun.Commit()
}
