package journal_test

import (
	"bytes"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

// folderOf returns the folder that the portal has under the state folder.
func folderOf(t *testing.T, dir string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(found) != 1 {
		t.Fatalf("folders under %s: %v, %v", dir, found, err)
	}
	return found[0]
}

// closedStore returns the state folder of a store with a run of so many rows, all settled.
func closedStore(t *testing.T, rows int) (dir, run string) {
	t.Helper()
	dir = t.TempDir()
	s := open(t, dir)
	run = beginWith(t, s, rows)
	for i := range rows {
		settle(t, s, run, i)
	}
	must(t, "Close", s.Close())
	return dir, run
}

func TestAStoreIsThereAgain(t *testing.T) {
	odd := "a?b %23#c"
	if runtime.GOOS == "windows" {
		odd = "ab %23#c" // no file is called ? there
	}
	dir := filepath.Join(t.TempDir(), odd, "состояние")
	s := open(t, dir)
	run := beginWith(t, s, 3)
	settle(t, s, run, 0)
	left := intend(t, s, run, 1)
	key := s.TokenName(account.NewSecret("token")) // it is another one with another key
	must(t, "Close", s.Close())

	s = open(t, dir)
	same(t, "statuses", statuses(entriesOf(t, s, run)), []diagnosis.Status{diagnosis.Created, diagnosis.Unknown, diagnosis.NotTried})
	same(t, "key", s.TokenName(account.NewSecret("token")), key)
	if next := intend(t, s, run, 2); next == left {
		t.Errorf("a new intent has the id %d of an open one", next)
	}
	must(t, "Settle", s.Settle(t.Context(), outcome(left, run, 1)))
	if _, known := accountOf(t, s, 1); !known {
		t.Error("the account of an intent settled after opening again is not known")
	}
}

func TestWideModesAreNarrowed(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no modes")
	}
	dir, _ := closedStore(t, 1)
	folder := folderOf(t, dir)
	must(t, "Chmod", os.Chmod(folder, 0o755))
	must(t, "Chmod", os.Chmod(filepath.Join(folder, "state.db"), 0o644))
	open(t, dir)
	for path, want := range map[string]fs.FileMode{folder: 0o700, filepath.Join(folder, "state.db"): 0o600} {
		info, err := os.Stat(path)
		must(t, "Stat", err)
		same(t, "mode of "+path, info.Mode().Perm(), want)
	}
}

func TestLinksAreRefused(t *testing.T) {
	for _, name := range []string{"", "state.db", "state.db-wal", "key", "lock", "pid"} {
		t.Run("link for "+name, func(t *testing.T) {
			dir, _ := closedStore(t, 1)
			path := filepath.Join(folderOf(t, dir), name)
			target := filepath.Join(t.TempDir(), "target")
			if name == "" {
				must(t, "Rename", os.Rename(path, target))
			} else {
				_ = os.Remove(path)
				must(t, "WriteFile", os.WriteFile(target, []byte("precious"), 0o644))
			}
			if err := os.Symlink(target, path); err != nil {
				t.Skip(err)
			}
			for _, o := range []journal.Options{{}, {ReadOnly: true}} {
				s, err := journal.Open(dir, portal, o)
				if err == nil {
					defer s.Close()
				}
				wantCode(t, "Open", err, diagnosis.StateLink)
			}
			if content, err := os.ReadFile(target); name != "" && string(content) != "precious" {
				t.Errorf("the target holds %q, %v", content, err)
			}
		})
	}
}

