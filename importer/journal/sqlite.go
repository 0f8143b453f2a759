package journal

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"r7import/importer/diagnosis"
)

// This file has all that is specific to SQLite: how a database is opened and checked,
// its schema, and the meaning of its errors.

// applicationID marks a database of this program ("r7im").
const applicationID = 0x7237696d

// readers is the number of reads that can run at once beside the writer.
const readers = 4

// migrations lead from one version of the schema to the next. The version of a database
// is the number of migrations applied. Migrations are only added, never changed.
var migrations = []string{`
	CREATE TABLE store (
		key_check BLOB NOT NULL -- tells whether the key file is the one this store was made with
	);

	CREATE TABLE runs (
		number  INTEGER PRIMARY KEY,
		id      TEXT NOT NULL UNIQUE,
		kind    TEXT NOT NULL,
		state   TEXT NOT NULL,
		file    TEXT NOT NULL,
		digest  TEXT NOT NULL,
		sheet   TEXT NOT NULL,
		portal  TEXT NOT NULL,
		version TEXT NOT NULL,
		args    TEXT NOT NULL,
		started INTEGER NOT NULL,
		ended   INTEGER NOT NULL DEFAULT 0,
		rows    INTEGER NOT NULL DEFAULT 0,
		removed INTEGER NOT NULL DEFAULT 0 -- its entries are gone; an account still names it
	);

	CREATE TABLE entries (
		id         INTEGER PRIMARY KEY, -- runs.number * 2^32 + index
		row        INTEGER NOT NULL,
		sheet      TEXT,
		name       TEXT,
		email      TEXT,
		owner      TEXT,
		owner_id   TEXT,
		status     TEXT NOT NULL,
		code       TEXT,
		side       TEXT,
		host       TEXT,
		problems   TEXT, -- JSON
		mailbox_id INTEGER,
		filled     TEXT,
		attempts   INTEGER,
		started    INTEGER,
		took       INTEGER,
		evidence   TEXT
	);

	CREATE TABLE intents ( -- only those without an outcome
		id          INTEGER PRIMARY KEY,
		entry       INTEGER NOT NULL,
		address     TEXT NOT NULL,
		owner_id    TEXT NOT NULL,
		kind        TEXT NOT NULL,
		at          INTEGER NOT NULL,
		fingerprint BLOB,
		mailbox_id  INTEGER
	);

	CREATE TABLE accounts (
		id           INTEGER PRIMARY KEY, -- in the order of their making
		address      TEXT NOT NULL,
		owner_id     TEXT NOT NULL,
		mailbox_id   INTEGER,
		made         INTEGER NOT NULL DEFAULT 0,
		status       TEXT,
		fingerprint  BLOB,
		refused      BLOB,
		refused_code TEXT,
		run          INTEGER,
		checked      INTEGER
	);

	CREATE TABLE owners (
		name          TEXT PRIMARY KEY,
		id            TEXT,
		email         TEXT,
		refused       BLOB,
		refused_code  TEXT,
		attempts      INTEGER,
		last_attempt  INTEGER,
		blocked_until INTEGER,
		sms           INTEGER,
		checked       INTEGER
	) WITHOUT ROWID;
`, `
	-- What a slow hash of a secret takes, see account.Cost. The hashes of the secrets
	-- themselves are made slow by Store.slowDown.
	ALTER TABLE store ADD COLUMN hash_passes INTEGER NOT NULL DEFAULT 0;
	ALTER TABLE store ADD COLUMN hash_memory INTEGER NOT NULL DEFAULT 0;
`, `
	CREATE TABLE IF NOT EXISTS run_events ( -- what held a run up
		run   INTEGER NOT NULL,
		kind  TEXT NOT NULL,
		host  TEXT NOT NULL,
		code  TEXT,
		began INTEGER NOT NULL,
		until INTEGER,
		ended INTEGER,
		count INTEGER NOT NULL,
		PRIMARY KEY (run, began, kind, host)
	);

	ALTER TABLE runs ADD COLUMN in_file INTEGER NOT NULL DEFAULT 0; -- rows of the file, asked for or not

	ALTER TABLE entries ADD COLUMN intent TEXT;
	ALTER TABLE entries ADD COLUMN intent_at INTEGER;
	ALTER TABLE entries ADD COLUMN intent_owner TEXT;
	ALTER TABLE entries ADD COLUMN intent_address TEXT;
	ALTER TABLE entries ADD COLUMN intent_print BLOB;
	ALTER TABLE entries ADD COLUMN intent_mailbox INTEGER;
	CREATE INDEX entries_in_doubt ON entries (id) WHERE intent IS NOT NULL;
	UPDATE entries SET (intent, intent_at, intent_owner, intent_address, intent_print, intent_mailbox) = (
			SELECT kind, at, owner_id, address, fingerprint, mailbox_id FROM intents WHERE entry = entries.id ORDER BY intents.id DESC LIMIT 1)
		WHERE id IN (SELECT entry FROM intents);
	DROP TABLE intents;

	DELETE FROM accounts WHERE id NOT IN (SELECT max(id) FROM accounts GROUP BY address, owner_id);
	CREATE UNIQUE INDEX accounts_by_key ON accounts (address, owner_id);
` + setTables}

