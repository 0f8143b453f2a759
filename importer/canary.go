package importer

import (
	"context"
	"slices"

	"r7import/importer/diagnosis"
	"r7import/importer/provision"
)

// canary is the careful beginning of a run: a few rows go first, one at a time
// and one for each mail host before a second for any, and the others follow only
// if all of these pass.
type canary struct {
	left   int             // rows still to pass
	hosts  map[string]bool // that one has passed for
	passed []string        // addresses of the accounts to look at
	asking bool            // the person is asked whether to go on
	answer chan bool
}

// over reports whether all rows may go.
func (c *canary) over() bool { return c.left == 0 && !c.asking }

// pick returns the place of the row that goes next: the first that is for a mail
// host that none has passed for.
func (c *canary) pick(rows []*provision.Row) int {
	fresh := func(r *provision.Row) bool {
		return slices.ContainsFunc(r.Hosts, func(h string) bool { return !c.hosts[h] })
	}
	return max(0, slices.IndexFunc(rows, fresh))
}

// tried tells the canary how a row got on. Rows that needed no write say
// nothing; one that was not written stops the run.
func (f *feeder) tried(ctx context.Context, r *provision.Row) {
	c := &f.canary
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
			// Only a stop takes the question back: while the machine sleeps the person may just be away.
			goOn, err := f.Canary(ctx, passed)
			c.answer <- err == nil && goOn
			return nil
		})
	}
}
