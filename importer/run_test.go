package importer_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/pace"
	"r7import/importer/policy"
	"r7import/importer/portalsim"
)

func TestEveryRowBecomesAnAccountOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, portalsim.Options{})
	result, got := w.run(people(300))
	if result.Stopped != nil {
		t.Fatalf("stopped: %v", result.Stopped)
	}
	w.all(got, 300, diagnosis.Created)
	for i, e := range got {
		if e.Index != i || e.MailboxID == 0 || e.Attempts != 1 || e.Started.IsZero() {
			t.Fatalf("entry %d: %+v", i, e)
		}
	}
	if n := len(w.live()); n != 300 {
		t.Errorf("the portal has %d accounts, want 300", n)
	}
	stats := w.sim.Stats()
	if stats.Duplicates != 0 || stats.PerKey > 1 || stats.MostWrites > 1 {
		t.Errorf("duplicates %d, in flight for one account %d, writes for one %d", stats.Duplicates, stats.PerKey, stats.MostWrites)
	}
	for user, s := range stats.SignIns {
		if s.Tried != 1 {
			t.Errorf("%s was signed in %d times", user, s.Tried)
		}
	}
}

func TestRequestCarriesTheRow(t *testing.T) {
	w := newWorld(t, portalsim.Options{})
	w.run([][]string{with(person(1), "password", `p;"а=1`)})
	a := w.live()[0]
	if a.Owner != "user001@example.org" || a.Address != "user001@example.org" || a.Password != `p;"а=1` || a.SMTPPassword != a.Password ||
		a.Port != 993 || a.Security != 1 || a.Auth != 1 || a.POP3 || !a.Restrict || a.SMTPPort != 465 || a.SMTPSecurity != 1 || a.SMTPAuth != 1 {
		t.Errorf("the portal has %+v", a)
	}
}

func TestSecondRunWritesNothing(t *testing.T) {
	w := newWorld(t, portalsim.Options{})
	w.run(people(50))
	before := w.sim.Stats()
	result, got := w.run(people(50))
	w.all(got, 50, diagnosis.Unchanged)
	if result.Stopped != nil {
		t.Errorf("stopped: %v", result.Stopped)
	}
	after := w.sim.Stats()
	if n := after.Requests - before.Requests; n > 2 {
		t.Errorf("the second run sent %d requests, want at most the two of the connectivity check", n)
	}
	if got[7].MailboxID == 0 {
		t.Error("an unchanged row has lost its mailbox id")
	}
}

func TestSortedAndExtendedFileSendsOnlyTheNewRows(t *testing.T) {
	w := newWorld(t, portalsim.Options{})
	w.run(people(20))
	before := w.creates()
	rows := append([][]string{person(99)}, people(20)...)
	_, got := w.run(rows)
	if got[0].Status != diagnosis.Created {
		t.Errorf("the new row is %s", got[0].Status)
	}
	w.all(got[1:], 20, diagnosis.Unchanged)
	if n := w.creates() - before; n != 1 {
		t.Errorf("%d create calls, want 1", n)
	}
}

func TestChangedRowOfOursIsUpdated(t *testing.T) {
	for _, tc := range []struct {
		name, column, value string
		policy              policy.Action
		want                string
	}{
		{"name, update", "name", "Petr Ivanov", policy.Update, "2 updated"},
		{"password, update", "password", "another", policy.Update, "2 updated"},
		{"name, skip", "name", "Petr Ivanov", policy.Skip, "2 changed ACCOUNT_DIFFERS"},
		{"name, fail", "name", "Petr Ivanov", policy.Fail, "2 failed ACCOUNT_EXISTS_REFUSED"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t, portalsim.Options{})
			w.run(people(1))
			w.adjust = func(o *policy.Options) { o.OnChanged = tc.policy }
			_, got := w.run([][]string{with(person(1), tc.column, tc.value)})
			w.want(got, tc.want)
			_, got = w.run([][]string{with(person(1), tc.column, tc.value)})
			if tc.policy == policy.Update {
				w.want(got, "2 unchanged")
			}
			if n := len(w.live()); n != 1 {
				t.Errorf("%d accounts, want 1", n)
			}
		})
	}
}

