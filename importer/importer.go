// Package importer makes a portal agree with a file.
//
// [Importer.Prepare] reads the file once and sends nothing. [Importer.Run] reads it
// again and creates the accounts. [Importer.Look] is the dry run of it.
// [Importer.Verify] compares the accounts with the file, and [Importer.Undo] removes
// what runs made. A feeder decides which rows are worked on; each of them has a
// goroutine in which package provision handles it. Every request and its outcome are
// stored in the journal, so a run can be repeated after any kind of end.
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

// Importer makes one portal agree with one file. It needs Input, Client, Gate,
// History, Ledger and Options. It is used for one plan and one run or look.
type Importer struct {
	Input  *plan.Input
	Client *portal.Client // whose Admit is Gate.Admit
	Gate   *pace.Gate
	// History is the store of earlier runs. It is only read.
	History *journal.Store
	// Ledger is the store of the new run: the same as History in a real run, a
	// scratch store in a dry run.
	Ledger  *journal.Store
	Options policy.Options
	// Consent bounds what may be changed and collects what waits; nil allows everything.
	Consent *plan.Consent
	// DataSet is the name of the rows of the file from run to run; empty means the file's name.
	DataSet string
	// Version of the program and its Settings are stored with the run. They hold
	// no secret. Both may be empty.
	Version  string
	Settings json.RawMessage
	// Observe is called at most a few times a second. It may be nil.
	Observe func(Progress)
	// Canary is called with the addresses of their accounts when the first rows have passed,
	// see policy.Options.Canary, and returns whether to go on. Nil goes on without asking.
	Canary func(ctx context.Context, passed []string) (bool, error)
	// Decided is called with the outcome of a row once it is durable, and with the mail
	// server it concerns. It may be called from several goroutines at a time and must
	// not block. It may be nil.
	Decided func(e *journal.Entry, host string)
	// Greeted is the result of an earlier [Hello], nil to ask the portal before the
	// first row. Greet is not called with it again.
	Greeted *Greeting
	// Greet is called from the goroutine of Observe: before the first row, and again
	// when the one person that all rows need has signed in. It may be nil.
	Greet func(Greeting)
}

// Result is how a run ended.
type Result struct {
	Run journal.Run
	// Stopped is why it ended before every row had an outcome; nil if every row has one.
	Stopped *diagnosis.Problem
	// Interrupted reports whether the caller's context ended it.
	Interrupted bool
	// OpenSessions is the number of sessions the run opened and did not close. They
	// last until they expire.
	OpenSessions int
	// Version is the portal's version, such as 12.7.1;
	// empty if unknown.
	Version string
}

// Greeting is what a run knows about the portal before the first row.
type Greeting struct {
	Version string // of the portal, such as 12.7.1; empty if unknown
	LDAP    bool   // people of a directory sign in with their directory password
	SSO     bool   // people may sign in by an identity provider and then have no password
	// Person is who the run signed in as; zero before that, and where rows bring their own credentials.
	Person account.Person
	Mail   bool // the person may use the portal's mail; meaningless without a person, or if Acting
	Acting bool // the portal confirmed that this person, an administrator, may act as others
}

// Facts returns the arguments of the catalogue's sentence about the portal.
func (g Greeting) Facts() []any {
	return []any{"Version", g.Version, "LDAP", g.LDAP, "SSO", g.SSO}
}

// Prepare reads the file once, checks every row, and stores the rows in the
// journal under a new run, each as invalid or as not tried. It sends nothing.
// kind is the kind of the run in the list of runs.
func (im *Importer) Prepare(ctx context.Context, kind journal.Kind) (*plan.Plan, error) {
	scan := plan.Scan{
		Input: im.Input, Options: &im.Options, History: im.History, Ledger: im.Ledger, Portal: im.Client.URL(),
		DataSet: im.DataSet, Version: im.Version, Settings: im.Settings,
	}
	return scan.Prepare(ctx, kind)
}

