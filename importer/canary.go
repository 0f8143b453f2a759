package importer

import (
	"context"
	"slices"

	"r7import/importer/diagnosis"
	"r7import/importer/provision"
)

// canary is the first phase of a run. A few rows go first, one at a time, one for
// each mail host before a second for any. The other rows follow only if all of
// these pass.
type canary struct {
	left   int             // rows that have yet to pass
	hosts  map[string]bool // mail hosts of the rows that have passed
	passed []string        // addresses of their accounts, for the question
	asking bool            // the question whether to go on is open
	answer chan bool
}

// over reports whether the other rows may start.
func (c *canary) over() bool { return c.left == 0 && !c.asking }

// pick returns the index of the row that goes next: the first one with a mail host
// for which no row has passed, else 0.
func (c *canary) pick(rows []*provision.Row) int {
	fresh := func(r *provision.Row) bool {
		return slices.ContainsFunc(r.Hosts, func(h string) bool { return !c.hosts[h] })
	}
	return max(0, slices.IndexFunc(rows, fresh))
}

// tried takes in the outcome of a row. A row that needed no write does not count.
// A row whose write failed stops the run.
func (f *feeder) tried(ctx context.Context, r *provision.Row) {
	c := &f.canaries
	if c.over() || r.Entry.Attempts == 0 {
		return
	}
	if r.Entry.Status != diagnosis.Created && r.Entry.Status != diagnosis.Updated {
		f.stop.Because(diagnosis.New(diagnosis.CanaryFailed, "Row", r.Entry.Row))
		return
	}
	for _, h := range r.Hosts {
		c.hosts[h] = true
	}
	c.passed = append(c.passed, r.Key.Address)
	if c.left--; c.left == 0 && f.Canary != nil {
		c.asking = true
		passed := c.passed
		f.spawn(func() error {
			// The question has no timeout, only a stop ends it: the person may be away for hours.
			goOn, err := f.Canary(ctx, passed)
			c.answer <- err == nil && goOn
			return nil
		})
	}
}
