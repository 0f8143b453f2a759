package plan

import (
	"cmp"
	"context"
	"slices"
	"time"

	"r7import/importer/journal"
	"r7import/importer/policy"
)

// Bound is the limit that determines how long a run takes.
type Bound string

// What can bound a run.
const (
	BoundByRate    Bound = "rate"
	BoundByWorkers Bound = "workers"
	BoundByHost    Bound = "host"
)

// Load is the work that a run gives the portal and the mail servers.
type Load struct {
	Rows   int           // to be sent
	Others int           // requests besides one look and one write for each row
	Each   time.Duration // duration of a write, in which the portal logs in to two mail servers
	Host   string        // the mail server with the most rows
	AtHost int           // its rows

	Rate    float64 // requests a second
	Workers int     // requests in flight
	PerHost int     // writes in flight for one mail server
}

// Forecast is how long a run takes if nothing fails.
type Forecast struct {
	Takes time.Duration
	Bound Bound // empty if there is nothing to do
}

const (
	// usualWrite is the assumed duration of a write if none has been measured.
	usualWrite = 3 * time.Second
	// OtherRequest is the assumed duration of any other request.
	OtherRequest = 150 * time.Millisecond
	// fewRows is the least number of measured rows that is used.
	fewRows = 10
)

// Forecast returns the longest of the times that rate, workers and the busiest mail server allow.
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

// The requests for one person: to sign in, or to ask and act as them; to read the
// person; and two to close the session.
const (
	requestsOwn    = 4
	requestsActing = 5
)

// Load returns the load of running the plan, and the number of rows of earlier
// runs on which the time of a write was measured; 0 means the usual time.
func (p *Plan) Load(ctx context.Context, history *journal.Store, o *policy.Options, rate float64) (load Load, measured int, err error) {
	each, measured, err := history.WriteTime(ctx)
	if measured < fewRows {
		each, measured = usualWrite, 0
	}
	load = Load{
		Rows: p.ToSend(), Others: (p.People.Own+p.People.Caller)*requestsOwn + p.People.Acting*requestsActing, Each: each,
		Rate: rate, Workers: o.Workers, PerHost: o.PerHost,
	}
	sums := make(map[HostUse]int) // by side and host, for all ports
	for _, use := range p.Hosts {
		side := HostUse{Side: use.Side, Host: use.Host}
		if sums[side] += use.Rows; sums[side] > load.AtHost {
			load.Host, load.AtHost = use.Host, sums[side]
		}
	}
	return load, measured, err
}
