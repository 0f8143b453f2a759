// Package journal is the memory of one portal: the runs, what became of every
// row in them, the writes whose outcome is not known, and what is known of
// accounts and owners from run to run.
//
// It is a SQLite database in a folder of its own, written so that what a method
// has returned survives a power cut. A write to the portal is preceded by
// [Store.Intend] and followed by [Store.Settle]; an intent without an outcome
// means that nobody knows whether the account was made, and [Store.OpenIntents]
// lists those, from whatever run. The report of a run is read from here.
//
// No type of this package can hold a password or a token. What has to be
// recognised later is kept as a few keyed hash bytes, of passwords slow ones. The
// key lies in the system's keyring, or else beside the database in a file of its own.
//
// Errors that a user can do something about are *diagnosis.Problem values with a
// scope of State, Busy or Usage.
package journal

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// Options say how to open a store.
type Options struct {
	// ReadOnly opens the store beside a run that may be going on. Everything that
	// writes fails. A portal without a store has an empty one then, and nothing is
	// made on disk.
	ReadOnly bool
	// Keyring is where the key of a store lies, nil if there is none: then it lies in
	// a file of the store's folder.
	Keyring Keyring
	// KeyInFile keeps the key of a new store in a file all the same, and puts one that
	// is found in the keyring into a file, for processes that have no keyring.
	KeyInFile bool
}

// Store is the memory of one portal. It is safe for concurrent use.
type Store struct {
	folder   string // empty in memory
	portal   string
	key      []byte
	prints   *account.Fingerprinter
	readOnly bool

	keyring   Keyring
	keyInFile bool

	read           *sql.DB
	account, owner *sql.Stmt // read for each row
	writer         *writer   // nil if read only
	closed         atomic.Bool

	lookForLogins sync.Once
	anyLogin      atomic.Bool // a login refused at a mail server may be known

	mu   sync.Mutex
	runs map[string]int64 // numbers of runs by id
}

var errReadOnly = errors.New("journal: the store was opened for reading only")

// Open opens the store of a portal, which lies in a folder of its own under
// dir, and makes it if there is none. Call Close when done with it.
func Open(dir, portalURL string, o Options) (*Store, error) {
	name, err := folderName(portalURL)
	if err != nil {
		return nil, err
	}
	folder := filepath.Join(dir, name)
	exists, err := checkFolder(folder)
	if err != nil {
		return nil, err
	}
	if !o.ReadOnly {
		if err := prepareFolder(dir, folder); err != nil {
			return nil, err
		}
	} else if !exists {
		return inMemory(portalURL, true)
	}
	s := &Store{folder: folder, portal: portalURL, readOnly: o.ReadOnly, keyring: o.Keyring, keyInFile: o.KeyInFile}
	err = s.open()
	switch {
	case errors.Is(err, errEmpty):
		return inMemory(portalURL, true)
	case errors.Is(err, errOlder), o.ReadOnly && unrecovered(err):
		return reopen(dir, portalURL, o)
	case err != nil:
		return nil, located(unreadable(err), folder)
	}
	return s, nil
}

// reopen opens a store for reading after bringing it up to date, or after taking
// back what a process that died had begun.
func reopen(dir, portalURL string, o Options) (*Store, error) {
	o.ReadOnly = false
	s, err := Open(dir, portalURL, o)
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	o.ReadOnly = true
	return Open(dir, portalURL, o)
}

// Scratch returns an empty store in memory, for what is to leave no trace. It
// behaves like one on disk.
func Scratch() (*Store, error) { return inMemory("", false) }

func inMemory(portalURL string, readOnly bool) (*Store, error) {
	s := &Store{portal: portalURL, readOnly: readOnly}
	if err := s.open(); err != nil {
		return nil, explain(err)
	}
	return s, nil
}

