// Package importer makes a portal agree with a file.
//
// [Importer.Prepare] reads the file once and sends nothing; [Importer.Run] reads it
// again and creates the accounts; [Importer.Look] goes the same way and changes
// nothing; [Importer.Verify] looks at the accounts anew and [Importer.Undo] undoes. A feeder
// decides which rows are worked on, and each of them has a goroutine in which
// package provision does what is to be done. What was sent and what came back is in
// the journal before anything else happens, so that a run can be repeated after any
// kind of end.
package importer

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/pace"
	"r7import/importer/plan"
	"r7import/importer/policy"
	"r7import/importer/portal"
	"r7import/importer/provision"
	"r7import/report"
)

// Importer makes one portal agree with one file. All fields but Observe, Canary
// and Greet are needed. It is used for one plan and one run or look.
type Importer struct {
	Input  *plan.Input
	Client *portal.Client // whose Admit is Gate.Admit
	Gate   *pace.Gate
	// History is what earlier runs left: read only.
	History *journal.Store
	// Ledger takes the new run. It is the same store as History in a real run
	// and a scratch one in a dry run.
	Ledger  *journal.Store
	Options policy.Options
	// Consent is what may be changed, and takes what waits; nil is everything.
	Consent *plan.Consent
	// DataSet is what the rows of the file are called from run to run; empty is by the file's name.
	DataSet string
	// Version of the program and Settings it was given are noted down with the
	// run; none of them is a secret. Both may be empty.
	Version  string
	Settings json.RawMessage
	// Observe is called a few times a second at the most.
	Observe func(Progress)
	// Canary is asked whether to go on when the first rows have passed, see
	// policy.Options.Canary, with the addresses of their accounts. Nil goes on without asking.
	Canary func(ctx context.Context, passed []string) (bool, error)
	// Decided is called with the outcome of a row once it is durable, and the mail
	// server it is about. It may be called from several goroutines at a time and must
	// not block. Nil is not called.
	Decided func(e *journal.Entry, host string)
	// Greeted is what the portal has said to [Hello], nil if it is to be asked before
	// the first row. Greet does not get it again.
	Greeted *Greeting
	// Greet is called from the goroutine of Observe, before the first row and once
	// more when the one person everything hangs on has signed in. Nil is not called.
	Greet func(Greeting)
}

// Result is how a run ended.
type Result struct {
	Run journal.Run
	// Stopped is why it ended before every row was through; nil if none was left.
	Stopped *diagnosis.Problem
	// Interrupted reports whether the caller's context ended it.
	Interrupted bool
	// OpenSessions is how many sessions the run opened and could not close: they
	// last until they expire.
	OpenSessions int
	// Version is the portal's, empty if it did not tell.
	Version string
}

// Greeting is what a run learns of the portal before the first row.
type Greeting struct {
	Version string // of the portal, such as 12.7.1; empty if it does not tell
	LDAP    bool   // people of a directory sign in with their directory password
	SSO     bool   // people may come from an identity provider, and then have no password
	// Person is who the run signs in as; zero where rows have their own people, or until somebody has signed in.
	Person account.Person
	Mail   bool // that person may use the portal's mail; of no meaning without a person, or if Acting
	Acting bool // the portal has said that this person, an administrator, may act as others
}

// Facts are what the catalogue needs to say what the portal is.
func (g Greeting) Facts() []any {
	return []any{"Version", g.Version, "LDAP", g.LDAP, "SSO", g.SSO}
}

// Prepare reads the file once, checks every row, and writes the rows down in
// the journal under a new run, each as invalid or as not tried. Nothing is
// sent. kind is what the run is called in the list of runs.
func (im *Importer) Prepare(ctx context.Context, kind journal.Kind) (*plan.Plan, error) {
	scan := plan.Scan{
		Input: im.Input, Options: &im.Options, History: im.History, Ledger: im.Ledger, Portal: im.Client.URL(),
		DataSet: im.DataSet, Version: im.Version, Settings: im.Settings,
	}
	return scan.Prepare(ctx, kind)
}

// Discard forgets a plan that is not run.
func (im *Importer) Discard(ctx context.Context, p *plan.Plan) error {
	return im.Ledger.DeleteRun(ctx, p.Run.ID)
}

// Load returns what running the plan asks for, and how many rows of earlier
// runs the time of a write was measured on, 0 if it is only the usual one.
func (im *Importer) Load(ctx context.Context, p *plan.Plan) (load plan.Load, measured int, err error) {
	return p.Load(ctx, im.History, &im.Options, im.Gate.Pacer.Snapshot().Configured)
}

// What a mail server that offers PLAIN and LOGIN sees refused of one create call with
// a wrong password: the portal tries all it knows, on the incoming side the login
// command of the protocol as well (MailKit's ImapClient, Pop3Client, SmtpClient).
const (
	refusedIncoming = 3
	refusedOutgoing = 2
)

