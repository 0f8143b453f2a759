package importer_test

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	"r7import/importer"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/plan"
	"r7import/importer/policy"
	"r7import/importer/portal"
	"r7import/importer/portalsim"
)

// signIns sums up the sign-ins of some people.
func (w *world) signIns(people []portalsim.Person) (sum portalsim.SignIns, most int) {
	all := w.sim.Stats().SignIns
	for _, p := range people {
		s := all[p.Email]
		sum.Tried, sum.Passed, sum.Failed, sum.SMS = sum.Tried+s.Tried, sum.Passed+s.Passed, sum.Failed+s.Failed, sum.SMS+s.SMS
		most = max(most, s.Tried)
	}
	return sum, most
}

// statuses counts entries by status and code.
func statuses(entries []journal.Entry) map[string]int {
	counts := make(map[string]int)
	for _, e := range entries {
		counts[string(e.Status)+" "+string(e.Code)]++
	}
	return counts
}

func checkCounts(t *testing.T, got, want map[string]int) {
	t.Helper()
	for name, n := range want {
		if got[name] != n {
			t.Errorf("%d rows are %q, want %d; all: %v", got[name], name, n, got)
		}
	}
}

func TestSignInsOfThreeHundredPeople(t *testing.T) {
	t.Parallel()
	staff := employees(300)
	wrong, sms := staff[100:105], staff[280:300]
	for i := range wrong {
		wrong[i].Password = "other"
	}
	for i := range sms {
		sms[i].Password, sms[i].TwoFactor, sms[i].Phone = "portal-secret", "sms", "+7 900 000-00-00"
	}
	w := newWorld(t, portalsim.Options{People: staff})
	w.adjust = func(o *policy.Options) { o.MaxPerOwner, o.AllowMismatch = 300, true }
	rows := people(300)
	for n := range 300 { // the collector of shared mailboxes has as many rows as all others together
		rows = slices.Insert(rows, 2*n, with(with(person(1000+n), "portal_user", "user000@example.org"), "name", "Shared"))
	}
	result, got := w.run(rows)
	checkCounts(t, statuses(got), map[string]int{
		"created ": 575, "failed PORTAL_SIGNIN": 5, "failed PORTAL_SMS": 3, "held OWNER_SMS_STOP": 17})
	if sum, most := w.signIns(staff); sum.Tried != 283 || most != 1 || sum.SMS != 3 {
		t.Errorf("sign-ins %+v, at most %d for one person; want 283, 3 SMS and one each", sum, most)
	}
	if s := w.sim.Stats().SignIns["user000@example.org"]; s.Tried != 1 {
		t.Errorf("the owner of 300 rows was signed in %d times", s.Tried)
	}
	if n := w.sim.Stats().ByRoute[routeOut]; n != 276 || result.OpenSessions != 0 {
		t.Errorf("%d sessions were closed and %d left, want all 276", n, result.OpenSessions)
	}

	_, got = w.run(rows)
	checkCounts(t, statuses(got), map[string]int{
		"unchanged ": 575, "held OWNER_REFUSED_BEFORE": 5, "held OWNER_SMS_BEFORE": 3, "failed PORTAL_SMS": 3, "held OWNER_SMS_STOP": 14})
	if sum, most := w.signIns(staff); sum.Tried != 286 || most != 1 || sum.SMS != 6 {
		t.Errorf("after the second run: sign-ins %+v, at most %d for one person; want 3 more, none for the same person", sum, most)
	}
}

func TestSMSInTheBeginningHoldsAllWhoWouldSignInByPassword(t *testing.T) {
	t.Parallel()
	staff := employees(30)
	for i := range staff {
		staff[i].Password, staff[i].TwoFactor, staff[i].Phone = "portal-secret", "sms", "+7 900 000-00-00"
	}
	w := newWorld(t, portalsim.Options{People: staff, Latency: 5 * time.Millisecond, Tokens: map[string]string{"token-5": staff[4].Email}})
	w.header = append(slices.Clone(header), "portal_token")
	rows := people(30)
	for i := range rows {
		rows[i] = append(rows[i], "")
	}
	rows[4][9] = "token-5"
	_, got := w.run(rows)
	checkCounts(t, statuses(got), map[string]int{"created ": 1, "failed PORTAL_SMS": 3, "held OWNER_SMS_STOP": 26})
	if sum, _ := w.signIns(staff); sum.SMS != 3 {
		t.Errorf("%d SMS were sent, want 3 though eight rows are worked on at once", sum.SMS)
	}
	w.adjust = func(o *policy.Options) { o.RetryRefused = true }
	_, got = w.run(rows)
	checkCounts(t, statuses(got), map[string]int{"unchanged ": 1, "failed PORTAL_SMS": 3, "held OWNER_SMS_STOP": 26})
}

