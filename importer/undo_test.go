package importer_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"r7import/importer"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/policy"
	"r7import/importer/portalsim"
)

// undo takes a run back with the rows as the file.
func (w *world) undo(run journal.Run, rows [][]string, disable bool) (*importer.Undoing, importer.Undone, []journal.Entry) {
	w.t.Helper()
	return w.undoWith(w.t.Context(), run, rows, disable)
}

func (w *world) undoWith(ctx context.Context, run journal.Run, rows [][]string, disable bool) (*importer.Undoing, importer.Undone, []journal.Entry) {
	w.t.Helper()
	w.write(rows)
	im := w.importer(ctx, w.store)
	u, err := im.PrepareUndo(ctx, []journal.Run{run}, disable)
	if err != nil {
		w.t.Fatal(err)
	}
	undone, err := im.Undo(ctx, u)
	if err != nil {
		w.t.Fatal(err)
	}
	return u, undone, entries(w.t, w.store, undone.Run.ID)
}

// addresses returns the addresses of the accounts of the portal that are not removed.
func (w *world) addresses() []string {
	list := []string{}
	for _, a := range w.live() {
		list = append(list, a.Address)
	}
	slices.Sort(list)
	return list
}

func (w *world) has(want ...int) {
	w.t.Helper()
	addresses := make([]string, len(want))
	for i, n := range want {
		addresses[i] = person(n)[1]
	}
	if diff := cmp.Diff(addresses, w.addresses()); diff != "" {
		w.t.Errorf("accounts of the portal: want -, got +\n%s", diff)
	}
}

// removals returns how often the portal was asked to remove something.
func (w *world) removals() int {
	n := 0
	for _, r := range w.sim.Requests() {
		if r.Method == http.MethodDelete {
			n++
		}
	}
	return n
}

func TestUndoTakesBackWhatTheRunMadeAndNothingElse(t *testing.T) {
	t.Parallel()
	lost := portalsim.Fault{Method: http.MethodPost, Path: "mail/accounts", Only: []string{person(6)[1]}, Do: portalsim.Reset, Processed: true}
	w := newWorld(t, portalsim.Options{
		Faults: []portalsim.Fault{lost},
		Accounts: []portalsim.Account{{Owner: person(1)[1], Address: person(1)[1], Name: "Ivan Petrov 1",
			Security: 1, Auth: 1, Restrict: true, SMTPSecurity: 1, SMTPAuth: 1}},
	})
	first, got := w.run(people(8))
	w.want(got, "2 exists ACCOUNT_EXISTS", "3 created", "4 created", "5 created", "6 created", "7 created FOUND_BY_LOOK_UP", "8 created", "9 created")
	rows := people(9)
	rows[4] = with(rows[4], "name", "Somebody Else")
	_, got = w.run(rows) // changes row 6 and makes row 10
	w.want(got[4:5], "6 updated")
	w.replace(person(3)[1])
	w.rename(person(4)[1])

	u, undone, got := w.undo(first.Run, rows, false)
	w.want(got,
		"2 kept UNDO_NOT_MADE",  // there before
		"3 removed",             //
		"4 held UNDO_REPLACED",  // another mailbox now
		"5 held UNDO_DIFFERS",   // renamed in the portal
		"6 held UNDO_LATER_RUN", //
		"7 held UNDO_UNPROVEN",  // no 201 in the journal
		"8 removed",             //
		"9 removed",             //
		"10 kept UNDO_NOT_MADE") // by another run
	w.has(1, 3, 4, 5, 6, 9)
	if u.Made != 6 || u.Unproven != 1 || u.Done != 0 || u.Here != 5 || u.People != 5 || u.Strangers != 0 {
		t.Errorf("prepared: %+v", u)
	}
	if undone.Stopped != nil || len(undone.Rowless) != 0 {
		t.Errorf("undone: %+v", undone)
	}
	// The same once more does nothing again.
	removals := w.removals()
	again, _, got := w.undo(first.Run, rows, false)
	if got[1].Status != diagnosis.Removed || got[1].Code != diagnosis.UndoBefore || w.removals() != removals || again.Done != 3 {
		t.Errorf("row 3 is %s %s after %d more removals, done before %d", got[1].Status, got[1].Code, w.removals()-removals, again.Done)
	}
	// And a run makes the accounts anew.
	w.sim.SetFaults(nil)
	_, got = w.run(people(2)[1:])
	w.want(got, "2 created")
}

