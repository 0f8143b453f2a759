package importer

import (
	"context"
	"encoding/json"
	"time"

	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/portal"
)

// Importer makes one portal agree with one file. All fields but Observe and
// Canary are needed. It is used for one plan and one run or look.
type Importer struct {
	Input  *Input
	Client *portal.Client // whose Admit is Gate.Admit
	Gate   *Gate
	// History is what earlier runs left: read only.
	History *journal.Store
	// Ledger takes the new run. It is the same store as History in a real run
	// and a scratch one in a dry run.
	Ledger  *journal.Store
	Options Options
	// Version of the program and Settings it was given are noted down with the
	// run; none of them is a secret. Both may be empty.
	Version  string
	Settings json.RawMessage
	// Observe is called from one goroutine, a few times a second at the most.
	Observe func(Progress)
	// Canary is asked whether to go on when the first rows have passed, see
	// Options.Canary. Nil goes on without asking.
	Canary func(context.Context) (bool, error)
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

// Run makes the portal agree with the file. It returns when every row has its
// outcome, when something ends the run for all rows, or when ctx is cancelled:
// then nothing new is sent and requests in flight get Options.Grace to finish.
// The error is of the machine or the store; what the portal does is in the
// result and in the journal.
func (im *Importer) Run(ctx context.Context, plan *Plan) (Result, error) {
	return im.execute(ctx, plan, mode{
		remember: (*reader).settled, work: (*engine).lookAndAct, act: (*engine).write, perHost: im.Options.PerHost, writes: true,
	})
}

// Look goes the way of Run and changes nothing: it signs in, looks, and notes
// what Run would do.
func (im *Importer) Look(ctx context.Context, plan *Plan) (Result, error) {
	return im.execute(ctx, plan, mode{
		remember: (*reader).settled, work: (*engine).lookAndAct, act: (*engine).foretell, perHost: im.Options.Workers * 2,
	})
}

func (im *Importer) execute(ctx context.Context, plan *Plan, m mode) (Result, error) {
	e, err := newEngine(ctx, im, plan, m)
	if err != nil {
		return Result{Run: plan.Run}, err
	}
	err = e.run(ctx)
	result := Result{Run: plan.Run, Stopped: e.stopped, OpenSessions: e.openSessions(), Version: e.greeting.Version}
	result.Interrupted = e.stopped != nil && e.stopped.Code == diagnosis.Interrupted
	state := journal.Finished
	if e.stopped != nil || err != nil {
		state = journal.Stopped
	}
	if endErr := im.Ledger.End(context.WithoutCancel(ctx), plan.Run.ID, state); err == nil {
		err = endErr
	}
	return result, err
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
}
