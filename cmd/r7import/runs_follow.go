package main

import (
	"context"
	"errors"
	"time"

	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/ui"
	"r7import/importer"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

const (
	followEvery = time.Second
	// silentFor is how long nothing happens in a run before it is asked whether its
	// process is still there.
	silentFor = 5 * time.Second
)

// followRun shows how a run that another process does gets on, and at last how it
// ended. The exit code is what that of the run follows from: how its rows ended.
func followRun(ctx context.Context, p *setup.Process, o *runsOptions) (end ending, err error) {
	store, err := p.ReadState(&o.target)
	if err != nil {
		return ending{}, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	run, err := store.Run(ctx, o.run)
	if err != nil {
		return ending{}, err
	}
	if run, err = watchRun(ctx, p, o, store, run); err != nil {
		return ending{}, err
	}
	end.statuses, err = tellRun(ctx, p, o, store, run)
	if err == nil && (run.State == journal.Running || run.State == journal.Interrupted) {
		err = diagnosis.New(diagnosis.RunDied, "Run", run.ID)
	}
	return end, err
}

// watchRun shows a run until it has ended, or its process has, and returns it as it is then.
func watchRun(ctx context.Context, p *setup.Process, o *runsOptions, store *journal.Store, run journal.Run) (journal.Run, error) {
	if run.State != journal.Running {
		return run, nil
	}
	progress := p.Console.Follow(ui.Style(o.progress))
	defer progress.Stop()
	before, moved := 0, time.Now()
	for {
		picture, err := storedPicture(ctx, store, run)
		if err != nil {
			return run, err
		}
		progress.Show(picture)
		if picture.Decided != before {
			before, moved = picture.Decided, time.Now()
		} else if time.Since(moved) > silentFor && !store.Going() {
			return store.Run(ctx, run.ID)
		}
		select {
		case <-ctx.Done():
			return run, context.Cause(ctx)
		case <-time.After(followEvery):
		}
		if run, err = store.Run(ctx, run.ID); err != nil || run.State != journal.Running {
			return run, err
		}
	}
}

// storedPicture is how far a run has come, as it has written down.
func storedPicture(ctx context.Context, store *journal.Store, run journal.Run) (importer.Progress, error) {
	now := time.Now()
	counts, _, err := store.Counts(ctx, run.ID)
	if err != nil {
		return importer.Progress{}, err
	}
	picture := importer.Progress{Total: run.Rows, Counts: counts, Started: run.Started, ByRows: true}
	for _, rows := range counts {
		picture.Decided += rows
	}
	events, err := store.Events(ctx, run.ID)
	for _, e := range events {
		switch {
		case !e.End.IsZero() || !e.Until.IsZero() && e.Until.Before(now.Add(-time.Minute)):
		case e.Kind == journal.EventRest:
			picture.Resting = append(picture.Resting, importer.HostRest{Host: e.Host, Why: e.Code, Until: e.Until, Tries: e.Count})
		case e.Kind == journal.EventAway:
			picture.Why, picture.Since, picture.Until = e.Code, e.Start, e.Until
		case e.Kind == journal.EventPause:
			picture.Why, picture.Until = e.Code, e.Until
		}
	}
	return picture, err
}