// rename lets somebody change the name of their account in the portal.
func (w *world) rename(address string) {
	w.t.Helper()
	session := w.as(address)
	there, found, answer := session.Find(w.t.Context(), address)
	if !found {
		w.t.Fatalf("Find %s: %+v", address, answer)
	}
	settings := there.Settings
	settings.Name = "Renamed"
	if answer := session.Update(w.t.Context(), &settings, nil); answer.Fate != diagnosis.Done {
		w.t.Fatalf("Update %s: %+v", address, answer)
	}
}

func TestUndoDisablesFirst(t *testing.T) {
	w := newWorld(t, portalsim.Options{})
	run, _ := w.run(people(3))
	_, _, got := w.undo(run.Run, people(3), true)
	w.all(got, 3, diagnosis.Disabled)
	for _, a := range w.live() {
		if !a.Disabled {
			t.Errorf("%s is not switched off", a.Address)
		}
	}
	before := w.sim.Stats().Requests
	_, _, got = w.undo(run.Run, people(3), true)
	w.want(got, "2 disabled UNDO_BEFORE", "3 disabled UNDO_BEFORE", "4 disabled UNDO_BEFORE")
	if n := w.sim.Stats().Requests - before; n > 2 {
		t.Errorf("%d requests for what is done, want at most the two that ask for the portal", n)
	}
	_, _, got = w.undo(run.Run, people(3), false)
	w.all(got, 3, diagnosis.Removed)
	w.has()
}

func TestUndoWithoutTheRowsOfAccounts(t *testing.T) {
	w := newWorld(t, portalsim.Options{})
	run, _ := w.run(people(4))
	u, undone, got := w.undo(run.Run, [][]string{person(2), person(7)}, false)
	w.want(got, "2 removed", "3 kept UNDO_NOT_MADE")
	if diff := cmp.Diff([]string{person(1)[1], person(3)[1], person(4)[1]}, undone.Rowless); diff != "" {
		t.Errorf("rowless: want -, got +\n%s", diff)
	}
	if u.Strangers != 1 {
		t.Errorf("%d rows of strangers, want 1", u.Strangers)
	}
	w.has(1, 3, 4)
}

func TestUndoOfAccountsThatAreGone(t *testing.T) {
	w := newWorld(t, portalsim.Options{})
	run, _ := w.run(people(1))
	session := w.as(person(1)[1])
	session.Remove(t.Context(), person(1)[1])
	for len(w.live()) > 0 {
		time.Sleep(time.Millisecond)
	}
	_, _, got := w.undo(run.Run, people(1), false)
	w.want(got, "2 removed UNDO_GONE")
}

func TestUndoRemovesOneAccountOfAPersonAtATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t, portalsim.Options{Tokens: map[string]string{"the-token": "user001@example.org"}, RemoveTime: 100 * time.Millisecond})
	w.header = header[:7]
	w.adjust = func(o *policy.Options) {
		o.Caller.Token, o.MaxPerOwner, o.Owner = account.NewSecret("the-token"), 0, policy.OwnerSelf
	}
	rows := ownerless(5)
	run, _ := w.run(rows)
	_, _, got := w.undo(run.Run, rows, false)
	w.all(got, 5, diagnosis.Removed)
	if n := w.removals(); n != 5 {
		t.Errorf("%d requests to remove, want 5: none is refused because another is under way", n)
	}
}

func TestUndoWaitsForAnotherRemoval(t *testing.T) {
	t.Parallel()
	w := newWorld(t, portalsim.Options{})
	run, _ := w.run(people(1))
	if err := w.sim.SetFaults([]portalsim.Fault{
		{Method: http.MethodDelete, Path: "mail/accounts", First: 2, Do: portalsim.Envelope, Status: 500, Text: "Remove mailbox operation already running."},
	}); err != nil {
		t.Fatal(err)
	}
	_, _, got := w.undo(run.Run, people(1), false)
	w.want(got, "2 removed")
	if n := w.removals(); n != 3 {
		t.Errorf("%d requests to remove, want two that are refused and one more", n)
	}
}

