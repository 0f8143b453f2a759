package journal_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

// TestKilledWhileWriting kills a process in the midst of commits. Whatever it
// said was durable must be there, and nothing may be half there.
func TestKilledWhileWriting(t *testing.T) {
	const kills = 5
	for n := range kills {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			dir := t.TempDir()
			run, intended, settled := killed(t, dir, 50+rand.IntN(400))
			reader := openReadOnly(t, dir)
			seen := statuses(entriesOf(t, reader, run))
			must(t, "Close of a reader", reader.Close())
			s := open(t, dir)
			same(t, "what a reader saw before and after a writer opened the store", seen, statuses(entriesOf(t, s, run)))
			for i, e := range entriesOf(t, s, run) {
				want := diagnosis.Created
				if i%10 == 0 {
					want = diagnosis.Failed
				}
				switch {
				case e.Status == want:
				case settled[i]:
					t.Errorf("row %d was settled and is %s", i, e.Status)
				case intended[i] && e.Status != diagnosis.Unknown:
					t.Errorf("row %d was intended and is %s", i, e.Status)
				case e.Status != diagnosis.Unknown && e.Status != diagnosis.NotTried:
					t.Errorf("row %d is %s", i, e.Status)
				}
				if _, known := accountOf(t, s, i); known != (e.Status == diagnosis.Created) {
					t.Errorf("row %d is %s and its account is known: %v", i, e.Status, known)
				}
			}
			left, err := s.OpenIntents(t.Context())
			must(t, "OpenIntents", err)
			same(t, "open intents and unknown rows", len(left), countsOf(t, s, run)[diagnosis.Unknown])
			for _, i := range left {
				must(t, "Settle of what was left", s.Settle(t.Context(), outcome(i.ID, run, i.Index)))
			}
		})
	}
}

// killed lets the writing child go on until it has said so many lines, kills it,
// and returns what it said.
func killed(t *testing.T, dir string, lines int) (run string, intended, settled map[int]bool) {
	t.Helper()
	cmd := child(t, "write", dir)
	out, err := cmd.StdoutPipe()
	must(t, "StdoutPipe", err)
	must(t, "Start", cmd.Start())
	said := bufio.NewScanner(out)
	intended, settled = make(map[int]bool), make(map[int]bool)
	for n := 0; said.Scan(); n++ {
		kind, number, _ := strings.Cut(said.Text(), " ")
		i, _ := strconv.Atoi(number)
		switch kind {
		case "i":
			intended[i] = true
		case "s":
			settled[i] = true
		default:
			run = kind
		}
		if n == lines {
			time.Sleep(rand.N(3 * time.Millisecond))
			must(t, "Kill", cmd.Process.Kill())
		}
	}
	if err := cmd.Wait(); err == nil || len(settled) == childRows {
		t.Fatal("the child ended before it was killed")
	}
	return run, intended, settled
}

// leftBehind returns the files of a store whose process was cut short after it
// had settled so many rows of a run one after the other.
func leftBehind(t *testing.T, rows, settled int) (files map[string][]byte, run string) {
	t.Helper()
	dir := t.TempDir()
	s := open(t, dir)
	run = beginWith(t, s, rows)
	for i := range settled {
		settle(t, s, run, i)
	}
	return readFiles(t, folderOf(t, dir)), run
}

func readFiles(t testing.TB, folder string) map[string][]byte {
	t.Helper()
	files := make(map[string][]byte)
	for _, name := range []string{"state.db", "state.db-wal", "key"} {
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err == nil {
			files[name] = content
		}
	}
	return files
}

// lay puts files into the folder of a new store and returns the state folder.
func lay(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	s := open(t, dir)
	must(t, "Close", s.Close())
	folder := folderOf(t, dir)
	for name, content := range files {
		must(t, "WriteFile", os.WriteFile(filepath.Join(folder, name), content, 0o600))
	}
	return dir
}

// offsets returns where to cut a file: about every frame and page and between.
func offsets(size, step int) []int {
	var out []int
	for at := 0; at < size; at += step {
		out = append(out, at, at+1, at+24, at+step/2)
	}
	return slices.DeleteFunc(out, func(at int) bool { return at >= size })
}

// TestCutLog cuts the write-ahead log of a killed process at many places: the
// store must be as it was after one of the commits.
func TestCutLog(t *testing.T) {
	const rows, settled = 20, 12
	files, run := leftBehind(t, rows, settled)
	log := files["state.db-wal"]
	if len(log) < 40_000 {
		t.Fatalf("the log has %d bytes, too few to cut", len(log))
	}
	before := 0
	for _, at := range offsets(len(log), 4120*4) {
		files["state.db-wal"] = log[:at]
		before = checkPrefix(t, at, lay(t, files), run, rows, before)
	}
	files["state.db-wal"] = log
	if got := checkPrefix(t, len(log), lay(t, files), run, rows, before); got != settled {
		t.Errorf("the whole log shows %d rows settled, want %d", got, settled)
	}
}