func TestForeignAccountIsLeftAlone(t *testing.T) {
	t.Parallel()
	there := portalsim.Account{Owner: "user001@example.org", Address: "user001@example.org", Name: "Ivan Petrov 1", Login: "user001@example.org", Password: "x",
		Server: "imap.example.org", Port: 993, Security: 1, Auth: 1, Restrict: true, SMTPLogin: "user001@example.org", SMTPPassword: "x",
		SMTPServer: "smtp.example.org", SMTPPort: 465, SMTPSecurity: 1, SMTPAuth: 1}
	differs := there
	differs.Port = 143
	hosted := there
	hosted.Hosted = true
	for _, tc := range []struct {
		name   string
		there  portalsim.Account
		policy policy.Action
		want   string
	}{
		{"equal", there, policy.Skip, "2 exists ACCOUNT_EXISTS"},
		{"different", differs, policy.Skip, "2 changed ACCOUNT_DIFFERS"},
		{"different, update", differs, policy.Update, "2 updated"},
		{"equal, fail", there, policy.Fail, "2 failed ACCOUNT_EXISTS_REFUSED"},
		{"hosted, update", hosted, policy.Update, "2 exists ACCOUNT_PROTECTED"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t, portalsim.Options{Accounts: []portalsim.Account{tc.there}})
			w.adjust = func(o *policy.Options) { o.OnExisting = tc.policy }
			_, got := w.run(people(1))
			w.want(got, tc.want)
			if tc.policy == policy.Fail {
				_, got = w.run(people(1))
				w.want(got, tc.want) // and does not fall silent
				w.adjust = nil
				w.run(people(1)) // takes it as it is
				w.adjust = func(o *policy.Options) { o.OnExisting = tc.policy }
				_, got = w.run(people(1))
				w.want(got, tc.want)
			}
		})
	}
}

func TestRefusedPasswordIsNotSentAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, portalsim.Options{MailHosts: []portalsim.MailHost{{Passwords: map[string]string{
		"user001@example.org": "right", "user002@example.org": "mailbox-secret"}}}})
	_, got := w.run(people(2))
	w.want(got, "2 failed MAIL_AUTH", "3 created")
	if got[0].Side != diagnosis.Incoming || got[0].Host != "imap.example.org" {
		t.Errorf("side %q host %q", got[0].Side, got[0].Host)
	}
	before := w.creates()
	for retry, want := range map[bool][3]int{false: {1, 1, 0}, true: {0, 1, 1}} {
		w.adjust = func(o *policy.Options) { o.RetryRefused = retry }
		plan, err := w.importer(t.Context(), w.open()).Prepare(t.Context(), journal.KindRun)
		if err != nil {
			t.Fatal(err)
		}
		if got := [3]int{plan.Refused, plan.Settled, plan.ToSend()}; got != want || plan.People.Own != want[2] {
			t.Errorf("with --retry-refused %v: refused, settled, to send %v by %d people, want %v", retry, got, plan.People.Own, want)
		}
	}
	w.adjust = nil
	_, got = w.run(people(2))
	w.want(got, "2 held PASSWORD_REFUSED_BEFORE", "3 unchanged")
	if w.creates() != before {
		t.Error("a refused password was sent again")
	}
	if n := w.sim.Stats().SignIns["user001@example.org"].Tried; n != 1 {
		t.Errorf("%d sign-ins for a row that is held, want none after the first run's", n)
	}
	w.adjust = func(o *policy.Options) { o.RetryRefused = true }
	_, got = w.run(people(2))
	w.want(got, "2 failed MAIL_AUTH", "3 unchanged")
	w.adjust = nil
	_, got = w.run([][]string{with(person(1), "password", "right")})
	w.want(got, "2 created")
}

