package main

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/show"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

func newRuns(p *program) *cobra.Command {
	s := &p.settings
	runs := p.command("runs", noCommand, func(cmd *cobra.Command, _ []string) error {
		return listRuns(cmd.Context(), p.Process, s)
	}, "portal", "state", "json")
	runs.AddCommand(
		newRunsShow(p),
		p.command("resolve", p.takes(1, "value.run"), func(cmd *cobra.Command, args []string) error {
			if err := needs(cmd, "row", "as"); err != nil {
				return err
			}
			return resolveRow(cmd.Context(), p.Process, s, args[0])
		}, "portal", "state", "row", "as", "settle"),
		p.command("prune", p.takes(0), func(cmd *cobra.Command, _ []string) error {
			return pruneRuns(cmd.Context(), p.Process, s)
		}, "portal", "state", "older-than", "json", "yes"),
	)
	return runs
}

// listRuns lists the runs on a portal, latest first.
func listRuns(ctx context.Context, p *setup.Process, s *config.Settings) (err error) {
	store, err := p.ReadState(&s.Target)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	runs, err := store.Runs(ctx)
	if err != nil {
		return err
	}
	slices.Reverse(runs)
	listed, err := listed(ctx, store, runs)
	if err != nil {
		return err
	}
	if s.JSON {
		return json.NewEncoder(p.Out).Encode(map[string]any{"runs": listed})
	}
	if len(runs) == 0 {
		p.Console.Say("runs.none", "Portal", s.Portal)
		return nil
	}
	return show.Runs(p.Out, p.Console, listed)
}

// listed returns runs with the counts of their rows by outcome.
func listed(ctx context.Context, store *journal.Store, runs []journal.Run) ([]show.Listed, error) {
	all := show.List(runs)
	for i := range all {
		counts, open, err := store.Counts(ctx, all[i].ID)
		if err != nil {
			return nil, err
		}
		all[i].Statuses, all[i].Left = counts, open+counts[diagnosis.Unknown]+counts[diagnosis.NotTried]
		for status, rows := range counts {
			if status.Desired() {
				all[i].Done += rows
			} else if !status.Open() {
				all[i].Failed += rows
			}
		}
	}
	return all, nil
}

// resolveRow settles a row in doubt with the outcome that a person has seen in the portal.
func resolveRow(ctx context.Context, p *setup.Process, s *config.Settings, name string) (err error) {
	if err := p.CheckRun(ctx, &s.Target, name); err != nil {
		return err
	}
	store, done, err := p.LockState(&s.Target)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	run, err := store.Run(ctx, name)
	if err != nil {
		return err
	}
	entry, err := journal.Resolve(ctx, store, run, s.Row, journal.Word(s.As), s.Settle)
	if err != nil {
		return err
	}
	p.Log.Info("resolved", "run", run.ID, "row", entry.Row, "status", entry.Status)
	show.Line(p.Out, p.Console.Text("runs.resolved",
		"Row", entry.Row, "Address", entry.Email, "Status", p.Console.Text("status."+string(entry.Status))))
	return nil
}

// pruneRuns removes the rows of old runs if the user agrees. The knowledge about
// accounts stays.
func pruneRuns(ctx context.Context, p *setup.Process, s *config.Settings) error {
	before := time.Now().Add(-s.OlderThan)
	store, err := p.ReadState(&s.Target)
	if err != nil {
		return err
	}
	old, err := store.Prunable(ctx, before)
	if err := errors.Join(err, store.Close()); err != nil {
		return err
	}
	if len(old) == 0 {
		p.Console.Say("runs.prune.none", "Age", p.Console.Duration(s.OlderThan))
	} else {
		if !s.Yes {
			if err := show.Runs(p.Console.Err, p.Console, show.List(old)); err != nil {
				return err
			}
			if err := agree(ctx, p, diagnosis.ConfirmAbove, "runs.prune.question", "Count", len(old)); err != nil {
				return err
			}
		}
		if old, err = prune(ctx, p, s, before); err != nil {
			return err
		}
	}
	if s.JSON {
		return json.NewEncoder(p.Out).Encode(map[string]any{"removed": show.List(old)})
	}
	if len(old) > 0 {
		show.Line(p.Out, p.Console.Text("runs.prune.done", "Count", len(old)))
	}
	return nil
}

// prune removes old runs with their reports and returns the removed runs.
func prune(ctx context.Context, p *setup.Process, s *config.Settings, before time.Time) ([]journal.Run, error) {
	store, done, err := p.LockState(&s.Target)
	if err != nil {
		return nil, err
	}
	removed, err := store.Prune(ctx, before)
	if err == nil {
		err = setup.Sweep(ctx, p, store, &s.Target)
	}
	p.Log.Info("pruned", "runs", len(removed))
	return removed, errors.Join(err, done())
}
