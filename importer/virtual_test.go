package importer_test

import (
	"context"
	"net/http"
	"runtime"
	"testing"
	"time"

	"r7import/importer"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/policy"
	"r7import/importer/portalsim"
)

// The waits of a real run, in virtual time: half an hour of a night with a dead mail
// server, lost answers and a portal that restarts takes a second.
func TestHalfAnHourOfANight(t *testing.T) {
	t.Parallel()
	virtual(t, func(t *testing.T) {
		rows := people(300)
		for i := range 40 {
			rows[100+i] = with(with(rows[100+i], "server", "imap.dead.example"), "smtp_server", "imap.dead.example")
		}
		w := newVirtualWorld(t, portalsim.Options{
			Seed: 5, Latency: time.Second, Spread: 300 * time.Millisecond,
			MailHosts: []portalsim.MailHost{{Host: "imap.dead.example", Do: portalsim.NotListening, First: 10}},
			Restarts:  []portalsim.Restart{{After: 3 * time.Minute, For: 2 * time.Minute}},
			Faults: []portalsim.Fault{
				{Method: http.MethodPost, Path: "mail/accounts", Share: 0.02, Do: portalsim.Reset, Processed: true},
				{Method: http.MethodPost, Path: "mail/accounts", Share: 0.02, Do: portalsim.Reset},
			},
		})
		w.rate, w.timeout = 10, 3*time.Minute
		w.adjust = func(o *policy.Options) { *o = policy.Defaults() }
		began := time.Now()
		result, got := w.run(rows)
		if result.Stopped != nil {
			t.Fatalf("stopped: %v", result.Stopped)
		}
		w.all(got, 300, diagnosis.Created)
		w.agrees(got)
		if took := time.Since(began); took < 20*time.Minute || took > 2*time.Hour {
			t.Errorf("the night took %v", took)
		}
	})
}

// A portal that answers every write with 502 and everything else well is given up.
func TestPortalThatNeverWritesIsGivenUp(t *testing.T) {
	t.Parallel()
	virtual(t, func(t *testing.T) {
		w := newVirtualWorld(t, portalsim.Options{Latency: 100 * time.Millisecond, Faults: []portalsim.Fault{
			{Method: http.MethodPost, Path: "mail/accounts", Do: portalsim.Answer, Status: 502},
		}})
		w.timeout = time.Minute
		w.adjust = func(o *policy.Options) { *o = policy.Defaults() }
		began := time.Now()
		result, got := w.run(people(100))
		if result.Stopped == nil || result.Stopped.Code != diagnosis.PortalAway {
			t.Fatalf("stopped = %v, want %s", result.Stopped, diagnosis.PortalAway)
		}
		if took := time.Since(began); took < 30*time.Minute || took > 45*time.Minute {
			t.Errorf("given up after %v, want half an hour", took)
		}
		for _, e := range got {
			if e.Status != diagnosis.NotTried && e.Status != diagnosis.Unknown {
				t.Errorf("row %d is %s %s", e.Row, e.Status, e.Code)
			}
		}
		if n := w.creates(); n > 100 {
			t.Errorf("%d create calls to a portal that carries out none", n)
		}
	})
}

// A request that never arrives is sent up to four times, each after a look and the
// settle time, and the row says how often.
func TestRequestThatNeverArrives(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		lost   int // requests, from the first
		status diagnosis.Status
		writes string
	}{
		{"three times", 3, diagnosis.Created, ""},
		{"every time", 0, diagnosis.Failed, "4"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			virtual(t, func(t *testing.T) {
				w := newVirtualWorld(t, create(portalsim.Fault{Do: portalsim.Reset}, tc.lost))
				w.adjust = func(o *policy.Options) { o.Settle = 10 * time.Minute }
				began := time.Now()
				_, got := w.run(people(2))
				if got[0].Status != tc.status || got[0].Attempts != 4 || got[1].Status != diagnosis.Created {
					t.Fatalf("outcomes after %d writes:\n%s", got[0].Attempts, outcomes(got))
				}
				if took := time.Since(began); took < 30*time.Minute {
					t.Errorf("four writes took %v, less than the settle time between them", took)
				}
				if tc.writes == "" {
					return
				}
				problem, _ := diagnosis.Worst(got[0].Problems)
				if problem.Code != diagnosis.NeverArrived || problem.Args["Count"] != tc.writes {
					t.Errorf("the row says %s %v, want %s after %s writes", problem.Code, problem.Args, diagnosis.NeverArrived, tc.writes)
				}
				if err := w.sim.SetFaults(nil); err != nil {
					t.Fatal(err)
				}
				_, got = w.run(people(2))
				w.want(got, "2 created", "3 unchanged") // the next run tries again
			})
		})
	}
}

