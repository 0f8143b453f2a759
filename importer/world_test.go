package importer_test

import (
	"cmp"
	"context"
	"encoding/csv"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"r7import/importer"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/pace"
	"r7import/importer/plan"
	"r7import/importer/policy"
	"r7import/importer/portal"
	"r7import/importer/portalsim"
	"r7import/importer/source"
	"r7import/importer/validate"
	"r7import/mapping"
)

// Most tests wait most of the time, so more of them go at once than there are processors.
func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "8")
	goleak.VerifyTestMain(m)
}

// quick are the waits for a portal that does everything in an instant.
var quick = policy.Waits{
	Later:    20 * time.Millisecond,
	SignIn:   time.Second,
	LookUps:  []time.Duration{10 * time.Millisecond, 30 * time.Millisecond, 100 * time.Millisecond},
	Portal:   pace.Growing{First: 10 * time.Millisecond, Longest: 100 * time.Millisecond},
	Removal:  pace.Growing{First: 5 * time.Millisecond, Longest: 50 * time.Millisecond},
	Removals: 30 * time.Millisecond,
}

// header is the least a file needs.
var header = []string{"name", "email", "password", "server", "port", "smtp_server", "smtp_port", "portal_user", "portal_password"}

// person returns a row whose owner and address fit.
func person(n int) []string {
	address := fmt.Sprintf("user%03d@example.org", n)
	return []string{fmt.Sprintf("Ivan Petrov %d", n), address, "mailbox-secret", "imap.example.org", "993", "smtp.example.org", "465", address, "portal-secret"}
}

func people(n int) [][]string {
	rows := make([][]string, n)
	for i := range rows {
		rows[i] = person(i + 1)
	}
	return rows
}

// ownerless returns rows that name no owner, for a header without the last two columns.
func ownerless(n int) [][]string {
	rows := people(n)
	for i := range rows {
		rows[i] = rows[i][:7]
	}
	return rows
}

// with returns a copy of the row with one cell changed.
func with(row []string, column, value string) []string {
	row = slices.Clone(row)
	row[slices.Index(header, column)] = value
	return row
}

// world is a simulated portal, a store and a file.
type world struct {
	t      *testing.T
	sim    *portalsim.Portal
	server *httptest.Server
	dial   func(ctx context.Context, network, address string) (net.Conn, error) // nil for the network's
	store  *journal.Store
	file   string
	header []string
	bare   bool // without the passwords of mailboxes
	// adjust changes the options of the next run.
	adjust  func(*policy.Options)
	timeout time.Duration // of a request, 10 s when 0
	rate    float64       // requests a second, 2000 when 0
	canary  func(context.Context, []string) (bool, error)
	watch   func(importer.Progress) // looks on, if it is set
	gate    *pace.Gate              // of the latest run or look
	seen    []importer.Progress
	plan    *plan.Plan // of the latest run or look
}

func newWorld(t *testing.T, o portalsim.Options) *world {
	t.Helper()
	w := &world{t: t, sim: portalsim.New(o), file: filepath.Join(t.TempDir(), "accounts.csv"), header: header}
	w.server = httptest.NewServer(w.sim)
	t.Cleanup(func() {
		w.server.Close()
		w.sim.Close()
	})
	w.store = w.open()
	return w
}

// virtual runs a test in a bubble, where waiting takes no time. What it is given
// must be made in there.
func virtual(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, test)
}

// newVirtualWorld is newWorld for a bubble: the portal is reached through pipes.
func newVirtualWorld(t *testing.T, o portalsim.Options) *world {
	t.Helper()
	w := &world{t: t, sim: portalsim.New(o), file: filepath.Join(t.TempDir(), "accounts.csv"), header: header}
	listener := portalsim.Listen()
	w.server = &httptest.Server{URL: "http://localhost", Listener: listener, Config: &http.Server{Handler: w.sim}}
	w.dial = listener.Dial
	go func() { _ = w.server.Config.Serve(listener) }()
	t.Cleanup(func() {
		_ = w.server.Config.Close()
		w.sim.Close()
	})
	w.store = w.open()
	return w
}

func (w *world) open() *journal.Store {
	w.t.Helper()
	store, err := journal.Scratch()
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = store.Close() })
	return store
}

func (w *world) write(rows [][]string) {
	w.t.Helper()
	var b strings.Builder
	c := csv.NewWriter(&b)
	_ = c.Write(w.header)
	_ = c.WriteAll(rows)
	if err := os.WriteFile(w.file, []byte(b.String()), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) input(ctx context.Context) *plan.Input {
	w.t.Helper()
	file, err := source.Open(ctx, w.file, source.Options{Known: mapping.Known})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = file.Close() })
	binding, err := mapping.Bind(file.Columns(), mapping.Options{WithoutPasswords: w.bare})
	if err != nil {
		w.t.Fatal(err)
	}
	return &plan.Input{File: file, Binding: binding, Rules: validate.Rules{WithoutMailPasswords: w.bare}}
}

