package journal_test

import (
	"slices"
	"testing"
	"time"

	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

func TestEntriesAreKept(t *testing.T) {
	everywhere(t, func(t *testing.T, s *journal.Store) {
		ctx := t.Context()
		other := beginWith(t, s, 3)
		run := begin(t, s, journal.Run{File: "accounts.csv"}).ID
		full := journal.Entry{
			Run: run, Index: 1, Row: 7, Sheet: "Лист1", Name: "Иванов\x00 \"И\"", Email: "a@b.ru", Owner: "boss@b.ru", OwnerID: "guid",
			Status: diagnosis.Failed, Code: diagnosis.NeverArrived, Side: diagnosis.Incoming, Host: "imap.b.ru",
			Problems:  []diagnosis.Problem{{Code: "X", Field: "port", Place: diagnosis.Place{Row: 7, Column: "F"}, Args: diagnosis.Args{"Count": "3"}}},
			MailboxID: 1 << 40, Filled: "port=preset", Attempts: 2, Started: time.UnixMilli(1_800_000_000_123), Took: 1500 * time.Millisecond, Evidence: "500",
		}
		want := []journal.Entry{{Run: run, Index: 0, Row: 2, Status: diagnosis.Invalid}, full}
		must(t, "AddEntries", s.AddEntries(ctx, want))
		same(t, "Entries", entriesOf(t, s, run), want)

		changed := full
		changed.Name, changed.Email, changed.Owner, changed.Sheet, changed.Filled, changed.Row = "", "", "", "", "", 0
		changed.OwnerID, changed.Status, changed.Code, changed.Side, changed.Host = "other", diagnosis.Exists, "", "", ""
		changed.Problems, changed.Attempts, changed.Evidence, changed.Took = nil, 0, "", 0
		changed.Started, changed.MailboxID = time.Time{}, 0
		must(t, "SetEntries", s.SetEntries(ctx, changed))
		// What the file says of a row is not an outcome.
		changed.Name, changed.Email, changed.Owner, changed.Sheet, changed.Filled, changed.Row = full.Name, full.Email, full.Owner, full.Sheet, full.Filled, full.Row
		same(t, "Entries after SetEntries", entriesOf(t, s, run), []journal.Entry{want[0], changed})
		same(t, "entries of another run", len(entriesOf(t, s, other)), 3)

		must(t, "AddEntries of none", s.AddEntries(ctx, nil))
		if err := s.SetEntries(ctx, journal.Entry{Run: run, Index: 9, Status: diagnosis.Created}); err == nil {
			t.Error("SetEntries of a row that was not added: no error")
		}
		if err := s.SetEntries(ctx, journal.Entry{Run: "nowhere"}); err == nil {
			t.Error("SetEntries in an unknown run: no error")
		}
		for _, err := range s.Entries(ctx, "nowhere") {
			if err == nil {
				t.Error("Entries of an unknown run: no error")
			}
		}
	})
}

func TestManyEntriesComeInOrder(t *testing.T) {
	everywhere(t, func(t *testing.T, s *journal.Store) {
		const rows = 1500
		run := beginWith(t, s, rows)
		var set []journal.Entry
		for i := 0; i < rows; i += 7 {
			set = append(set, journal.Entry{Run: run, Index: i, Status: diagnosis.Exists})
		}
		must(t, "SetEntries", s.SetEntries(t.Context(), set...))
		n := 0
		for e, err := range s.Entries(t.Context(), run) {
			must(t, "Entries", err)
			if e.Index != n || e.Row != n+2 || (e.Status == diagnosis.Exists) != (n%7 == 0) {
				t.Fatalf("entry %d is %+v", n, e)
			}
			// The store can be asked while the sequence goes on.
			if n%500 == 0 {
				_, err := s.Run(t.Context(), run)
				must(t, "Run inside Entries", err)
			}
			n++
		}
		same(t, "number of entries", n, rows)
		for range s.Entries(t.Context(), run) {
			break
		}
	})
}

func TestOneBadChangeSpoilsNoOther(t *testing.T) {
	everywhere(t, func(t *testing.T, s *journal.Store) {
		const callers = 40
		run := beginWith(t, s, callers)
		errs := make(chan error, callers)
		for i := range callers {
			index := i
			if i%10 == 3 {
				index = callers + i // not in the run
			}
			go func() {
				errs <- s.SetEntries(t.Context(), journal.Entry{Run: run, Index: index, Status: diagnosis.Exists})
			}()
		}
		failed := 0
		for range callers {
			if err := <-errs; err != nil {
				failed++
			}
		}
		same(t, "calls that failed", failed, 4)
		exists := slices.DeleteFunc(statuses(entriesOf(t, s, run)), func(st diagnosis.Status) bool { return st != diagnosis.Exists })
		same(t, "rows set", len(exists), callers-4)
	})
}
