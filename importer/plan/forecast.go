package plan

import (
	"cmp"
	"context"
	"slices"
	"time"

	"r7import/importer/journal"
	"r7import/importer/policy"
)

// Bound is what keeps a run from being faster.
type Bound string

// What can bound a run.
const (
	BoundByRate    Bound = "rate"
	BoundByWorkers Bound = "workers"
	BoundByHost    Bound = "host"
)

// Load is what a run asks of the portal and the mail servers.
type Load struct {
	Rows   int           // to be sent
	Others int           // requests besides one look and one write for each row
	Each   time.Duration // a write takes, because the portal logs in to two mail servers
	Host   string        // the mail server with the most rows
	AtHost int           // its rows

	Rate    float64 // requests a second
	Workers int     // requests in flight
	PerHost int     // writes in flight for one mail server
}

// Forecast is how long a run will take if all goes well.
type Forecast struct {
	Takes time.Duration
	Bound Bound // empty if there is nothing to do
}

const (
	// usualWrite is what a write takes where nothing has been measured yet.
	usualWrite = 3 * time.Second
	// OtherRequest is what any other request takes: the portal looks something up.
	OtherRequest = 150 * time.Millisecond
	// fewRows is too few to tell from how long a write takes.
	fewRows = 10
)

// Forecast returns the longest of what rate, workers and the busiest mail server ask for.
func (l Load) Forecast() Forecast {
	if l.Rows == 0 {
		return Forecast{}
	}
	look := OtherRequest + l.Each
	atRate := time.Duration(float64(2*l.Rows+l.Others) / l.Rate * float64(time.Second))
	byWorkers := (time.Duration(l.Rows)*look + time.Duration(l.Others)*OtherRequest) / time.Duration(l.Workers)
	atHost := time.Duration(l.AtHost) * look / time.Duration(l.PerHost)
	return slices.MaxFunc([]Forecast{{atRate, BoundByRate}, {byWorkers, BoundByWorkers}, {atHost, BoundByHost}},
		func(a, b Forecast) int { return cmp.Compare(a.Takes, b.Takes) })
}

// What becoming a person costs in requests: to sign in or to ask and act as
// them, to ask who that is, and two to close the session.
const (
	requestsOwn    = 4
	requestsActing = 5
)

// Load returns what running the plan asks for, and how many rows of earlier
// runs the time of a write was measured on, 0 if it is only the usual one.
func (p *Plan) Load(ctx context.Context, history *journal.Store, o *policy.Options, rate float64) (load Load, measured int, err error) {
	each, measured, err := history.WriteTime(ctx)
	if measured < fewRows {
		each, measured = usualWrite, 0
	}
	load = Load{
		Rows: p.ToSend(), Others: (p.People.Own+p.People.Caller)*requestsOwn + p.People.Acting*requestsActing, Each: each,
		Rate: rate, Workers: o.Workers, PerHost: o.PerHost,
	}
	sums := make(map[HostUse]int) // whatever the ports
	for _, use := range p.Hosts {
		side := HostUse{Side: use.Side, Host: use.Host}
		if sums[side] += use.Rows; sums[side] > load.AtHost {
			load.Host, load.AtHost = use.Host, sums[side]
		}
	}
	return load, measured, err
}
