package people_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/pace"
	"r7import/importer/people"
	"r7import/importer/plan"
	"r7import/importer/policy"
	"r7import/importer/portal"
	"r7import/importer/portalsim"
	"r7import/importer/source"
	"r7import/mapping"
)

// staff is a portal, a file, and the people of its rows.
type staff struct {
	*people.People
	sim     *portalsim.Portal
	store   *journal.Store
	stop    *pace.Stop
	client  *portal.Client
	members []*people.Member
}

var header = []string{"name", "email", "password", "server", "port", "smtp_server", "smtp_port", "portal_user", "portal_password"}

func row(name, address, user string) []string {
	return []string{name, address, "secret", "imap.example.org", "993", "smtp.example.org", "465", user, "portal-secret"}
}

// hire must be called in a bubble.
func hire(t *testing.T, o portalsim.Options, adjust func(*policy.Options), rows ...[]string) *staff {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	s := &staff{sim: portalsim.New(o), stop: pace.NewStop(t.Context())}
	listener := portalsim.Listen()
	server := &http.Server{Handler: s.sim}
	go func() { _ = server.Serve(listener) }()
	store, err := journal.Scratch()
	must(err)
	s.store = store
	var text strings.Builder
	w := csv.NewWriter(&text)
	_ = w.Write(header)
	_ = w.WriteAll(rows)
	path := filepath.Join(t.TempDir(), "accounts.csv")
	must(os.WriteFile(path, []byte(text.String()), 0o600))
	file, err := source.Open(t.Context(), path, source.Options{Known: mapping.Known})
	must(err)
	binding, err := mapping.Bind(file.Columns(), mapping.Options{})
	must(err)

	options := policy.Defaults()
	if adjust != nil {
		adjust(&options)
	}
	gate := pace.NewGate(options.Workers, pace.New(100))
	client, err := portal.New(portal.Options{URL: "http://localhost", Workers: options.Workers, Admit: gate.Admit, Dial: listener.Dial})
	must(err)
	t.Cleanup(func() {
		s.stop.Release()
		client.Close()
		_ = server.Close()
		s.sim.Close()
		_ = file.Close()
		_ = store.Close()
	})
	input := &plan.Input{File: file, Binding: binding}
	scan := plan.Scan{Input: input, Options: &options, History: store, Ledger: store, Portal: client.URL()}
	p, err := scan.Prepare(t.Context(), journal.KindRun)
	must(err)
	s.client = client
	s.People = people.New(people.Config{
		Client: client, History: store, Ledger: store, Options: &options, Plan: p, Turns: pace.NewTurns(options.Workers, options.PortalWait, options.Waits.Portal), Stop: s.stop,
		Greet: func(account.Person, bool, bool) {},
	})
	for in, err := range input.Rows(t.Context()) {
		must(err)
		kept := *in
		m := &people.Member{Row: &kept, Index: len(s.members), Who: p.Who(&kept)}
		s.members = append(s.members, m)
		s.Join(m)
	}
	return s
}

// enter has all members enter at once, in no order, and returns their sessions.
func (s *staff) enter(t *testing.T) []*people.Session {
	t.Helper()
	sessions := make([]*people.Session, len(s.members))
	var group sync.WaitGroup
	for _, i := range rand.Perm(len(s.members)) {
		group.Go(func() {
			for {
				session, until, err := s.Enter(s.stop.Context(), s.members[i])
				if err != nil {
					t.Errorf("row %d: %v", i, err)
				}
				if until.IsZero() {
					sessions[i] = session
					return
				}
				time.Sleep(time.Until(until))
			}
		})
	}
	group.Wait()
	return sessions
}

func TestOneSignInForAllRowsOfAPerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var rows [][]string
		for i := range 30 {
			rows = append(rows, row("Anna Ivanova", fmt.Sprintf("anna@%d.example.org", i), "anna@example.org"))
		}
		s := hire(t, portalsim.Options{Latency: time.Second}, func(o *policy.Options) { o.MaxPerOwner = 0 }, rows...)
		for i, session := range s.enter(t) {
			if session == nil || session.Person.Email != "anna@example.org" || s.members[i].Key == (account.Key{}) {
				t.Errorf("row %d has session %v and key %v", i, session, s.members[i].Key)
			}
		}
		if n := s.sim.Stats().SignIns["anna@example.org"].Tried; n != 1 {
			t.Errorf("%d sign-ins, want 1", n)
		}
	})
}

func TestRowsClaimInTheOrderOfTheFile(t *testing.T) {
	for range 5 {
		synctest.Test(t, func(t *testing.T) {
			s := hire(t, portalsim.Options{}, func(o *policy.Options) { o.MaxPerOwner = 2 },
				row("Anna Ivanova", "anna@example.org", "anna@example.org"),
				row("Anna Ivanova", "anna@example.com", "anna@example.org"),
				row("Ivan Petrov", "ivan@example.org", "ivan@example.org"),
				row("Somebody Else", "else@example.org", "ivan@example.org"),
			)
			s.enter(t)
			// A third row of Anna's comes when she has signed in.
			late := &people.Member{Row: s.members[0].Row, Index: 9, Who: s.members[0].Who}
			s.Join(late)
			s.members = append(s.members, late)
			s.enter(t)
			for i, want := range []diagnosis.Code{"", "", "", diagnosis.OwnerMismatch, diagnosis.SameAccountTwice} {
				var got diagnosis.Code
				if bar := s.members[i].Bar; bar != nil {
					got = bar.Problem.Code
				}
				if got != want {
					t.Errorf("row %d is barred by %q, want %q", i, got, want)
				}
			}
		})
	}
}

