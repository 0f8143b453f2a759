//go:build unix

package main

import (
	"bytes"
	"encoding/csv"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/portalsim"
)

// More of them by hand: go test ./cmd/r7import -run Killed -kills 200 -lossy-kills 60 -undo-kills 60
var (
	killRuns  = flag.Int("kills", 60, "imports that are killed at random moments")
	lossyRuns = flag.Int("lossy-kills", 20, "of such imports where each tenth request is lost as well, or its answer")
	undoRuns  = flag.Int("undo-kills", 12, "undos that are killed at random moments")
	killSeed  = flag.Uint64("kill-seed", 1, "of the first that is killed")
)

// TestKilledAtAnyMoment kills imports again and again and gives the same command
// until it ends by itself: no row is lost, no account is made twice, nothing is
// written again without a look, and the report says what the portal has.
func TestKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	// Half of them before the portal has read them, the other half once it has made the account.
	lost := portalsim.Fault{Method: http.MethodPost, Path: "mail/accounts", Share: 0.05, Do: portalsim.Reset}
	made := lost
	made.Processed = true
	for _, tc := range []struct {
		name   string
		runs   int
		faults []portalsim.Fault
	}{
		{"answers come", *killRuns, nil},
		{"requests and answers get lost", *lossyRuns, []portalsim.Fault{lost, made}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var kills, writes atomic.Int64
			each(tc.runs, func(n int) {
				v := newVictim(t, *killSeed+uint64(n), tc.faults)
				v.converge()
				kills.Add(int64(v.killed))
				writes.Add(int64(v.written))
			})
			t.Logf("%d imports were killed %d times and sent %d create calls", tc.runs, kills.Load(), writes.Load())
		})
	}
}

// each calls f for the numbers below n, a few at a time: they mostly wait.
func each(n int, f func(int)) {
	const atOnce = 8
	var group sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for i := range n {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			f(i)
		})
	}
	group.Wait()
}

// victim is an import whose process does not live long.
type victim struct {
	t       *testing.T
	seed    uint64
	random  *rand.Rand
	sim     *portalsim.Portal
	server  *httptest.Server
	folder  string
	rows    int
	way     signInWay
	args    []string
	killed  int
	written int
	arrived atomic.Int64 // requests
	end     atomic.Pointer[end]
}

// end is the moment at which a process is killed. It is not changed once the
// portal can see it: requests outlive their sender.
type end struct {
	request int64 // its number
	after   bool  // once it is answered, not when it arrives
	kill    func()
}

// signInWay is who signs in for the rows of a victim.
type signInWay int

const (
	onePerson signInWay = iota // gets all accounts, which are looked up by one list
	tokens                     // each row brings its own
	passwords                  // likewise
	ways
)

func newVictim(t *testing.T, seed uint64, faults []portalsim.Fault) *victim {
	v := &victim{t: t, seed: seed, random: rand.New(rand.NewPCG(seed, 0)), folder: t.TempDir()}
	v.rows, v.way = 24+v.random.IntN(33), signInWay(v.random.IntN(int(ways)))
	valid := make(map[string]string)
	for row := range v.rows {
		valid[tokenOf(row)] = addressOf(row)
	}
	v.sim = portalsim.New(portalsim.Options{
		Latency: 15 * time.Millisecond, Spread: 10 * time.Millisecond, Seed: seed, Faults: faults, Tokens: valid,
	})
	v.server = httptest.NewServer(http.HandlerFunc(v.serve))
	v.args = []string{"run", "accounts.csv", "--per-host", "8", "--settle", "700ms", "-o", "accounts-report.csv"}
	return v
}

// serve passes requests to the portal and kills their sender when the moment has come.
func (v *victim) serve(w http.ResponseWriter, r *http.Request) {
	number, end := v.arrived.Add(1), v.end.Load()
	last := end != nil && number == end.request
	if last && !end.after {
		end.kill()
	}
	v.sim.ServeHTTP(w, r)
	if last && end.after {
		end.kill()
	}
}

func addressOf(row int) string { return fmt.Sprintf("user%03d@example.org", row) }
func tokenOf(row int) string   { return fmt.Sprintf("token-%03d", row) }

