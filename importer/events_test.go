package importer_test

import (
	"net/http"
	"testing"
	"time"

	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/policy"
	"r7import/importer/portalsim"
)

// What holds a run up can be read afterwards: a pause, a portal that restarts, and
// a mail server that is dead for a while, with how often it was probed.
func TestEventsOfARun(t *testing.T) {
	t.Parallel()
	virtual(t, func(t *testing.T) {
		rows := people(300)
		for i := range 40 {
			rows[100+i] = with(with(rows[100+i], "server", "imap.dead.example"), "smtp_server", "imap.dead.example")
		}
		w := newVirtualWorld(t, portalsim.Options{
			Latency:   time.Second,
			MailHosts: []portalsim.MailHost{{Host: "imap.dead.example", Do: portalsim.NotListening, First: 10}},
			Restarts:  []portalsim.Restart{{After: 3 * time.Minute, For: 2 * time.Minute}},
			Faults: []portalsim.Fault{
				{Method: http.MethodPost, Path: "mail/accounts", Skip: 20, First: 1, Do: portalsim.TooManyRequests, RetryAfter: "30"},
			},
		})
		w.rate, w.timeout = 10, 3*time.Minute
		w.adjust = func(o *policy.Options) { *o = policy.Defaults() }
		result, got := w.run(rows)
		w.all(got, 300, diagnosis.Created)

		events, err := w.store.Events(t.Context(), result.Run.ID)
		if err != nil {
			t.Fatal(err)
		}
		least := map[journal.EventKind]time.Duration{
			journal.EventPause: 29 * time.Second, journal.EventAway: 90 * time.Second, journal.EventRest: 5 * time.Minute,
		}
		for _, e := range events {
			t.Logf("%s %s %s after %v for %v, %d", e.Kind, e.Host, e.Code, e.Start.Sub(result.Run.Started), e.End.Sub(e.Start), e.Count)
			if e.Start.Before(result.Run.Started) || e.End.Sub(e.Start) < least[e.Kind] || (e.Host != "") != (e.Kind == journal.EventRest) || e.Code == "" {
				t.Errorf("event %+v", e)
			}
			if e.Kind == journal.EventRest && e.Count == 0 {
				t.Error("the rest counts no probe in vain")
			}
			delete(least, e.Kind)
		}
		if len(least) > 0 || len(events) > 10 {
			t.Errorf("%d events, without those of %v", len(events), least)
		}
	})
}