// signInWrongly is somebody else who signs in as the person with a wrong password.
func (w *world) signInWrongly(user string, times int) {
	w.t.Helper()
	client, err := portal.New(portal.Options{URL: w.server.URL})
	if err != nil {
		w.t.Fatal(err)
	}
	defer client.Close()
	for range times {
		client.SignIn(w.t.Context(), user, account.NewSecret("guess"))
	}
}

func TestBlockedPersonIsSignedInOnceMore(t *testing.T) {
	t.Parallel()
	const pause = 1500 * time.Millisecond
	for _, tc := range []struct {
		name  string
		block time.Duration
		want  string
	}{
		{"block ends", pause / 2, "2 created"},
		{"block lasts", time.Hour, "2 failed PORTAL_BLOCKED"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t, portalsim.Options{
				People:     []portalsim.Person{{Email: "user001@example.org", Password: "portal-secret"}},
				BruteForce: portalsim.BruteForce{Attempts: 3, Block: tc.block, Period: time.Hour},
			})
			w.signInWrongly("user001@example.org", 3)
			w.adjust = func(o *policy.Options) { o.Waits.SignIn = pause }
			began := time.Now()
			_, got := w.run(append(people(1), person(2)))
			w.want(got, tc.want, "3 created")
			if s := w.sim.Stats().SignIns["user001@example.org"]; s.Tried != 3+2 {
				t.Errorf("%d sign-ins, want 2", s.Tried-3)
			}
			if took := time.Since(began); took < pause {
				t.Errorf("the run took %v, want at least the pause", took)
			}
			if tc.block < time.Hour {
				return
			}
			before := w.sim.Uptime()
			w.run(people(1))
			for _, r := range w.sim.Requests() {
				if r.Path == "/api/2.0/authentication.json" && r.At > before && r.At < before+pause/2 {
					t.Errorf("a new run signed in %v after it began, and not after the block", r.At-before)
				}
			}
		})
	}
}

func TestAttemptsWithoutAnAnswerAreRememberedAcrossRuns(t *testing.T) {
	t.Parallel()
	const pause = 500 * time.Millisecond
	w := newWorld(t, portalsim.Options{})
	w.adjust = func(o *policy.Options) { o.Waits.SignIn = pause }
	last := time.Now()
	known := journal.Owner{Name: "user001@example.org", Attempts: 2, LastAttempt: last}
	if err := w.store.SaveOwner(t.Context(), known); err != nil {
		t.Fatal(err)
	}
	offset := w.sim.Uptime()
	_, got := w.run(people(2))
	w.all(got, 2, diagnosis.Created)
	for _, r := range w.sim.Requests() {
		if r.Path == "/api/2.0/people/@self.json" && r.Owner == "user001@example.org" && r.At-offset < pause-50*time.Millisecond {
			t.Errorf("signed in %v after two attempts nobody knows the outcome of", r.At-offset)
		}
	}
	after, _, err := w.store.Owner(t.Context(), "user001@example.org")
	if err != nil || after.Attempts != 0 || after.ID == "" {
		t.Errorf("after a sign-in the journal has %+v, %v", after, err)
	}
}

func TestAttemptIsOnRecordBeforeItIsMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t, portalsim.Options{Faults: []portalsim.Fault{{Method: http.MethodPost, Path: "authentication", Do: portalsim.Silence}}})
	w.adjust = func(o *policy.Options) { o.Grace = 50 * time.Millisecond }
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		for w.sim.Stats().Requests < 3 {
			time.Sleep(time.Millisecond)
		}
		known, _, err := w.store.Owner(ctx, "user001@example.org")
		if err != nil || known.Attempts != 1 || time.Since(known.LastAttempt) > time.Minute {
			t.Errorf("while the attempt is under way the journal has %+v, %v", known, err)
		}
		cancel()
	}()
	_, got := w.runWith(ctx, people(1))
	w.all(got, 1, diagnosis.NotTried)
}