// checkPrefix checks that a store shows the first so many rows as created and
// nothing else, at least as many as with a shorter log, and returns how many.
func checkPrefix(t *testing.T, at int, dir, run string, rows, least int) int {
	t.Helper()
	s, err := journal.Open(dir, portal, journal.Options{})
	if err != nil {
		wantCode(t, fmt.Sprintf("Open, cut at %d", at), err, diagnosis.StateDamaged)
		return least
	}
	defer s.Close()
	if _, err := s.Run(t.Context(), run); err != nil && least == 0 {
		return 0 // cut before the run began
	}
	entries := entriesOf(t, s, run)
	if len(entries) == 0 && least == 0 {
		return 0 // cut before the rows were added
	}
	same(t, fmt.Sprintf("rows, cut at %d", at), len(entries), rows)
	n := 0
	for n < len(entries) && entries[n].Status == diagnosis.Created {
		n++
	}
	for i, e := range entries {
		_, known := accountOf(t, s, i)
		wrong := i > n && e.Status != diagnosis.NotTried || i == n && e.Status != diagnosis.NotTried && e.Status != diagnosis.Unknown
		if wrong || known != (i < n) || e.Email != address(i) {
			t.Errorf("cut at %d, row %d of %d is %s, its account known: %v", at, i, n, e.Status, known)
		}
	}
	if n < least {
		t.Errorf("cut at %d shows %d rows settled, a shorter log showed %d", at, n, least)
	}
	return n
}

// TestCutDatabase cuts the database at many places. Without a log it must be
// refused; beside a log as well, unless that holds all that was cut off.
func TestCutDatabase(t *testing.T) {
	const rows = 40
	dir, run := closedStore(t, rows)
	closed := readFiles(t, folderOf(t, dir))
	database := closed["state.db"]
	for _, at := range offsets(len(database), 12288) {
		closed["state.db"] = database[:at]
		s, err := journal.Open(lay(t, closed), portal, journal.Options{})
		if err == nil {
			t.Errorf("cut at %d of %d: opened", at, len(database))
			must(t, "Close", s.Close())
			continue
		}
		wantCode(t, fmt.Sprintf("Open, cut at %d", at), err, diagnosis.StateDamaged)
	}

	left, run2 := leftBehind(t, rows, 5)
	left["state.db"] = append(slices.Clone(left["state.db"]), database[len(left["state.db"]):]...)
	_ = run
	for _, at := range offsets(len(left["state.db"]), 12288) {
		cut := map[string][]byte{"state.db": left["state.db"][:at], "state.db-wal": left["state.db-wal"], "key": left["key"]}
		checkPrefix(t, at, lay(t, cut), run2, rows, 0)
	}
}

// TestDamagedPages overwrites parts of the database of a killed process.
func TestDamagedPages(t *testing.T) {
	dir, run := closedStore(t, 200)
	files := readFiles(t, folderOf(t, dir))
	database := files["state.db"]
	refused := 0
	for at := 0; at < len(database); at += 2 * 4096 {
		files["state.db"] = slices.Clone(database)
		for i := at; i < at+4096; i++ {
			files["state.db"][i] = byte(rand.Uint32())
		}
		if !reads(t, lay(t, files), run) {
			refused++
		}
	}
	if tried := (len(database)/4096 + 1) / 2; refused < tried*3/4 {
		t.Errorf("garbage was noticed in %d of %d pages", refused, tried)
	}
}

// reads reports whether everything of a run of 200 rows can be read. What fails
// must say that the store is damaged.
func reads(t *testing.T, dir, run string) bool {
	t.Helper()
	s, err := journal.Open(dir, portal, journal.Options{})
	if err != nil {
		wantCode(t, "Open", err, diagnosis.StateDamaged)
		return false
	}
	defer s.Close()
	i := 0
	for e, err := range s.Entries(t.Context(), run) {
		if err != nil {
			wantCode(t, "Entries", err, diagnosis.StateDamaged)
			return false
		}
		if e.Status != diagnosis.Created || e.Email != address(i) {
			t.Errorf("row %d is %s of %q", i, e.Status, e.Email)
		}
		_, known, err := s.Account(t.Context(), keyOf(i))
		if err != nil {
			wantCode(t, "Account", err, diagnosis.StateDamaged)
			return false
		}
		if !known {
			return false
		}
		i++
	}
	return i == 200
}
