package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/show"
	"r7import/cmd/r7import/ui"
	"r7import/importer"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/report"
)

func newRunsShow(p *program) *cobra.Command {
	return p.command("show", p.takes(1), func(cmd *cobra.Command, args []string) (err error) {
		s := &p.settings
		switch {
		case s.OfFile == "" && len(args) == 0:
			return p.takes(1, "value.run")(cmd, args)
		case s.OfFile != "" && (s.Follow || len(args) > 0):
			return diagnosis.New(diagnosis.FlagsTogether, "First", "--file", "Second", cmp.Or(strings.Join(args, ""), "--follow"))
		}
		p.ending, err = showRuns(cmd.Context(), p.Process, s, strings.Join(args, ""))
		return err
	}, "portal", "state", "json", "follow", "progress", "file")
}

// showRuns shows a run, or all runs of a file. With --follow it shows the progress of a
// run in another process until it ends. The exit code then follows from its rows, as the
// run's own does.
func showRuns(ctx context.Context, p *setup.Process, s *config.Settings, name string) (end ending, err error) {
	store, err := p.ReadState(&s.Target)
	if err != nil {
		return ending{}, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if s.OfFile != "" {
		return ending{}, showFile(ctx, p, s, store)
	}
	run, err := store.Run(ctx, name)
	if err == nil && s.Follow {
		run, err = watchRun(ctx, p, s, store, run)
	}
	if err != nil {
		return ending{}, err
	}
	summary, err := outcomesOf(ctx, store, run.ID).summary(aboutRun(run))
	if err != nil {
		return ending{}, err
	}
	doubts, err := doubtsOf(ctx, store, run)
	if err != nil {
		return ending{}, err
	}
	r := show.Run{
		Result: show.Result{Summary: summary}, Kind: run.Kind, State: run.State, Sheet: run.Sheet, FileDigest: run.FileDigest,
		Version: run.Version, Settings: setup.SettingsOf(run), InDoubt: doubts,
	}
	if s.JSON {
		err = json.NewEncoder(p.Out).Encode(r)
	} else {
		r.Show(p.Out, p.Console, &run)
	}
	if !s.Follow {
		return ending{}, err
	}
	if err == nil && (run.State == journal.Running || run.State == journal.Interrupted) {
		err = diagnosis.New(diagnosis.RunDied, "Run", run.ID)
	}
	return ending{statuses: summary.Statuses}, err
}

// aboutRun returns the summary of a run without the counts of its rows.
func aboutRun(r journal.Run) report.Summary {
	about := report.Summary{Command: string(r.Kind), Run: r.ID, File: r.File, Portal: r.Portal, StartedAt: r.Started, EndedAt: r.Ended}
	settings := setup.SettingsOf(r)
	var where []string
	if text := settings["where"]; text != "" {
		where = []string{text}
	}
	if about.Filter = show.Filter(settings["rows"], where, settings["failed-of"]); about.Filter != "" {
		about.InFile = r.InFile
	}
	return about
}

// doubtsOf returns the rows of a run that have a request without an outcome.
func doubtsOf(ctx context.Context, store *journal.Store, run journal.Run) ([]show.InDoubt, error) {
	intents, err := store.OpenIntents(ctx)
	if err != nil || len(intents) == 0 {
		return []show.InDoubt{}, err
	}
	byKey, byIndex := make(map[account.Key]journal.Intent), make(map[int]journal.Intent)
	for _, i := range intents {
		byKey[i.Key] = i
		if i.Run == run.ID {
			byIndex[i.Index] = i
		}
	}
	doubts := []show.InDoubt{}
	for e, err := range store.Entries(ctx, run.ID) {
		if err != nil {
			return nil, err
		}
		intent, open := byIndex[e.Index]
		if !open && e.OwnerID != "" {
			intent, open = byKey[account.NewKey(e.OwnerID, e.Email)]
		}
		if open {
			doubts = append(doubts, show.InDoubt{Row: e.Row, Address: intent.Key.Address, Request: intent.Kind, SentAt: intent.At})
		}
	}
	return doubts, nil
}

const (
	followEvery = time.Second
	// silentFor is how long a run may show no progress before watchRun checks that its
	// process still exists.
	silentFor = 5 * time.Second
)

// watchRun shows the progress of a run until it or its process ends, and returns its last state.
func watchRun(ctx context.Context, p *setup.Process, s *config.Settings, store *journal.Store, run journal.Run) (journal.Run, error) {
	if run.State != journal.Running {
		return run, nil
	}
	progress := p.Console.Follow(ui.Style(s.Progress))
	defer progress.Stop()
	before, moved := 0, time.Now()
	for run.State == journal.Running {
		snapshot, err := storedProgress(ctx, store, run)
		if err != nil {
			return run, err
		}
		progress.Show(snapshot)
		if snapshot.Decided != before {
			before, moved = snapshot.Decided, time.Now()
		} else if time.Since(moved) > silentFor && !store.Going() {
			return store.Run(ctx, run.ID)
		}
		select {
		case <-ctx.Done():
			return run, context.Cause(ctx)
		case <-time.After(followEvery):
		}
		if run, err = store.Run(ctx, run.ID); err != nil {
			return run, err
		}
	}
	return run, nil
}

// storedProgress returns a snapshot of a run's progress from its stored entries and events.
func storedProgress(ctx context.Context, store *journal.Store, run journal.Run) (importer.Progress, error) {
	now := time.Now()
	counts, _, err := store.Counts(ctx, run.ID)
	if err != nil {
		return importer.Progress{}, err
	}
	snapshot := importer.Progress{Total: run.Rows, Counts: counts, Started: run.Started, ByRows: true}
	for _, rows := range counts {
		snapshot.Decided += rows
	}
	events, err := store.Events(ctx, run.ID)
	for _, e := range events {
		switch {
		case !e.End.IsZero() || !e.Until.IsZero() && e.Until.Before(now.Add(-time.Minute)):
		case e.Kind == journal.EventRest:
			snapshot.Resting = append(snapshot.Resting, importer.HostRest{Host: e.Host, Why: e.Code, Until: e.Until, Tries: e.Count})
		case e.Kind == journal.EventAway:
			snapshot.Why, snapshot.Since, snapshot.Until = e.Code, e.Start, e.Until
		case e.Kind == journal.EventPause:
			snapshot.Why, snapshot.Until = e.Code, e.Until
		}
	}
	return snapshot, err
}

// showFile shows the outcome of a file's rows over all its runs: the last known outcome
// of each account.
func showFile(ctx context.Context, p *setup.Process, s *config.Settings, store *journal.Store) error {
	name := filepath.Base(s.OfFile)
	all, err := store.Runs(ctx)
	if err != nil {
		return err
	}
	runs := slices.DeleteFunc(all, func(r journal.Run) bool {
		return r.File != name || r.Kind != journal.KindRun && r.Kind != journal.KindUndo
	})
	if len(runs) == 0 {
		return diagnosis.New(diagnosis.RunsNone, "File", name)
	}
	rows, err := lastKnown(ctx, store, runs)
	if err != nil {
		return err
	}
	var tally report.Tally
	for i := range rows {
		tally.Add(&rows[i])
	}
	last := runs[len(runs)-1]
	about := report.Summary{Command: "runs", File: name, Portal: last.Portal, StartedAt: runs[0].Started, EndedAt: last.Ended}
	list, err := listed(ctx, store, runs)
	if err != nil {
		return err
	}
	r := show.FileRuns{Result: show.Result{Summary: tally.Summary(about)}, Runs: list}
	if s.JSON {
		return json.NewEncoder(p.Out).Encode(r)
	}
	return r.Show(p.Out, p.Console)
}

// lastKnown returns a row for each account of the runs, with the outcome of the last run
// that has one. Rows are matched by address. Rows without an address are taken from the
// last run only.
func lastKnown(ctx context.Context, store *journal.Store, runs []journal.Run) ([]report.Row, error) {
	var rows []report.Row
	at := make(map[string]int)
	for i, run := range runs {
		times := make(map[string]int) // an address may have several owners
		for e, err := range store.Entries(ctx, run.ID) {
			if err != nil {
				return nil, err
			}
			row := importer.ReportRow(&e)
			if e.Email == "" {
				if i == len(runs)-1 {
					rows = append(rows, row)
				}
				continue
			}
			key := strings.ToLower(e.Email)
			times[key]++
			key += " " + strconv.Itoa(times[key])
			n, known := at[key]
			switch {
			case !known:
				at[key] = len(rows)
				rows = append(rows, row)
			case e.Status == diagnosis.NotTried, e.Status == diagnosis.Kept:
			case e.Status == diagnosis.Unchanged && rows[n].Status.Desired() &&
				rows[n].Status != diagnosis.Disabled && rows[n].Status != diagnosis.Removed: // the earlier outcome says more
			default:
				rows[n] = row
			}
		}
	}
	return rows, nil
}