func TestRowsWithoutAnOwnerAmongOthers(t *testing.T) {
	t.Parallel()
	rows := people(4)
	rows[0][7], rows[0][8] = "", "" // nobody, and its address is the caller's
	rows[1][7], rows[1][8] = "", "" // nobody, and it is not
	rows[2][8] = ""                 // somebody, and nothing to sign in with
	sim := portalsim.Options{Tokens: map[string]string{"the-token": "user001@example.org"}}
	t.Run("with a caller", func(t *testing.T) {
		w := newWorld(t, sim)
		w.adjust = func(o *policy.Options) { o.Caller.Token = account.NewSecret("the-token") }
		_, got := w.run(rows)
		w.want(got, "2 created", "3 held OWNER_MISMATCH", "4 held OWNER_NOBODY", "5 created")
	})
	t.Run("without", func(t *testing.T) {
		w := newWorld(t, sim)
		_, got := w.run(rows)
		w.want(got, "2 held OWNER_NOBODY", "3 held OWNER_NOBODY", "4 held OWNER_NOBODY", "5 created")
	})
	t.Run("with a caller who is refused", func(t *testing.T) {
		w := newWorld(t, portalsim.Options{})
		w.adjust = func(o *policy.Options) { o.Caller.Token = account.NewSecret("wrong") }
		_, got := w.run(rows)
		w.want(got, "2 failed PORTAL_TOKEN", "3 failed PORTAL_TOKEN", "4 held OWNER_NOBODY", "5 created")
	})
}

func TestPlanCountsTheWays(t *testing.T) {
	w := newWorld(t, portalsim.Options{})
	rows := people(5)
	rows[0][7], rows[0][8] = "", ""
	rows[1][7], rows[1][8] = "", ""
	rows[2][8] = ""
	rows[4][7] = rows[3][7]
	w.write(rows)
	for _, tc := range []struct {
		name         string
		adjust       func(*policy.Options)
		people, rows plan.SignIns
		nobody       int
	}{
		{"column", nil, plan.SignIns{Own: 1}, plan.SignIns{Own: 2}, 3},
		{"column with a caller", func(o *policy.Options) { o.Caller.User = "x@example.org" },
			plan.SignIns{Caller: 1, Own: 1}, plan.SignIns{Caller: 2, Own: 2}, 1},
		{"impersonate", func(o *policy.Options) { o.Caller.User, o.Owner = "x@example.org", policy.OwnerImpersonate },
			plan.SignIns{Acting: 3, Own: 1}, plan.SignIns{Acting: 3, Own: 2}, 0},
		{"self", func(o *policy.Options) {
			o.Caller.User, o.Owner, o.MaxPerOwner = "x@example.org", policy.OwnerSelf, 0
		},
			plan.SignIns{Caller: 1}, plan.SignIns{Caller: 5}, 0},
	} {
		w.adjust = tc.adjust
		plan, err := w.importer(t.Context(), w.open()).Prepare(t.Context(), journal.KindPlan)
		if err != nil {
			t.Fatal(err)
		}
		if plan.People != tc.people || plan.RowsBy != tc.rows || plan.Nobody != tc.nobody || plan.ToSend() != 5-tc.nobody {
			t.Errorf("%s: people %+v, rows %+v, nobody %d, to send %d", tc.name, plan.People, plan.RowsBy, plan.Nobody, plan.ToSend())
		}
	}
}