// Lockout returns how often mail servers would refuse the portal if every password
// of the rows to be sent were wrong.
func (im *Importer) Lockout(p *plan.Plan) pace.Lockout {
	type refusals struct{ all, in, out int } // of all rows, and of one on either side
	var worst pace.Lockout
	hosts := make(map[string]refusals)
	for _, use := range p.Hosts {
		sum := hosts[use.Host]
		if use.Side == diagnosis.Outgoing {
			sum.all, sum.out = sum.all+use.Rows*refusedOutgoing, refusedOutgoing
		} else {
			sum.all, sum.in = sum.all+use.Rows*refusedIncoming, refusedIncoming
		}
		hosts[use.Host] = sum
		worst.Account = refusedIncoming + refusedOutgoing
	}
	most := pace.MostRefused(im.Options.PerHost, hostProbes+1)
	for host, sum := range hosts {
		if n := min(sum.all, (sum.in+sum.out)*most); n > worst.Address || n == worst.Address && host < worst.Host {
			worst.Address, worst.Host = n, host
		}
	}
	return worst
}

// Run makes the portal agree with the file. It returns when every row has its
// outcome, when something ends the run for all rows, or when ctx is cancelled:
// then nothing new is sent and requests in flight get Options.Grace to finish.
// The error is of the machine or the store; what the portal does is in the
// result and in the journal.
func (im *Importer) Run(ctx context.Context, p *plan.Plan) (Result, error) {
	r, err := im.begin(ctx, p)
	if err != nil {
		return Result{Run: p.Run}, err
	}
	return r.through(ctx, kind{
		remember: r.settled, work: r.worker.Provision, missing: provision.SwitchOff(r.worker, false).Row, canary: im.Options.Canary,
	})
}

// Look goes the way of Run and changes nothing: it signs in, looks, also at what
// earlier runs have done unless Options.Recheck bounds that, and notes what Run
// would do.
func (im *Importer) Look(ctx context.Context, p *plan.Plan) (Result, error) {
	r, err := im.begin(ctx, p)
	if err != nil {
		return Result{Run: p.Run}, err
	}
	return r.through(ctx, kind{remember: r.settled, work: r.worker.Foretell, missing: provision.SwitchOff(r.worker, true).Row})
}

// settled decides a row that earlier runs know to be done, or to be refused again:
// nobody need sign in for that.
func (r *run) settled(ctx context.Context, row *provision.Row) (bool, error) {
	left, known, err := r.known.Standing(ctx, row.Who, row.Row)
	nobody := row.Who.Via == plan.ByNobody
	if err != nil || left == plan.ToDo || left == plan.Settled && r.plan.Anew && !nobody || left == plan.Refused && nobody {
		return false, err
	}
	row.Entry.OwnerID = known.Key.OwnerID
	switch {
	case left == plan.Refused:
		row.End(diagnosis.Held, *diagnosis.New(diagnosis.PasswordRefused, "Code", known.RefusedCode))
		return true, nil
	case known.Status == diagnosis.Exists:
		row.End(diagnosis.Exists, *diagnosis.New(diagnosis.AccountExists))
	default:
		row.End(diagnosis.Unchanged)
	}
	row.Entry.MailboxID = known.MailboxID
	return true, nil
}

// Progress is a picture of a run at one moment.
type Progress struct {
	Total    int // rows of the file
	Decided  int // rows with an outcome, those invalid from the start included
	Counts   map[diagnosis.Status]int
	InFlight int
	Waiting  int // rows that wait for a moment: a pause, a repeat, a look-up
	Unknown  int // of these: sent, outcome not known yet
	Started  time.Time
	Rate     float64 // requests to the portal in the last second or so
	Limit    float64 // requests a second allowed now
	ByRows   bool    // requests are not counted: Rate follows from the rows
	// Until is when the longest present wait ends, zero if nothing waits; while the
	// portal is in trouble, when it is given up.
	Until time.Time
	Why   diagnosis.Code // why it waits, empty if it does not
	Since time.Time      // when a trouble of the portal began, zero without one
	// Resting are the mail hosts whose rows wait, by name.
	Resting []HostRest
}

// HostRest is the rest of a mail host in trouble: until it is over only the rows of other hosts go on.
type HostRest struct {
	Host  string         `json:"host"`
	Why   diagnosis.Code `json:"why"`
	Until time.Time      `json:"until"`
	Tries int            `json:"tries"` // how often one of its rows has tried in vain whether it is well again
	Here  bool           `json:"-"`     // it was this machine, and not the portal, that logged in there
}

// ReportRow returns the line of the report for an entry.
func ReportRow(e *journal.Entry) report.Row {
	problems := e.Problems
	if e.Status == diagnosis.NotTried && e.Code == "" {
		problems = append(problems[:len(problems):len(problems)], *diagnosis.New(diagnosis.NotReached))
	}
	return report.Row{
		Number: e.Row, Name: e.Name, Email: e.Email, Owner: e.Owner,
		Status: e.Status, Side: e.Side, Host: e.Host, Problems: problems,
		MailboxID: e.MailboxID, Fills: fills(e.Filled), Attempts: e.Attempts,
		StartedAt: e.Started.Local(), Duration: e.Took, Evidence: e.Evidence, Run: e.Run,
	}
}

// fills is the reverse of filled.
func fills(text string) (out [account.NumFields]account.Fill) {
	for pair := range strings.FieldsSeq(text) {
		name, origin, _ := strings.Cut(pair, "=")
		if f, ok := account.FieldNamed(name); ok {
			out[f] = account.FillNamed(origin)
		}
	}
	return out
}
