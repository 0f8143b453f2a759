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

	"r7import/importer/account"
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

	read   *sql.DB
	writer *writer // nil if read only
	hot    hotQueries

	accounts *accountIndex

	closed     atomic.Bool
	lastIntent atomic.Int64

	mu      sync.Mutex
	runs    map[string]int64     // numbers of runs by id
	intents map[int64]openIntent // those without outcome
}

// hotQueries are prepared because they are asked for each row.
type hotQueries struct {
	account, owner *sql.Stmt
}

// openIntent is what closing an intent needs to know of it.
type openIntent struct {
	entry int64
	key   account.Key
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
	if s.keyring == nil {
		s.keyring = noKeyring{}
	}
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
	s.runs, s.intents = make(map[string]int64), make(map[int64]openIntent)
	s.accounts = newAccountIndex(s)
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
		if err := s.migrate(db); err != nil {
			return err
		}
		if err := s.loadPrints(db); err != nil {
			return err
		}
	} else if err := s.check(db); err != nil {
		return err
	}
	if !s.readOnly {
		s.writer = startWriter(db, s.path(walFile))
	}
	if s.folder != "" && !s.readOnly {
		// In memory one connection does both.
		beside, err := s.connect(true, readers)
		if err != nil {
			return err
		}
		s.read = beside
	}
	if err := s.prepareHot(); err != nil {
		return err
	}
	return s.loadIntents()
}

func (s *Store) path(file string) string {
	if s.folder == "" {
		return ""
	}
	return filepath.Join(s.folder, file)
}

func (s *Store) prepareHot() error {
	var errs [2]error
	s.hot.account, errs[0] = s.read.Prepare(readAccount)
	s.hot.owner, errs[1] = s.read.Prepare(readOwner)
	return errors.Join(errs[:]...)
}

// Prints returns the maker of the store's fingerprints: its key, and the cost of
// its slow hashes, were made with the store.
func (s *Store) Prints() *account.Fingerprinter { return s.prints }

// Lasts reports whether the store is on disk and not in memory alone.
func (s *Store) Lasts() bool { return s.folder != "" }

// Close waits until everything taken on is durable and closes the store.
func (s *Store) Close() error {
	s.closed.Store(true)
	var err error
	for _, q := range []*sql.Stmt{s.hot.account, s.hot.owner} {
		if q != nil {
			err = errors.Join(err, q.Close())
		}
	}
	if s.writer == nil {
		return errors.Join(err, s.read.Close())
	}
	s.writer.close()
	if s.read != s.writer.db {
		err = errors.Join(err, s.read.Close())
	}
	return errors.Join(err, s.writer.db.Close())
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