// TestPlanKnowsWhatIsDone: a second plan counts what the journal says is done, and
// only such rows.
func TestPlanKnowsWhatIsDone(t *testing.T) {
	t.Parallel()
	first := people(4)
	first[3] = with(with(person(4), "portal_user", first[2][7]), "name", first[2][0]) // one person, two addresses
	edited := slices.Clone(first)
	edited[1] = with(first[1], "server", "imap2.example.org")
	for _, tc := range []struct {
		name            string
		rows            [][]string
		adjust          func(*policy.Options)
		kind            journal.Kind
		settled, toSend int
		owners          int // to be signed in
	}{
		{"the same", first, nil, journal.KindRun, 4, 0, 0},
		{"a dry run looks at all", first, nil, journal.KindPlan, 4, 0, 3},
		{"a dry run believes what is new enough", first, func(o *policy.Options) { o.Recheck = time.Hour }, journal.KindPlan, 4, 0, 0},
		{"one is edited", edited, nil, journal.KindRun, 3, 1, 1},
		{"another is new", append(slices.Clone(first), person(9)), nil, journal.KindRun, 4, 1, 1},
		{"all are to be seen again", first, func(o *policy.Options) { o.Recheck = time.Nanosecond }, journal.KindRun, 0, 4, 3},
		{"an owner over the limit is held", first, func(o *policy.Options) { o.MaxPerOwner = 1 }, journal.KindRun, 2, 0, 0},
		{"a proof looks at all", first, nil, journal.KindVerify, 0, 4, 3},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t, portalsim.Options{})
			w.adjust = func(o *policy.Options) { o.AllowMismatch = true }
			_, got := w.run(first)
			w.all(got, 4, diagnosis.Created)
			if tc.adjust != nil {
				w.adjust = tc.adjust
			}
			w.write(tc.rows)
			plan, err := w.importer(t.Context(), w.open()).Prepare(t.Context(), tc.kind)
			if err != nil {
				t.Fatal(err)
			}
			if plan.Settled != tc.settled || plan.ToSend() != tc.toSend || plan.People.Own != tc.owners || plan.LastDays != tc.toSend {
				t.Errorf("settled %d, to send %d by %d owners, %d of 30 days; want %d, %d, %d, %d",
					plan.Settled, plan.ToSend(), plan.People.Own, plan.LastDays, tc.settled, tc.toSend, tc.owners, tc.toSend)
			}
		})
	}
}

func TestSessionsAreClosed(t *testing.T) {
	t.Parallel()
	t.Run("all", func(t *testing.T) {
		w := newWorld(t, portalsim.Options{})
		result, _ := w.run(people(30))
		if n := w.sim.Stats().ByRoute[routeOut]; n != 30 || result.OpenSessions != 0 {
			t.Errorf("%d closed, %d left, want 30 and none", n, result.OpenSessions)
		}
	})
	t.Run("though the run has stopped itself", func(t *testing.T) {
		w := newWorld(t, portalsim.Options{MailHosts: []portalsim.MailHost{{Do: portalsim.Refuse}}})
		w.adjust = func(o *policy.Options) { o.MaxFailures = policy.Share{N: 2} }
		result, _ := w.run(people(30))
		if result.Stopped == nil || result.Stopped.Code != diagnosis.TooManyFailures {
			t.Fatalf("stopped = %v, want %s", result.Stopped, diagnosis.TooManyFailures)
		}
		if s := w.sim.Stats(); s.ByRoute[routeOut] == 0 || result.OpenSessions != 0 {
			t.Errorf("%d closed, %d left, want all closed", s.ByRoute[routeOut], result.OpenSessions)
		}
	})
	t.Run("an old portal cannot", func(t *testing.T) {
		w := newWorld(t, portalsim.Options{Version: "11.6.0"})
		w.adjust = func(o *policy.Options) { o.Workers = 1 }
		result, got := w.run(people(30))
		w.all(got, 30, diagnosis.Created)
		if result.OpenSessions != 30 {
			t.Errorf("%d sessions left, want 30", result.OpenSessions)
		}
		asked := 0
		for _, r := range w.sim.Requests() {
			if r.Path == "/api/2.0/security/activeconnections.json" {
				asked++
			}
		}
		if asked > 3 {
			t.Errorf("the portal was asked %d times for what it cannot do", asked)
		}
	})
	t.Run("not after a signal", func(t *testing.T) {
		w := newWorld(t, portalsim.Options{Latency: 20 * time.Millisecond})
		ctx := w.until(func() bool { return w.sim.Stats().Created >= 3 })
		result, _ := w.runWith(ctx, people(100))
		s := w.sim.Stats()
		opened := 0
		for _, one := range s.SignIns {
			opened += one.Passed
		}
		if closed := s.ByRoute[routeOut]; result.OpenSessions != opened-closed {
			t.Errorf("%d sessions are told to be left, %d were opened and %d closed", result.OpenSessions, opened, closed)
		}
	})
	t.Run("not those that were given", func(t *testing.T) {
		w := newWorld(t, portalsim.Options{Tokens: map[string]string{"the-token": "user001@example.org"}})
		w.header = header[:7]
		w.adjust = func(o *policy.Options) { o.Caller.Token = account.NewSecret("the-token") }
		for range 2 {
			w.run([][]string{person(1)[:7]})
		}
		if n := w.sim.Stats().ByRoute[routeOut]; n != 0 {
			t.Errorf("%d sessions were closed", n)
		}
	})
}

