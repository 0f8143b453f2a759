package journal_test

import (
	"os"
	"testing"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

func TestAnIntentMakesItsRowUnknown(t *testing.T) {
	everywhere(t, func(t *testing.T, s *journal.Store) {
		ctx := t.Context()
		run := beginWith(t, s, 3)
		sent, withdrawn := intend(t, s, run, 0), intend(t, s, run, 1)
		same(t, "statuses with intents", statuses(entriesOf(t, s, run)), []diagnosis.Status{diagnosis.Unknown, diagnosis.Unknown, diagnosis.NotTried})
		same(t, "code of an unknown row", entriesOf(t, s, run)[0].Code, diagnosis.OutcomeUnknown)

		must(t, "SetEntries", s.SetEntries(ctx, journal.Entry{Run: run, Index: 1, Status: diagnosis.Unknown, Code: "PORTAL_TIMEOUT"}))
		same(t, "code of a row said to be unknown", entriesOf(t, s, run)[1].Code, diagnosis.Code("PORTAL_TIMEOUT"))
		must(t, "Withdraw", s.Withdraw(ctx, withdrawn))
		must(t, "Settle", s.Settle(ctx, outcome(sent, run, 0)))
		same(t, "statuses at the end", statuses(entriesOf(t, s, run)), []diagnosis.Status{diagnosis.Created, diagnosis.NotTried, diagnosis.NotTried})

		left, err := s.OpenIntents(ctx)
		must(t, "OpenIntents", err)
		if len(left) != 0 {
			t.Errorf("OpenIntents = %+v, want none", left)
		}
		for name, err := range map[string]error{
			"Settle":   s.Settle(ctx, outcome(sent, run, 0)),
			"Withdraw": s.Withdraw(ctx, withdrawn),
			"Renew":    s.Renew(ctx, sent, time.Now()),
		} {
			if err == nil {
				t.Errorf("%s of a closed intent: no error", name)
			}
		}
	})
}

func TestOpenIntents(t *testing.T) {
	everywhere(t, func(t *testing.T, s *journal.Store) {
		ctx := t.Context()
		earlier := beginWith(t, s, 2)
		a := journal.Intent{
			Run: earlier, Index: 1, Key: account.NewKey("GUID", "A@B.ru"), Kind: journal.Update,
			At: time.UnixMilli(1_800_000_000_123), Fingerprint: account.Fingerprint("print"), MailboxID: 17,
		}
		var err error
		a.ID, err = s.Intend(ctx, a)
		must(t, "Intend", err)
		later := beginWith(t, s, 2)
		b := intentOf(later, 0)
		b.ID, err = s.Intend(ctx, b)
		must(t, "Intend", err)
		b.At = time.UnixMilli(1_800_000_100_000)
		must(t, "Renew", s.Renew(ctx, b.ID, b.At))
		got, err := s.OpenIntents(ctx)
		must(t, "OpenIntents", err)
		same(t, "OpenIntents", got, []journal.Intent{a, b})
	})
}

func TestALaterRunSettlesAnEarlierOne(t *testing.T) {
	everywhere(t, func(t *testing.T, s *journal.Store) {
		ctx := t.Context()
		earlier := beginWith(t, s, 3)
		found, absent := intend(t, s, earlier, 0), intend(t, s, earlier, 1)
		must(t, "SetEntries", s.SetEntries(ctx, journal.Entry{Run: earlier, Index: 1, Status: diagnosis.Unknown, Code: "PORTAL_TIMEOUT", Attempts: 1}))
		later := beginWith(t, s, 3)
		must(t, "Settle", s.Settle(ctx, outcome(found, later, 0)))
		must(t, "Withdraw", s.Withdraw(ctx, absent))
		want := []diagnosis.Status{diagnosis.Created, diagnosis.NotTried, diagnosis.NotTried}
		same(t, "statuses of the earlier run", statuses(entriesOf(t, s, earlier)), want)
		same(t, "statuses of the later run", statuses(entriesOf(t, s, later)), want)
		same(t, "mailbox in the earlier run", entriesOf(t, s, earlier)[0].MailboxID, int64(1))
		same(t, "attempts in the earlier run", entriesOf(t, s, earlier)[1].Attempts, 1)
	})
}

// testdata/intents is a store from when intents had a table of their own: of four
// rows the first was created, the second is in doubt, and the intent of the third
// was withdrawn.
func TestIntentsOfAnOlderStore(t *testing.T) {
	dir := t.TempDir()
	folder, err := journal.Folder(dir, portal)
	must(t, "Folder", err)
	must(t, "CopyFS", os.CopyFS(folder, os.DirFS("testdata/intents")))
	for range 2 { // the second time nothing is left to do
		s := open(t, dir)
		run, err := s.Run(t.Context(), "latest")
		must(t, "Run", err)
		want := []diagnosis.Status{diagnosis.Created, diagnosis.Unknown, diagnosis.NotTried, diagnosis.NotTried}
		same(t, "statuses", statuses(entriesOf(t, s, run.ID)), want)
		left, err := s.OpenIntents(t.Context())
		must(t, "OpenIntents", err)
		same(t, "OpenIntents", left, []journal.Intent{{
			ID: left[0].ID, Run: run.ID, Index: 1, Key: keyOf(1), Kind: journal.Create,
			At: time.UnixMilli(1_800_000_000_123), Fingerprint: account.Fingerprint("print"), MailboxID: 17,
		}})
		if _, known := accountOf(t, s, 0); !known {
			t.Error("the account of the first row is not known")
		}
		must(t, "Close", s.Close())
	}
	s := open(t, dir)
	left, err := s.OpenIntents(t.Context())
	must(t, "OpenIntents", err)
	must(t, "Settle", s.Settle(t.Context(), outcome(left[0].ID, left[0].Run, 1)))
	settle(t, s, left[0].Run, 2)
	same(t, "counts at the end", countsOf(t, s, left[0].Run), map[diagnosis.Status]int{diagnosis.Created: 3, diagnosis.NotTried: 1})
}
