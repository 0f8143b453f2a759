package importer_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"r7import/importer"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/policy"
	"r7import/importer/portalsim"
)

// doubtful returns a world whose only row was sent and stayed without an answer.
// If made, the portal has made the account.
func doubtful(t *testing.T, made bool) (*world, journal.Run) {
	t.Helper()
	w := newWorld(t, portalsim.Options{Faults: []portalsim.Fault{
		{Method: http.MethodPost, Path: "mail/accounts", First: 1, Do: portalsim.Silence, Processed: made}}})
	w.adjust = func(o *policy.Options) { o.Grace = 50 * time.Millisecond }
	ctx := w.until(func() bool { return w.creates() >= 1 })
	result, got := w.runWith(ctx, people(1))
	w.all(got, 1, diagnosis.Unknown)
	return w, result.Run
}

func (w *world) resolve(run journal.Run, word journal.Word) {
	w.t.Helper()
	if _, err := journal.Resolve(w.t.Context(), w.store, run, 2, word, 0); err != nil {
		w.t.Fatalf("Resolve %s: %v", word, err)
	}
}

func TestWordThatAnAccountIsThere(t *testing.T) {
	t.Parallel()
	w, run := doubtful(t, true)
	w.resolve(run, journal.IsCreated)
	w.want(entries(t, w.store, run.ID), "2 created RESOLVED_BY_HAND")
	before := w.sim.Stats().Requests
	_, got := w.run(people(1))
	w.want(got, "2 unchanged")
	if n := w.sim.Stats().Requests - before; n > 2 {
		t.Errorf("the next run sent %d requests, want at most the two that ask for the portal", n)
	}
	_, got = w.run([][]string{with(person(1), "password", "another")})
	w.want(got, "2 exists ACCOUNT_EXISTS") // it was never proven to be ours
}

func TestWordThatAnAccountIsAbsent(t *testing.T) {
	t.Parallel()
	w, run := doubtful(t, false)
	w.resolve(run, journal.IsAbsent)
	w.want(entries(t, w.store, run.ID), "2 not_tried RESOLVED_BY_HAND")
	_, got := w.run(people(1))
	w.want(got, "2 created")
	if len(w.live()) != 1 {
		t.Errorf("%d accounts, want 1", len(w.live()))
	}
}

func TestWordAboutALaterRun(t *testing.T) {
	t.Parallel()
	w, earlier := doubtful(t, true)
	open, err := w.store.OpenIntents(t.Context())
	if err != nil || len(open) != 1 {
		t.Fatalf("%d writes without outcome, %v", len(open), err)
	}
	later, err := w.store.Begin(t.Context(), journal.Run{Kind: journal.KindRun})
	if err != nil {
		t.Fatal(err)
	}
	row := journal.Entry{Run: later.ID, Row: 2, Email: open[0].Key.Address, OwnerID: open[0].Key.OwnerID, Status: diagnosis.Unknown, Code: diagnosis.LookUpFailed}
	if err := w.store.AddEntries(t.Context(), []journal.Entry{row}); err != nil {
		t.Fatal(err)
	}
	w.resolve(later, journal.IsCreated)
	for _, run := range []journal.Run{later, earlier} {
		w.want(entries(t, w.store, run.ID), "2 created RESOLVED_BY_HAND")
	}
}

func TestWordsThatAreRefused(t *testing.T) {
	t.Parallel()
	w, run := doubtful(t, false)
	done, got := w.run(people(1)) // looks, waits and writes once more
	w.want(got, "2 created")
	open, openRun := doubtful(t, false)
	for _, tc := range []struct {
		name   string
		store  *journal.Store
		run    journal.Run
		row    int
		word   journal.Word
		settle time.Duration
		want   diagnosis.Code
	}{
		{"no such row", w.store, run, 3, journal.IsCreated, 0, diagnosis.ResolveNoRow},
		{"nothing in doubt", w.store, done.Run, 2, journal.IsAbsent, 0, diagnosis.ResolveNoDoubt},
		{"in doubt no more", w.store, run, 2, journal.IsCreated, 0, diagnosis.ResolveNoDoubt},
		{"the portal may be at work", open.store, openRun, 2, journal.IsAbsent, time.Hour, diagnosis.ResolveTooSoon},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := journal.Resolve(t.Context(), tc.store, tc.run, tc.row, tc.word, tc.settle)
			var problem *diagnosis.Problem
			if !errors.As(err, &problem) || problem.Code != tc.want {
				t.Errorf("Resolve = %v, want %s", err, tc.want)
			}
		})
	}
}

