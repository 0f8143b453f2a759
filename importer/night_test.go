package importer_test

import (
	"flag"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"r7import/importer"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/policy"
	"r7import/importer/portalsim"
)

// Before a release: go test ./importer -run 'LostAnswers|BadNight' -args -night 2400
var night = flag.Int("night", 300, "rows of the tests of a long run")

// agrees checks that what the journal says of every row is so in the portal.
func (w *world) agrees(entries []journal.Entry) {
	w.t.Helper()
	there := make(map[string]int)
	for _, a := range w.live() {
		there[a.Owner+" "+a.Address]++
	}
	wrong := 0
	for _, e := range entries {
		n := there[e.Owner+" "+e.Email]
		made := e.Status == diagnosis.Created || e.Status == diagnosis.Unchanged || e.Status == diagnosis.Exists
		if n > 1 || made != (n == 1) {
			wrong++
			w.t.Errorf("row %d is %s %s, the portal has %d accounts for it", e.Row, e.Status, e.Code, n)
		}
	}
	if s := w.sim.Stats(); s.Duplicates != 0 || s.PerKey > 1 || wrong > 0 {
		w.t.Errorf("%d duplicates, %d in flight for one account, %d wrong states", s.Duplicates, s.PerKey, wrong)
	}
}

func TestLostAnswersOfManyRows(t *testing.T) {
	t.Parallel()
	virtual(t, lostAnswersOfManyRows)
}

func lostAnswersOfManyRows(t *testing.T) {
	lost := func(do portalsim.Action, processed bool) portalsim.Fault {
		return portalsim.Fault{Method: http.MethodPost, Path: "mail/accounts", Share: 0.01, Do: do, Processed: processed}
	}
	w := newVirtualWorld(t, portalsim.Options{Seed: 11, Latency: 4 * time.Millisecond, Spread: 3 * time.Millisecond, Faults: []portalsim.Fault{
		lost(portalsim.Reset, true), lost(portalsim.Cut, false), lost(portalsim.Reset, false), lost(portalsim.Answer, true), lost(portalsim.Silence, true),
		{Method: http.MethodGet, Path: "mail/accounts/single", Share: 0.01, Do: portalsim.Reset},
	}})
	w.timeout = time.Second
	w.adjust = func(o *policy.Options) { o.Workers, o.PerHost, o.Settle = 16, 16, 2*time.Second }
	result, got := w.run(people(*night))
	if result.Stopped != nil {
		t.Fatalf("stopped: %v", result.Stopped)
	}
	w.all(got, *night, diagnosis.Created)
	w.agrees(got)
	found, again := 0, 0
	for _, e := range got {
		if e.Code == diagnosis.FoundByLookUp {
			found++
		}
		if e.Attempts > 1 {
			again++
		}
	}
	faults := w.sim.Stats().Faults
	t.Logf("%d rows, faults %v: %d found by look-up, %d sent again", *night, faults, found, again)
	if found == 0 || again == 0 {
		t.Errorf("%d rows were found by a look-up and %d sent again: the test has tried nothing", found, again)
	}
}

