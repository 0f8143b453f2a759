package importer_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/policy"
	"r7import/importer/portalsim"
)

const (
	owner    = "admin@example.org" // of the simulated portal
	routeOut = "PUT security/activeconnections/logout/{loginEventId}"
)

var allowed = portalsim.Impersonation{Available: true, Enabled: true, EnableType: 1}

// employees are the people of rows made by person, as the portal knows them.
func employees(n int) []portalsim.Person {
	all := make([]portalsim.Person, n)
	for i := range all {
		all[i] = portalsim.Person{Email: person(i + 1)[1]}
	}
	return all
}

// named returns rows without portal passwords; user says whose a row is.
func named(n int, user func(i int) string) [][]string {
	rows := people(n)
	for i := range rows {
		rows[i][7], rows[i][8] = user(i), ""
	}
	return rows
}

func nobody(int) string { return "" }

// acting is a world whose run has the token of somebody who may act as others.
func acting(t *testing.T, o portalsim.Options, caller string) *world {
	t.Helper()
	o.Tokens = map[string]string{"admin-token": caller}
	w := newWorld(t, o)
	w.adjust = func(o *policy.Options) {
		o.Owner, o.Caller.Token = policy.OwnerImpersonate, account.NewSecret("admin-token")
	}
	return w
}

func TestAdministratorActsAsTheRowsPeople(t *testing.T) {
	t.Parallel()
	const full = "boss@example.org"
	staff := slices.Concat(employees(3), []portalsim.Person{
		{Email: full, Admin: true},
		{Email: "user004@example.org", Status: "terminated"}, {Email: "user005@example.org", Guest: true},
		{Email: "user006@example.org", Admin: true}, {Email: "user007@example.org", NoMail: true},
		{Email: "anna@example.org", ID: "11111111-2222-3333-4444-555555555555"},
		{Email: "user009@xn--e1afmkfd.xn--p1ai"},
	})
	w := acting(t, portalsim.Options{People: staff, Impersonation: allowed, OnlyPeople: true}, full)
	rows := named(7, nobody)
	rows[1][7] = "USER002@example.org"
	byID := with(named(1, nobody)[0], "portal_user", "11111111-2222-3333-4444-555555555555")
	byID[0], byID[1] = "Anna", "anna@example.org"
	stranger := with(person(11), "email", "elsewhere@example.org")
	stranger[7], stranger[8] = "user001@example.org", ""
	himself := with(named(1, nobody)[0], "email", full)
	inLetters := with(named(1, nobody)[0], "email", "user009@пример.рф")
	rows = append(rows, byID, with(named(1, nobody)[0], "email", "missing@example.org"), stranger, himself, inLetters)
	_, got := w.run(rows)
	w.want(got,
		"2 created", "3 created", "4 created", "5 failed OWNER_DISABLED", "6 failed OWNER_GUEST", "7 failed IMPERSONATION_REFUSED",
		"8 failed PORTAL_MAIL_OFF", "9 created", "10 failed OWNER_UNKNOWN", "11 held OWNER_MISMATCH", "12 created", "13 created")
	for _, a := range w.live() {
		if a.Owner != a.Address {
			t.Errorf("the account %s is of %s", a.Address, a.Owner)
		}
	}
	s := w.sim.Stats()
	for user, one := range s.SignIns {
		if one.Tried > 0 || one.Impersonated > 1 {
			t.Errorf("%s: %+v, want no sign-in and at most one token", user, one)
		}
	}
	if n := s.ByRoute[routeOut]; n != 6 {
		t.Errorf("%d sessions were closed, want the 6 that were opened: of rows 2 to 4, 8, 9 and 13", n)
	}
}

func TestRowsOwnCredentialsComeFirst(t *testing.T) {
	t.Parallel()
	w := acting(t, portalsim.Options{People: employees(4), Tokens: nil, Impersonation: allowed}, owner)
	rows := people(4)
	rows[2][8], rows[3][7], rows[3][8] = "", "", ""
	_, got := w.run(rows)
	w.all(got, 4, diagnosis.Created)
	for i, want := range []portalsim.SignIns{{Tried: 1, Passed: 1}, {Tried: 1, Passed: 1}, {Impersonated: 1}, {Impersonated: 1}} {
		if s := w.sim.Stats().SignIns[person(i + 1)[1]]; s != want {
			t.Errorf("row %d: %+v, want %+v", i+2, s, want)
		}
	}
}

