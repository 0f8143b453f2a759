// Package job finds the files that a scheduled run reads, and moves files of a drop
// folder away after the run.
//
// An input is a file, a pattern of names, or a folder into which other programs drop
// files. A file in a folder is read once it has stopped changing, so that a file still
// being written is not read. After the run it is moved to done or failed in the folder.
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

// Inputs are the places that files come from.
type Inputs struct {
	Places []string      // files, patterns and folders
	Age    time.Duration // how long size and time of a file in a folder must be unchanged
}

// File is a file to be read.
type File struct {
	Path string

	folder string      // drop folder that holds the file, empty for other files
	seen   os.FileInfo // state of the file when it had stopped changing
}

// patience bounds the wait for files that still change, as a multiple of Age.
const patience = 10

// Files returns the files to read, in the order of the places and by name within each.
// restless is the number of files left out because they were still changing. A place
// that names a file is returned even if the file does not exist.
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

// look lists the files that are there now. In a folder it lists only tables: a file with
// another extension is not an input, or is not complete yet.
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
				if info, err := entry.Info(); err == nil && info.Mode().IsRegular() && !passedOver(path) && IsTable(path) { // else it is gone
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

// passedOver reports whether a file is hidden or the lock file of an office program.
func passedOver(path string) bool {
	name := filepath.Base(path)
	return strings.HasPrefix(name, "~$") || strings.HasPrefix(name, ".")
}

// IsTable reports whether a name has the extension of a table that can be read.
func IsTable(name string) bool {
	return slices.Contains([]string{".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".gz", ".age"}, strings.ToLower(filepath.Ext(name)))
}

// Dropped reports whether the file is in a drop folder. Such a file is moved after the run.
func (f *File) Dropped() bool { return f.folder != "" }

// Waits reports whether the file is there and unchanged since Files found it. It is
// true for a file that is not in a drop folder: opening it reports any error.
func (f *File) Waits() bool {
	info, err := os.Lstat(f.Path)
	return !f.Dropped() || err == nil && f.same(info)
}

func (f *File) same(info os.FileInfo) bool {
	return !f.Dropped() || os.SameFile(f.seen, info) && f.seen.Size() == info.Size() && f.seen.ModTime().Equal(info.ModTime())
}

// The folders within a drop folder.
const (
	Done   = "done"   // files whose every row was as it should be
	Failed = "failed" // files that need a person's attention
)

// Aside creates one of the folders within the drop folder of the file and returns its path.
func (f *File) Aside(folder string) (string, error) {
	into := filepath.Join(f.folder, folder)
	if err := os.MkdirAll(into, 0o700); err != nil {
		return "", diagnosis.Wrap(err, diagnosis.InputStays, "File", f.Path, "Folder", into)
	}
	return into, nil
}

// PutAway moves a dropped file into one of the folders beside it and returns its new
// path. tag becomes part of the new name, so that the file replaces no other file. A file
// that has changed since it was found stays, and the path is empty.
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

// Stem returns the name of the file without its folder and extensions. The stem of
// accounts.csv.gz is accounts.
func (f *File) Stem() string {
	stem := filepath.Base(f.Path)
	for IsTable(stem) {
		stem = strings.TrimSuffix(stem, filepath.Ext(stem))
	}
	return stem
}
