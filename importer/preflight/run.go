package preflight

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"r7import/importer/diagnosis"
	"r7import/importer/pace"
)

// Run logs in with the rows of a survey. Workers bounds the logins at a time, PerHost
// those at each server, and Pacer the rate. A server in trouble gets a rest and then one
// probe; if the probe fails, its rows are not tried.
type Run struct {
	Client  *Client
	Workers int
	PerHost int
	Pacer   *pace.Pacer
	Rest    time.Duration // first rest of a server in trouble
	// Observe is called with a snapshot whenever something has changed. It may be nil.
	Observe func(Progress)

	slots  *pace.Slots
	places chan struct{} // one value for each login under way

	mu  sync.Mutex
	now Progress
}

// Progress is a snapshot of the logins.
type Progress struct {
	Total, Done, InFlight int
	Counts                map[diagnosis.Status]int
	Started               time.Time
	Until                 time.Time // end of the rest that all rows wait for, zero if logins are under way
	Waiting               int
	Rests                 []pace.Rest
}

// window bounds the rows that wait for their servers at once.
const window = 64

// All tries every login and stores its outcome in the job. It returns the error of
// ctx if that ends first; then jobs without a status were not reached.
func (r *Run) All(ctx context.Context, jobs []*Job) error {
	r.slots = pace.NewSlots(r.PerHost, r.Rest)
	r.places = make(chan struct{}, r.Workers)
	r.now = Progress{Total: len(jobs), Counts: make(map[diagnosis.Status]int), Started: time.Now()}
	for pending, err := jobs, error(nil); len(pending) > 0; {
		if pending, err = r.pass(ctx, pending); err != nil {
			return err
		}
		if pending = r.giveUp(pending); len(pending) == 0 {
			break
		}
		if pending, err = r.probe(ctx, pending); err != nil {
			return err
		}
	}
	// A server that refused nearly all rows does so for another reason than passwords, so
	// its refusals are not kept.
	for _, job := range jobs {
		if r.restOf(job, func(rest pace.Rest) bool { return rest.Evidence == pace.Refused && rest.Is(job.Outcome.Host) }) != nil {
			job.Outcome.Refused = ""
		}
	}
	return nil
}

// pass tries the logins and returns those that were not tried because a server rests.
func (r *Run) pass(ctx context.Context, jobs []*Job) (resting []*Job, err error) {
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(window)
	for _, job := range jobs {
		if within.Err() != nil {
			break
		}
		group.Go(func() error {
			return diagnosis.Guard(func() error {
				tried, err := r.try(within, job, false)
				if err == nil && !tried {
					r.mu.Lock()
					defer r.mu.Unlock()
					resting = append(resting, job)
				}
				return err
			})
		})
	}
	if err = group.Wait(); err == nil {
		err = context.Cause(ctx)
	}
	slices.SortFunc(resting, func(a, b *Job) int { return a.Index - b.Index })
	return resting, err
}

// try takes the slots of a login and logs in. It returns false if a server rests.
func (r *Run) try(ctx context.Context, job *Job, prober bool) (bool, error) {
	slot, err := r.slots.Take(ctx, pace.Needs{Index: job.Index, Hosts: hostsOf(job), Prober: prober})
	if err != nil || slot == nil {
		return false, err
	}
	defer slot.Return(false)
	select {
	case r.places <- struct{}{}:
		defer func() { <-r.places }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	if err := r.Pacer.Release(ctx); err != nil {
		return false, err
	}
	r.Pacer.Written()
	r.update(func(p *Progress) { p.InFlight, p.Until, p.Waiting = p.InFlight+1, time.Time{}, 0 })
	outcome, err := r.Client.LogIn(ctx, &job.Settings)
	if err == nil {
		job.Outcome = outcome
		for _, seen := range outcome.Seen {
			evidence := pace.Good
			if seen.Code != "" {
				evidence = pace.EvidenceOf(seen.Code)
			}
			slot.Report(seen.Host, job.Settings.Email, evidence)
		}
	}
	r.update(func(p *Progress) {
		p.InFlight--
		if err == nil {
			p.Done++
			p.Counts[outcome.Status]++
		}
	})
	return true, err
}

func hostsOf(job *Job) []string {
	in, out := ServersOf(&job.Settings)
	return slices.Compact([]string{in.Host, out.Host})
}

// giveUp sets the outcome of rows whose servers failed their probes, and returns the other rows.
func (r *Run) giveUp(jobs []*Job) (left []*Job) {
	for _, job := range jobs {
		if rest := r.restOf(job, func(rest pace.Rest) bool { return rest.Probes >= rests }); rest != nil {
			job.Outcome = Outcome{
				Status: diagnosis.NotTried, Host: rest.Host,
				Problems: []diagnosis.Problem{*diagnosis.New(diagnosis.HostPaused, "Host", rest.Host, "Why", rest.Evidence, "Here", true)},
			}
			r.update(func(p *Progress) { p.Done++; p.Counts[diagnosis.NotTried]++ })
			continue
		}
		left = append(left, job)
	}
	return left
}

// restOf returns the rest of one of a row's servers for which such returns true, nil if there is none.
func (r *Run) restOf(job *Job, such func(pace.Rest) bool) *pace.Rest {
	for _, rest := range r.slots.Rests() {
		if such(rest) && slices.ContainsFunc(hostsOf(job), rest.Is) {
			return &rest
		}
	}
	return nil
}

// probe waits until the first rest is over and lets one row probe its server. It returns
// the rows that are left.
func (r *Run) probe(ctx context.Context, jobs []*Job) ([]*Job, error) {
	first, until := 0, time.Time{}
	for i, job := range jobs {
		if _, end, rests := r.slots.Resting(hostsOf(job)); rests && (until.IsZero() || end.Before(until)) {
			first, until = i, end
		}
	}
	if !until.IsZero() {
		r.update(func(p *Progress) { p.Until, p.Waiting = until, len(jobs) })
		select {
		case <-time.After(time.Until(until)):
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	tried, err := r.try(ctx, jobs[first], true)
	if tried {
		jobs = slices.Delete(slices.Clone(jobs), first, first+1)
	}
	return jobs, err
}

// update changes the snapshot and calls Observe with a copy.
func (r *Run) update(change func(*Progress)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.now)
	if r.Observe != nil {
		picture := r.now
		picture.Counts, picture.Rests = maps.Clone(r.now.Counts), r.slots.Rests()
		r.Observe(picture)
	}
}