func TestStoresThatAreRefused(t *testing.T) {
	database := func(change func(*sql.DB) error) func(string) error {
		return func(folder string) error {
			db, err := sql.Open("sqlite", filepath.Join(folder, "state.db"))
			if err != nil {
				return err
			}
			return errors.Join(change(db), db.Close())
		}
	}
	exec := func(query string) func(string) error {
		return database(func(db *sql.DB) error {
			_, err := db.Exec(query)
			return err
		})
	}
	file := func(name string, content []byte) func(string) error {
		return func(folder string) error { return os.WriteFile(filepath.Join(folder, name), content, 0o600) }
	}
	cases := []struct {
		name  string
		spoil func(folder string) error
		want  diagnosis.Code
	}{
		{"key gone", func(folder string) error { return os.Remove(filepath.Join(folder, "key")) }, diagnosis.StateKey},
		{"key cut", file("key", make([]byte, 31)), diagnosis.StateKey},
		{"key of another store", file("key", make([]byte, 32)), diagnosis.StateKey},
		{"database gone", func(folder string) error { return os.Remove(filepath.Join(folder, "state.db")) }, diagnosis.StateDamaged},
		{"database empty", file("state.db", nil), diagnosis.StateDamaged},
		{"no database", file("state.db", bytes.Repeat([]byte("no database\n"), 1000)), diagnosis.StateDamaged},
		{"a few bytes", file("state.db", []byte("SQLite format 3\x00")), diagnosis.StateDamaged},
		{"database of another program", exec("PRAGMA application_id = 7"), diagnosis.StateForeign},
		{"newer database", exec("PRAGMA user_version = 99"), diagnosis.StateNewer},
		{"folder in place of the database", func(folder string) error {
			path := filepath.Join(folder, "state.db")
			return errors.Join(os.Remove(path), os.Mkdir(path, 0o700))
		}, diagnosis.StateLink},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir, run := closedStore(t, 2)
			must(t, "spoil", c.spoil(folderOf(t, dir)))
			for _, o := range []journal.Options{{ReadOnly: true}, {}, {ReadOnly: true}} {
				s, err := journal.Open(dir, portal, o)
				if err == nil {
					defer s.Close()
					t.Errorf("Open(%+v) shows %v", o, statuses(entriesOf(t, s, run)))
				}
				wantCode(t, "Open", err, c.want)
				var problem *diagnosis.Problem
				if errors.As(err, &problem) && !strings.HasPrefix(problem.Args["Path"], dir) {
					t.Errorf("the problem does not say where: %v", problem)
				}
			}
		})
	}
}

func TestAFolderThatCannotBeMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must(t, "WriteFile", os.WriteFile(file, nil, 0o600))
	_, err := journal.Open(filepath.Join(file, "state"), portal, journal.Options{})
	wantCode(t, "Open under a file", err, diagnosis.StateUnusable)
	_, err = journal.Open(file, portal, journal.Options{})
	wantCode(t, "Open in a file", err, diagnosis.StateUnusable)
}

func TestReadingWhereThereIsNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	s := openReadOnly(t, dir)
	runs, err := s.Runs(t.Context())
	must(t, "Runs", err)
	same(t, "Runs", len(runs), 0)
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reading made %s: %v", dir, err)
	}
	if _, err := s.Begin(t.Context(), journal.Run{}); err == nil {
		t.Error("Begin on a store opened for reading: no error")
	}
	if _, err := s.Lock(); err == nil {
		t.Error("Lock of a store opened for reading: no error")
	}
}

func TestReadingBesideAWriter(t *testing.T) {
	const rows = 300
	dir := t.TempDir()
	s := open(t, dir)
	run := beginWith(t, s, rows)
	reader := openReadOnly(t, dir)
	var group sync.WaitGroup
	group.Go(func() {
		for i := range rows {
			if err := writeRow(t.Context(), s, run, i, keyOf(i)); err != nil {
				t.Errorf("writing row %d: %v", i, err)
			}
		}
	})
	last := 0
	for last < rows {
		n := countsOf(t, reader, run)[diagnosis.Created]
		if n < last {
			t.Fatalf("%d rows created after there were %d", n, last)
		}
		last = n
	}
	group.Wait()
	must(t, "Close of the writer", s.Close())
	same(t, "entries read after the writer has gone", len(entriesOf(t, reader, run)), rows)
	must(t, "Close of the reader", reader.Close())
	same(t, "entries read afterwards", len(entriesOf(t, openReadOnly(t, dir), run)), rows)
}