func TestBlockedPersonIsLeftAlone(t *testing.T) {
	for _, tc := range []struct {
		name  string
		block time.Duration
		bar   diagnosis.Code
	}{
		{"for a while", 30 * time.Second, ""},
		{"for long", time.Hour, diagnosis.PortalBlocked},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := hire(t, portalsim.Options{
					People:     []portalsim.Person{{Email: "anna@example.org", Password: "portal-secret"}},
					BruteForce: portalsim.BruteForce{Attempts: 1, Block: tc.block, Period: time.Hour},
				}, nil, row("Anna Ivanova", "anna@example.org", "anna@example.org"), row("Anna Ivanova", "anna@example.com", "anna@example.org"))
				s.client.SignIn(t.Context(), "anna@example.org", account.NewSecret("a guess of somebody else"))
				began := time.Now()
				sessions := s.enter(t)
				if took := time.Since(began); took < time.Minute || took > 2*time.Minute {
					t.Errorf("it took %v, want one wait for the block", took)
				}
				for i, m := range s.members {
					if in := m.Bar == nil; in != (tc.bar == "") || in != (sessions[i] != nil) || !in && m.Bar.Problem.Code != tc.bar {
						t.Errorf("row %d: session %v, barred by %v", i, sessions[i], m.Bar)
					}
				}
				if n := s.sim.Stats().SignIns["anna@example.org"].Tried; n != 3 {
					t.Errorf("%d sign-ins, want 2 besides the guess", n)
				}
			})
		})
	}
}

func TestSignInsThatMayDrawAnSMS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var rows [][]string
		var staffOfPortal []portalsim.Person
		for i := range 12 {
			address := fmt.Sprintf("user%d@example.org", i)
			rows = append(rows, row("Anna Ivanova", address, address))
			staffOfPortal = append(staffOfPortal, portalsim.Person{Email: address, Password: "portal-secret", TwoFactor: "sms", Phone: "+7 900 000-00-00"})
		}
		s := hire(t, portalsim.Options{People: staffOfPortal, Latency: time.Second}, nil, rows...)
		s.enter(t)
		sent := 0
		for _, one := range s.sim.Stats().SignIns {
			sent += one.SMS
		}
		codes := make(map[diagnosis.Code]int)
		for _, m := range s.members {
			codes[m.Bar.Problem.Code]++
		}
		if sent != 3 || codes[diagnosis.PortalSMS] != 3 || codes[diagnosis.OwnerSMSStop] != 9 {
			t.Errorf("%d SMS were sent, rows are barred by %v; want 3 and the others held", sent, codes)
		}
	})
}

func TestLostSessionIsReplacedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := hire(t, portalsim.Options{}, nil, row("Anna Ivanova", "anna@example.org", "anna@example.org"))
		refused := portal.Answer{Fate: diagnosis.EndsOwner, Code: diagnosis.PortalToken}
		first := s.enter(t)[0]
		s.Lost(first, refused)
		s.Lost(first, refused) // another row of theirs tells the same
		second := s.enter(t)[0]
		if second == nil || second == first {
			t.Fatalf("after the token was refused the session is %v, want another", second)
		}
		s.Lost(second, refused)
		if third := s.enter(t)[0]; third != nil || s.members[0].Bar == nil || s.members[0].Bar.Problem.Code != diagnosis.PortalToken {
			t.Errorf("after a second refusal the session is %v, the row is barred by %v", third, s.members[0].Bar)
		}
		if n := s.sim.Stats().SignIns["anna@example.org"].Tried; n != 2 {
			t.Errorf("%d sign-ins, want 2", n)
		}
	})
}

func TestSessionsAreClosedWithTheLastRow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := hire(t, portalsim.Options{}, nil,
			row("Anna Ivanova", "anna@example.org", "anna@example.org"),
			row("Anna Ivanova", "anna@example.com", "anna@example.org"),
			row("Ivan Petrov", "ivan@example.org", "ivan@example.org"))
		s.enter(t)
		if s.AllRead() != 0 || s.Leave(s.members[0], "") {
			t.Error("a session is to be closed though a row of the person is under way")
		}
		if !s.Leave(s.members[1], "") || s.OpenSessions() != 2 {
			t.Errorf("%d sessions are open after the last row of a person, want 2, one of them to be closed", s.OpenSessions())
		}
		if !s.SignOut(t.Context()) || s.OpenSessions() != 1 {
			t.Errorf("%d sessions are open, want 1", s.OpenSessions())
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if s.LeaveAll() != 1 || s.SignOut(ended) || s.OpenSessions() != 1 {
			t.Errorf("%d sessions are open after a sign-out that could not be made, want 1", s.OpenSessions())
		}
		if !s.SignOut(t.Context()) || s.SignOut(t.Context()) || s.OpenSessions() != 0 {
			t.Errorf("%d sessions are open at the end", s.OpenSessions())
		}
	})
}

func TestStopEndsTheWaitForAPerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := hire(t, portalsim.Options{Faults: []portalsim.Fault{{Path: "authentication", Do: portalsim.Silence}}}, nil,
			row("Anna Ivanova", "anna@example.org", "anna@example.org"), row("Anna Ivanova", "anna@example.com", "anna@example.org"))
		time.AfterFunc(time.Second, func() { s.stop.Because(diagnosis.New(diagnosis.Interrupted)) })
		began := time.Now()
		for i, session := range s.enter(t) {
			if session != nil || s.members[i].Bar != nil {
				t.Errorf("row %d: session %v, barred by %v; want neither", i, session, s.members[i].Bar)
			}
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("it took %v to stop", took)
		}
		known, _, err := s.store.Owner(t.Context(), "anna@example.org")
		if err != nil || known.Attempts != 1 {
			t.Errorf("the journal knows of %d attempts, %v; want the one that was cut off", known.Attempts, err)
		}
	})
}
