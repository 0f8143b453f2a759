package provision

import (
	"testing"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/pace"
	"r7import/importer/people"
	"r7import/importer/plan"
	"r7import/importer/policy"
)

// newWorker returns a worker with an empty journal, and a row for anna@example.org
// that gives name and port.
func newWorker(t *testing.T, options *policy.Options) (*Worker, *Row) {
	t.Helper()
	store, err := journal.Scratch()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	known, err := plan.NewHistory(t.Context(), store, options)
	if err != nil {
		t.Fatal(err)
	}
	stop := pace.NewStop(t.Context())
	w := &Worker{History: store, Ledger: store, Known: known, Options: options, Stop: stop, Tally: NewTally(options, stop, 100, 0)}
	in := &account.Row{
		Number: 2, Given: account.Fields(0).With(account.Name).With(account.Email).With(account.Port).With(account.Password),
		Settings: account.Settings{
			Name: "Anna", Email: "anna@example.org",
			Incoming: account.Server{Host: "imap.example.org", Port: 993, Password: account.NewSecret("secret")},
			Outgoing: account.Server{Host: "smtp.example.org", Port: 465},
		},
	}
	return w, &Row{Member: people.Member{Row: in}, Hosts: []string{"imap.example.org", "smtp.example.org"}}
}

func TestJudge(t *testing.T) {
	const id = 7
	for _, tc := range []struct {
		name    string
		there   bool
		ours    bool
		differs bool
		off     bool // by us
		edited  bool // the row's password, since it was sent
		change  func(*account.Mailbox)
		adjust  func(*policy.Options)
		verdict verdict
		status  diagnosis.Status
		code    diagnosis.Code
	}{
		{name: "not there", verdict: create},
		{name: "ours, equal", there: true, ours: true, status: diagnosis.Unchanged},
		{name: "ours, different", there: true, ours: true, differs: true, verdict: update},
		{name: "ours, another password", there: true, ours: true, edited: true, verdict: update},
		{name: "ours, different, skip", there: true, ours: true, differs: true, adjust: func(o *policy.Options) { o.OnChanged = policy.Skip },
			status: diagnosis.Changed, code: diagnosis.AccountDiffers},
		{name: "ours, different, fail", there: true, ours: true, differs: true, adjust: func(o *policy.Options) { o.OnChanged = policy.Fail },
			status: diagnosis.Failed, code: diagnosis.AccountRefused},
		{name: "ours, switched off", there: true, ours: true, off: true, verdict: enable},
		{name: "foreign, equal", there: true, status: diagnosis.Exists, code: diagnosis.AccountExists},
		{name: "foreign, another password", there: true, edited: true, status: diagnosis.Exists, code: diagnosis.AccountExists},
		{name: "foreign, different", there: true, differs: true, status: diagnosis.Changed, code: diagnosis.AccountDiffers},
		{name: "foreign, different, update", there: true, differs: true, adjust: func(o *policy.Options) { o.OnExisting = policy.Update }, verdict: update},
		{name: "foreign, equal, fail", there: true, adjust: func(o *policy.Options) { o.OnExisting = policy.Fail },
			status: diagnosis.Failed, code: diagnosis.AccountRefused},
		{name: "on the portal's own server", there: true, differs: true, change: func(m *account.Mailbox) { m.Hosted = true },
			adjust: func(o *policy.Options) { o.OnExisting = policy.Update }, status: diagnosis.Exists, code: diagnosis.AccountProtected},
		{name: "by OAuth, ours once", there: true, ours: true, differs: true, change: func(m *account.Mailbox) { m.OAuth = true },
			status: diagnosis.Exists, code: diagnosis.AccountProtected},
		{name: "made anew by somebody", there: true, ours: true, differs: true, change: func(m *account.Mailbox) { m.ID = id + 1 },
			status: diagnosis.Changed, code: diagnosis.AccountDiffers},
	} {
		t.Run(tc.name, func(t *testing.T) {
			options := policy.Defaults()
			if tc.adjust != nil {
				tc.adjust(&options)
			}
			w, r := newWorker(t, &options)
			mailbox := account.Mailbox{ID: id, Address: "Anna@example.org", Detailed: true, Settings: r.Row.Settings}
			known := journal.Account{Fingerprint: w.fingerprint(r, journal.Account{})}
			if tc.ours {
				known.Made, known.MailboxID, known.Status = true, id, diagnosis.Created
			}
			if tc.off {
				known.Status = diagnosis.Disabled
			}
			if tc.differs {
				mailbox.Settings.Incoming.Port = 143
			}
			if tc.edited {
				r.Row.Settings.Incoming.Password = account.NewSecret("another")
			}
			if tc.change != nil {
				tc.change(&mailbox)
			}
			d := w.judge(r, mailbox, tc.there, known)
			var code diagnosis.Code
			if d.problem != nil {
				code = d.problem.Code
			}
			if d.verdict != tc.verdict || d.status != tc.status || code != tc.code {
				t.Errorf("verdict %v, %s %s; want %v, %s %s", d.verdict, d.status, code, tc.verdict, tc.status, tc.code)
			}
		})
	}
}

func TestTallyAddsUp(t *testing.T) {
	options := policy.Defaults()
	options.MaxFailures, options.MaxChanges = policy.Share{N: 1}, policy.Share{N: 1}
	w, r := newWorker(t, &options)
	w.Tally.doubt(r, doubt{since: time.Now()})
	if _, unknown := w.Tally.Snapshot(); unknown != 1 {
		t.Errorf("%d in doubt, want 1", unknown)
	}
	r.End(diagnosis.Failed, *diagnosis.New(diagnosis.NeverArrived, "Count", "4"))
	w.Tally.ended(r)
	if counts, unknown := w.Tally.Snapshot(); unknown != 0 || counts[diagnosis.Failed] != 1 || w.Stop.Context().Err() != nil {
		t.Errorf("counts %v, %d in doubt, stopped %v", counts, unknown, w.Stop.Reason())
	}
	first, again, other := w.Tally.mayChange(r), w.Tally.mayChange(r), w.Tally.mayChange(new(Row))
	if !first || !again || other || w.Tally.Changes() != 2 {
		t.Errorf("%d changes: a row counts once, and a second one is too many", w.Tally.Changes())
	}
	w.Tally.Count(journal.Entry{Status: diagnosis.Failed})
	if reason := w.Stop.Reason(); reason == nil || reason.Code != diagnosis.TooManyFailures {
		t.Errorf("two rows failed, and the run goes on: %v", reason)
	}
}

func TestOutcomeOfARowNobodySignsInFor(t *testing.T) {
	options := policy.Defaults()
	_, r := newWorker(t, &options)
	r.Row.Problems = []diagnosis.Problem{*diagnosis.New(diagnosis.FoundByLookUp)} // of the row itself
	if e := r.Bar(diagnosis.Held, *diagnosis.New(diagnosis.OwnerNobody)); e.Status != diagnosis.Held || e.Code != diagnosis.OwnerNobody || len(e.Problems) != 2 {
		t.Errorf("the row is %s %s with %v", e.Status, e.Code, e.Problems)
	}
	r.Doubt()
	if e := r.Bar(diagnosis.Held, *diagnosis.New(diagnosis.OwnerNobody)); e.Status != diagnosis.Unknown || e.Code != diagnosis.OutcomeUnknown {
		t.Errorf("a row in doubt is %s %s", e.Status, e.Code)
	}
}
