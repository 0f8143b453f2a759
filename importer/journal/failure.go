package journal

import (
	"context"
	"errors"
	"io/fs"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"r7import/importer/diagnosis"
)

// explain turns an error of SQLite into one that a user can act on. Others stay
// as they are.
func explain(err error) error {
	if err == nil {
		return nil
	}
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

// busy reports whether another process was in the way.
func busy(err error) bool {
	var fault *sqlite.Error
	return errors.As(err, &fault) && fault.Code()&0xff == sqlite3.SQLITE_BUSY
}

// unrecovered reports whether a process died in the middle of a change: only a
// connection that may write can take that back.
func unrecovered(err error) bool {
	var fault *sqlite.Error
	if !errors.As(err, &fault) {
		return false
	}
	switch fault.Code() {
	case sqlite3.SQLITE_READONLY_ROLLBACK, sqlite3.SQLITE_READONLY_RECOVERY, sqlite3.SQLITE_READONLY_CANTINIT:
		return true
	}
	return false
}

// storeFailed reports whether the store itself failed, so that the changes of a
// batch would fail one by one as well.
func storeFailed(err error) bool {
	var problem *diagnosis.Problem
	return errors.As(err, &problem) && problem.Code.Scope() == diagnosis.State
}

// failedForGood reports whether nothing may be written any more: after a sync
// or a write that failed nobody knows what the disk holds. A full disk is told
// before anything is changed and may have room again.
func failedForGood(err error) bool {
	if err == nil {
		return false
	}
	var problem *diagnosis.Problem
	return errors.As(err, &problem) && (problem.Code == diagnosis.StateWrite || problem.Code == diagnosis.StateDamaged)
}

// located adds where the store is to a problem that does not say so.
func located(err error, folder string) error {
	if err == nil {
		return nil
	}
	var problem *diagnosis.Problem
	if !errors.As(err, &problem) || problem.Args["Path"] != "" {
		return err
	}
	return diagnosis.Wrap(problem.Err, problem.Code, "Path", folder)
}

// unusable is for what the operating system refuses to do with a file of the store.
func unusable(err error, path string) error {
	if err == nil {
		return nil
	}
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		path = pathError.Path
	}
	return diagnosis.Wrap(err, diagnosis.StateUnusable, "Path", path)
}
