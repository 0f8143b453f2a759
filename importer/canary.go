package importer

import (
	"context"
	"slices"

	"r7import/importer/diagnosis"
)

// canary is the careful beginning of a run: a few rows go first, one at a time
// and one for each mail host before a second for any, and the others follow only
// if all of these pass.
type canary struct {
	left   int             // rows still to pass
	hosts  map[string]bool // that one has passed for
	busy   bool            // one is under way
	asking bool            // the person is asked whether to go on
}

// over reports whether all rows may go.
func (c *canary) over() bool { return c.left == 0 && !c.asking }

// candidates returns which part of the window may be started: all of it, or the
// one job whose turn it is.
func (e *engine) candidates() (from, to int) {
	c := &e.canary
	switch {
	case c.over() || len(e.window) == 0:
		return 0, len(e.window)
	case c.busy || c.asking:
		return 0, 0
	}
	fresh := func(j *job) bool {
		return slices.ContainsFunc(j.hosts, func(h string) bool { return !c.hosts[h] })
	}
	i := max(0, slices.IndexFunc(e.window, fresh))
	return i, i + 1
}

// tried tells the canary how a row got on. Rows that needed no write say
// nothing; one that was not written stops the run.
func (e *engine) tried(j *job) {
	c := &e.canary
	if c.over() {
		return
	}
	c.busy = false
	switch {
	case j.entry.Attempts == 0:
		return
	case j.entry.Status != diagnosis.Created && j.entry.Status != diagnosis.Updated:
		e.stop(diagnosis.New(diagnosis.CanaryFailed, "Row", itoa(j.entry.Row)))
		return
	}
	for _, h := range j.hosts {
		c.hosts[h] = true
	}
	if c.left--; c.left == 0 && e.Canary != nil {
		c.asking = true
		e.spawn(e.askAboutCanary)
	}
}

// askAboutCanary lets the person look in the portal before the other rows follow.
// Only a stop takes the question back: a machine that slept cuts off requests, and
// the person may just have been away.
func (e *engine) askAboutCanary(ctx context.Context) (after, error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(e.Gate.stopping, cancel)()
	goOn, err := e.Canary(ctx)
	return func() {
		e.canary.asking = false
		if err != nil || !goOn {
			e.stop(diagnosis.New(diagnosis.CanaryDeclined))
		}
	}, nil
}
