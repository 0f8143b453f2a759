package journal_test

import (
	"errors"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

const portal = "https://portal.example.com"

// children are what this test binary does when it is started again as another
// process, with the folder of a store.
var children = map[string]func(dir string) error{
	"write": childWrite,
	"hold":  childHold,
}

const childVariable = "JOURNAL_TEST_CHILD"

func TestMain(m *testing.M) {
	if child, ok := children[os.Getenv(childVariable)]; ok {
		if err := child(os.Args[1]); err != nil {
			_, _ = os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// child returns the command that runs one of the children.
func child(t *testing.T, name, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], dir)
	cmd.Env = append(os.Environ(), childVariable+"="+name, "GORACE=atexit_sleep_ms=0")
	cmd.Stderr = os.Stderr
	return cmd
}

func open(t *testing.T, dir string) *journal.Store {
	t.Helper()
	s, err := journal.Open(dir, portal, journal.Options{})
	if err != nil {
		t.Fatalf("Open(%q): %v", dir, err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func openReadOnly(t *testing.T, dir string) *journal.Store {
	t.Helper()
	s, err := journal.Open(dir, portal, journal.Options{ReadOnly: true})
	if err != nil {
		t.Fatalf("Open(%q) for reading: %v", dir, err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// everywhere runs a test on a store on disk and on one in memory.
func everywhere(t *testing.T, test func(*testing.T, *journal.Store)) {
	t.Run("disk", func(t *testing.T) { test(t, open(t, t.TempDir())) })
	t.Run("memory", func(t *testing.T) {
		s, err := journal.Scratch()
		if err != nil {
			t.Fatalf("Scratch: %v", err)
		}
		t.Cleanup(func() { _ = s.Close() })
		test(t, s)
	})
}

// must fails the test on an error; what tells which call it was.
func must(t testing.TB, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// wantCode checks that an error is a problem with that code.
func wantCode(t *testing.T, what string, err error, code diagnosis.Code) {
	t.Helper()
	var problem *diagnosis.Problem
	if !errors.As(err, &problem) || problem.Code != code {
		t.Fatalf("%s: got %v, want a problem with code %s", what, err, code)
	}
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmp.Comparer(time.Time.Equal)); diff != "" {
		t.Errorf("%s: want -, got +\n%s", what, diff)
	}
}

func begin(t testing.TB, s *journal.Store, r journal.Run) journal.Run {
	t.Helper()
	if r.Kind == "" {
		r.Kind = journal.KindRun
	}
	run, err := s.Begin(t.Context(), r)
	must(t, "Begin", err)
	return run
}

// beginWith begins a run of so many rows.
func beginWith(t testing.TB, s *journal.Store, rows int) string {
	t.Helper()
	run := begin(t, s, journal.Run{File: "accounts.csv"})
	addRows(t, s, run.ID, rows)
	return run.ID
}

func entriesOf(t testing.TB, s *journal.Store, run string) []journal.Entry {
	t.Helper()
	var all []journal.Entry
	for e, err := range s.Entries(t.Context(), run) {
		must(t, "Entries", err)
		all = append(all, e)
	}
	return all
}

func countsOf(t testing.TB, s *journal.Store, run string) map[diagnosis.Status]int {
	t.Helper()
	counts := make(map[diagnosis.Status]int)
	for _, e := range entriesOf(t, s, run) {
		counts[e.Status]++
	}
	return counts
}

// intend makes an intent to create the account of row i.
func intend(t testing.TB, s *journal.Store, run string, i int) int64 {
	t.Helper()
	id, err := s.Intend(t.Context(), intentOf(run, i))
	must(t, "Intend", err)
	return id
}

func intentOf(run string, i int) journal.Intent {
	return journal.Intent{Run: run, Index: i, Key: keyOf(i), Kind: journal.Create, At: time.Now(), Fingerprint: print}
}

// outcome is that row i was created.
func outcome(intent int64, run string, i int) journal.Outcome {
	e := row(run, i)
	e.Status, e.MailboxID, e.OwnerID = diagnosis.Created, int64(i+1), keyOf(i).OwnerID
	return journal.Outcome{Intent: intent, Entry: e, Account: &journal.Account{
		Key: keyOf(i), MailboxID: int64(i + 1), Made: true, Status: diagnosis.Created, Fingerprint: print, Run: run,
	}}
}

// settle creates the account of row i, as far as the journal is concerned.
func settle(t testing.TB, s *journal.Store, run string, i int) {
	t.Helper()
	must(t, "Settle", s.Settle(t.Context(), outcome(intend(t, s, run, i), run, i)))
}

func statuses(entries []journal.Entry) []diagnosis.Status {
	out := make([]diagnosis.Status, len(entries))
	for i, e := range entries {
		out[i] = e.Status
	}
	return out
}

// accountOf returns what is known of the account of row i.
func accountOf(t testing.TB, s *journal.Store, i int) (journal.Account, bool) {
	t.Helper()
	a, ok, err := s.Account(t.Context(), keyOf(i))
	must(t, "Account", err)
	return a, ok
}

var print = make(account.Fingerprint, 96)