// One night with everything at once: a block of wrong passwords on the server of
// all others, a mail server that is dead, and a restart of the portal.
func TestBadNight(t *testing.T) {
	t.Parallel()
	rows := people(*night)
	wrongFrom, wrong := *night/5, *night/8
	deadFrom, dead := *night/2, *night/20
	passwords := make(map[string]string)
	for i := range rows {
		switch {
		case i >= wrongFrom && i < wrongFrom+wrong:
			passwords[rows[i][1]] = "another"
		case i >= deadFrom && i < deadFrom+dead:
			rows[i] = with(with(rows[i], "server", "imap.dead.example"), "smtp_server", "smtp.dead.example")
		}
	}
	w := newWorld(t, portalsim.Options{
		Latency: 4 * time.Millisecond, Spread: 3 * time.Millisecond,
		MailHosts: []portalsim.MailHost{{Host: "*.dead.example", Do: portalsim.NotListening}, {Host: "*.example.org", Passwords: passwords}},
	})
	w.adjust = func(o *policy.Options) {
		o.Workers, o.PerHost, o.Settle, o.HostWait = 8, 8, 500*time.Millisecond, 100*time.Millisecond
	}
	ended := make(chan struct{})
	var restart sync.WaitGroup
	restart.Go(func() {
		for w.sim.Stats().Created < *night*2/3 {
			select {
			case <-ended:
				t.Error("the run ended before the restart")
				return
			case <-time.After(time.Millisecond):
			}
		}
		w.sim.Restart(300*time.Millisecond, 0.5)
	})
	result, got := w.run(rows)
	close(ended)
	restart.Wait()
	if result.Stopped != nil {
		t.Fatalf("stopped: %v", result.Stopped)
	}
	w.agrees(got)
	counts := statuses(got)
	t.Logf("%d rows: %v", *night, counts)
	for i, e := range got {
		var want string
		switch {
		case i >= wrongFrom && i < wrongFrom+wrong:
			want = "failed MAIL_AUTH"
		case i >= deadFrom && i < deadFrom+dead:
			want = "failed MAIL_CONNECT, not_tried HOST_PAUSED"
		default:
			want = "created , created FOUND_BY_LOOK_UP"
		}
		if is := fmt.Sprint(e.Status, " ", e.Code); !strings.Contains(want, is) {
			t.Errorf("row %d is %s, want %s", e.Row, is, want)
		}
	}
	for i, e := range got[deadFrom : deadFrom+dead] {
		if e.Host != "imap.dead.example" {
			t.Errorf("row %d of the dead mail server names %q", deadFrom+i+2, e.Host)
		}
	}
	if !slices.ContainsFunc(w.seen, func(p importer.Progress) bool {
		return slices.ContainsFunc(p.Resting, func(r importer.HostRest) bool {
			return r.Host == "imap.dead.example" && r.Why == diagnosis.HostSilent && r.Tries > 0
		})
	}) {
		t.Error("nobody was told that the dead mail server rests")
	}
	const perPost = 5 // PLAIN, LOGIN and the plain command of IMAP, PLAIN and LOGIN of SMTP
	lost := 0
	for address := range passwords {
		failed := w.sim.Stats().FailedMail[address]
		writes := w.sim.Writes(address, address)
		if writes > 1 {
			lost++ // it was under way when the portal restarted
		}
		if failed > perPost*writes || failed < perPost {
			t.Errorf("%s saw %d create calls and %d failed logins, want %d a call", address, writes, failed, perPost)
		}
	}
	if lost > 8 {
		t.Errorf("%d refused passwords were sent twice, more than were under way at the restart", lost)
	}
	if n := w.sim.Stats().MailHosts["imap.dead.example"].Tests; n > 3*dead {
		t.Errorf("the dead mail server was tried %d times", n)
	}
}

func TestStoppedRunSaysWhyRowsWaited(t *testing.T) {
	t.Parallel()
	rows := people(200)
	const dead = 8
	for i := range dead {
		rows[i] = with(with(rows[i], "server", "imap.dead.example"), "smtp_server", "imap.dead.example")
	}
	w := newWorld(t, portalsim.Options{
		Latency: 10 * time.Millisecond, MailHosts: []portalsim.MailHost{{Host: "imap.dead.example", Do: portalsim.NotListening}}})
	w.adjust = func(o *policy.Options) { o.HostWait, o.Workers = time.Hour, 2 }
	ctx := w.until(func() bool { return w.sim.Stats().Created >= 20 })
	_, got := w.runWith(ctx, rows)
	failed, paused, notReached := 0, 0, 0
	for i := range got {
		row := importer.ReportRow(&got[i])
		if row.Status == diagnosis.Created {
			continue
		}
		problem, _ := diagnosis.Worst(row.Problems)
		switch problem.Code {
		case diagnosis.MailConnect: // one of the three that gave the server its rest
			failed++
		case diagnosis.HostPaused:
			paused++
			if row.Host != "imap.dead.example" || problem.Args["Why"] != string(diagnosis.HostSilent) {
				t.Errorf("row %d waited for %q because of %v", row.Number, row.Host, problem.Args)
			}
		case diagnosis.NotReached:
			notReached++
		default:
			t.Errorf("row %d was not tried because of %q", row.Number, problem.Code)
		}
	}
	if created := len(w.live()); failed > 2 || failed+paused != dead || notReached != len(rows)-dead-created {
		t.Errorf("%d rows failed at the mail server, %d waited for it and %d were not reached, with %d created", failed, paused, notReached, created)
	}
}