// The versions of the schema whose migration does more than change tables.
const (
	withoutKey       = 0 // an empty database
	withQuickSecrets = 1 // secrets have quick hashes, from which passwords can be guessed
)

var (
	// errEmpty means that the making of the store was cut short, or is under way.
	errEmpty = errors.New("journal: nothing is stored yet")
	// errOlder means that an older version made the store.
	errOlder = errors.New("journal: the store must be brought up to date")
)

// connect opens a pool of connections.
func (s *Store) connect(readOnly bool, connections int) (*sql.DB, error) {
	name := ":memory:"
	if s.folder != "" {
		name = dataSource(s.path(databaseFile), readOnly)
	}
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

// dataSource returns the URI of a database. Every commit is synced, temporary data
// stays in memory, and deleted content is overwritten. A transaction of the writer
// keeps other processes out from its beginning.
// A cache of half a megabyte is enough for a reader, because nearly all it reads is
// in the order of the file. The writer also needs the index of accounts.
func dataSource(path string, readOnly bool) string {
	mode, cache := "rw", "cache_size(-4096)"
	if readOnly {
		mode, cache = "ro", "cache_size(-512)"
	}
	settings := url.Values{"mode": {mode}, "_pragma": {
		"busy_timeout(10000)", cache, "temp_store(memory)", "synchronous(full)", "secure_delete(on)",
	}, "_txlock": {"immediate"}}
	path = filepath.ToSlash(path)
	if filepath.VolumeName(path) != "" {
		path = "/" + path
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + settings.Encode()
}

// check checks the files of the store before they are used, creates what a new store
// needs, and migrates an older one.
func (s *Store) check(db *sql.DB) (err error) {
	if s.key, err = readKey(s.folder); err != nil {
		return err
	}
	unclean, err := checkDatabaseFile(s.path(databaseFile), s.path(walFile), s.key != nil)
	if err != nil {
		return err
	}
	version, err := storedVersion(db)
	if err != nil {
		return err
	}
	if s.readOnly && version == 0 {
		return errEmpty
	}
	if s.readOnly && version < len(migrations) {
		return errOlder
	}
	if unclean && !s.readOnly {
		if err := checkPages(db); err != nil {
			return err
		}
	}
	if version > withoutKey { // a migration must not use a wrong key
		if err := s.checkKey(db); err != nil {
			return err
		}
	}
	if version < len(migrations) {
		if err := s.migrate(db); err != nil {
			return err
		}
		if version > withoutKey {
			if err := compact(context.Background(), db); err != nil {
				return err
			}
			if err := s.putAway(); err != nil {
				return err
			}
		}
	}
	if err := s.checkKey(db); err != nil {
		return err
	}
	return s.loadPrints(db)
}

// checkDatabaseFile checks the file of the database without SQLite. It reports whether
// the last process that used it was cut short, or still uses it.
func checkDatabaseFile(path, wal string, hasKey bool) (unclean bool, err error) {
	if log, err := os.Stat(wal); err == nil {
		unclean = log.Size() > 0
	}
	info, err := os.Stat(path)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return unclean, unusable(err, path)
	case err != nil || info.Size() == 0:
		if unclean || hasKey { // key and log are written after the first page
			return unclean, diagnosis.New(diagnosis.StateDamaged, "Path", path)
		}
		return unclean, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return unclean, unusable(err, path)
	}
	defer f.Close()
	// The header of the first page, see https://www.sqlite.org/fileformat.html.
	header := make([]byte, 100)
	if _, err := io.ReadFull(f, header); err != nil || !bytes.HasPrefix(header, []byte("SQLite format 3\x00")) {
		return unclean, diagnosis.Wrap(err, diagnosis.StateDamaged, "Path", path)
	}
	pageSize := int64(binary.BigEndian.Uint16(header[16:]))
	if pageSize == 1 {
		pageSize = 65536
	}
	pages := int64(binary.BigEndian.Uint32(header[28:]))
	// If there is a log, the rest of the database may still be in it.
	if !unclean && info.Size() < pages*pageSize {
		return false, diagnosis.New(diagnosis.StateDamaged, "Path", path)
	}
	return unclean, nil
}

// storedVersion returns the version of the schema, zero for an empty database.
func storedVersion(db *sql.DB) (int, error) {
	// One transaction, because another process may be making the store.
	t, err := db.Begin()
	if err != nil {
		return 0, err
	}
	defer func() { _ = t.Rollback() }()
	var application, version, tables int
	err = errors.Join(
		t.QueryRow("SELECT count(*) FROM sqlite_schema").Scan(&tables),
		t.QueryRow("PRAGMA application_id").Scan(&application),
		t.QueryRow("PRAGMA user_version").Scan(&version))
	switch {
	case err != nil:
		return 0, err
	case application == 0 && version == 0 && tables == 0:
		return 0, nil
	case application != applicationID:
		return 0, diagnosis.New(diagnosis.StateForeign)
	case version < 1:
		return 0, diagnosis.New(diagnosis.StateDamaged)
	case version > len(migrations):
		return 0, diagnosis.New(diagnosis.StateNewer)
	}
	return version, nil
}

// checkPages checks the database with SQLite's quick_check.
func checkPages(db *sql.DB) error {
	var verdict string
	if err := db.QueryRow("PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return diagnosis.Wrap(errors.New("journal: quick_check: "+verdict), diagnosis.StateDamaged)
	}
	return nil
}

// migrate brings the schema up to date and creates the key of a new store. If two
// processes call it at once, the second one finds nothing to do.
func (s *Store) migrate(db *sql.DB) error {
	mode, err := writeAhead(db)
	if err != nil {
		return err
	}
	if mode != "wal" && mode != "memory" {
		return diagnosis.Wrap(fmt.Errorf("journal: the file system allows journal mode %s only", mode), diagnosis.StateUnusable)
	}
	t, err := db.Begin() // keeps other processes out
	if err != nil {
		return err
	}
	defer func() { _ = t.Rollback() }()
	var version int
	if err := t.QueryRow("PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	for ; version < len(migrations); version++ {
		_, err := t.Exec(migrations[version])
		switch {
		case err != nil:
		case version == withoutKey:
			err = s.markOurs(t)
		case version == withQuickSecrets:
			err = s.slowDown(t)
		}
		if err != nil {
			return err
		}
		if _, err := t.Exec(fmt.Sprintf("PRAGMA user_version = %d", version+1)); err != nil {
			return err
		}
	}
	return t.Commit()
}

// writeAhead switches the database to a write-ahead log and returns its journal
// mode. SQLite itself does not wait for other processes in this statement.
func writeAhead(db *sql.DB) (mode string, err error) {
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		err = db.QueryRow("PRAGMA journal_mode(wal)").Scan(&mode)
		var fault *sqlite.Error
		busy := errors.As(err, &fault) && fault.Code()&0xff == sqlite3.SQLITE_BUSY
		if !busy || time.Now().After(deadline) {
			return mode, err
		}
	}
}

