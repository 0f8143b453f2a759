package journal

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"sync"
	"time"
)

// walLimit is the size at which the write-ahead log is carried over into the
// database and cut to nothing. Cut, it cannot lay old pages over newer ones
// should it be damaged later.
const walLimit = 8 << 20

// Where a crowd has shared a commit, the next one begins commitEvery after it:
// they come back about together. A commit costs so much, whatever is in it, that
// a run of a thousand accounts a second would spend most of its time on them.
const (
	crowd       = 8
	commitEvery = 4 * time.Millisecond
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

type request struct {
	change change
	done   chan error
}

// writer makes changes durable. One goroutine commits whatever waits as soon as
// the last commit has ended: a lone change waits for nobody, and many together
// share the cost of one sync. Only a crowd waits a moment.
type writer struct {
	db      *sql.DB // one connection
	tx      tx
	wal     string // path of the write-ahead log, empty in memory
	walNext int64  // the size it must reach

	wake chan struct{}
	done chan struct{}

	mu     sync.Mutex
	queue  []request
	closed bool
	failed error // nothing is written after it
}

func startWriter(db *sql.DB, wal string) *writer {
	w := &writer{db: db, wal: wal, walNext: walLimit, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go w.run()
	return w
}

// do returns once the change is durable, or the reason why it is not. When the
// change has been taken on, it no longer heeds the context.
func (w *writer) do(ctx context.Context, c change) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := request{c, make(chan error, 1)}
	if err := w.enqueue(r); err != nil {
		return err
	}
	return <-r.done
}

func (w *writer) enqueue(r request) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failed != nil {
		return w.failed
	}
	if w.closed {
		return errClosed
	}
	w.queue = append(w.queue, r)
	select {
	case w.wake <- struct{}{}:
	default:
	}
	return nil
}

// close waits until everything taken on is written.
func (w *writer) close() {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.wake)
	}
	w.mu.Unlock()
	<-w.done
}

func (w *writer) run() {
	defer close(w.done)
	var batch []request
	var began time.Time
	for range w.wake {
		if len(batch) >= crowd {
			time.Sleep(time.Until(began.Add(commitEvery)))
		}
		began = time.Now()
		batch = w.take(batch)
		w.commit(batch)
		w.checkpoint()
	}
	w.commit(w.take(batch))
	_ = w.raw(func() error {
		w.tx.close()
		return nil
	})
}

// take returns what waits, in a slice that used to hold the last batch.
func (w *writer) take(last []request) []request {
	w.mu.Lock()
	defer w.mu.Unlock()
	clear(last)
	batch := w.queue
	w.queue = last[:0]
	return batch
}

// commit writes a batch and tells those who wait for it. Where one change
// spoils the batch, the others are written without it.
func (w *writer) commit(batch []request) {
	if len(batch) == 0 {
		return
	}
	err := w.apply(batch)
	alone := err != nil && len(batch) > 1 && !storeFailed(err)
	for i, r := range batch {
		if alone {
			err = w.apply(batch[i : i+1])
		}
		r.done <- err
	}
}

// apply writes a batch in one transaction.
func (w *writer) apply(batch []request) error {
	if err := w.failure(); err != nil {
		return err
	}
	return w.fail(w.raw(func() error { return w.tx.run(batch) }))
}

func (w *writer) failure() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.failed
}

// fail explains an error and remembers one after which nothing may be written.
func (w *writer) fail(err error) error {
	err = explain(err)
	if failedForGood(err) {
		w.mu.Lock()
		w.failed = err
		w.mu.Unlock()
	}
	return err
}

// raw calls f while the transaction has the connection for itself. It goes
// beneath database/sql, which doubles the cost of a statement.
func (w *writer) raw(f func() error) error {
	conn, err := w.db.Conn(context.Background())
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(driverConn any) error {
		if err := w.tx.use(driverConn); err != nil {
			return err
		}
		return f()
	})
}

// checkpoint carries a long write-ahead log over into the database. What it
// holds is durable already, so that it does not fit yet or that somebody is
// reading is no failure.
func (w *writer) checkpoint() {
	size := w.walSize()
	if size < w.walNext || w.failure() != nil {
		return
	}
	_ = w.fail(w.raw(func() error {
		_, err := w.tx.exec("PRAGMA wal_checkpoint(TRUNCATE)")
		return err
	}))
	w.walNext = w.walSize() + walLimit
}

func (w *writer) walSize() int64 {
	if w.wal == "" {
		return 0
	}
	info, err := os.Stat(w.wal)
	if err != nil {
		return 0
	}
	return info.Size()
}
