package journal_test

import (
	"testing"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

// What a dry run has seen is taken over, but not over what a run has noted meanwhile.
func TestLearn(t *testing.T) {
	ctx := t.Context()
	s := open(t, t.TempDir())
	began := time.UnixMilli(1_800_000_000_000)
	run := beginWith(t, s, 3)
	known := func(n int, at time.Time) journal.Account {
		return journal.Account{
			Key: keyOf(n), MailboxID: int64(n + 1), Made: true, Status: diagnosis.Created, Fingerprint: account.Fingerprint("print"), Run: run, Checked: at,
		}
	}
	old, since := began.Add(-time.Hour), began.Add(time.Second)
	for n, at := range []time.Time{old, old, since} {
		must(t, "SaveAccount", s.SaveAccount(ctx, known(n, at)))
	}
	must(t, "SaveOwner", s.SaveOwner(ctx, journal.Owner{Name: "busy@example.org", ID: "1", LastAttempt: since, Attempts: 1}))

	seen, err := journal.Scratch()
	must(t, "Scratch", err)
	defer seen.Close()
	dry := beginWith(t, seen, 4)
	gone, there, raced := known(0, time.Time{}), known(1, since), known(2, time.Time{})
	fresh := journal.Account{Key: keyOf(3), MailboxID: 7, Status: diagnosis.Exists, Checked: since}
	for _, a := range []journal.Account{gone, there, raced, fresh} {
		a.Run = dry
		must(t, "SaveAccount aside", seen.SaveAccount(ctx, a))
	}
	for _, name := range []string{"busy@example.org", "new@example.org"} {
		must(t, "SaveOwner aside", seen.SaveOwner(ctx, journal.Owner{Name: name, ID: "2", Checked: since}))
	}
	must(t, "Learn", s.Learn(ctx, seen, began))

	for n, want := range []journal.Account{gone, there, known(2, since), fresh} {
		got, _ := accountOf(t, s, n)
		same(t, "Account after Learn", got, want)
	}
	for name, id := range map[string]string{"busy@example.org": "1", "new@example.org": "2"} {
		if o, _, err := s.Owner(ctx, name); err != nil || o.ID != id {
			t.Errorf("Owner %s after Learn = %q, %v, want %q", name, o.ID, err, id)
		}
	}
}
