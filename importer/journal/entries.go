package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"iter"
	"strings"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// Entry is the outcome of one row of the file in one run. No field of it ever holds
// a password.
type Entry struct {
	Run       string
	Index     int // position in the file, from 0
	Row       int // row number in the spreadsheet
	Sheet     string
	Name      string
	Email     string
	Owner     string // as named in the row, else the address of the person who signed in for it
	OwnerID   string // the portal's id of the owner, empty until known
	Status    diagnosis.Status
	Code      diagnosis.Code
	Side      diagnosis.Side
	Host      string
	Problems  []diagnosis.Problem
	MailboxID int64
	Filled    string // fields that no cell gave, with the origins of their values
	Attempts  int    // writes sent
	Started   time.Time
	Took      time.Duration // to the millisecond
	Evidence  string        // text of the answer that the outcome is based on
}

// pageRows is the number of entries read at a time. No statement stays open
// between two pages, so reading a long run does not block others.
const pageRows = 512

// maxIndex is the highest index of an entry.
const maxIndex = entriesPerRun - 1

func entryID(run int64, index int) int64 { return run*entriesPerRun + int64(index) }

// entriesOf returns the lowest and the highest entry id of a run.
func entriesOf(run int64) (from, to int64) { return run * entriesPerRun, run*entriesPerRun + maxIndex }

// AddEntries stores the rows of a file as the scan found them. All must be of one
// run. Names and addresses that do not look like such are not stored.
func (s *Store) AddEntries(ctx context.Context, entries []Entry) error {
	if len(entries) == 0 {
		return nil
	}
	run, err := s.numberOf(ctx, entries[0].Run)
	if err != nil {
		return err
	}
	values := make([]any, 0, len(entries)*strings.Count(entryValues, "?"))
	for i := range entries {
		e := &entries[i]
		problems, err := encodeProblems(e.Problems)
		if err != nil {
			return err
		}
		who := account.Identity{Name: e.Name, Email: e.Email, Owner: e.Owner}.Plausible(e.Status == diagnosis.Invalid, e.Problems)
		values = append(values, entryID(run, e.Index), int64(e.Row), text(e.Sheet), text(who.Name), text(who.Email),
			text(who.Owner), text(e.OwnerID), string(e.Status), text(e.Code), text(e.Side), text(e.Host),
			text(problems), number(e.MailboxID), text(e.Filled), number(e.Attempts), moment(e.Started),
			number(e.Took.Milliseconds()), text(e.Evidence))
	}
	each := len(values) / len(entries)
	return s.write(ctx, func(t *tx) error {
		for rest := values; len(rest) > 0; {
			query, count := addEntries, min(entriesAtOnce*each, len(rest))
			if count < entriesAtOnce*each {
				query, count = addEntry+entryValues, each
			}
			if _, err := t.exec(query, rest[:count]...); err != nil {
				return err
			}
			rest = rest[count:]
		}
		_, err := t.exec(growRun, int64(len(entries)), run)
		return err
	})
}

// SetEntries stores the outcomes of rows that were added before. The fields Row,
// Sheet, Name, Email, Owner and Filled stay as they were added.
func (s *Store) SetEntries(ctx context.Context, entries ...Entry) error {
	changes := make([]change, len(entries))
	for i := range entries {
		id, values, err := s.outcome(ctx, &entries[i])
		if err != nil {
			return err
		}
		changes[i] = func(t *tx) error { return t.changeOne(errNoEntry, setEntry, append(values, id)...) }
	}
	return s.write(ctx, together(changes))
}

var errNoEntry = errors.New("journal: no such entry")

// outcome returns the id of an entry and the values of its outcome.
func (s *Store) outcome(ctx context.Context, e *Entry) (id int64, values []any, err error) {
	run, err := s.numberOf(ctx, e.Run)
	if err != nil {
		return 0, nil, err
	}
	problems, err := encodeProblems(e.Problems)
	return entryID(run, e.Index), []any{text(e.OwnerID), string(e.Status), text(e.Code), text(e.Side), text(e.Host), text(problems),
		number(e.MailboxID), number(e.Attempts), moment(e.Started), number(e.Took.Milliseconds()), text(e.Evidence)}, err
}

func encodeProblems(problems []diagnosis.Problem) (string, error) {
	if len(problems) == 0 {
		return "", nil
	}
	encoded, err := json.Marshal(problems)
	return string(encoded), err
}

// Entries yields the rows of a run in the order of the file. A row with an open
// intent has the status Unknown, whatever is stored for it. The first error ends
// the sequence.
func (s *Store) Entries(ctx context.Context, run string) iter.Seq2[Entry, error] {
	number, err := s.numberOf(ctx, run)
	if err != nil {
		return func(yield func(Entry, error) bool) { yield(Entry{}, err) }
	}
	return paged(s, func(last Entry) ([]Entry, error) {
		from, to := entriesOf(number)
		if last.Run != "" {
			from = entryID(number, last.Index+1)
		}
		return list(ctx, s.read, func(l line) (Entry, error) {
			e, err := scanEntry(l)
			e.Run = run
			return e, err
		}, readEntries, from, to, pageRows)
	})
}

// paged yields the values that next returns, in pages of pageRows. next gets the last
// value of the previous page, at first the zero value. The first error ends the sequence.
func paged[T any](s *Store, next func(last T) ([]T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var last, none T
		for {
			page, err := next(last)
			if err != nil {
				yield(none, s.failed(err))
				return
			}
			for _, last = range page {
				if !yield(last, nil) {
					return
				}
			}
			if len(page) < pageRows {
				return
			}
		}
	}
}

func scanEntry(l line) (e Entry, err error) {
	var id, started, took int64
	var problems sql.RawBytes
	var inDoubt bool
	err = l.Scan(&id, &e.Row, &e.Sheet, &e.Name, &e.Email, &e.Owner, &e.OwnerID, &e.Status, &e.Code, &e.Side, &e.Host,
		&problems, &e.MailboxID, &e.Filled, &e.Attempts, &started, &took, &e.Evidence, &inDoubt)
	if err != nil {
		return e, err
	}
	e.Index = int(id % entriesPerRun)
	e.Started, e.Took = timeOf(started), time.Duration(took)*time.Millisecond
	if len(problems) > 0 {
		if err := json.Unmarshal(problems, &e.Problems); err != nil {
			return e, diagnosis.Wrap(err, diagnosis.StateDamaged)
		}
	}
	if inDoubt && e.Status != diagnosis.Unknown {
		e.Status, e.Code, e.Side = diagnosis.Unknown, diagnosis.OutcomeUnknown, ""
		e.Problems = append(e.Problems, diagnosis.Problem{Code: diagnosis.OutcomeUnknown})
	}
	return e, nil
}

// Counts returns the number of rows of a run by status, and of rows without an outcome.
func (s *Store) Counts(ctx context.Context, run string) (ended map[diagnosis.Status]int, open int, err error) {
	number, err := s.numberOf(ctx, run)
	if err != nil {
		return nil, 0, err
	}
	type count struct {
		status diagnosis.Status
		rows   int
	}
	from, to := entriesOf(number)
	counts, err := list(ctx, s.read, func(l line) (c count, err error) {
		err = l.Scan(&c.status, &c.rows)
		return c, err
	}, countEntries, from, to)
	ended = make(map[diagnosis.Status]int)
	for _, c := range counts {
		if c.status == "" {
			open = c.rows
		} else {
			ended[c.status] = c.rows
		}
	}
	return ended, open, s.failed(err)
}
