// Package durable writes files that are whole or not there: into a file beside
// the place, which is synced and then moved onto it.
package durable

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"

	"github.com/natefinch/atomic"
)

// Create makes an empty file in the folder of path, for nobody but the user where
// the file system can keep others out. When it is filled, call [Finish] and
// [Move], or remove it.
func Create(path string) (*os.File, error) {
	return os.CreateTemp(filepath.Dir(path), ".r7import-*.tmp")
}

// Finish returns once what is in the file would survive a power cut, and closes it.
func Finish(f *os.File) error { return errors.Join(f.Sync(), f.Close()) }

// Move moves a file to path, in place of what is there. A link at path is not
// followed. The name survives a power cut after [SyncFolder].
func Move(file, path string) error { return atomic.ReplaceFile(file, path) }

// SyncFolder makes the names of new files in a folder durable, where the system can.
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

// Write makes a file with that content in place of what is there, for nobody but
// the user, whatever the umask. On an error nothing is left behind and what was at
// path before stays.
func Write(path string, content []byte) error {
	f, err := Create(path)
	if err != nil {
		return err
	}
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