// writeFile makes the input and the file with the token of one person.
func (v *victim) writeFile() error {
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	write := func(cells []string, user, password, token string) {
		switch v.way {
		case passwords:
			cells = append(cells, user, password)
		case tokens:
			cells = append(cells, token)
		}
		_ = w.Write(cells)
	}
	write([]string{"name", "email", "password", "server", "port", "smtp_server", "smtp_port"}, "portal_user", "portal_password", "portal_token")
	for row := range v.rows {
		cells := []string{"Ivan Petrov", addressOf(row), "secret", "imap.example.org", "993", "smtp.example.org", "465"}
		write(cells, addressOf(row), "portal-secret", tokenOf(row))
	}
	w.Flush()
	if err := os.WriteFile(filepath.Join(v.folder, "token"), []byte(tokenOf(0)), 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(v.folder, "accounts.csv"), text.Bytes(), 0o600)
}

// command returns the program, ready to be started.
func (v *victim) command(stderr *bytes.Buffer) (*exec.Cmd, error) {
	program, err := exec.LookPath("r7import")
	if err != nil {
		return nil, err
	}
	args := append(v.args[:len(v.args):len(v.args)], "--yes", "--portal", v.server.URL, "--state", "state", "--quiet", "--rate", "1000/s", "--workers", "8")
	if v.way == onePerson {
		args = append(args, "--owner", "self", "--token-file", "token", "--max-per-owner", "100")
	}
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Stderr = v.folder, stderr
	cmd.Env = []string{"HOME=" + v.folder, "PATH=" + os.Getenv("PATH"), "LC_ALL=C", endAtOnce}
	return cmd, nil
}

// converge gives the command until it ends by itself and checks what is left.
func (v *victim) converge() {
	defer v.sim.Close()
	defer v.server.Close()
	v.check(v.writeFile, v.killAll(v.checkState), v.finish, v.checkEnd)
}

// check takes steps until one of them fails.
func (v *victim) check(steps ...func() error) {
	for _, step := range steps {
		if err := step(); err != nil {
			v.t.Errorf("seed %d, killed %d times: %v", v.seed, v.killed, err)
			return
		}
	}
}

// killAll returns the step that gives the command a few times and kills it each
// time, with a check of what that left.
func (v *victim) killAll(then func() error) func() error {
	return func() error {
		times := 1 + v.random.IntN(3)
		if v.way == passwords {
			times = 1 // whoever is cut off twice while they sign in has to wait: the portal counts the attempts
		}
		for range times {
			if err := v.startAndKill(); err != nil {
				return err
			}
			if err := then(); err != nil {
				return err
			}
		}
		return nil
	}
}

// startAndKill begins the command and kills it at a random moment: when a request
// arrives, when one has been answered, or after some time.
func (v *victim) startAndKill() error {
	var stderr bytes.Buffer
	cmd, err := v.command(&stderr)
	if err != nil {
		return err
	}
	kill := func() { _ = cmd.Process.Kill() }
	after, byTime := v.random.IntN(2) == 0, v.random.IntN(3) == 0
	perRow := map[signInWay]int{onePerson: 1, tokens: 3, passwords: 4}[v.way] // requests, about
	requests, wait := 1+v.random.IntN(perRow*v.rows), time.Duration(v.random.IntN(600))*time.Millisecond
	if err := cmd.Start(); err != nil {
		return err
	}
	if byTime {
		defer time.AfterFunc(wait, kill).Stop()
	} else {
		v.end.Store(&end{request: v.arrived.Load() + int64(requests), after: after, kill: kill})
	}
	switch code := exitCodeOf(cmd.Wait()); code {
	case -1:
		v.killed++
	case exitDone: // it was quicker
	default:
		return fmt.Errorf("exit code %d; stderr:\n%s", code, &stderr)
	}
	v.end.Store(nil)
	return nil
}

// finish gives the command once more and lets it end.
func (v *victim) finish() error {
	var stderr bytes.Buffer
	cmd, err := v.command(&stderr)
	if err != nil {
		return err
	}
	if code := exitCodeOf(cmd.Run()); code != exitDone {
		return fmt.Errorf("at last: exit code %d; stderr:\n%s", code, &stderr)
	}
	return nil
}

// live returns the accounts of the portal by address, once it works on nothing any more.
func (v *victim) live() (map[string]portalsim.Account, error) {
	for end := time.Now().Add(10 * time.Second); v.sim.Stats().InFlight.Now > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			return nil, fmt.Errorf("the portal goes on for ever")
		}
	}
	accounts := make(map[string]portalsim.Account)
	for _, a := range v.sim.Accounts() {
		if a.Removed {
			continue
		}
		if _, twice := accounts[a.Address]; twice {
			return nil, fmt.Errorf("%s was made twice", a.Address)
		}
		accounts[a.Address] = a
	}
	return accounts, nil
}

