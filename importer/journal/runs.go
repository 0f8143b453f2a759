package journal

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"r7import/importer/diagnosis"
)

// Kind is what a run was asked to do.
type Kind string

// The kinds of runs.
const (
	KindRun    Kind = "run"
	KindPlan   Kind = "plan"
	KindVerify Kind = "verify"
	KindUndo   Kind = "undo"
)

// RunState is the state of a run.
type RunState string

// The states of a run.
const (
	Running     RunState = "running"     // or its process has died and no run has begun since
	Finished    RunState = "finished"    // every row has been processed
	Stopped     RunState = "stopped"     // it stopped before that
	Interrupted RunState = "interrupted" // its process has died
)

// Run is one run over a file.
type Run struct {
	ID         string // sortable by time and short enough to type: 20261122-213045-k3f
	Kind       Kind
	State      RunState
	File       string // base name of the input
	FileDigest string // SHA-256; once stored, the result of Store.FileDigest
	Sheet      string
	Portal     string
	Version    string // of the program
	Started    time.Time
	Ended      time.Time       // zero until it has ended
	Rows       int             // rows of the run
	InFile     int             // rows of the file, asked for or not; 0 if unknown
	Args       json.RawMessage // the settings it ran with, without secrets
}

// latest is the name of the run that began last.
const latest = "latest"

// idLetters are the characters of random suffixes, without those that look alike.
const idLetters = "23456789abcdefghjkmnpqrstuvwxyz"

// newRunID returns an id for a run that begins now. Its time is UTC, so that ids sort
// by time across changes of the clock.
func newRunID(now time.Time) string {
	random := make([]byte, 3)
	_, _ = rand.Read(random) // never fails
	for i, b := range random {
		random[i] = idLetters[int(b)%len(idLetters)]
	}
	return now.UTC().Format("20060102-150405-") + string(random)
}

// Begin stores a new run and returns it with its id, start and state. It marks all
// runs that still count as running as interrupted, because their processes must have
// died: call Lock first.
func (s *Store) Begin(ctx context.Context, r Run) (Run, error) {
	if r.Started.IsZero() {
		r.Started = time.Now()
	}
	if r.Portal == "" {
		r.Portal = s.portal
	}
	r.State, r.FileDigest = Running, s.FileDigest(r.FileDigest)
	err := s.write(ctx, func(t *tx) error {
		if _, err := t.exec(interruptRuns); err != nil {
			return err
		}
		for { // another run may have got this id in the same second
			r.ID = newRunID(r.Started)
			result, err := t.exec(addRun, r.ID, string(r.Kind), string(r.State), r.File, r.FileDigest, r.Sheet,
				r.Portal, r.Version, string(r.Args), r.Started.UnixMilli())
			if err != nil {
				return err
			}
			if added, err := result.RowsAffected(); added > 0 || err != nil {
				return err
			}
		}
	})
	if err != nil {
		return Run{}, err
	}
	return r, nil
}

// End stores the final state of a run and its end.
func (s *Store) End(ctx context.Context, id string, state RunState) error {
	ended := time.Now().UnixMilli()
	return s.writeRun(ctx, id, func(t *tx, run int64) error { return t.changeOne(errNoRun, endRun, string(state), ended, run) })
}

// NoteInFile stores the number of rows in the file of a run.
func (s *Store) NoteInFile(ctx context.Context, id string, rows int) error {
	return s.writeRun(ctx, id, func(t *tx, run int64) error { return t.changeOne(errNoRun, measureRun, rows, run) })
}

var errNoRun = errors.New("journal: no such run")

// writeRun writes a change, which it calls with the number of the run with that id.
func (s *Store) writeRun(ctx context.Context, id string, c func(t *tx, run int64) error) error {
	number, err := s.numberOf(ctx, id)
	if err != nil {
		return err
	}
	return s.write(ctx, func(t *tx) error { return c(t, number) })
}

// readRun runs a query about the entries of a run that returns one line.
func (s *Store) readRun(ctx context.Context, id, query string, into ...any) error {
	number, err := s.numberOf(ctx, id)
	if err != nil {
		return err
	}
	from, to := entriesOf(number)
	return s.failed(s.read.QueryRowContext(ctx, query, from, to).Scan(into...))
}

// numberOf returns the number of the run with that id, zero for the empty id.
func (s *Store) numberOf(ctx context.Context, id string) (int64, error) {
	if id == "" {
		return 0, nil
	}
	s.mu.Lock()
	n, ok := s.numbers[id]
	s.mu.Unlock()
	if ok {
		return n, nil
	}
	err := s.read.QueryRowContext(ctx, runNumber, id).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("%w: %q", errNoRun, id)
	}
	if err != nil {
		return 0, s.failed(err)
	}
	s.mu.Lock()
	s.numbers[id] = n
	s.mu.Unlock()
	return n, nil
}

