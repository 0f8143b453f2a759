package importer_test

import (
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/policy"
	"r7import/importer/portalsim"
)

// oneOwner is a world where one person gets all accounts, and those whose rows
// are gone are switched off.
func oneOwner(t *testing.T, o portalsim.Options) *world {
	t.Helper()
	o.Tokens = map[string]string{"the-token": person(1)[1]}
	w := newWorld(t, o)
	w.header = header[:7]
	w.adjust = func(o *policy.Options) {
		o.Caller.Token, o.MaxPerOwner, o.Owner = account.NewSecret("the-token"), 0, policy.OwnerSelf
		o.OnMissing = policy.MissingDisable
	}
	return w
}

// off checks which accounts of the portal are switched off.
func (w *world) off(want ...int) {
	w.t.Helper()
	got, wanted := []string{}, []string{}
	for _, a := range w.live() {
		if a.Disabled {
			got = append(got, a.Address)
		}
	}
	for _, n := range want {
		wanted = append(wanted, person(n)[1])
	}
	slices.Sort(got)
	if diff := cmp.Diff(wanted, got); diff != "" {
		w.t.Errorf("switched off: want -, got +\n%s", diff)
	}
}

// missing checks which accounts the latest plan found to be in no row any more.
func (w *world) missing(want ...int) {
	w.t.Helper()
	got, wanted := []string{}, []string{}
	for _, m := range w.plan.Missing {
		got = append(got, m.Key.Address)
	}
	for _, n := range want {
		wanted = append(wanted, person(n)[1])
	}
	if diff := cmp.Diff(wanted, got); diff != "" {
		w.t.Errorf("missing: want -, got +\n%s", diff)
	}
}

// switches counts requests that switch accounts on or off.
func (w *world) switches() int {
	n := 0
	for _, r := range w.sim.Requests() {
		if r.Method == http.MethodPut && strings.Contains(r.Path, "accounts/state") {
			n++
		}
	}
	return n
}

func TestRowsNoLongerInTheFileAreListed(t *testing.T) {
	w := newWorld(t, portalsim.Options{})
	w.run(people(5))
	w.missing()
	_, got := w.run(people(3))
	w.missing(4, 5)
	w.all(got, 3, diagnosis.Unchanged)
	w.look(people(2))
	w.missing(3, 4, 5)
	w.off()
	w.has(1, 2, 3, 4, 5)
}

func TestWhatIsNotMissing(t *testing.T) {
	badPort := with(person(3), "port", "none")
	badAddress := with(person(3), "email", "user003@@example.org")
	otherOwner := with(with(person(3), "portal_user", "user009@example.org"), "name", "Ivan Petrov 3")
	for _, tc := range []struct {
		name       string
		rows       [][]string
		onMissing  policy.OnMissing
		missing    []int
		unreadable int
	}{
		{name: "a row with errors", rows: [][]string{person(1), badPort}, onMissing: policy.MissingReport, missing: []int{2}},
		{name: "nobody knows about a row without an address", rows: [][]string{person(1), badAddress}, onMissing: policy.MissingReport, unreadable: 1},
		{name: "an address under somebody nobody knows yet", rows: [][]string{person(1), person(2), otherOwner}, onMissing: policy.MissingReport},
		{name: "a part of the file", rows: [][]string{person(1)}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, portalsim.Options{})
			w.run(people(3))
			w.adjust = func(o *policy.Options) { o.OnMissing = tc.onMissing }
			w.look(tc.rows)
			w.missing(tc.missing...)
			if w.plan.Unreadable != tc.unreadable {
				t.Errorf("unreadable = %d, want %d", w.plan.Unreadable, tc.unreadable)
			}
		})
	}
}

func TestAnotherFileThatAsksForAnAccountKeepsIt(t *testing.T) {
	w := oneOwner(t, portalsim.Options{})
	first, second := w.file, filepath.Join(t.TempDir(), "department.csv")
	w.run(ownerless(4))
	w.file = second
	w.run(ownerless(4)[1:2]) // it has user002 only
	w.missing()
	w.file = first
	w.run(ownerless(1))
	w.missing(3, 4)
	w.off(3, 4)
	w.file = second
	w.run([][]string{person(5)[:7]})
	w.missing() // user002 was made by the other file
	w.off(3, 4)
}

