package provision

import (
	"strings"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/people"
	"r7import/importer/plan"
)

// Row is a row on its way to its outcome. It is used by one goroutine at a time.
type Row struct {
	people.Member
	Entry  journal.Entry // the row's outcome so far
	Hosts  []string      // mail servers that a write contacts, each once
	Prober bool          // the row probes those of its hosts whose rest is over

	domain   string
	doubtful bool   // an earlier run left an open intent for it that is not settled yet
	inDoubt  *doubt // set while the outcome of its last write is unknown
	absent   bool   // a doubt ended with "not there"
	changes  bool   // counted as an update

	postponed int // writes that a mail server postponed
	looks     int // look-ups before a write that got no usable answer
	unclear   int // writes with an unclear answer that turned out not to have arrived

	removal *removal // in an undo
}

// doubt is a write whose outcome is not known.
type doubt struct {
	intent   int64
	kind     journal.IntentKind
	since    time.Time           // of the last write
	print    account.Fingerprint // of what was sent
	answered bool                // the portal has answered, but unclearly
	looks    int
	failed   int // failed look-ups in a row
}

// NewRow returns a row of the file. It keeps a copy of row.
func NewRow(p *plan.Plan, index int, row *account.Row) *Row {
	kept := *row
	r := &Row{
		Member: people.Member{Row: &kept, Index: index, Who: p.Who(row)},
		Entry:  plan.NewEntry(p.Run.ID, index, row, p.OwnerOf(row)),
	}
	r.domain = strings.ToLower(account.Address(row.Settings.Email).Domain())
	r.Hosts = []string{row.Settings.Incoming.Host}
	if out := row.Settings.Outgoing.Host; out != r.Hosts[0] {
		r.Hosts = append(r.Hosts, out)
	}
	return r
}

// NewMissing returns a Row for account i of p.Missing, which no row names any more.
// identities are those that rows of the file bring, by name.
func NewMissing(p *plan.Plan, i int, identities map[string]plan.Identity) *Row {
	m := &p.Missing[i]
	return &Row{
		Member: people.Member{
			Row: &account.Row{Settings: account.Settings{Email: m.Key.Address}}, Index: p.Rows + i, Who: m.Who(identities), Missing: m,
		},
		Entry: p.MissingEntry(i),
	}
}

// Doubt marks the row as one for which an earlier run left a request without an
// outcome.
func (r *Row) Doubt() { r.doubtful = true }

// InDoubtSince returns when the row's last write was sent if its outcome is unknown,
// else the zero time.
func (r *Row) InDoubtSince() time.Time {
	if r.inDoubt == nil {
		return time.Time{}
	}
	return r.inDoubt.since
}

// End sets the row's outcome and returns the entry. The row's own warnings come first.
func (r *Row) End(status diagnosis.Status, problems ...diagnosis.Problem) journal.Entry {
	e := &r.Entry
	e.Status, e.Code, e.Side, e.Host = status, "", "", ""
	e.Problems = append(r.Row.Problems[:len(r.Row.Problems):len(r.Row.Problems)], problems...)
	if worst, ok := diagnosis.Worst(problems); ok {
		e.Code, e.Side = worst.Code, worst.Code.Side()
	}
	return *e
}

// Bar sets the outcome of a row for which no sign-in is allowed or possible. A row
// in doubt stays unknown, because its account has not been looked up.
func (r *Row) Bar(status diagnosis.Status, why diagnosis.Problem) journal.Entry {
	if r.doubtful || r.inDoubt != nil {
		return r.End(diagnosis.Unknown, *diagnosis.New(diagnosis.OutcomeUnknown), why)
	}
	return r.End(status, why)
}

// host returns the mail host of a side, empty for the portal's side.
func (r *Row) host(side diagnosis.Side) string {
	switch side {
	case diagnosis.Incoming:
		return r.Row.Settings.Incoming.Host
	case diagnosis.Outgoing:
		return r.Row.Settings.Outgoing.Host
	}
	return ""
}

// Step is the result of working on a row. The zero Step means that the run stops:
// what is durable stays as it is.
type Step struct {
	Done  bool           // the outcome is durable
	Until time.Time      // if not Done: nothing can be done before this time
	Why   diagnosis.Code // the reason of the wait

	again bool // start again at once
}

var (
	done  = Step{Done: true}
	again = Step{again: true}
)

func wait(d time.Duration, why diagnosis.Code) Step { return Step{Until: time.Now().Add(d), Why: why} }