func TestManyPeopleAreReadFromTheList(t *testing.T) {
	t.Parallel()
	const rows = 450
	w := acting(t, portalsim.Options{People: employees(rows + 100), Impersonation: allowed}, owner)
	_, got := w.run(named(rows, nobody))
	w.all(got, rows, diagnosis.Created)
	s := w.sim.Stats()
	if pages, single := s.ByRoute["GET people/filter"], s.ByRoute["GET people/email"]; pages != 3 || single != 0 {
		t.Errorf("%d pages and %d single questions, want 3 and none", pages, single)
	}
	if s.ByRoute[routeOut] != rows {
		t.Errorf("%d sessions were closed, want %d", s.ByRoute[routeOut], rows)
	}
	before := s.Requests
	_, got = w.run(named(rows, nobody))
	w.all(got, rows, diagnosis.Unchanged)
	if n := w.sim.Stats().Requests - before; n > 2 {
		t.Errorf("the second run sent %d requests, want the two of the greeting", n)
	}
}

func TestImpersonationThatIsNotPossible(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		sim    portalsim.Options
		caller string
		want   diagnosis.Code
	}{
		{"switched off", portalsim.Options{}, owner, diagnosis.ImpersonationOff},
		{"for the owner only", portalsim.Options{Impersonation: portalsim.Impersonation{Available: true, Enabled: true}}, "boss@example.org", diagnosis.ImpersonationOff},
		{"an old portal", portalsim.Options{Version: "12.1.0"}, owner, diagnosis.ImpersonationAbsent},
		{"no administrator", portalsim.Options{Impersonation: allowed}, "user001@example.org", diagnosis.NotAdministrator},
	} {
		for _, rows := range []int{4, 60} {
			t.Run(fmt.Sprint(tc.name, " ", rows), func(t *testing.T) {
				tc.sim.People = append(employees(rows), portalsim.Person{Email: "boss@example.org", Admin: true})
				w := acting(t, tc.sim, tc.caller)
				result, got := w.run(append(named(rows, nobody), person(rows+1)))
				if result.Stopped == nil || result.Stopped.Code != tc.want {
					t.Fatalf("stopped = %v, want %s", result.Stopped, tc.want)
				}
				w.all(got, rows+1, diagnosis.NotTried)
				s := w.sim.Stats()
				for _, r := range w.sim.Requests() {
					if r.Method == http.MethodPost || strings.Contains(r.Path, "mail/") {
						t.Errorf("%s %s was sent before it was known", r.Method, r.Path)
					}
				}
				if s.Requests > 15 {
					t.Errorf("%d requests to find it out", s.Requests)
				}
			})
		}
	}
}

func TestOnePersonWithTooManyAddressesUnderAnAdministrator(t *testing.T) {
	t.Parallel()
	w := acting(t, portalsim.Options{People: employees(6), Impersonation: allowed}, owner)
	w.adjust = func(o *policy.Options) {
		o.Owner, o.Caller.Token, o.MaxPerOwner = policy.OwnerImpersonate, account.NewSecret("admin-token"), 3
	}
	_, got := w.run(named(6, func(i int) string {
		if i < 4 {
			return "user001@example.org"
		}
		return ""
	}))
	w.want(got, "2 held OWNER_LIMIT", "3 held OWNER_LIMIT", "4 held OWNER_LIMIT", "5 held OWNER_LIMIT", "6 created", "7 created")
}

func TestAdministratorsTokenRefusedHalfWay(t *testing.T) {
	t.Parallel()
	const rows = 40
	for _, tc := range []struct {
		name   string
		caller policy.Caller
		want   diagnosis.Code
	}{
		{"token", policy.Caller{Token: account.NewSecret("admin-token")}, diagnosis.PortalToken},
		{"password", policy.Caller{User: owner, Password: account.NewSecret("secret")}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := acting(t, portalsim.Options{People: employees(rows), Impersonation: allowed}, owner)
			w.adjust = func(o *policy.Options) { o.Owner, o.Caller, o.Workers = policy.OwnerImpersonate, tc.caller, 2 }
			go func() {
				for w.sim.Stats().Created < 10 && t.Context().Err() == nil {
					time.Sleep(time.Millisecond)
				}
				_ = w.sim.SignOut(owner)
			}()
			result, got := w.run(named(rows, nobody))
			if tc.want == "" {
				w.all(got, rows, diagnosis.Created)
				if s := w.sim.Stats().SignIns[owner]; s.Tried != 2 {
					t.Errorf("the administrator was signed in %d times, want 2", s.Tried)
				}
				return
			}
			if result.Stopped == nil || result.Stopped.Code != tc.want {
				t.Fatalf("stopped = %v, want %s", result.Stopped, tc.want)
			}
			for _, e := range got {
				if e.Status != diagnosis.Created && e.Status != diagnosis.NotTried {
					t.Errorf("row %d is %s %s", e.Row, e.Status, e.Code)
				}
			}
			if n := w.sim.Stats().ByStatus[http.StatusUnauthorized]; n > 4 {
				t.Errorf("%d answers 401, want no more than were under way", n)
			}
		})
	}
}