func TestTheSameFileForTwoPeople(t *testing.T) {
	w := oneOwner(t, portalsim.Options{})
	w.run(ownerless(3))
	first := w.adjust
	w.adjust = func(o *policy.Options) {
		first(o)
		o.Caller = policy.Caller{User: person(2)[1], Password: account.NewSecret("portal-secret")}
	}
	w.run(ownerless(3))
	w.missing()
	_, got := w.run(ownerless(2))
	w.want(got, "2 unchanged", "3 unchanged", "0 disabled ROW_MISSING")
	if got[2].Owner != person(2)[1] {
		t.Errorf("an account of %s is switched off", got[2].Owner)
	}
}

func TestAccountsWithoutARowAreSwitchedOff(t *testing.T) {
	w := oneOwner(t, portalsim.Options{Accounts: []portalsim.Account{
		{Owner: person(1)[1], Address: person(6)[1], Name: "Ivan Petrov 6", Security: 1, Auth: 1, Restrict: true, SMTPSecurity: 1, SMTPAuth: 1},
	}})
	rows := ownerless(6)
	rows[3][1] = "User004@Example.org" // the portal keeps neither the case of the address nor that of the login
	w.run(rows)
	w.off()

	before := w.sim.Stats()
	_, got := w.look(ownerless(2))
	w.want(got, "2 unchanged", "3 unchanged", "0 would_disable ROW_MISSING", "0 would_disable ROW_MISSING", "0 would_disable ROW_MISSING")
	w.missing(3, 4, 5)
	if w.plan.ToDisable != 3 {
		t.Errorf("the plan is to disable %d, want 3", w.plan.ToDisable)
	}
	if w.switches() != 0 {
		t.Errorf("a look has switched something: %+v, before %+v", w.sim.Stats(), before)
	}

	_, got = w.run(ownerless(2))
	w.want(got, "2 unchanged", "3 unchanged", "0 disabled ROW_MISSING", "0 disabled ROW_MISSING", "0 disabled ROW_MISSING")
	w.off(3, 4, 5)
	_, got = w.run(ownerless(2))
	w.want(got, "2 unchanged", "3 unchanged")
	w.missing()
	if n := w.switches(); n != 3 {
		t.Errorf("%d requests to switch accounts, want 3", n)
	}

	// A row that is there again has its account switched on again.
	_, got = w.look(ownerless(4))
	w.want(got, "2 unchanged", "3 unchanged", "4 would_update WOULD_CHANGE", "5 would_update WOULD_CHANGE")
	w.off(3, 4, 5)
	_, got = w.run(ownerless(4))
	w.want(got, "2 unchanged", "3 unchanged", "4 updated ENABLED_AGAIN", "5 updated ENABLED_AGAIN")
	w.off(5)
	_, got = w.run(ownerless(4))
	w.all(got, 4, diagnosis.Unchanged)
	if n := w.switches(); n != 5 {
		t.Errorf("%d requests to switch accounts, want 5", n)
	}
	if made := w.sim.Stats().Created; made != 5 {
		t.Errorf("%d accounts made, want 5", made)
	}
}

func TestSwitchedOnAgainByPolicy(t *testing.T) {
	w := newWorld(t, portalsim.Options{})
	run, _ := w.run(people(2))
	w.undo(run.Run, people(2), true)
	w.adjust = func(o *policy.Options) { o.OnChanged = policy.Skip }
	_, got := w.run(people(2))
	w.want(got, "2 changed ACCOUNT_DIFFERS", "3 changed ACCOUNT_DIFFERS")
	w.off(1, 2)
	w.adjust = func(o *policy.Options) { o.MaxChanges = policy.Share{N: 1} }
	_, got = w.run(people(1))
	w.want(got, "2 updated ENABLED_AGAIN")
	// With other changes, the update switches it on as well.
	w.adjust = nil
	_, got = w.run([][]string{person(1), with(person(2), "name", "Somebody Else")})
	w.want(got, "2 unchanged", "3 updated")
	w.off()
}