func TestOwners(t *testing.T) {
	t.Parallel()
	stranger := with(person(1), "portal_user", "somebody.else@example.com")
	for _, tc := range []struct {
		name string
		sim  portalsim.Options
		rows [][]string
		want []string
	}{
		{"stranger", portalsim.Options{}, [][]string{stranger}, []string{"2 held OWNER_MISMATCH"}},
		{"wrong portal password",
			portalsim.Options{People: []portalsim.Person{{Email: "user001@example.org", Password: "other"}}},
			people(2), []string{"2 failed PORTAL_SIGNIN", "3 created"}},
		{"guest", portalsim.Options{People: []portalsim.Person{{Email: "user001@example.org", Password: "portal-secret", Guest: true}}},
			people(2), []string{"2 failed OWNER_GUEST", "3 created"}},
		{"code by app", portalsim.Options{People: []portalsim.Person{{Email: "user001@example.org", Password: "portal-secret", TwoFactor: "app"}}},
			people(2), []string{"2 failed PORTAL_TFA_SETUP", "3 created"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t, tc.sim)
			_, got := w.run(tc.rows)
			w.want(got, tc.want...)
		})
	}
}

func TestRefusedPortalPasswordIsRemembered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, portalsim.Options{People: []portalsim.Person{{Email: "user001@example.org", Password: "other"}}})
	w.run(people(2))
	_, got := w.run(people(2))
	w.want(got, "2 held OWNER_REFUSED_BEFORE", "3 unchanged")
	if s := w.sim.Stats().SignIns["user001@example.org"]; s.Tried != 1 {
		t.Errorf("%d sign-ins with a refused password, want 1", s.Tried)
	}
	_, got = w.run([][]string{with(person(1), "portal_password", "other")})
	w.want(got, "2 created")
}

func TestNobodySignsIn(t *testing.T) {
	w := newWorld(t, portalsim.Options{People: []portalsim.Person{{Email: "user001@example.org", Password: "other"}}})
	result, _ := w.run(people(1))
	if result.Stopped == nil || result.Stopped.Code != diagnosis.NobodySignedIn {
		t.Errorf("stopped = %v, want %s", result.Stopped, diagnosis.NobodySignedIn)
	}
}

func TestSMSStopsAfterThree(t *testing.T) {
	t.Parallel()
	var sms []portalsim.Person
	for n := range 6 {
		sms = append(sms, portalsim.Person{Email: person(n + 1)[1], Password: "portal-secret", TwoFactor: "sms", Phone: "+7 900 000-00-00"})
	}
	w := newWorld(t, portalsim.Options{People: sms})
	w.adjust = func(o *policy.Options) { o.Workers = 1 }
	_, got := w.run(people(6))
	sent := 0
	for _, s := range w.sim.Stats().SignIns {
		sent += s.SMS
	}
	if sent > 4 {
		t.Errorf("%d SMS sent", sent)
	}
	if last := got[5]; last.Status != diagnosis.Held || last.Code != diagnosis.OwnerSMSStop {
		t.Errorf("the last row is %s %s", last.Status, last.Code)
	}
}

func TestOneCallerWithTooManyAddresses(t *testing.T) {
	w := newWorld(t, portalsim.Options{Tokens: map[string]string{"the-token": "user001@example.org"}})
	w.header = header[:7]
	w.adjust = func(o *policy.Options) { o.Caller.Token = account.NewSecret("the-token") }
	rows := ownerless(6)
	_, got := w.run(rows)
	w.all(got, 6, diagnosis.Held)
	if n := w.creates(); n != 0 {
		t.Errorf("%d create calls, want none", n)
	}
	w.adjust = func(o *policy.Options) {
		o.Caller.Token, o.MaxPerOwner, o.Owner = account.NewSecret("the-token"), 6, policy.OwnerSelf
	}
	_, got = w.run(rows)
	w.all(got, 6, diagnosis.Created)
}