// Runs returns all runs, the oldest first.
func (s *Store) Runs(ctx context.Context) ([]Run, error) { return s.list(ctx, listRuns) }

// Unfinished returns the runs, the oldest first, that are not Finished and that are not
// followed by a finished run of the same kind and file.
func (s *Store) Unfinished(ctx context.Context) ([]Run, error) { return s.list(ctx, unfinishedRuns) }

// Sent reports whether a run has sent anything that changes the portal.
func (s *Store) Sent(ctx context.Context, id string) (sent bool, err error) {
	err = s.readRun(ctx, id, runHasSent, &sent)
	return sent, err
}

// Run returns the run with that id, the only one whose id begins with name, or the
// one that began last if name is "latest".
func (s *Store) Run(ctx context.Context, name string) (Run, error) {
	query, args := runsLike, []any{len(name), strings.ToLower(name)}
	if name == latest {
		query, args = latestRun, nil
	}
	found, err := s.list(ctx, query, args...)
	switch {
	case err != nil:
		return Run{}, err
	case len(found) == 0 || name == "":
		return Run{}, diagnosis.New(diagnosis.RunUnknown, "Run", name)
	case len(found) > 1:
		return Run{}, diagnosis.New(diagnosis.RunAmbiguous, "Run", name)
	}
	return found[0], nil
}

func (s *Store) list(ctx context.Context, query string, args ...any) ([]Run, error) {
	runs, err := list(ctx, s.read, scanRun, query, args...)
	return runs, s.failed(err)
}

func scanRun(l line) (Run, error) {
	var r Run
	var number, started, ended int64
	var args string
	err := l.Scan(&number, &r.ID, &r.Kind, &r.State, &r.File, &r.FileDigest, &r.Sheet, &r.Portal, &r.Version,
		&args, &started, &ended, &r.Rows, &r.InFile)
	r.Started, r.Ended = timeOf(started), timeOf(ended)
	if args != "" {
		r.Args = json.RawMessage(args)
	}
	return r, err
}

// latencyRows is the number of rows that suffices to measure the duration of a write.
const latencyRows = 1000

// WriteTime returns the average duration of a write over the latest rows that were
// sent, taken from whole runs, and the number of these rows. A row that was sent more
// than once counts with all its time.
func (s *Store) WriteTime(ctx context.Context) (each time.Duration, rows int, err error) {
	runs, err := s.list(ctx, latestWrites)
	if err != nil {
		return 0, 0, err
	}
	var total time.Duration
	for _, r := range runs {
		var count int
		var took int64
		if err := s.readRun(ctx, r.ID, writeTimes, &count, &took); err != nil {
			return 0, 0, err
		}
		rows += count
		total += time.Duration(took) * time.Millisecond
		if rows >= latencyRows {
			break
		}
	}
	if rows == 0 {
		return 0, 0, nil
	}
	return total / time.Duration(rows), rows, nil
}

// DeleteRun removes a run with its entries. Accounts and owners are kept. For a run
// with open intents it returns a *diagnosis.Problem and removes nothing.
func (s *Store) DeleteRun(ctx context.Context, id string) error {
	var doubt bool
	if err := s.readRun(ctx, id, runInDoubt, &doubt); err != nil {
		return err
	}
	if doubt {
		return diagnosis.New(diagnosis.RunInDoubt, "Run", id)
	}
	return s.remove(ctx, id)
}

// Prunable returns the runs, the oldest first, that began before that time, except
// those with open intents and those that are running.
func (s *Store) Prunable(ctx context.Context, olderThan time.Time) ([]Run, error) {
	return s.list(ctx, prunableRuns, olderThan.UnixMilli())
}

// Prune removes the runs that Prunable returns, and returns them. It compacts the store,
// so that its files keep nothing of them.
func (s *Store) Prune(ctx context.Context, olderThan time.Time) ([]Run, error) {
	old, err := s.Prunable(ctx, olderThan)
	if err != nil {
		return nil, err
	}
	for i, r := range old {
		if err := s.remove(ctx, r.ID); err != nil {
			return old[:i], err
		}
	}
	if len(old) == 0 {
		return nil, nil
	}
	return old, located(explain(compact(ctx, s.writer.db)), s.folder)
}

// remove deletes a run, but keeps its line in runs if accounts refer to it: it names their file.
func (s *Store) remove(ctx context.Context, id string) error {
	err := s.writeRun(ctx, id, func(t *tx, run int64) error {
		from, to := entriesOf(run)
		_, entries := t.exec(removeEntries, from, to)
		_, events := t.exec(removeEvents, run)
		_, itself := t.exec(removeRun, run)
		_, others := t.exec(forgetRuns)
		return errors.Join(entries, events, itself, others)
	})
	if err != nil {
		return err
	}
	s.mu.Lock()
	clear(s.numbers)
	s.mu.Unlock()
	return nil
}
