package journal_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

// FuzzDamagedFiles overwrites a part of the files of a store. Whatever comes of
// it, opening and reading end with rows or with a problem a user can act on.
func FuzzDamagedFiles(f *testing.F) {
	f.Add(false, uint(0), []byte("SQLite format 3"))
	f.Add(false, uint(16), []byte{0x10, 0})
	f.Add(false, uint(100), []byte{13, 0, 0, 0, 255})
	f.Add(false, uint(60), []byte{0xcf}) // a negative version
	f.Add(true, uint(32), []byte{1, 2, 3, 4})
	f.Add(true, uint(4152), []byte{0})
	dir := f.TempDir()
	s, err := journal.Open(dir, portal, journal.Options{})
	must(f, "Open", err)
	run := beginWith(f, s, 30)
	for i := range 10 {
		settle(f, s, run, i)
	}
	folders, err := filepath.Glob(filepath.Join(dir, "*"))
	must(f, "Glob", err)
	cut := readFiles(f, folders[0])
	must(f, "Close", s.Close())
	closed := readFiles(f, folders[0])

	f.Fuzz(func(t *testing.T, log bool, at uint, with []byte) {
		files, name := maps.Clone(closed), "state.db"
		if log {
			files, name = maps.Clone(cut), "state.db-wal"
		}
		files[name] = slices.Clone(files[name])
		copy(files[name][at%uint(len(files[name])):], with)
		dir := filepath.Join(t.TempDir(), "state")
		must(t, "MkdirAll", os.MkdirAll(filepath.Join(dir, filepath.Base(folders[0])), 0o700))
		for name, content := range files {
			must(t, "WriteFile", os.WriteFile(filepath.Join(dir, filepath.Base(folders[0]), name), content, 0o600))
		}
		readAll(t, dir, run)
	})
}

// readAll reads everything of a store. An error must be a problem.
func readAll(t *testing.T, dir, run string) {
	check := func(what string, err error) bool {
		var problem *diagnosis.Problem
		if err != nil && !errors.As(err, &problem) {
			t.Errorf("%s: %v", what, err)
		}
		return err == nil
	}
	s, err := journal.Open(dir, portal, journal.Options{})
	if !check("Open", err) {
		return
	}
	defer s.Close()
	if _, err := s.Run(t.Context(), run); !check("Run", err) {
		return
	}
	for _, err := range s.Entries(t.Context(), run) {
		check("Entries", err)
	}
	for i := range 10 {
		_, _, err := s.Account(t.Context(), keyOf(i))
		check("Account", err)
	}
	_, err = s.OpenIntents(t.Context())
	check("OpenIntents", err)
}