func TestManyRowsOfOneCallerAreLookedUpByOneList(t *testing.T) {
	w := newWorld(t, portalsim.Options{Tokens: map[string]string{"the-token": "user001@example.org"}})
	w.header = header[:7]
	w.adjust = func(o *policy.Options) {
		o.Caller.Token, o.MaxPerOwner, o.Owner = account.NewSecret("the-token"), 0, policy.OwnerSelf
	}
	rows := ownerless(100)
	_, got := w.run(rows)
	w.all(got, 100, diagnosis.Created)
	if n := w.sim.Stats().Requests; n > 100+5 {
		t.Errorf("%d requests for 100 rows of one owner, want one list instead of 100 looks", n)
	}
}

func TestLostAnswersAreLookedUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, portalsim.Options{Seed: 7, Faults: []portalsim.Fault{{Method: http.MethodPost, Path: "mail/accounts", Share: 0.2, Do: portalsim.Reset, Processed: true}}})
	_, got := w.run(people(60))
	w.all(got, 60, diagnosis.Created)
	if s := w.sim.Stats(); s.Duplicates != 0 || s.MostWrites > 1 {
		t.Errorf("duplicates %d, most writes for one account %d", s.Duplicates, s.MostWrites)
	}
}

func TestRequestsLostBeforeTheyWereReadAreSentAgain(t *testing.T) {
	t.Parallel()
	var faults []portalsim.Fault
	for _, n := range []int{3, 7, 11} {
		faults = append(faults, portalsim.Fault{Method: http.MethodPost, Path: "mail/accounts", Only: person(n)[1:2], First: 1, Do: portalsim.Reset})
	}
	w := newWorld(t, portalsim.Options{Faults: faults})
	_, got := w.run(people(30))
	w.all(got, 30, diagnosis.Created)
	if n := len(w.live()); n != 30 {
		t.Errorf("%d accounts, want 30", n)
	}
	if got[2].Attempts != 2 || got[0].Attempts != 1 {
		t.Errorf("attempts: row 4 %d, row 2 %d; want 2 and 1", got[2].Attempts, got[0].Attempts)
	}
}

func TestRowStaysUnknownWhereLookUpsDoNotWork(t *testing.T) {
	t.Parallel()
	w := newWorld(t, portalsim.Options{Faults: []portalsim.Fault{
		{Method: http.MethodPost, Path: "mail/accounts", First: 1, Do: portalsim.Reset, Processed: true},
		{Method: http.MethodGet, Path: "mail/accounts/single", Skip: 1, Do: portalsim.Envelope, Text: "no such luck"},
	}})
	w.adjust = func(o *policy.Options) { o.Settle = 10 * time.Millisecond }
	result, got := w.run(people(1))
	w.want(got, "2 unknown LOOK_UP_FAILED")
	if w.creates() != 1 || result.Stopped != nil {
		t.Errorf("%d create calls, stopped %v", w.creates(), result.Stopped)
	}
}

func TestTurnedAwayRowsWaitTheirTurn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, portalsim.Options{Faults: []portalsim.Fault{{Method: http.MethodPost, Path: "mail/accounts", First: 2, Do: portalsim.TooManyRequests, RetryAfter: "1"}}})
	w.adjust = func(o *policy.Options) { o.Workers = 1 } // so that nothing is under way when the first answer is read
	_, got := w.run(people(10))
	w.all(got, 10, diagnosis.Created)
	if s := w.sim.Stats(); s.Early != 0 {
		t.Errorf("%d requests within the pause", s.Early)
	}
}

func TestPortalThatRestartsIsWaitedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, portalsim.Options{Latency: 5 * time.Millisecond})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for w.sim.Stats().Created < 10 {
			time.Sleep(time.Millisecond)
		}
		w.sim.Restart(300*time.Millisecond, 0.5)
	}()
	_, got := w.run(people(60))
	<-done
	w.all(got, 60, diagnosis.Created)
	if s := w.sim.Stats(); s.Duplicates != 0 || len(w.live()) != 60 {
		t.Errorf("duplicates %d, accounts %d", s.Duplicates, len(w.live()))
	}
}

// A portal whose database is gone still says that it is there.
func TestPortalThatAnswersNothingElseIsGivenUp(t *testing.T) {
	t.Parallel()
	for broken, most := range map[string]int{
		"authentication": 115, "people/*": 115,
		"mail/*": 50*3 + 60, // everybody signs in all the same
	} {
		t.Run(broken, func(t *testing.T) {
			t.Parallel()
			down := portalsim.Fault{Path: broken, Do: portalsim.Answer, Status: 502}
			deeper := portalsim.Fault{Path: broken + "/*", Do: portalsim.Answer, Status: 502}
			w := newWorld(t, portalsim.Options{Faults: []portalsim.Fault{down, deeper}})
			w.adjust = func(o *policy.Options) { o.PortalWait = time.Second }
			began := time.Now()
			result, got := w.run(people(50))
			if result.Stopped == nil || result.Stopped.Code != diagnosis.PortalAway {
				t.Errorf("stopped = %v, want %s", result.Stopped, diagnosis.PortalAway)
			}
			w.all(got, 50, diagnosis.NotTried)
			if took := time.Since(began); took < time.Second {
				t.Errorf("given up after %v, want a second", took)
			}
			if n := w.sim.Stats().Requests; n > most {
				t.Errorf("%d requests to a portal that answers none of them", n)
			}
		})
	}
}

func TestSignalLeavesEveryRowInAKnownState(t *testing.T) {
	t.Parallel()
	w := newWorld(t, portalsim.Options{Latency: 10 * time.Millisecond})
	ctx := w.until(func() bool { return w.sim.Stats().Created >= 5 })
	result, got := w.runWith(ctx, people(200))
	if !result.Interrupted || result.Stopped == nil || result.Stopped.Code != diagnosis.Interrupted {
		t.Errorf("result %+v, want interrupted", result)
	}
	created := 0
	for _, e := range got {
		switch e.Status {
		case diagnosis.Created:
			created++
		case diagnosis.NotTried:
		default:
			t.Errorf("row %d is %s %s", e.Row, e.Status, e.Code)
		}
	}
	if len(got) != 200 || created != len(w.live()) {
		t.Errorf("%d entries, %d created, the portal has %d", len(got), created, len(w.live()))
	}
	_, got = w.run(people(200))
	for _, e := range got {
		if e.Status != diagnosis.Created && e.Status != diagnosis.Unchanged {
			t.Errorf("after going on, row %d is %s %s", e.Row, e.Status, e.Code)
		}
	}
	if s := w.sim.Stats(); s.Duplicates != 0 || s.MostWrites > 1 || len(w.live()) != 200 {
		t.Errorf("duplicates %d, most writes %d, accounts %d", s.Duplicates, s.MostWrites, len(w.live()))
	}
}

func TestGraceOverLeavesRowsUnknownAndTheNextRunLooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, portalsim.Options{Faults: []portalsim.Fault{{Method: http.MethodPost, Path: "mail/accounts", First: 1, Do: portalsim.Silence, Processed: true}}})
	w.adjust = func(o *policy.Options) { o.Grace = 50 * time.Millisecond }
	ctx := w.until(func() bool { return w.creates() >= 1 })
	_, got := w.runWith(ctx, people(1))
	if got[0].Status != diagnosis.Unknown {
		t.Fatalf("the row is %s %s", got[0].Status, got[0].Code)
	}
	_, got = w.run(people(1))
	w.want(got, "2 created FOUND_BY_LOOK_UP")
	if w.creates() != 1 {
		t.Errorf("%d create calls, want 1", w.creates())
	}
}