func (w *world) importer(ctx context.Context, ledger *journal.Store) *importer.Importer {
	w.t.Helper()
	options := policy.Defaults()
	options.Workers, options.PerHost, options.Settle, options.Waits = 8, 8, 50*time.Millisecond, quick
	if w.adjust != nil {
		w.adjust(&options)
	}
	gate := pace.NewGate(options.Workers, pace.New(cmp.Or(w.rate, 2000)))
	client, err := portal.New(portal.Options{URL: w.server.URL, Workers: options.Workers, Timeout: cmp.Or(w.timeout, 10*time.Second), Admit: gate.Admit, Dial: w.dial})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(client.Close)
	w.gate = gate
	return &importer.Importer{
		Input: w.input(ctx), Client: client, Gate: gate, History: w.store, Ledger: ledger, Options: options,
		Canary: w.canary,
		Observe: func(p importer.Progress) {
			w.seen = append(w.seen, p)
			if w.watch != nil {
				w.watch(p)
			}
		},
	}
}

// run imports the rows and returns the result with the entries in the order of the file.
func (w *world) run(rows [][]string) (importer.Result, []journal.Entry) {
	w.t.Helper()
	return w.runWith(w.t.Context(), rows)
}

func (w *world) runWith(ctx context.Context, rows [][]string) (importer.Result, []journal.Entry) {
	w.t.Helper()
	w.write(rows)
	im := w.importer(ctx, w.store)
	plan, err := im.Prepare(ctx, journal.KindRun)
	if err != nil {
		w.t.Fatal(err)
	}
	w.plan = plan
	result, err := im.Run(ctx, plan)
	if err != nil {
		w.t.Fatal(err)
	}
	return result, entries(w.t, w.store, result.Run.ID)
}

// until returns a context that ends as soon as the portal has come so far.
func (w *world) until(reached func() bool) context.Context {
	ctx, cancel := context.WithCancel(w.t.Context())
	w.t.Cleanup(cancel)
	go func() {
		defer cancel()
		for !reached() && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
	}()
	return ctx
}

// look does what an online dry run does with the rows.
func (w *world) look(rows [][]string) (importer.Result, []journal.Entry) {
	w.t.Helper()
	w.write(rows)
	scratch := w.open()
	im := w.importer(w.t.Context(), scratch)
	plan, err := im.Prepare(w.t.Context(), journal.KindPlan)
	if err != nil {
		w.t.Fatal(err)
	}
	w.plan = plan
	result, err := im.Look(w.t.Context(), plan)
	if err != nil {
		w.t.Fatal(err)
	}
	return result, entries(w.t, scratch, result.Run.ID)
}

func entries(t *testing.T, store *journal.Store, run string) []journal.Entry {
	t.Helper()
	var all []journal.Entry
	for e, err := range store.Entries(context.Background(), run) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

// outcomes writes entries as "row status code", one a line.
func outcomes(entries []journal.Entry) string {
	var b strings.Builder
	for _, e := range entries {
		fmt.Fprintln(&b, strings.TrimSpace(fmt.Sprint(e.Row, " ", e.Status, " ", e.Code)))
	}
	return b.String()
}

func (w *world) want(got []journal.Entry, want ...string) {
	w.t.Helper()
	if g, ww := outcomes(got), strings.Join(want, "\n")+"\n"; g != ww {
		w.t.Errorf("outcomes:\n%swant:\n%s", g, ww)
	}
}

// all checks that every entry has the status.
func (w *world) all(got []journal.Entry, rows int, status diagnosis.Status) {
	w.t.Helper()
	if len(got) != rows {
		w.t.Fatalf("%d entries, want %d", len(got), rows)
	}
	for _, e := range got {
		if e.Status != status {
			w.t.Errorf("row %d is %s %s, want %s", e.Row, e.Status, e.Code, status)
		}
	}
}

// live returns the accounts of the portal that are not removed.
func (w *world) live() []portalsim.Account {
	return slices.DeleteFunc(w.sim.Accounts(), func(a portalsim.Account) bool { return a.Removed })
}

// creates counts create calls the portal has seen.
func (w *world) creates() int {
	return len(slices.DeleteFunc(w.sim.Requests(), func(r portalsim.Request) bool {
		return r.Method != "POST" || !strings.Contains(r.Path, "mail/accounts")
	}))
}
