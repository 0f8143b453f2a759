package journal_test

import (
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