func TestFileThatChangesUnderTheRun(t *testing.T) {
	w := newWorld(t, portalsim.Options{})
	w.write(people(5))
	im := w.importer(t.Context(), w.store)
	plan, err := im.Prepare(t.Context(), journal.KindRun)
	if err != nil {
		t.Fatal(err)
	}
	rows := people(5)
	rows[2] = with(rows[2], "password", "other")
	w.write(rows)
	result, err := im.Run(t.Context(), plan)
	if err != nil {
		t.Fatal(err)
	}
	if result.Stopped == nil || result.Stopped.Code != diagnosis.InputChanged {
		t.Errorf("stopped = %v, want %s", result.Stopped, diagnosis.InputChanged)
	}
	if n := len(w.live()); n > 2 {
		t.Errorf("%d accounts were made, want at most the two before the changed row", n)
	}
}

func TestLookChangesNothing(t *testing.T) {
	w := newWorld(t, portalsim.Options{Accounts: []portalsim.Account{{Owner: "user001@example.org", Address: "user001@example.org", Name: "Ivan Petrov 1", Port: 143}}})
	result, got := w.look(people(3))
	if result.Stopped != nil {
		t.Fatal(result.Stopped)
	}
	w.want(got, "2 changed ACCOUNT_DIFFERS", "3 would_create", "4 would_create")
	if w.creates() != 0 {
		t.Error("a look created an account")
	}
}

func TestLookAtRowsInDoubt(t *testing.T) {
	t.Parallel()
	// Both answers are kept back until the run has ended; only the first row becomes an account.
	silence := portalsim.Fault{Method: http.MethodPost, Path: "mail/accounts", Do: portalsim.Silence, Only: []string{"user001@example.org"}, Processed: true}
	never := silence
	never.Only, never.Processed = []string{"user002@example.com"}, false
	w := newWorld(t, portalsim.Options{Faults: []portalsim.Fault{silence, never}})
	w.adjust = func(o *policy.Options) { o.Grace = 50 * time.Millisecond }
	ctx := w.until(func() bool { return w.creates() >= 2 })
	rows := people(2)
	rows[1] = with(with(rows[1], "email", "user002@example.com"), "portal_user", "user002@example.com") // a domain of its own goes along with the first
	_, got := w.runWith(ctx, rows)
	w.all(got, 2, diagnosis.Unknown)

	_, got = w.look(rows)
	w.want(got, "2 unchanged", "3 unknown OUTCOME_UNKNOWN")
	open, err := w.store.OpenIntents(t.Context())
	if err != nil || len(open) != 2 {
		t.Errorf("%d writes without outcome after a look, want 2; %v", len(open), err)
	}
}

func TestPortalThatIsNotThere(t *testing.T) {
	w := newWorld(t, portalsim.Options{})
	w.server.Close()
	result, got := w.run(people(3))
	if result.Stopped == nil || result.Stopped.Code.Scope() != diagnosis.Portal {
		t.Errorf("stopped = %v, want something about the portal", result.Stopped)
	}
	w.all(got, 3, diagnosis.NotTried)
}

func TestSharedTokenRefusedStopsTheRun(t *testing.T) {
	w := newWorld(t, portalsim.Options{})
	w.header = header[:7]
	w.adjust = func(o *policy.Options) { o.Caller.Token = account.NewSecret("wrong") }
	result, got := w.run([][]string{person(1)[:7], person(2)[:7]})
	if result.Stopped == nil || result.Stopped.Code != diagnosis.PortalToken {
		t.Errorf("stopped = %v, want %s", result.Stopped, diagnosis.PortalToken)
	}
	w.all(got, 2, diagnosis.NotTried)
}