func TestOnlyWhatIsAsItWasLeftIsSwitchedOff(t *testing.T) {
	w := acting(t, portalsim.Options{People: employees(6), Impersonation: allowed, OnlyPeople: true}, owner)
	rows := named(6, nobody)
	_, got := w.run(rows)
	w.all(got, 6, diagnosis.Created)
	act := w.adjust
	w.adjust = func(o *policy.Options) {
		act(o)
		o.OnMissing = policy.MissingDisable
	}
	w.rename(person(3)[1])
	w.replace(person(4)[1])
	session := w.as(person(5)[1])
	session.Remove(t.Context(), person(5)[1])
	for len(w.live()) == 6 {
		time.Sleep(time.Millisecond)
	}
	_, got = w.run(rows[:1]) // nothing is to be done for the rows: the administrator signs in for the others alone
	w.want(got, "2 unchanged", "0 disabled ROW_MISSING", "0 held UNDO_DIFFERS", "0 held UNDO_REPLACED", "0 removed UNDO_GONE", "0 disabled ROW_MISSING")
	w.off(2, 6)
}

func TestWhoSignsInForAccountsWithoutARow(t *testing.T) {
	w := newWorld(t, portalsim.Options{})
	w.adjust = func(o *policy.Options) { o.OnMissing, o.AllowMismatch = policy.MissingDisable, true }
	second := with(person(1), "email", "info@example.org")
	w.run([][]string{person(1), second, person(2)})
	// The owner of the second address still has a row, the third row was the only one of its owner.
	_, got := w.run([][]string{person(1)})
	w.want(got, "2 unchanged", "0 disabled ROW_MISSING", "0 held MISSING_NOBODY_SIGNS_IN")
	if w.plan.ToDisable != 1 {
		t.Errorf("the plan is to disable %d, want 1", w.plan.ToDisable)
	}
	if got[1].Email != "info@example.org" || got[2].Owner != person(2)[1] {
		t.Errorf("lines %+v", got[1:])
	}
}

func TestTooManyAccountsWithoutARow(t *testing.T) {
	for _, tc := range []struct {
		name         string
		rows, left   int
		changes      policy.Share
		disabled     bool
		changedToo   bool
		disableLimit int
	}{
		{name: "a few are usual", rows: 15, left: 5, disabled: true, disableLimit: 10},
		{name: "a file cut in half", rows: 30, left: 15, disableLimit: 10},
		{name: "as many as are allowed", rows: 30, left: 15, changes: policy.Share{N: 15}, disabled: true, disableLimit: 15},
		{name: "a part of the rows left", rows: 12, left: 10, changes: policy.Share{N: 10, Percent: true}, disableLimit: 1},
		{name: "changes count", rows: 6, left: 4, changes: policy.Share{N: 2}, changedToo: true, disableLimit: 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := oneOwner(t, portalsim.Options{})
			w.run(ownerless(tc.rows))
			one := w.adjust
			w.adjust = func(o *policy.Options) {
				one(o)
				o.MaxChanges = tc.changes
			}
			rows := ownerless(tc.left)
			if tc.changedToo {
				rows[0][0] = "Somebody Else"
			}
			_, got := w.run(rows)
			for _, e := range got[tc.left:] {
				if tc.disabled != (e.Status == diagnosis.Disabled) || !tc.disabled && e.Code != diagnosis.MissingTooMany {
					t.Errorf("%s is %s %s", e.Email, e.Status, e.Code)
				}
			}
			if w.plan.DisableLimit != tc.disableLimit {
				t.Errorf("limit %d, want %d", w.plan.DisableLimit, tc.disableLimit)
			}
		})
	}
}

func TestSwitchingOffSurvivesLostAnswers(t *testing.T) {
	t.Parallel()
	w := oneOwner(t, portalsim.Options{})
	w.run(ownerless(9))
	if err := w.sim.SetFaults([]portalsim.Fault{
		{Method: http.MethodPut, Path: "mail/accounts/state", Every: 3, First: 3, Do: portalsim.Reset, Processed: true},
	}); err != nil {
		t.Fatal(err)
	}
	_, got := w.run(ownerless(1))
	w.all(got[1:], 8, diagnosis.Disabled)
	w.off(2, 3, 4, 5, 6, 7, 8, 9)
	if open, err := w.store.OpenIntents(t.Context()); err != nil || len(open) != 0 {
		t.Errorf("%d requests without outcome are left, %v", len(open), err)
	}
}

