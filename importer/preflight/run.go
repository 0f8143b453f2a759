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

// Run logs in for the rows of a survey: so many at a time, so many at each server,
// and no faster than one after the other at the pace that was asked for. A server in
// trouble gets a rest and one probe, and its rows are not tried if that is in vain.
type Run struct {
	Client  *Client
	Workers int
	PerHost int
	Pacer   *pace.Pacer
	Rest    time.Duration // of a server in trouble
	// Observe gets a picture of the run when something has changed; nil wants none.
	Observe func(Progress)

	slots   *pace.Slots
	workers chan struct{} // places for them

	mu  sync.Mutex
	now Progress
}

// Progress is a picture of the logins at one moment.
type Progress struct {
	Total, Done, InFlight int
	Counts                map[diagnosis.Status]int
	Started               time.Time
	Until                 time.Time // for what all wait, zero if something is done
	Waiting               int
	Rests                 []pace.Rest
}

// window is how many rows may wait for their servers at once.
const window = 64

// All tries every login and leaves its outcome in the job. It returns the error of
// ctx if that ends first; then jobs without a status were not reached.
func (r *Run) All(ctx context.Context, jobs []*Job) error {
	r.slots = pace.NewSlots(r.PerHost, r.Rest)
	r.workers = make(chan struct{}, r.Workers)
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
	// Of a server that refused nearly everybody nothing is remembered: the passwords are
	// not what it minds.
	for _, job := range jobs {
		if r.restOf(job, func(rest pace.Rest) bool { return rest.Evidence == pace.Refused && rest.Is(job.Outcome.Host) }) != nil {
			job.Outcome.Refused = ""
		}
	}
	return nil
}

// pass tries logins and returns those whose servers rest.
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

// try takes what a login needs and logs in. It reports whether it did.
func (r *Run) try(ctx context.Context, job *Job, prober bool) (bool, error) {
	slot, err := r.slots.Take(ctx, pace.Needs{Index: job.Index, Hosts: hostsOf(job), Prober: prober})
	if err != nil || slot == nil {
		return false, err
	}
	defer slot.Return(false)
	select {
	case r.workers <- struct{}{}:
		defer func() { <-r.workers }()
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

// giveUp gives rows of servers that were probed in vain their outcome, and returns the others.
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

// restOf returns a rest of one of the servers of a row, nil if none is such.
func (r *Run) restOf(job *Job, such func(pace.Rest) bool) *pace.Rest {
	for _, rest := range r.slots.Rests() {
		if such(rest) && slices.ContainsFunc(hostsOf(job), rest.Is) {
			return &rest
		}
	}
	return nil
}

// probe waits until the first of the resting servers may be probed, and lets one row
// do so. It returns the rows that are left.
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

// update changes the picture and shows it.
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