func TestMailThatIsOffForEverybody(t *testing.T) {
	t.Parallel()
	t.Run("of each row's person", func(t *testing.T) {
		w := newWorld(t, portalsim.Options{MailOff: true})
		result, got := w.run(people(100))
		if result.Stopped == nil || result.Stopped.Code != diagnosis.MailOffForAll {
			t.Errorf("stopped = %v, want %s", result.Stopped, diagnosis.MailOffForAll)
		}
		if n := statuses(got)["failed PORTAL_MAIL_OFF"]; n == 0 || n > 30 {
			t.Errorf("%d rows failed before it was noticed", n)
		}
		for user, s := range w.sim.Stats().SignIns {
			if s.Tried > 1 {
				t.Errorf("%s was signed in %d times", user, s.Tried)
			}
		}
	})
	t.Run("of the caller", func(t *testing.T) {
		w := newWorld(t, portalsim.Options{MailOff: true, Tokens: map[string]string{"the-token": "user001@example.org"}})
		w.header = header[:7]
		w.adjust = func(o *policy.Options) { o.Caller.Token = account.NewSecret("the-token") }
		result, got := w.run([][]string{person(1)[:7]})
		if result.Stopped == nil || result.Stopped.Code != diagnosis.PortalMailOff {
			t.Errorf("stopped = %v, want %s", result.Stopped, diagnosis.PortalMailOff)
		}
		w.all(got, 1, diagnosis.NotTried)
	})
}

func TestSessionRefusedHalfWayIsReplacedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, portalsim.Options{Latency: 2 * time.Millisecond})
	w.adjust = func(o *policy.Options) { o.MaxPerOwner, o.AllowMismatch = 0, true }
	rows := people(60)
	for i := range rows {
		rows[i][7] = "user000@example.org"
	}
	go func() {
		for w.sim.Stats().Created < 20 {
			time.Sleep(time.Millisecond)
		}
		_ = w.sim.SignOut("user000@example.org")
	}()
	_, got := w.run(rows)
	w.all(got, 60, diagnosis.Created)
	if s := w.sim.Stats().SignIns["user000@example.org"]; s.Tried != 2 {
		t.Errorf("%d sign-ins, want 2", s.Tried)
	}
}

func TestGreeting(t *testing.T) {
	t.Parallel()
	greetings := func(t *testing.T, w *world, rows [][]string) (all []importer.Greeting) {
		w.write(rows)
		im := w.importer(t.Context(), w.store)
		im.Greet = func(g importer.Greeting) { all = append(all, g) }
		plan, err := im.Prepare(t.Context(), journal.KindRun)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := im.Run(t.Context(), plan); err != nil {
			t.Fatal(err)
		}
		return all
	}
	t.Run("each row's person", func(t *testing.T) {
		got := greetings(t, newWorld(t, portalsim.Options{LDAP: true, Version: "12.5.2"}), people(3))
		if len(got) != 1 || got[0].Version != "12.5.2" || !got[0].LDAP || got[0].Person.ID != "" {
			t.Errorf("greetings %+v", got)
		}
	})
	t.Run("the caller", func(t *testing.T) {
		w := newWorld(t, portalsim.Options{Tokens: map[string]string{"the-token": "user001@example.org"}, SSO: true})
		w.header = header[:7]
		w.adjust = func(o *policy.Options) { o.Caller.Token = account.NewSecret("the-token") }
		got := greetings(t, w, [][]string{person(1)[:7]})
		if len(got) != 2 || got[1].Person.Email != "user001@example.org" || !got[1].Mail || got[1].Acting || !got[0].SSO {
			t.Errorf("greetings %+v", got)
		}
		if got := greetings(t, w, [][]string{person(1)[:7]}); len(got) != 1 {
			t.Errorf("where nothing is to be done nobody signs in: %+v", got)
		}
	})
	t.Run("an administrator", func(t *testing.T) {
		w := acting(t, portalsim.Options{People: employees(2), Impersonation: allowed}, owner)
		got := greetings(t, w, named(2, nobody))
		if len(got) != 2 || got[1].Person.Email != owner || !got[1].Acting {
			t.Errorf("greetings %+v", got)
		}
	})
}