// Discard deletes the run of a plan that is not carried out.
func (im *Importer) Discard(ctx context.Context, p *plan.Plan) error {
	return im.Ledger.DeleteRun(ctx, p.Run.ID)
}

// Load returns the load of running the plan, and the number of rows of earlier
// runs on which the time of a write was measured; 0 means the usual time.
func (im *Importer) Load(ctx context.Context, p *plan.Plan) (load plan.Load, measured int, err error) {
	return p.Load(ctx, im.History, &im.Options, im.Gate.Pacer.Snapshot().Configured)
}

// How many logins a mail server that offers PLAIN and LOGIN refuses for one create call
// with a wrong password: the portal tries every mechanism it knows, and on the incoming
// side the protocol's login command too (MailKit's ImapClient, Pop3Client, SmtpClient).
const (
	refusedIncoming = 3
	refusedOutgoing = 2
)

// Lockout returns how many logins of the portal mail servers would refuse if every
// password of the rows to be sent were wrong.
func (im *Importer) Lockout(p *plan.Plan) pace.Lockout {
	type refusals struct{ all, in, out int } // of all rows, and of one row on each side
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
// The error comes from the machine or the store. Failures of the portal are in
// the result and in the journal.
func (im *Importer) Run(ctx context.Context, p *plan.Plan) (Result, error) {
	r, err := im.begin(ctx, p)
	if err != nil {
		return Result{Run: p.Run}, err
	}
	return r.through(ctx, kind{
		remember: r.fromJournal, work: r.worker.Provision, missing: provision.SwitchOff(r.worker, false).Row, canary: im.Options.Canary,
	})
}

// Look is a dry run: it signs in, looks at the accounts, and stores what Run would
// do. It changes nothing. Unless Options.Recheck is set, it also looks at accounts
// that earlier runs have done.
func (im *Importer) Look(ctx context.Context, p *plan.Plan) (Result, error) {
	r, err := im.begin(ctx, p)
	if err != nil {
		return Result{Run: p.Run}, err
	}
	return r.through(ctx, kind{remember: r.fromJournal, work: r.worker.Foretell, missing: provision.SwitchOff(r.worker, true).Row})
}

// fromJournal decides a row from the journal, without a sign-in, if an earlier run has
// done it or a mail server has refused its login.
func (r *run) fromJournal(ctx context.Context, row *provision.Row) (bool, error) {
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

// Progress is a snapshot of a run.
type Progress struct {
	Total    int // rows of the file
	Decided  int // rows with an outcome, including invalid rows
	Counts   map[diagnosis.Status]int
	InFlight int
	Waiting  int // rows that wait for a pause to end, a repeat or a look-up
	Unknown  int // rows whose write was sent and has no known outcome yet
	Started  time.Time
	Rate     float64 // requests a second to the portal, smoothed
	Limit    float64 // requests a second allowed now
	ByRows   bool    // requests are not counted; Rate is derived from the rows
	// Until is when the present wait ends, zero if nothing waits. While the portal
	// is in trouble, it is when the run gives up.
	Until time.Time
	Why   diagnosis.Code // why the run waits, empty if it does not
	Since time.Time      // when the portal's trouble began, zero without trouble
	// Resting are the mail hosts at rest, sorted by name.
	Resting []HostRest
}

// HostRest is the rest of a mail host in trouble. Until it ends only rows of other hosts are sent.
type HostRest struct {
	Host  string         `json:"host"`
	Why   diagnosis.Code `json:"why"`
	Until time.Time      `json:"until"`
	Tries int            `json:"tries"` // failed probes
	Here  bool           `json:"-"`     // this machine, not the portal, logged in there
}

// ReportRow returns the report row of an entry.
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

// fills parses Entry.Filled: pairs of field=origin, separated by spaces.
func fills(text string) (out [account.NumFields]account.Fill) {
	for pair := range strings.FieldsSeq(text) {
		name, origin, _ := strings.Cut(pair, "=")
		if f, ok := account.FieldNamed(name); ok {
			out[f] = account.FillNamed(origin)
		}
	}
	return out
}
