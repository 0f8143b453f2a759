package importer_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/policy"
	"r7import/importer/portalsim"
)

// counted is a world whose portal counts connections, at a rate of its own.
func counted(t *testing.T, o portalsim.Options, rate float64) *world {
	t.Helper()
	o.Tokens = map[string]string{"the-token": "user001@example.org"}
	w := newWorld(t, o)
	w.server.Close()
	w.server = httptest.NewUnstartedServer(w.sim)
	w.server.Config.ConnState = w.sim.ConnState
	w.server.Start()
	w.givesAllToOne(rate)
	return w
}

// givesAllToOne has one person get the accounts of all rows.
func (w *world) givesAllToOne(rate float64) {
	w.header, w.rate = header[:7], rate
	w.adjust = func(o *policy.Options) {
		o.Owner, o.MaxPerOwner, o.Caller.Token = policy.OwnerSelf, 0, account.NewSecret("the-token")
	}
}

func TestRateAndConnectionsAsThePortalSeesThem(t *testing.T) {
	const rate, rows = 100, 150
	w := counted(t, portalsim.Options{Latency: 20 * time.Millisecond}, rate)
	began := time.Now()
	_, got := w.run(ownerless(rows))
	took := time.Since(began)
	w.all(got, rows, diagnosis.Created)
	s := w.sim.Stats()
	// They leave evenly; on a machine that is busy they do not arrive so.
	if s.MostInSecond > rate*5/4 {
		t.Errorf("%d requests in one second, want about %d", s.MostInSecond, rate)
	}
	if least := time.Duration(s.Requests-rate) * time.Second / rate; took < least {
		t.Errorf("%d requests took %v, want at least %v", s.Requests, took, least)
	}
	if s.Connected > 8 {
		t.Errorf("%d connections were opened for 8 workers", s.Connected)
	}
}

func TestNothingIsSentWhileThePortalAsksForAPause(t *testing.T) {
	t.Parallel()
	for _, form := range []string{"seconds", "date"} {
		t.Run(form, func(t *testing.T) {
			virtual(t, func(t *testing.T) {
				w := newVirtualWorld(t, portalsim.Options{
					Latency: 10 * time.Millisecond, Tokens: map[string]string{"the-token": "user001@example.org"},
					Faults: []portalsim.Fault{
						{Method: http.MethodPost, Path: "mail/accounts", Skip: 30, First: 1, Do: portalsim.TooManyRequests, RetryAfter: form, Pause: time.Second}},
				})
				w.givesAllToOne(500)
				began := time.Now()
				_, got := w.run(ownerless(80))
				w.all(got, 80, diagnosis.Created)
				if took := time.Since(began); took < time.Second {
					t.Errorf("the run took %v with a pause of a second in it", took)
				}
				if s := w.sim.Stats(); s.Turned != 1 {
					t.Errorf("%d turned away, want one", s.Turned)
				}
				// What left before the answer was read may still arrive for a while.
				if n := w.arrived(http.StatusTooManyRequests, 400*time.Millisecond, 900*time.Millisecond); n > 0 {
					t.Errorf("%d requests within the pause, want none", n)
				}
			})
		})
	}
}

// arrived counts the requests that came between two moments after the first one
// that was answered with a status.
func (w *world) arrived(status int, from, to time.Duration) int {
	requests := w.sim.Requests()
	first := slices.IndexFunc(requests, func(r portalsim.Request) bool { return r.Status == status })
	if first < 0 {
		w.t.Fatalf("no request was answered with %d", status)
	}
	n := 0
	for _, r := range requests {
		if after := r.At - requests[first].At; after > from && after < to {
			n++
		}
	}
	return n
}