func TestSwitchingOffInterruptedGoesOn(t *testing.T) {
	t.Parallel()
	w := oneOwner(t, portalsim.Options{})
	w.run(ownerless(9))
	// The answers to the first requests never come, and the run is interrupted.
	if err := w.sim.SetFaults([]portalsim.Fault{
		{Method: http.MethodPut, Path: "mail/accounts/state", First: 4, Do: portalsim.Silence, Processed: true},
	}); err != nil {
		t.Fatal(err)
	}
	one := w.adjust
	w.adjust = func(o *policy.Options) {
		one(o)
		o.Workers, o.Grace = 2, time.Millisecond
	}
	disabled := func(a portalsim.Account) bool { return a.Disabled }
	ctx := w.until(func() bool { return slices.ContainsFunc(w.live(), disabled) })
	result, got := w.runWith(ctx, ownerless(1))
	if !result.Interrupted {
		t.Errorf("result: %+v", result)
	}
	unknown := 0
	for _, e := range got[1:] {
		switch e.Status {
		case diagnosis.Unknown:
			unknown++
		case diagnosis.NotTried:
		default:
			t.Errorf("%s is %s %s", e.Email, e.Status, e.Code)
		}
	}
	if unknown == 0 {
		t.Errorf("no row is in doubt:\n%s", outcomes(got))
	}
	// The row of one that may be in doubt is there again: its account must be on.
	w.adjust = one
	if err := w.sim.SetFaults([]portalsim.Fault{
		{Method: http.MethodPut, Path: "mail/accounts/state", First: 2, Only: []string{person(2)[1]}, Do: portalsim.Reset, Processed: true},
	}); err != nil {
		t.Fatal(err)
	}
	_, got = w.run(ownerless(2))
	if got[0].Status != diagnosis.Unchanged || !slices.Contains([]diagnosis.Status{diagnosis.Updated, diagnosis.Unchanged}, got[1].Status) {
		t.Errorf("rows:\n%s", outcomes(got))
	}
	w.all(got[2:], 7, diagnosis.Disabled)
	w.off(3, 4, 5, 6, 7, 8, 9)
}

func TestSomebodyNewMissesNothing(t *testing.T) {
	t.Parallel()
	w := oneOwner(t, portalsim.Options{})
	w.run(ownerless(3))
	first := w.adjust
	w.adjust = func(o *policy.Options) {
		first(o)
		o.Caller = policy.Caller{User: "newcomer@example.org", Password: account.NewSecret("portal-secret")}
	}
	_, got := w.run(ownerless(6)[3:])
	w.all(got, 3, diagnosis.Created)
	w.missing()
	w.off()
}

func TestWhoSignedInForARowDoesSoOnceForAnAccountWithoutOne(t *testing.T) {
	for _, tc := range []struct {
		name   string
		faults []portalsim.Fault
		row    string // the outcome of the first row
		off    string
	}{
		{"", nil, "2 updated", "0 disabled ROW_MISSING"},
		{"and is refused once", []portalsim.Fault{
			{Path: "authentication", Only: []string{"user001@example.org"}, Do: portalsim.Envelope, Status: 500, Text: "User authentication failed"},
		}, "2 failed PORTAL_SIGNIN", "0 failed PORTAL_SIGNIN"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, portalsim.Options{})
			w.adjust = func(o *policy.Options) {
				o.OnMissing, o.AllowMismatch, o.RetryRefused, o.Workers = policy.MissingDisable, true, true, 2
			}
			w.run(append(people(1), with(person(1), "email", "second@example.org")))
			if err := w.sim.SetFaults(tc.faults); err != nil {
				t.Fatal(err)
			}
			before := w.passwords()
			rows := people(300) // more than the window holds
			rows[0] = with(rows[0], "name", "Petr Petrov")
			_, got := w.run(rows)
			w.want([]journal.Entry{got[0], got[300]}, tc.row, tc.off)
			if n := w.passwords() - before; n != 300 {
				t.Errorf("%d sign-ins of 300 people", n)
			}
		})
	}
}

// passwords counts the passwords that were sent to the portal.
func (w *world) passwords() int {
	return len(slices.DeleteFunc(w.sim.Requests(), func(r portalsim.Request) bool {
		return r.Method != http.MethodPost || !strings.HasSuffix(strings.TrimSuffix(r.Path, ".json"), "authentication")
	}))
}
