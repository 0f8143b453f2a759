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

// Row is a row on its way to its outcome. Only whoever works on it touches it.
type Row struct {
	people.Member
	Entry  journal.Entry // what the row has come to
	Hosts  []string      // mail servers a write loads, each once
	Prober bool          // finds out whether those of them that have rested long enough are well again

	domain   string
	doubtful bool   // an earlier run left a request for it without an outcome, and no look has settled it
	doubt    *doubt // set while nobody knows what became of its last write
	absent   bool   // a doubt ended with "not there"
	changes  bool   // counted as an update

	postponed int // writes that a mail server wanted later
	looks     int // looks before a write that got no usable answer
	unclear   int // writes that were answered in a way that tells nothing, and did not arrive

	removal *removal // in an undo
}

// doubt is a write whose outcome is not known.
type doubt struct {
	intent   int64
	kind     journal.IntentKind
	since    time.Time           // of the last write
	print    account.Fingerprint // of what was sent
	answered bool                // the portal has answered, though not so that one knows
	looks    int
	failed   int // look-ups in a row that did not work
}

// NewRow returns a row of the file, of which it keeps a copy.
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

// NewMissing returns an account that no row names any more. lent are identities
// that rows of the file bring.
func NewMissing(p *plan.Plan, i int, lent map[string]plan.Identity) *Row {
	m := &p.Missing[i]
	return &Row{
		Member: people.Member{
			Row: &account.Row{Settings: account.Settings{Email: m.Key.Address}}, Index: p.Rows + i, Who: m.Who(lent), Missing: m,
		},
		Entry: p.MissingEntry(i),
	}
}

// Doubt says that an earlier run has left a request for the row of which nobody
// knows the outcome.
func (r *Row) Doubt() { r.doubtful = true }

// InDoubtSince returns when the row's last write was sent, if nobody knows what became
// of it, else the zero time.
func (r *Row) InDoubtSince() time.Time {
	if r.doubt == nil {
		return time.Time{}
	}
	return r.doubt.since
}

// End gives the row its outcome. Its own warnings stay in front.
func (r *Row) End(status diagnosis.Status, problems ...diagnosis.Problem) journal.Entry {
	e := &r.Entry
	e.Status, e.Code, e.Side, e.Host = status, "", "", ""
	e.Problems = append(r.Row.Problems[:len(r.Row.Problems):len(r.Row.Problems)], problems...)
	if worst, ok := diagnosis.Worst(problems); ok {
		e.Code, e.Side = worst.Code, worst.Code.Side()
	}
	return *e
}

// Bar gives the row the outcome of one that nobody may or can sign in for. One in
// doubt stays so, for nobody has looked.
func (r *Row) Bar(status diagnosis.Status, why diagnosis.Problem) journal.Entry {
	if r.doubtful || r.doubt != nil {
		return r.End(diagnosis.Unknown, *diagnosis.New(diagnosis.OutcomeUnknown), why)
	}
	return r.End(status, why)
}

// host returns the mail host of a side, empty for the portal's.
func (r *Row) host(side diagnosis.Side) string {
	switch side {
	case diagnosis.Incoming:
		return r.Row.Settings.Incoming.Host
	case diagnosis.Outgoing:
		return r.Row.Settings.Outgoing.Host
	}
	return ""
}

// Step is what a pass of a row came to. The zero Step is a stop of the run: what
// is durable stays as it is.
type Step struct {
	Done  bool           // the outcome is durable
	Until time.Time      // else: the moment before which nothing can be done
	Why   diagnosis.Code // what is waited for

	again bool // at once, from the top
}

var (
	done  = Step{Done: true}
	again = Step{again: true}
)

func wait(d time.Duration, why diagnosis.Code) Step { return Step{Until: time.Now().Add(d), Why: why} }