func TestObserverSeesTheEnd(t *testing.T) {
	w := newWorld(t, portalsim.Options{})
	w.run(append(people(20), with(person(21), "email", "not-an-address")))
	last := w.seen[len(w.seen)-1]
	if last.Total != 21 || last.Decided != 21 || last.Counts[diagnosis.Created] != 20 || last.Counts[diagnosis.Invalid] != 1 {
		t.Errorf("last picture: %+v", last)
	}
}

func TestCallerIsNeeded(t *testing.T) {
	w := newWorld(t, portalsim.Options{})
	w.header = header[:7]
	w.write([][]string{person(1)[:7]})
	_, err := w.importer(t.Context(), w.store).Prepare(t.Context(), journal.KindRun)
	if err == nil || !strings.Contains(err.Error(), string(diagnosis.NoCaller)) {
		t.Errorf("Prepare = %v, want %s", err, diagnosis.NoCaller)
	}
}

func TestCanariesGoFirst(t *testing.T) {
	refusing := portalsim.Options{MailHosts: []portalsim.MailHost{{Host: "imap.example.com", Do: portalsim.Refuse}}}
	slow := portalsim.Options{Latency: 10 * time.Millisecond}
	rows := people(20)
	rows[9] = with(rows[9], "server", "imap.example.com")
	for _, tc := range []struct {
		name    string
		sim     portalsim.Options
		answer  bool
		stopped diagnosis.Code
		created int
	}{
		{"all pass, go on", slow, true, "", 20},
		{"all pass, stop", slow, false, diagnosis.CanaryDeclined, 3},
		{"one host refuses", refusing, true, diagnosis.CanaryFailed, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, tc.sim)
			w.adjust = func(o *policy.Options) { o.Canary = 3 }
			atQuestion := 0
			w.canary = func(context.Context, []string) (bool, error) {
				atQuestion = w.sim.Stats().Created
				for host, load := range w.sim.Stats().MailHosts {
					if load.Most > 1 {
						t.Errorf("%d logins at once at %s during the trial", load.Most, host)
					}
				}
				return tc.answer, nil
			}
			result, got := w.run(rows)
			var code diagnosis.Code
			if result.Stopped != nil {
				code = result.Stopped.Code
			}
			if code != tc.stopped || len(w.live()) != tc.created {
				t.Errorf("stopped %q with %d accounts, want %q with %d", code, len(w.live()), tc.stopped, tc.created)
			}
			if tc.stopped != diagnosis.CanaryFailed && (atQuestion != 3 || got[9].Status != diagnosis.Created) {
				t.Errorf("asked after %d accounts, the row with another mail host is %s", atQuestion, got[9].Status)
			}
		})
	}
}

func TestWindowCloses(t *testing.T) {
	t.Parallel()
	virtual(t, windowCloses)
}

func windowCloses(t *testing.T) {
	w := newVirtualWorld(t, portalsim.Options{Latency: 100 * time.Millisecond})
	w.adjust = func(o *policy.Options) {
		now := time.Now()
		since := now.Sub(time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location()))
		o.Window = pace.Window{From: max(0, since-time.Minute), To: (since + 2*time.Second) % (24 * time.Hour)}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second) // if the window should have closed before the run began
	defer cancel()
	result, got := w.runWith(ctx, people(200))
	if result.Stopped == nil || result.Stopped.Code != diagnosis.WindowClosed {
		t.Fatalf("stopped = %v, want %s", result.Stopped, diagnosis.WindowClosed)
	}
	created := 0
	for _, e := range got {
		if e.Status == diagnosis.Created {
			created++
		} else if e.Status != diagnosis.NotTried {
			t.Errorf("row %d is %s", e.Row, e.Status)
		}
	}
	if created == 0 || created == 200 || created != len(w.live()) {
		t.Errorf("%d rows created, the portal has %d accounts", created, len(w.live()))
	}
}

func TestWindowIsWaitedFor(t *testing.T) {
	t.Parallel()
	virtual(t, windowIsWaitedFor)
}