// What a run that was killed has left, sent or not, is no write of the next one.
func TestIntentOfAnEarlierRunIsNoWrite(t *testing.T) {
	t.Parallel()
	virtual(t, func(t *testing.T) {
		w := newVirtualWorld(t, portalsim.Options{})
		w.run(people(1)) // so that the person is known
		earlier, err := w.store.Begin(t.Context(), journal.Run{Kind: journal.KindRun})
		if err != nil {
			t.Fatal(err)
		}
		other := with(with(person(1), "email", "user001@example.com"), "name", "Ivan Petrov")
		row := journal.Entry{Run: earlier.ID, Row: 2, Email: "user001@example.com", Status: diagnosis.NotTried}
		if err := w.store.AddEntries(t.Context(), []journal.Entry{row}); err != nil {
			t.Fatal(err)
		}
		known, _, err := w.store.Owner(t.Context(), "user001@example.org")
		if err != nil {
			t.Fatal(err)
		}
		intent := journal.Intent{Run: earlier.ID, Key: account.NewKey(known.ID, "user001@example.com"), Kind: journal.Create, At: time.Now()}
		if _, err := w.store.Intend(t.Context(), intent); err != nil {
			t.Fatal(err)
		}
		if err := w.sim.SetFaults([]portalsim.Fault{{Method: http.MethodPost, Path: "mail/accounts", First: 1, Do: portalsim.Reset}}); err != nil {
			t.Fatal(err)
		}
		w.adjust = func(o *policy.Options) { o.Settle = time.Minute }
		_, got := w.run([][]string{other})
		if got[0].Status != diagnosis.Created || got[0].Attempts != 2 {
			t.Errorf("after one request that was lost the row is %s %s with %d writes, want created with 2", got[0].Status, got[0].Code, got[0].Attempts)
		}
	})
}

// Rows behind a dead mail server are values, not goroutines. Not beside other tests,
// whose goroutines would be counted.
func TestRowsOfADeadMailServerAreNoGoroutines(t *testing.T) {
	virtual(t, func(t *testing.T) {
		const n = 3000
		w := newVirtualWorld(t, portalsim.Options{
			MailHosts: []portalsim.MailHost{{Do: portalsim.NotListening}}, Tokens: map[string]string{"the-token": "user001@example.org"},
		})
		w.givesAllToOne(2000)
		one := w.adjust
		most := 0
		w.adjust = func(o *policy.Options) { one(o); o.HostWait = 10 * time.Second }
		w.watch = func(p importer.Progress) {
			if p.Waiting > n*9/10 {
				most = max(most, runtime.NumGoroutine())
			}
		}
		_, got := w.run(ownerless(n))
		w.all(got, n, diagnosis.NotTried)
		if most == 0 || most > 500 {
			t.Errorf("%d goroutines while %d rows wait", most, n)
		}
	})
}

// A question to the person lasts as long as it lasts: that requests are cut off, as
// after a sleep of the machine, is no answer.
func TestSleepIsNoAnswerToTheCanary(t *testing.T) {
	t.Parallel()
	virtual(t, func(t *testing.T) {
		w := newVirtualWorld(t, portalsim.Options{})
		w.adjust = func(o *policy.Options) { o.Canary = 1 }
		w.canary = func(context.Context, []string) (bool, error) {
			w.gate.CutOff()
			time.Sleep(time.Hour)
			return true, nil
		}
		result, got := w.run(people(5))
		if result.Stopped != nil {
			t.Errorf("stopped: %v", result.Stopped)
		}
		w.all(got, 5, diagnosis.Created)
	})
}

// While rows in doubt are waited for, the observer learns when the last is settled.
func TestRowsInDoubtAreSettledByThen(t *testing.T) {
	t.Parallel()
	virtual(t, func(t *testing.T) {
		w := newVirtualWorld(t, create(portalsim.Fault{Do: portalsim.Reset}, 1))
		w.adjust = func(o *policy.Options) { o.Settle = 10 * time.Minute }
		began := time.Now()
		w.run(people(2))
		for _, p := range w.seen {
			if p.Unknown == 0 || p.Why == "" {
				continue
			}
			if p.Why != diagnosis.OutcomeUnknown || p.Until.Sub(began) < 10*time.Minute || p.Until.Sub(began) > 11*time.Minute {
				t.Fatalf("%v after the beginning: %s until %v, want ten minutes", time.Since(began), p.Why, p.Until.Sub(began))
			}
			return
		}
		t.Error("nobody was told that a row is in doubt")
	})
}
