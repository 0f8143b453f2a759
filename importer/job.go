package importer

import (
	"container/heap"
	"slices"
	"strings"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/portal"
)

// job is a row on its way through the engine. Only the scheduler's goroutine
// touches it, except while a task of its own is under way.
type job struct {
	row     *account.Row
	entry   journal.Entry
	who     identity
	owner   *owner
	session *portal.Session // the owner's when the work under way began
	key     account.Key     // zero until the owner's id is known
	domain  string
	hosts   []string // mail hosts a write loads, each once

	notBefore time.Time
	why       diagnosis.Code // what it waits for
	holds     bool           // has taken its mail hosts
	first     bool           // is the first of its domain
	laters    int            // how often a mail server asked to come back
	blind     int            // looks before a write that got no usable answer
	doubtful  bool           // an earlier run has left a request for it without outcome, and nobody has claimed it
	doubt     *doubt         // set while nobody knows what became of its last write
	removal   *removal       // where the account is to be taken back
	missing   *Missing       // set where no row is about the account any more
	settled   bool           // the doubt ended with "not there": it may be written once more
	changes   bool           // has been counted as an update
	removed   bool           // taken out of the window
}

// doubt is a write whose outcome is not known.
type doubt struct {
	intent int64
	kind   journal.IntentKind
	since  time.Time           // of the last write
	print  account.Fingerprint // of what was sent
	looks  int
	failed int // look-ups in a row that did not work
}

// newJob returns the job of a row, of which it keeps a copy.
func newJob(plan *Plan, index int, row *account.Row) *job {
	kept := *row
	j := &job{row: &kept, entry: NewEntry(plan.Run.ID, index, row), who: plan.roster.of(row)}
	_, domain, _ := strings.Cut(row.Settings.Email, "@")
	j.domain = strings.ToLower(domain)
	j.hosts = []string{row.Settings.Incoming.Host}
	if out := row.Settings.Outgoing.Host; out != j.hosts[0] {
		j.hosts = append(j.hosts, out)
	}
	return j
}

// host returns the mail host of a side, empty for the portal's.
func (j *job) host(side diagnosis.Side) string {
	switch side {
	case diagnosis.Incoming:
		return j.row.Settings.Incoming.Host
	case diagnosis.Outgoing:
		return j.row.Settings.Outgoing.Host
	}
	return ""
}

// end gives the job its outcome. The row's own warnings stay in front.
func (j *job) end(status diagnosis.Status, problems ...diagnosis.Problem) journal.Entry {
	e := &j.entry
	e.Status, e.Code, e.Side, e.Host = status, "", "", ""
	e.Problems = append(j.row.Problems[:len(j.row.Problems):len(j.row.Problems)], problems...)
	if worst, ok := diagnosis.Worst(problems); ok {
		e.Code, e.Side = worst.Code, worst.Code.Side()
	}
	return *e
}

// bar gives the job the outcome of a row that nobody may or can sign in for. One in
// doubt stays so, for nobody has looked.
func (j *job) bar(status diagnosis.Status, why diagnosis.Problem) journal.Entry {
	if j.doubtful || j.doubt != nil {
		return j.end(diagnosis.Unknown, *diagnosis.New(diagnosis.OutcomeUnknown), why)
	}
	return j.end(status, why)
}

// waitingRoom holds the jobs that may not go on before a moment, soonest first.
type waitingRoom []*job

var _ heap.Interface = (*waitingRoom)(nil)

func (w waitingRoom) Len() int           { return len(w) }
func (w waitingRoom) Less(a, b int) bool { return w[a].notBefore.Before(w[b].notBefore) }
func (w waitingRoom) Swap(a, b int)      { w[a], w[b] = w[b], w[a] }

// Push implements heap.Interface.
func (w *waitingRoom) Push(j any) { *w = append(*w, j.(*job)) }

// Pop implements heap.Interface.
func (w *waitingRoom) Pop() any {
	last := len(*w) - 1
	j := (*w)[last]
	(*w)[last] = nil
	*w = (*w)[:last]
	return j
}

func (w *waitingRoom) add(j *job, until time.Time, why diagnosis.Code) {
	j.notBefore, j.why = until, why
	heap.Push(w, j)
}

// remove takes out the jobs that are to be gone.
func (w *waitingRoom) remove(gone func(*job) bool) {
	*w = slices.DeleteFunc(*w, gone)
	heap.Init(w)
}

// due takes out the next job whose moment has come.
func (w *waitingRoom) due(now time.Time) (*job, bool) {
	if len(*w) == 0 || (*w)[0].notBefore.After(now) {
		return nil, false
	}
	return heap.Pop(w).(*job), true
}
