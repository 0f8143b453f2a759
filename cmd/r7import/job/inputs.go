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

// patience is how many times the age of a file at rest others are waited for.
const patience = 10

// Files returns the files there are to read, in the order of the places and in each
// by name. restless is how many were left out because they were still being written.
// A file that was named is returned even if there is none.
func (in *Inputs) Files(ctx context.Context) (files []File, restless int, err error) {
	before, err := in.look()
	for n := 0; err == nil && slices.ContainsFunc(before, func(f File) bool { return f.Dropped() }); n++ {
		select {
		case <-ctx.Done():
			return nil, 0, context.Cause(ctx)
		case <-time.After(in.Age):
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

// look lists what is there now. Of a folder that are the tables: what has another
// extension is not for us, or not whole yet.
func (in *Inputs) look() (files []File, err error) {
	for _, place := range in.Places {
		info, err := os.Stat(place)
		switch {
		case err == nil && info.IsDir():
			entries, err := os.ReadDir(place)
			if err != nil {
				return nil, diagnosis.Wrap(err, diagnosis.InputFolder, "Folder", place)
			}
			for _, entry := range entries {
				path := filepath.Join(place, entry.Name())
				if info, err := entry.Info(); err == nil && info.Mode().IsRegular() && !passedOver(path) && IsTable(path) { // else it has gone
					files = append(files, File{Path: path, folder: place, seen: info})
				}
			}
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

// passedOver reports whether a file is hidden, or the lock an office program has left.
func passedOver(path string) bool {
	name := filepath.Base(path)
	return strings.HasPrefix(name, "~$") || strings.HasPrefix(name, ".")
}

// IsTable reports whether a name has an extension of the tables that are read.
func IsTable(name string) bool {
	return slices.Contains([]string{".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".gz", ".age"}, strings.ToLower(filepath.Ext(name)))
}

// Dropped reports whether the file lies in a drop folder, so that it is put away.
func (f *File) Dropped() bool { return f.folder != "" }

// Waits reports whether the file is there as it has rested. One that was not dropped
// is for whoever opens it.
func (f *File) Waits() bool {
	info, err := os.Lstat(f.Path)
	return !f.Dropped() || err == nil && f.same(info)
}

func (f *File) same(info os.FileInfo) bool {
	return !f.Dropped() || os.SameFile(f.seen, info) && f.seen.Size() == info.Size() && f.seen.ModTime().Equal(info.ModTime())
}

// The folders within a drop folder.
const (
	Done   = "done"   // every row was as it should be
	Failed = "failed" // a person is needed
)

// Aside returns one of the folders within the drop folder of a file, which it makes.
func (f *File) Aside(folder string) (string, error) {
	into := filepath.Join(f.folder, folder)
	if err := os.MkdirAll(into, 0o700); err != nil {
		return "", diagnosis.Wrap(err, diagnosis.InputStays, "File", f.Path, "Folder", into)
	}
	return into, nil
}

// PutAway moves a file that was dropped into one of the folders beside it and returns
// where it is then. tag goes into its name there, so that it takes the place of no
// other. A file that is not the one any more that was read stays.
func (f *File) PutAway(folder, tag string) (string, error) {
	if !f.Waits() {
		return "", nil
	}
	into, err := f.Aside(folder)
	if err != nil {
		return "", err
	}
	at := filepath.Join(into, f.Stem()+"-"+tag+strings.TrimPrefix(filepath.Base(f.Path), f.Stem()))
	if err := os.Rename(f.Path, at); err != nil {
		return "", diagnosis.Wrap(err, diagnosis.InputStays, "File", f.Path, "Folder", into)
	}
	return at, nil
}

// Stem is the name of the file without its folder and its extensions: that of
// accounts.csv.gz is accounts.
func (f *File) Stem() string {
	stem := filepath.Base(f.Path)
	for IsTable(stem) {
		stem = strings.TrimSuffix(stem, filepath.Ext(stem))
	}
	return stem
}