func prepareFolder(dir, folder string) error {
	if err := makeFolders(dir); err != nil {
		return err
	}
	if err := makeFolder(folder); err != nil {
		return err
	}
	return makePrivate(filepath.Join(folder, databaseFile))
}

// open connects to the database and makes sure that it is one of ours, whole,
// and of this version.
func (s *Store) open() (err error) {
	s.runs = make(map[string]int64)
	db, err := s.connect(s.readOnly && s.folder != "", 1)
	if err != nil {
		return err
	}
	s.read = db
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if s.folder == "" {
		err = errors.Join(s.migrate(db), s.loadPrints(db))
	} else {
		err = s.check(db)
	}
	if err != nil {
		return err
	}
	if !s.readOnly {
		if s.writer, err = startWriter(db); err != nil {
			return err
		}
		if s.folder != "" { // in memory one connection does both
			beside, err := s.connect(true, readers)
			if err != nil {
				return err
			}
			s.read = beside
		}
	}
	if s.account, err = s.read.Prepare(readAccount); err != nil {
		return err
	}
	s.owner, err = s.read.Prepare(readOwner)
	return err
}

func (s *Store) path(file string) string {
	if s.folder == "" {
		return ""
	}
	return filepath.Join(s.folder, file)
}

// Prints returns the maker of the store's fingerprints: its key, and the cost of
// its slow hashes, were made with the store.
func (s *Store) Prints() *account.Fingerprinter { return s.prints }

// Lasts reports whether the store is on disk and not in memory alone.
func (s *Store) Lasts() bool { return s.folder != "" }

// Close waits until everything taken on is durable and closes the store.
func (s *Store) Close() error {
	s.closed.Store(true)
	if s.writer == nil {
		return s.read.Close()
	}
	s.writer.close()
	// The writer's connection goes last: it puts the log away.
	return errors.Join(s.read.Close(), s.writer.db.Close())
}

// write returns once the change is durable.
func (s *Store) write(ctx context.Context, c change) error {
	if s.writer == nil {
		return errReadOnly
	}
	return located(s.writer.do(ctx, c), s.folder)
}

// failed gives the error of a read its meaning.
func (s *Store) failed(err error) error {
	if err != nil && s.closed.Load() {
		return errClosed
	}
	return located(unreadable(err), s.folder)
}

// found tells a line that was read from one that is not there.
func (s *Store) found(err error) (bool, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, s.failed(err)
}

// located adds where the store is to a problem that does not say so.
func located(err error, folder string) error {
	var problem *diagnosis.Problem
	if !errors.As(err, &problem) || problem.Args["Path"] != "" {
		return err
	}
	return diagnosis.Wrap(problem.Err, problem.Code, "Path", folder)
}

// unreadable turns an error of reading into one that a user can act on: what
// cannot be understood was not written so.
func unreadable(err error) error {
	err = explain(err)
	var problem *diagnosis.Problem
	if err == nil || errors.As(err, &problem) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return diagnosis.Wrap(err, diagnosis.StateDamaged)
}

// querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// line is a line that a query has given.
type line interface{ Scan(into ...any) error }

// list returns what scan makes of the lines that a query gives.
func list[T any](ctx context.Context, db querier, scan func(line) (T, error), query string, args ...any) (all []T, err error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// text stores an empty text as NULL.
func text[T ~string](s T) any {
	if s == "" {
		return nil
	}
	return string(s)
}

// blob stores empty bytes as NULL.
func blob[T ~[]byte](b T) any {
	if len(b) == 0 {
		return nil
	}
	return []byte(b)
}

// number stores zero as NULL.
func number[T ~int | ~int64](n T) any {
	if n == 0 {
		return nil
	}
	return int64(n)
}

// moment stores a time as milliseconds, the zero time as NULL.
func moment(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// timeOf is the reverse of moment.
func timeOf(millis int64) time.Time {
	if millis == 0 {
		return time.Time{}
	}
	return time.UnixMilli(millis)
}
