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

// pattern is what the names of files are made of that are not yet in their place.
const pattern = ".r7import-*.tmp"

// Create makes an empty file in the folder of path, for nobody but the user where
// the file system can keep others out. What a process has left in the folder that
// was killed before it could move or remove its file is removed first. When the
// file is filled, call [Finish] and [Move], or remove it, and close it at last.
func Create(path string) (*os.File, error) {
	folder := filepath.Dir(path)
	return held(folder, func() (*os.File, error) { return os.CreateTemp(folder, pattern) })
}

// Folder makes an empty folder beside path for files on the way to what becomes of
// it, as [Create] makes a file. Call remove when they are not needed any more.
func Folder(path string) (name string, remove func() error, err error) {
	folder := filepath.Dir(path)
	f, err := held(folder, func() (*os.File, error) {
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

// held removes what is abandoned in a folder, and makes a file there that others do
// not take for abandoned as long as it is open.
func held(folder string, create func() (*os.File, error)) (*os.File, error) {
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
			if is, err := f.Stat(); err == nil {
				if at, err := os.Lstat(f.Name()); err == nil && os.SameFile(is, at) {
					return f, nil
				}
			}
		}
		_ = f.Close() // another process has found it before it was held, and removes it
	}
	return nil, os.ErrExist
}

// Finish returns once what is in the file would survive a power cut. Where the
// system moves no open file it is closed by then.
func Finish(f *os.File) error {
	err := f.Sync()
	if runtime.GOOS == "windows" {
		err = errors.Join(err, f.Close())
	}
	return err
}

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