func TestAWriterSeesWhatItWrote(t *testing.T) {
	everywhere(t, func(t *testing.T, s *journal.Store) {
		const rows, callers = 400, 16
		run := beginWith(t, s, rows)
		var group sync.WaitGroup
		for first := range callers {
			group.Go(func() {
				for i := first; i < rows; i += callers {
					err := writeRow(t.Context(), s, run, i, keyOf(i))
					a, _, readErr := s.Account(t.Context(), keyOf(i))
					if err != nil || readErr != nil || a.MailboxID != int64(i+1) {
						t.Errorf("account %d right after it was settled: %+v, %v, %v", i, a, err, readErr)
					}
				}
			})
		}
		group.Wait()
		same(t, "rows", countsOf(t, s, run), map[diagnosis.Status]int{diagnosis.Created: rows})
	})
}

func TestTheLogIsKeptShort(t *testing.T) {
	const rows = 3000
	dir := t.TempDir()
	s := open(t, dir)
	run := beginWith(t, s, rows)
	long := strings.Repeat("x", 20_000)
	for i := 0; i < rows; i += 100 {
		var entries []journal.Entry
		for n := i; n < i+100; n++ {
			entries = append(entries, journal.Entry{Run: run, Index: n, Status: diagnosis.Failed, Evidence: long})
		}
		must(t, "SetEntries", s.SetEntries(t.Context(), entries...))
	}
	info, err := os.Stat(filepath.Join(folderOf(t, dir), "state.db-wal"))
	must(t, "Stat", err)
	if info.Size() > 12<<20 {
		t.Errorf("after 60 MB the log has %d bytes", info.Size())
	}
	same(t, "rows", len(entriesOf(t, s, run)), rows)
}

func TestOneLockForAllProcesses(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	cmd := child(t, "hold", dir)
	out, err := cmd.StdoutPipe()
	must(t, "StdoutPipe", err)
	must(t, "Start", cmd.Start())
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Fatalf("the child said nothing: %v", err)
	}
	began := time.Now()
	_, err = s.Lock()
	wantCode(t, "Lock held by another process", err, diagnosis.StateLocked)
	if d := time.Since(began); d > 500*time.Millisecond {
		t.Errorf("it took %v to say so", d)
	}
	var problem *diagnosis.Problem
	if errors.As(err, &problem); problem.Args["Pid"] != strconv.Itoa(cmd.Process.Pid) {
		t.Errorf("the holder is said to be %s, want %d", problem.Args["Pid"], cmd.Process.Pid)
	}
	must(t, "Kill", cmd.Process.Kill())
	_ = cmd.Wait()
	unlock, err := s.Lock()
	must(t, "Lock after the holder was killed", err)
	_, err = open(t, dir).Lock()
	wantCode(t, "a second Lock in this process", err, diagnosis.StateLocked)
	unlock()
	unlock, err = s.Lock()
	must(t, "Lock again", err)
	unlock()
}

func TestTwoProcessesMakeOneStore(t *testing.T) {
	for range 5 {
		dir := t.TempDir()
		var group sync.WaitGroup
		keys := make(chan string, 4)
		for range cap(keys) {
			group.Go(func() {
				s, err := journal.Open(dir, portal, journal.Options{})
				if err != nil {
					t.Errorf("Open beside others: %v", err)
					return
				}
				keys <- s.TokenName(account.NewSecret("token"))
				if err := s.Close(); err != nil {
					t.Errorf("Close beside others: %v", err)
				}
			})
		}
		group.Wait()
		close(keys)
		first := <-keys
		for key := range keys {
			if key != first {
				t.Error("one store has two keys")
			}
		}
	}
}