// checkState compares what the dead process left behind with the portal: there is
// nothing in the portal that the journal does not know of or doubt, and nothing
// in the journal that the portal does not have.
func (v *victim) checkState() error {
	accounts, err := v.live()
	if err != nil {
		return err
	}
	store, err := journal.Open(filepath.Join(v.folder, "state"), v.server.URL, journal.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer store.Close()
	intents, err := store.OpenIntents(v.t.Context())
	if err != nil {
		return err
	}
	doubted := make(map[string]bool)
	for _, i := range intents {
		doubted[i.Key.Address] = true
	}
	for address, made := range accounts {
		known, _, err := store.Account(v.t.Context(), account.NewKey(made.OwnerID, address))
		switch {
		case err != nil:
			return err
		case known.MailboxID == 0 && !doubted[address]:
			return fmt.Errorf("the portal has %s and the journal knows nothing of it", address)
		case known.MailboxID != 0 && known.MailboxID != int64(made.ID):
			return fmt.Errorf("%s is mailbox %d in the journal and %d in the portal", address, known.MailboxID, made.ID)
		}
	}
	return v.checkLastRun(store, accounts)
}

// checkLastRun compares the rows of the run that was killed with the portal: a row
// called created is there, and a row that is there is never called failed.
func (v *victim) checkLastRun(store *journal.Store, accounts map[string]portalsim.Account) error {
	run, err := store.Run(v.t.Context(), "latest")
	if err != nil {
		return nil // killed before it began
	}
	for e, err := range store.Entries(v.t.Context(), run.ID) {
		if err != nil {
			return err
		}
		_, there := accounts[e.Email]
		switch e.Status {
		case diagnosis.Created, diagnosis.Unchanged:
			if !there {
				return fmt.Errorf("row %d is %s and the portal does not have it", e.Row, e.Status)
			}
		case diagnosis.NotTried, diagnosis.Unknown:
		default:
			return fmt.Errorf("row %d is %s %s", e.Row, e.Status, e.Code)
		}
	}
	return nil
}

// checkEnd compares the end with the portal.
func (v *victim) checkEnd() error {
	accounts, err := v.live()
	if err != nil {
		return err
	}
	stats := v.sim.Stats()
	if len(accounts) != v.rows || stats.Created != v.rows || stats.Updated != 0 || stats.Duplicates != 0 || stats.PerKey > 1 {
		return fmt.Errorf("%d rows became %d accounts: created %d, written over %d, made twice %d, most writes at once for one %d",
			v.rows, len(accounts), stats.Created, stats.Updated, stats.Duplicates, stats.PerKey)
	}
	if err := v.checkLooks(); err != nil {
		return err
	}
	return v.checkReport(accounts)
}

// checkLooks makes sure that every create call came after a look at its address
// that was answered after the last create call for it.
func (v *victim) checkLooks() error {
	looked := make(map[string]bool)
	for _, r := range v.sim.Requests() {
		switch path := strings.TrimSuffix(strings.TrimPrefix(r.Path, "/api/2.0/"), ".json"); {
		case r.Method == http.MethodGet && path == "mail/accounts/single":
			looked[r.Address] = true
		case r.Method == http.MethodGet && path == "mail/accounts":
			for row := range v.rows { // the list of the one person who gets all of them
				looked[addressOf(row)] = true
			}
		case r.Method == http.MethodPost && path == "mail/accounts":
			v.written++
			if !looked[r.Address] {
				return fmt.Errorf("request %d wrote %s without a look", r.Number, r.Address)
			}
			looked[r.Address] = false
		}
	}
	return nil
}

// checkReport compares the report with the portal, row by row.
func (v *victim) checkReport(accounts map[string]portalsim.Account) error {
	return v.readReport("accounts-report.csv", func(row int, status, id string) bool {
		return id == strconv.Itoa(accounts[addressOf(row)].ID) && (status == "created" || status == "unchanged")
	})
}

// readReport makes sure that a report has every row in order, and that each says what is so.
func (v *victim) readReport(name string, so func(row int, status, id string) bool) error {
	text, err := os.ReadFile(filepath.Join(v.folder, name))
	if err != nil {
		return err
	}
	lines, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(lines) != v.rows+1 {
		return fmt.Errorf("%s has %d lines, want %d and a header: %v", name, len(lines)-1, v.rows, err)
	}
	column := make(map[string]int)
	for i, heading := range lines[0] {
		column[heading] = i
	}
	for row, line := range lines[1:] {
		address, status, id := line[column["email"]], line[column["status"]], line[column["mailbox_id"]]
		if address != addressOf(row) || !so(row, status, id) {
			return fmt.Errorf("line %d of %s says %s %s with mailbox %s", row+1, name, address, status, id)
		}
	}
	return nil
}
