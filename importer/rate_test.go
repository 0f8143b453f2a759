package importer_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"r7import/importer"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
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
	w.header, w.rate = header[:7], rate
	w.adjust = func(o *importer.Options) {
		o.Owner, o.MaxPerOwner, o.Caller.Token = importer.OwnerSelf, 0, account.NewSecret("the-token")
	}
	return w
}

// mine returns rows of one person.
func mine(n int) [][]string {
	rows := people(n)
	for i := range rows {
		rows[i] = rows[i][:7]
	}
	return rows
}

func TestRateAndConnectionsAsThePortalSeesThem(t *testing.T) {
	const rate, rows = 100, 150
	w := counted(t, portalsim.Options{Latency: 20 * time.Millisecond}, rate)
	began := time.Now()
	_, got := w.run(mine(rows))
	took := time.Since(began)
	w.all(got, rows, diagnosis.Created)
	s := w.sim.Stats()
	// One more may arrive in a second than has left in it, and a few on a machine that is busy.
	if s.MostInSecond > rate*105/100+1 || s.MostInSecond < rate*9/10 {
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
		w := counted(t, portalsim.Options{Latency: 10 * time.Millisecond, Faults: []portalsim.Fault{
			{Method: http.MethodPost, Path: "mail/accounts", Skip: 30, First: 1, Do: portalsim.TooManyRequests, RetryAfter: form, Pause: time.Second}}}, 500)
		began := time.Now()
		_, got := w.run(mine(80))
		w.all(got, 80, diagnosis.Created)
		if took := time.Since(began); took < time.Second {
			t.Errorf("%s: the run took %v with a pause of a second in it", form, took)
		}
		// What left before the answer was read may still arrive: one of each worker, two on a machine that is busy.
		if s := w.sim.Stats(); s.Turned != 1 || s.Early > 16 {
			t.Errorf("%s: %d turned away, %d requests within the pause, want at most two of each of the 8 workers", form, s.Turned, s.Early)
		}
	}
}