// markOurs marks a new database as a store and stores the check value of its key.
func (s *Store) markOurs(t *sql.Tx) error {
	if err := s.makeKey(); err != nil {
		return err
	}
	if _, err := t.Exec(fmt.Sprintf("PRAGMA application_id = %d", applicationID)); err != nil {
		return err
	}
	_, err := t.Exec("INSERT INTO store (key_check) VALUES (?)", keyCheck(s.key))
	return err
}

// compact removes deleted and overwritten data from the disk: it rewrites the
// database without free pages and empties the log.
func compact(ctx context.Context, db *sql.DB) error {
	if _, err := db.ExecContext(ctx, "VACUUM"); err != nil {
		return err
	}
	_, err := db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return err
}

// explain turns an error of SQLite into a problem that the user can act on. Other errors
// stay as they are.
func explain(err error) error {
	var fault *sqlite.Error
	if !errors.As(err, &fault) {
		return err
	}
	switch fault.Code() & 0xff {
	case sqlite3.SQLITE_FULL:
		return diagnosis.Wrap(err, diagnosis.StateFull)
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_SCHEMA:
		// All statements are known to be good, so an error in one is an error in the stored schema.
		return diagnosis.Wrap(err, diagnosis.StateDamaged)
	case sqlite3.SQLITE_IOERR:
		return diagnosis.Wrap(err, diagnosis.StateWrite)
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return diagnosis.Wrap(err, diagnosis.StateUnusable)
	}
	return err
}

// unrecovered reports whether a process died in the middle of a transaction: only a
// connection that may write can roll it back.
func unrecovered(err error) bool {
	var fault *sqlite.Error
	return errors.As(err, &fault) && slices.Contains([]int{
		sqlite3.SQLITE_READONLY_ROLLBACK, sqlite3.SQLITE_READONLY_RECOVERY, sqlite3.SQLITE_READONLY_CANTINIT,
	}, fault.Code())
}
