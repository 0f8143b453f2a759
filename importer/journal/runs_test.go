package journal_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

func TestRunsAreKept(t *testing.T) {
	everywhere(t, func(t *testing.T, s *journal.Store) {
		ctx := t.Context()
		started := time.Date(2026, 11, 22, 21, 30, 45, 0, time.UTC)
		first := begin(t, s, journal.Run{
			Kind: journal.KindPlan, File: "кадры.xlsx", FileDigest: "abc", Sheet: "Лист1", Portal: portal, Version: "1.2",
			Started: started, Args: json.RawMessage(`{"rate":10}`),
		})
		if !regexp.MustCompile(`^20261122-213045-[2-9a-z]{3}$`).MatchString(first.ID) || first.State != journal.Running {
			t.Errorf("Begin gave id %q, state %q", first.ID, first.State)
		}
		second := begin(t, s, journal.Run{File: "accounts.csv", Started: started.Add(time.Hour)})
		addRows(t, s, second.ID, 700)
		must(t, "End", s.End(ctx, second.ID, journal.Finished))

		got, err := s.Runs(ctx)
		must(t, "Runs", err)
		if len(got) != 2 || got[1].Ended.IsZero() || !got[0].Ended.IsZero() {
			t.Fatalf("Runs = %+v", got)
		}
		first.State = journal.Interrupted // the second one began: the process of the first is gone
		second.State, second.Rows, second.Ended = journal.Finished, 700, got[1].Ended
		same(t, "Runs", got, []journal.Run{first, second})

		for _, name := range []string{"latest", second.ID, "20261122-2230", strings.ToUpper(second.ID)} {
			found, err := s.Run(ctx, name)
			must(t, "Run "+name, err)
			same(t, "Run "+name, found, second)
		}
		_, err = s.Run(ctx, "20261122")
		wantCode(t, "Run by what two begin with", err, diagnosis.RunAmbiguous)
		for _, name := range []string{"", "2025", "%", "_0261122-2230"} {
			_, err = s.Run(ctx, name)
			wantCode(t, fmt.Sprintf("Run %q", name), err, diagnosis.RunUnknown)
		}
		if err := s.End(ctx, "20250101-000000-abc", journal.Finished); err == nil {
			t.Error("End of an unknown run: no error")
		}
	})
}

func TestRunsOfOneSecondHaveTheirOwnIDs(t *testing.T) {
	everywhere(t, func(t *testing.T, s *journal.Store) {
		const runs = 600 // enough for some to draw the same letters
		ids, now := make(map[string]bool), time.Now()
		for range runs {
			ids[begin(t, s, journal.Run{Started: now}).ID] = true
		}
		same(t, "ids", len(ids), runs)
	})
}

func TestLatestOfNoRuns(t *testing.T) {
	everywhere(t, func(t *testing.T, s *journal.Store) {
		_, err := s.Run(t.Context(), "latest")
		wantCode(t, "Run latest", err, diagnosis.RunUnknown)
	})
}

func TestUnfinishedRuns(t *testing.T) {
	everywhere(t, func(t *testing.T, s *journal.Store) {
		ctx := t.Context()
		run := func(file string, state journal.RunState) string {
			r := begin(t, s, journal.Run{File: file})
			if state != journal.Running {
				must(t, "End", s.End(ctx, r.ID, state))
			}
			return r.ID
		}
		run("a.csv", journal.Stopped) // finished by a later one
		died := run("b.csv", journal.Running)
		run("a.csv", journal.Finished)
		stopped := run("c.csv", journal.Stopped)
		going := run("a.csv", journal.Running)
		got, err := s.Unfinished(ctx)
		must(t, "Unfinished", err)
		var ids []string
		for _, r := range got {
			ids = append(ids, r.ID)
		}
		same(t, "Unfinished", ids, []string{died, stopped, going})
		same(t, "state of the run whose process died", got[0].State, journal.Interrupted)
	})
}

