// Package durable writes files that are either complete or absent: it writes
// a temporary file in the same folder, syncs it and moves it into place.
package durable

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"

	"github.com/natefinch/atomic"
)

// pattern matches the names of files that are not in their place yet.
const pattern = ".r7import-*.tmp"

// Create makes an empty temporary file in the folder of path, readable by
// the user only where the file system supports that. First it removes
// temporary files that killed processes left in the folder. After filling
// the file, call [Finish] and [Move], or remove it; close it in any case.
func Create(path string) (*os.File, error) {
	folder := filepath.Dir(path)
	return createHeld(folder, func() (*os.File, error) { return os.CreateTemp(folder, pattern) })
}

// Folder makes an empty temporary folder beside path, under the same
// rules as [Create]. Call remove when its files are no longer needed.
func Folder(path string) (name string, remove func() error, err error) {
	folder := filepath.Dir(path)
	f, err := createHeld(folder, func() (*os.File, error) {
		name, err := os.MkdirTemp(folder, pattern)
		if err != nil {
			return nil, err
		}
		return os.Open(name)
	})
	if err != nil {
		return "", nil, err
	}
	return f.Name(), func() error { return errors.Join(f.Close(), os.RemoveAll(f.Name())) }, nil
}

// createHeld removes abandoned files from a folder, then makes a file there
// that other processes do not regard as abandoned while it is open.
func createHeld(folder string, create func() (*os.File, error)) (*os.File, error) {
	entries, _ := os.ReadDir(folder)
	for _, entry := range entries {
		if ours, _ := filepath.Match(pattern, entry.Name()); !ours {
			continue
		}
		name := filepath.Join(folder, entry.Name())
		if info, err := entry.Info(); err == nil && (info.Mode().IsRegular() || info.IsDir()) && abandoned(name, info) {
			_ = os.RemoveAll(name) // the next call tries again
		}
	}
	for range 100 {
		f, err := create()
		if err != nil {
			return nil, err
		}
		if hold(f) {
			if opened, err := f.Stat(); err == nil {
				if at, err := os.Lstat(f.Name()); err == nil && os.SameFile(opened, at) {
					return f, nil
				}
			}
		}
		_ = f.Close() // another process found it before hold and is removing it
	}
	return nil, os.ErrExist
}

// Finish returns once the content of the file would survive a power
// cut. It closes the file on Windows, which cannot move an open one.
func Finish(f *os.File) error {
	err := f.Sync()
	if runtime.GOOS == "windows" {
		err = errors.Join(err, f.Close())
	}
	return err
}

// Move moves a file to path and replaces what is there. A link at path is
// not followed. The name survives a power cut only after [SyncFolder].
func Move(file, path string) error { return atomic.ReplaceFile(file, path) }

// SyncFolder makes the names of new files in a folder durable. On Windows it does nothing.
func SyncFolder(folder string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Write replaces the file at path with one of that content,
// readable by the user only, whatever the umask. If it fails before
// the move, the old file stays and no temporary file is left.
func Write(path string, content []byte) error {
	f, err := Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	err = f.Chmod(0o600)
	if err == nil {
		_, err = f.Write(content)
	}
	if err = errors.Join(err, Finish(f)); err == nil {
		err = Move(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return SyncFolder(filepath.Dir(path))
}
