package journal

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"r7import/importer/diagnosis"
)

// readers is how many reads can go on at once beside the writer.
const readers = 4

var (
	// errEmpty is a store whose making was cut short, or that is being made.
	errEmpty = errors.New("journal: nothing is stored yet")
	// errOlder is a store that an older version made.
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

// dataSource returns the URI of a database. Every commit is synced; the log is
// emptied by the writer alone, see walLimit; nothing is spilled to other files.
func dataSource(path string, readOnly bool) string {
	mode := "rw"
	if readOnly {
		mode = "ro"
	}
	settings := url.Values{"mode": {mode}, "_pragma": {
		"busy_timeout(10000)", "temp_store(memory)", "synchronous(full)", "wal_autocheckpoint(0)",
	}}
	path = filepath.ToSlash(path)
	if filepath.VolumeName(path) != "" {
		path = "/" + path
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + settings.Encode()
}

// check makes sure of what lies on the disk before anything relies on it, and
// makes what a new store needs.
func (s *Store) check(db *sql.DB) error {
	unclean, err := checkDatabaseFile(s.folder)
	if err != nil {
		return err
	}
	version, err := storedVersion(db)
	if err != nil {
		return err
	}
	if s.key, err = readKey(s.folder); err != nil {
		return err
	}
	switch {
	case version == 0 && s.readOnly:
		return errEmpty
	case version < len(migrations) && s.readOnly:
		return errOlder
	case version == 0 && s.key == nil:
		if s.key, err = makeKey(s.folder); err != nil {
			return err
		}
	}
	if s.key == nil {
		return diagnosis.New(diagnosis.StateKey, "Path", s.path(keyFile))
	}
	if unclean && !s.readOnly {
		if err := checkPages(db); err != nil {
			return err
		}
	}
	if version < len(migrations) {
		if err := migrate(db, s.key); err != nil {
			return err
		}
	}
	return s.checkKey(db)
}

// checkDatabaseFile looks at the database without opening it. It reports whether
// the last process to use it was cut short, or is still using it.
func checkDatabaseFile(folder string) (unclean bool, err error) {
	path := filepath.Join(folder, databaseFile)
	f, err := os.Open(path)
	if err != nil {
		return false, unusable(err, path)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return false, unusable(err, path)
	}
	if wal, err := os.Stat(filepath.Join(folder, walFile)); err == nil {
		unclean = wal.Size() > 0
	}
	if info.Size() == 0 {
		if unclean {
			return true, diagnosis.New(diagnosis.StateDamaged, "Path", path)
		}
		return false, nil
	}
	// The first page as https://www.sqlite.org/fileformat.html has it.
	header := make([]byte, 100)
	if _, err := io.ReadFull(f, header); err != nil || !bytes.HasPrefix(header, []byte("SQLite format 3\x00")) {
		return unclean, diagnosis.Wrap(err, diagnosis.StateDamaged, "Path", path)
	}
	pageSize := int64(binary.BigEndian.Uint16(header[16:]))
	if pageSize == 1 {
		pageSize = 65536
	}
	pages := int64(binary.BigEndian.Uint32(header[28:]))
	// With a log, the rest of the database may still be in there.
	if !unclean && info.Size() < pages*pageSize {
		return false, diagnosis.New(diagnosis.StateDamaged, "Path", path)
	}
	return unclean, nil
}

// storedVersion returns the version of the schema, zero for an empty database.
func storedVersion(db *sql.DB) (int, error) {
	var application, version, tables int
	err := errors.Join(
		db.QueryRow("PRAGMA application_id").Scan(&application),
		db.QueryRow("PRAGMA user_version").Scan(&version),
		db.QueryRow("SELECT count(*) FROM sqlite_schema").Scan(&tables))
	switch {
	case err != nil:
		return 0, err
	case application == 0 && version == 0 && tables == 0:
		return 0, nil
	case application != applicationID:
		return 0, diagnosis.New(diagnosis.StateForeign)
	case version > len(migrations):
		return 0, diagnosis.New(diagnosis.StateNewer)
	}
	return version, nil
}

// checkPages looks whether the pages of the database fit together.
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

// migrate brings the schema up to date. Of two processes that do so at once,
// the second finds nothing left to do.
func migrate(db *sql.DB, key []byte) (err error) {
	ctx := context.Background()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	var mode string
	if err := conn.QueryRowContext(ctx, "PRAGMA journal_mode(wal)").Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" && mode != "memory" {
		return diagnosis.Wrap(fmt.Errorf("journal: the file system allows journal mode %s only", mode), diagnosis.StateUnusable)
	}
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_, _ = conn.ExecContext(ctx, "ROLLBACK")
		}
	}()
	var version int
	if err := conn.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	steps := migrations[min(version, len(migrations)):]
	script := append(steps[:len(steps):len(steps)], fmt.Sprintf("PRAGMA application_id = %d", applicationID),
		fmt.Sprintf("PRAGMA user_version = %d", max(version, len(migrations))))
	if _, err := conn.ExecContext(ctx, strings.Join(script, ";")); err != nil {
		return err
	}
	if version == 0 {
		if _, err := conn.ExecContext(ctx, "INSERT INTO store (key_check) VALUES (?)", keyCheck(key)); err != nil {
			return err
		}
	}
	_, err = conn.ExecContext(ctx, "COMMIT")
	return err
}

// checkKey makes sure that the key is the one the store was made with.
func (s *Store) checkKey(db *sql.DB) error {
	var stored []byte
	if err := db.QueryRow("SELECT key_check FROM store").Scan(&stored); err != nil {
		return err
	}
	if !hmac.Equal(stored, keyCheck(s.key)) {
		return diagnosis.New(diagnosis.StateKey, "Path", s.path(keyFile))
	}
	return nil
}

func keyCheck(key []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("r7import store"))
	return mac.Sum(nil)
}
