// Package job finds the files that a scheduled run is to read, and puts away those
// of a drop folder that it is done with.
//
// An input is a file, a pattern of names, or a folder into which others drop files.
// A file of a folder is taken once it has rested, so that one that is still being
// written is never read; afterwards it lies in done or failed within the folder.
package job

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"r7import/importer/diagnosis"
)

// Inputs are where files come from.
type Inputs struct {
	Places []string      // files, patterns and folders
	Age    time.Duration // how long size and time of a file in a folder must have rested
}

// File is a file to be read.
type File struct {
	Path string

	folder string      // it was dropped into, empty for others
	seen   os.FileInfo // as it has rested
}

// Dropped reports whether the file lies in a drop folder, so that it is put away.
func (f *File) Dropped() bool { return f.folder != "" }

// patience is how many times the age of a file at rest others are waited for.
const patience = 10

// Files returns the files there are to read, in the order of the places and in each
// by name. restless is how many were left out because they were still being written.
// A file that was named is returned even if there is none.
func (in *Inputs) Files(ctx context.Context) (files []File, restless int, err error) {
	before, err := in.look()
	for n := 0; err == nil && slices.ContainsFunc(before, func(f File) bool { return f.Dropped() }); n++ {
		if err := nap(ctx, in.Age); err != nil {
			return nil, 0, err
		}
		var now []File
		if now, err = in.look(); err != nil {
			break
		}
		files = slices.DeleteFunc(slices.Clone(now), func(f File) bool {
			return !slices.ContainsFunc(before, func(old File) bool { return old.Path == f.Path && old.same(f.seen) })
		})
		if restless = len(now) - len(files); restless == 0 || n >= patience {
			return files, restless, nil
		}
		before = now
	}
	return before, 0, err
}

// look lists what is there now.
func (in *Inputs) look() (files []File, err error) {
	for _, place := range in.Places {
		info, err := os.Stat(place)
		switch {
		case err == nil && info.IsDir():
			dropped, err := within(place)
			if err != nil {
				return nil, diagnosis.Wrap(err, diagnosis.InputFolder, "Folder", place)
			}
			files = append(files, dropped...)
		case err != nil && strings.ContainsAny(place, "*?["):
			names, err := filepath.Glob(place)
			if err != nil {
				return nil, diagnosis.Wrap(err, diagnosis.InputPattern, "Pattern", place)
			}
			for _, name := range names {
				if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() && !passedOver(name) {
					files = append(files, File{Path: name})
				}
			}
		default:
			files = append(files, File{Path: place})
		}
	}
	return files, nil
}

// within lists the tables in a folder. What has another extension is not for us, or
// not whole yet.
func within(folder string) (files []File, err error) {
	entries, err := os.ReadDir(folder)
	for _, entry := range entries {
		if !entry.Type().IsRegular() || passedOver(entry.Name()) || !IsTable(entry.Name()) {
			continue
		}
		if info, err := entry.Info(); err == nil { // else it has gone
			files = append(files, File{Path: filepath.Join(folder, entry.Name()), folder: folder, seen: info})
		}
	}
	return files, err
}

// passedOver reports whether a file is hidden, or the lock an office program has left.
func passedOver(path string) bool {
	name := filepath.Base(path)
	return strings.HasPrefix(name, "~$") || strings.HasPrefix(name, ".")
}

// IsTable reports whether a name has an extension of the tables that are read.
func IsTable(name string) bool {
	return slices.Contains([]string{".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".gz", ".age"}, strings.ToLower(filepath.Ext(name)))
}

// Waits reports whether the file is there as it has rested. One that was not dropped
// is for whoever opens it.
func (f *File) Waits() bool {
	if !f.Dropped() {
		return true
	}
	info, err := os.Lstat(f.Path)
	return err == nil && f.same(info)
}

func (f *File) same(info os.FileInfo) bool {
	return !f.Dropped() || os.SameFile(f.seen, info) && f.seen.Size() == info.Size() && f.seen.ModTime().Equal(info.ModTime())
}

func nap(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}