func windowIsWaitedFor(t *testing.T) {
	w := newVirtualWorld(t, portalsim.Options{})
	now := time.Now()
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	opens := now.Sub(midnight) + 500*time.Millisecond
	w.adjust = func(o *policy.Options) {
		o.Window = pace.Window{From: opens % (24 * time.Hour), To: (opens + time.Hour) % (24 * time.Hour)}
	}
	_, got := w.run(people(2))
	w.all(got, 2, diagnosis.Created)
	if waited := time.Since(now); waited < 500*time.Millisecond {
		t.Errorf("the run was over after %s, before the window opened", waited)
	}
	if first := w.seen[0]; first.Why != diagnosis.WindowClosed {
		t.Errorf("first picture: %+v", first)
	}
}

func TestTooManyFailuresStopTheRun(t *testing.T) {
	w := newWorld(t, portalsim.Options{MailHosts: []portalsim.MailHost{{Do: portalsim.Refuse}}})
	w.adjust = func(o *policy.Options) { o.MaxFailures = policy.Share{N: 3}; o.Workers = 1 }
	result, _ := w.run(people(15))
	if result.Stopped == nil || result.Stopped.Code != diagnosis.TooManyFailures {
		t.Fatalf("stopped = %v, want %s", result.Stopped, diagnosis.TooManyFailures)
	}
	if n := w.creates(); n > 6 {
		t.Errorf("%d create calls after three failures were allowed", n)
	}
}

func TestTooManyChangesAreHeld(t *testing.T) {
	w := newWorld(t, portalsim.Options{})
	w.run(people(5))
	rows := people(5)
	for i := range rows {
		rows[i] = with(rows[i], "name", "Somebody Else")
	}
	w.adjust = func(o *policy.Options) { o.MaxChanges = policy.Share{N: 2} }
	_, got := w.run(rows)
	held := 0
	for _, e := range got {
		if e.Status == diagnosis.Held && e.Code == diagnosis.TooManyChanges {
			held++
		}
	}
	if held != 3 {
		t.Errorf("%d rows held, want 3:\n%s", held, outcomes(got))
	}
}

func TestAnUpdateThatIsRepeatedIsOneChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t, portalsim.Options{})
	w.run(people(3))
	rows := people(3)
	for i := range rows {
		rows[i] = with(rows[i], "name", "Somebody Else")
	}
	if err := w.sim.SetFaults([]portalsim.Fault{{Method: http.MethodPut, Path: "mail/accounts", First: 3, Do: portalsim.TooManyRequests, RetryAfter: "0"}}); err != nil {
		t.Fatal(err)
	}
	w.adjust = func(o *policy.Options) { o.Workers, o.MaxChanges = 1, policy.Share{N: 3} }
	_, got := w.run(rows)
	w.all(got, 3, diagnosis.Updated)
}

func TestPortalThatIsBusyAtFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, portalsim.Options{Faults: []portalsim.Fault{{Path: "capabilities", First: 1, Do: portalsim.TooManyRequests, RetryAfter: "1"}}})
	_, got := w.run(people(2))
	w.all(got, 2, diagnosis.Created)
}

// TestShortRestOfADeadHost has a rest be over before a row that has probed in vain comes back.
func TestShortRestOfADeadHost(t *testing.T) {
	t.Parallel()
	virtual(t, shortRestOfADeadHost)
}

func shortRestOfADeadHost(t *testing.T) {
	w := newVirtualWorld(t, portalsim.Options{MailHosts: []portalsim.MailHost{{Host: "imap.example.org", Side: portalsim.IMAP, Do: portalsim.NotListening}}})
	w.adjust = func(o *policy.Options) {
		o.Workers, o.HostWait, o.Waits.Later = 1, 5*time.Millisecond, 500*time.Millisecond
	}
	_, got := w.run(people(40))
	w.all(got, 40, diagnosis.NotTried)
	if n := w.creates(); n > 12 {
		t.Errorf("%d create calls for a dead mail server, want few", n)
	}
}