func TestUndoSurvivesLostAnswersAndARestart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, portalsim.Options{Seed: 3, RemoveTime: 300 * time.Millisecond, Latency: 5 * time.Millisecond})
	run, _ := w.run(people(12))
	if err := w.sim.SetFaults([]portalsim.Fault{
		{Method: http.MethodDelete, Path: "mail/accounts", Every: 4, First: 3, Do: portalsim.Reset, Processed: true},
		{Method: http.MethodGet, Path: "mail/operations/*", Every: 5, First: 2, Do: portalsim.Reset},
	}); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for w.removals() < 6 {
			time.Sleep(time.Millisecond)
		}
		w.sim.Restart(500*time.Millisecond, 0.5)
	}()
	_, undone, got := w.undo(run.Run, people(12), false)
	<-done
	if undone.Stopped != nil {
		t.Fatalf("stopped: %v", undone.Stopped)
	}
	w.all(got, 12, diagnosis.Removed)
	w.has()
	open, err := w.store.OpenIntents(t.Context())
	if err != nil || len(open) != 0 {
		t.Errorf("%d requests without outcome are left, %v", len(open), err)
	}
}

func TestUndoInterruptedGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, portalsim.Options{RemoveTime: 400 * time.Millisecond})
	run, _ := w.run(people(12))
	w.adjust = func(o *policy.Options) { o.Workers = 3 }
	ctx := w.until(func() bool { return w.removals() >= 4 })
	_, undone, got := w.undoWith(ctx, run.Run, people(12), false)
	if !undone.Interrupted {
		t.Errorf("undone: %+v", undone)
	}
	for _, e := range got {
		if !slices.Contains([]diagnosis.Status{diagnosis.Removed, diagnosis.Unknown, diagnosis.NotTried}, e.Status) {
			t.Errorf("row %d is %s %s", e.Row, e.Status, e.Code)
		}
	}
	_, _, got = w.undo(run.Run, people(12), false)
	w.all(got, 12, diagnosis.Removed)
	w.has()
	if s := w.sim.Stats(); s.Removed != 12 {
		t.Errorf("%d accounts were removed, want 12", s.Removed)
	}
}

func TestUndoLeavesRowsInDoubtAlone(t *testing.T) {
	t.Parallel()
	w, run := doubtful(t, true)
	_, _, got := w.undo(run, people(1), false)
	w.want(got, "2 held UNDO_IN_DOUBT")
	if w.removals() != 0 {
		t.Error("an account in doubt was removed")
	}
}

func TestUndoOfWhatIsNoRun(t *testing.T) {
	w := newWorld(t, portalsim.Options{})
	run, _ := w.run(people(1))
	_, undone, _ := w.undo(run.Run, people(1), true)
	_, err := w.importer(t.Context(), w.store).PrepareUndo(t.Context(), []journal.Run{undone.Run}, false)
	var problem *diagnosis.Problem
	if !errors.As(err, &problem) || problem.Code != diagnosis.UndoNoRun {
		t.Errorf("PrepareUndo of an undo = %v, want %s", err, diagnosis.UndoNoRun)
	}
}

func TestUndoNeedsNoPasswordsOfMailboxes(t *testing.T) {
	w := newWorld(t, portalsim.Options{})
	run, _ := w.run(people(2))
	w.header = slices.DeleteFunc(slices.Clone(header), func(h string) bool { return h == "password" })
	w.bare = true
	var rows [][]string
	for n := range 2 {
		rows = append(rows, slices.Delete(person(n+1), 2, 3))
	}
	_, _, got := w.undo(run.Run, rows, false)
	w.all(got, 2, diagnosis.Removed)
}

func TestUndoForecast(t *testing.T) {
	for _, tc := range []struct {
		name string
		undo importer.Undoing
		want time.Duration
	}{
		{"many people", importer.Undoing{Here: 400, People: 400}, 500 * time.Second},
		{"one person", importer.Undoing{Here: 40, People: 1}, 200 * time.Second},
		{"a slow rate bounds switching off", importer.Undoing{Here: 100, People: 100, Disable: true}, 60 * time.Second},
		{"nothing", importer.Undoing{}, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got, _ := tc.undo.Forecast(10, 4); got != tc.want {
				t.Errorf("Forecast = %v, want %v", got, tc.want)
			}
		})
	}
}