func TestRunsAreRemoved(t *testing.T) {
	everywhere(t, func(t *testing.T, s *journal.Store) {
		ctx := t.Context()
		old := time.Now().Add(-100 * 24 * time.Hour)
		run := func(started time.Time) string {
			r := begin(t, s, journal.Run{File: "accounts.csv", Started: started})
			addRows(t, s, r.ID, 3)
			return r.ID
		}
		plain, named, doubted := run(old), run(old.Add(time.Second)), run(old.Add(2*time.Second))
		fresh := run(time.Now())
		settle(t, s, named, 0)
		intend(t, s, doubted, 1)
		going := begin(t, s, journal.Run{Started: old.Add(3 * time.Second)}).ID

		wantCode(t, "DeleteRun in doubt", s.DeleteRun(ctx, doubted), diagnosis.RunInDoubt)
		removed, err := s.Prune(ctx, time.Now().Add(-90*24*time.Hour))
		must(t, "Prune", err)
		same(t, "Prune", ids(removed), []string{plain, named})
		left, err := s.Runs(ctx)
		must(t, "Runs", err)
		same(t, "Runs after Prune", ids(left), []string{doubted, fresh, going})
		same(t, "rows left in the run removed", len(entriesOf(t, s, named)), 0)
		if a, known := accountOf(t, s, 0); !known || a.Run != named {
			t.Errorf("the account of the run removed is %+v, known %v", a, known)
		}
		same(t, "accounts made from the file of the run removed", madeFrom(t, s, "accounts.csv"), []account.Key{keyOf(0)})

		must(t, "DeleteRun", s.DeleteRun(ctx, fresh))
		if _, err := s.Run(ctx, fresh); err == nil {
			t.Error("Run finds a run that was deleted")
		}
		if err := s.DeleteRun(ctx, plain); err == nil {
			t.Error("DeleteRun of a run that is gone: no error")
		}
	})
}

func ids(runs []journal.Run) []string {
	var out []string
	for _, r := range runs {
		out = append(out, r.ID)
	}
	return out
}

// What was pruned is in no file of the store any more.
func TestPrunedRunsLeaveNothing(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	run := begin(t, s, journal.Run{File: "accounts.csv"})
	for i := range 300 {
		e := row(run.ID, i)
		e.Email, e.Owner = fmt.Sprintf("kanarienvogel%d@example.org", i), "kanarienvogel@example.org"
		must(t, "AddEntries", s.AddEntries(t.Context(), []journal.Entry{e}))
	}
	must(t, "End", s.End(t.Context(), run.ID, journal.Finished))
	holds := func() (found []string) {
		must(t, "WalkDir", filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			if bytes.Contains(text, []byte("kanarienvogel")) {
				found = append(found, filepath.Base(path))
			}
			return err
		}))
		return found
	}
	if holds() == nil {
		t.Fatal("the store does not hold what was written")
	}
	if _, err := s.Prune(t.Context(), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if found := holds(); found != nil {
		t.Errorf("%v still hold rows of a pruned run", found)
	}
}

// The digest that is stored and shown is another one in each store: a plain one
// would tell, beside a copy without passwords, whether guessed ones are right.
func TestFileDigestsAreKeyed(t *testing.T) {
	const plain = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	first, second := open(t, t.TempDir()), open(t, t.TempDir())
	run := begin(t, first, journal.Run{File: "accounts.csv", FileDigest: plain})
	switch {
	case run.FileDigest != first.FileDigest(plain):
		t.Errorf("the run has digest %s, want %s", run.FileDigest, first.FileDigest(plain))
	case run.FileDigest == plain, first.FileDigest(plain) == second.FileDigest(plain):
		t.Error("the digest is not keyed")
	}
	stored, err := first.Run(t.Context(), run.ID)
	if err != nil || stored.FileDigest != run.FileDigest {
		t.Errorf("stored is %s, %v", stored.FileDigest, err)
	}
}
