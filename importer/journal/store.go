// Package journal stores what is known of one portal: the runs, the outcome of every
// row in them, the writes without a known outcome, and the accounts and owners from
// run to run.
//
// A store is a SQLite database in a folder of its own. What a method has written
// survives a power cut once the method has returned. A write to the portal is preceded
// by [Store.Intend] and followed by [Store.Settle]. An intent without an outcome means
// that the write may or may not have taken effect; [Store.OpenIntents] returns those of
// all runs. The report of a run is read from the store.
//
// No type of this package can hold a password or a token. What has to be recognised
// later is stored as a few bytes of a keyed hash, a slow one for passwords. The key is
// in the system's keyring, or else in a file beside the database.
//
// Errors that the user can act on are *diagnosis.Problem values with a scope of State,
// Busy or Usage.
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
	// ReadOnly opens the store for reading, also while a run is going on. Methods that
	// write return an error. For a portal without a store, Open returns an empty one in
	// memory and creates nothing on disk.
	ReadOnly bool
	// Keyring keeps the key of the store. If it is nil, the key is in a file in the
	// store's folder.
	Keyring Keyring
	// KeyInFile keeps the key of a new store in a file despite a Keyring, and writes a
	// key found in the keyring to a file, for processes without a keyring.
	KeyInFile bool
}

// Store is the store of one portal. It is safe for concurrent use.
type Store struct {
	folder        string // empty for a store in memory
	portal        string
	key           []byte
	fingerprinter *account.Fingerprinter
	readOnly      bool

	keyring   Keyring
	keyInFile bool

	read                      *sql.DB
	accountByKey, ownerByName *sql.Stmt // prepared because each row uses them
	writer                    *writer   // nil if read only
	closed                    atomic.Bool

	lookForLogins sync.Once
	anyLogin      atomic.Bool // a login refused at a mail server may be known

	mu      sync.Mutex
	numbers map[string]int64 // numbers of runs by id
}

var errReadOnly = errors.New("journal: the store was opened for reading only")

// Open opens the store of a portal in its folder under dir, and creates it if there is
// none. The caller must call Close.
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

// reopen opens a store for reading after it has migrated it, or rolled back the
// transaction of a process that died.
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

// Scratch returns an empty store in memory, for runs that are to leave no trace. It
// behaves like a store on disk.
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

// open connects to the database, checks that it is an undamaged store of this
// version, and starts the writer.
func (s *Store) open() (err error) {
	s.numbers = make(map[string]int64)
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
		if s.folder != "" { // in memory one connection reads and writes
			beside, err := s.connect(true, readers)
			if err != nil {
				return err
			}
			s.read = beside
		}
	}
	if s.accountByKey, err = s.read.Prepare(readAccount); err != nil {
		return err
	}
	s.ownerByName, err = s.read.Prepare(readOwner)
	return err
}

func (s *Store) path(file string) string {
	if s.folder == "" {
		return ""
	}
	return filepath.Join(s.folder, file)
}

// Prints returns the fingerprinter of the store. Its key and the cost of its slow
// hashes are those of the store.
func (s *Store) Prints() *account.Fingerprinter { return s.fingerprinter }

// Lasts reports whether the store is on disk rather than in memory.
func (s *Store) Lasts() bool { return s.folder != "" }

// Close waits until all accepted changes are durable and closes the store.
func (s *Store) Close() error {
	s.closed.Store(true)
	if s.writer == nil {
		return s.read.Close()
	}
	s.writer.close()
	// The writer's connection is closed last: it removes the log.
	return errors.Join(s.read.Close(), s.writer.db.Close())
}

// write writes a change and returns once it is durable.
func (s *Store) write(ctx context.Context, c change) error {
	if s.writer == nil {
		return errReadOnly
	}
	return located(s.writer.do(ctx, c), s.folder)
}

// failed turns the error of a read into one that the user can act on.
func (s *Store) failed(err error) error {
	if err != nil && s.closed.Load() {
		return errClosed
	}
	return located(unreadable(err), s.folder)
}

// found reports whether a line was read. No line is not an error.
func (s *Store) found(err error) (bool, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, s.failed(err)
}

// located adds the store's folder to a problem without a path.
func located(err error, folder string) error {
	var problem *diagnosis.Problem
	if !errors.As(err, &problem) || problem.Args["Path"] != "" {
		return err
	}
	return diagnosis.Wrap(problem.Err, problem.Code, "Path", folder)
}

// unreadable turns an error of reading into a problem that the user can act on.
// Content that cannot be read means a damaged store.
func unreadable(err error) error {
	err = explain(err)
	var problem *diagnosis.Problem
	if err == nil || errors.As(err, &problem) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return diagnosis.Wrap(err, diagnosis.StateDamaged)
}

// querier is a *sql.DB or a *sql.Tx.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// line is one line of a query's result.
type line interface{ Scan(into ...any) error }

// list runs a query and returns the value of scan for each line.
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

// text returns s, or nil for an empty text, which is stored as NULL.
func text[T ~string](s T) any {
	if s == "" {
		return nil
	}
	return string(s)
}

// blob returns b, or nil for empty bytes.
func blob[T ~[]byte](b T) any {
	if len(b) == 0 {
		return nil
	}
	return []byte(b)
}

// number returns n, or nil for zero.
func number[T ~int | ~int64](n T) any {
	if n == 0 {
		return nil
	}
	return int64(n)
}

// moment returns t in milliseconds since 1970, or nil for the zero time.
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