// TestRefusedLookUpKeepsTheDoubt has the portal refuse, with words that say nothing
// of the account, to look for one it is still making.
func TestRefusedLookUpKeepsTheDoubt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, portalsim.Options{
		Faults: []portalsim.Fault{
			{Method: http.MethodPost, Path: "mail/accounts", First: 1, Do: portalsim.Answer, Status: 504, Text: "<html>504</html>", Early: true, Processed: true},
			{Path: "mail/accounts/single", Skip: 1, First: 1, Do: portalsim.Envelope, Status: 403, Text: "Access denied."},
		},
		MailHosts: []portalsim.MailHost{{Host: "imap.example.org", Delay: 300 * time.Millisecond}},
	})
	w.adjust = func(o *policy.Options) { o.Settle = 10 * time.Second }
	_, got := w.run(people(1))
	w.want(got, "2 created FOUND_BY_LOOK_UP")
	if n := w.creates(); n != 1 {
		t.Errorf("%d create calls, want 1", n)
	}
}

// TestDoubtOutlivesAnOwnerOfNoUse begins with a row in doubt that nobody can look for.
func TestDoubtOutlivesAnOwnerOfNoUse(t *testing.T) {
	for _, tc := range []struct {
		name   string
		faults []portalsim.Fault
		rows   [][]string
		limit  int
	}{
		{"who cannot sign in", []portalsim.Fault{{Path: "authentication", Do: portalsim.Envelope, Status: 500, Text: "User authentication failed"}}, people(1), 0},
		{"whom the row does not let in", nil, [][]string{with(person(1), "portal_password", "")}, 0},
		{"with too many addresses", nil, append(people(1), with(person(1), "email", "other.user001@example.org")), 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w, _ := doubtful(t, true)
			if err := w.sim.SetFaults(tc.faults); err != nil {
				t.Fatal(err)
			}
			w.adjust = func(o *policy.Options) { o.MaxPerOwner = tc.limit }
			for _, took := range []func([][]string) (importer.Result, []journal.Entry){w.look, w.run} {
				_, got := took(tc.rows)
				w.want(got[:1], "2 unknown OUTCOME_UNKNOWN")
			}
			if n := w.creates(); n != 1 {
				t.Errorf("%d create calls, want the one before", n)
			}
			if err := w.sim.SetFaults(nil); err != nil {
				t.Fatal(err)
			}
			w.adjust = func(o *policy.Options) { o.RetryRefused = true }
			_, got := w.run(people(1))
			w.want(got, "2 created FOUND_BY_LOOK_UP")
		})
	}
}

// TestDoubtOutlivesASession loses the answer to a create call, then the session,
// and then the portal refuses the password.
func TestDoubtOutlivesASession(t *testing.T) {
	t.Parallel()
	w := newWorld(t, portalsim.Options{Faults: []portalsim.Fault{
		{Method: http.MethodPost, Path: "mail/accounts", First: 1, Do: portalsim.Reset, Processed: true},
		{Path: "mail/accounts/single", Skip: 1, Do: portalsim.Envelope, Status: 401, Text: "Unauthorized"},
		{Path: "authentication", Skip: 1, Do: portalsim.Envelope, Status: 500, Text: "User authentication failed"},
	}})
	_, got := w.run(people(1))
	w.want(got, "2 unknown OUTCOME_UNKNOWN")
	if last := w.seen[len(w.seen)-1]; last.Counts[diagnosis.Unknown] != 1 || last.Counts[diagnosis.Failed] != 0 || last.Unknown != 0 {
		t.Errorf("the last picture: %+v", last)
	}
	if err := w.sim.SetFaults(nil); err != nil {
		t.Fatal(err)
	}
	w.adjust = func(o *policy.Options) { o.RetryRefused = true }
	_, got = w.run(people(1))
	w.want(got, "2 created FOUND_BY_LOOK_UP")
}
