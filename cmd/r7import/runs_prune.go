package main

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/show"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

// pruneOptions is what runs prune reads.
type pruneOptions struct {
	target    config.Target
	olderThan time.Duration
	json, yes bool
}

func newRunsPrune(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:  "prune",
		Args: p.takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s := &p.settings
			return pruneRuns(cmd.Context(), p.Process, &pruneOptions{target: s.Target, olderThan: s.OlderThan, json: s.JSON, yes: s.Yes})
		},
	}
	p.flags(cmd, "portal", "state", "older-than", "json", "yes")
	return cmd
}

// pruneRuns forgets the rows of old runs. What is known of accounts stays.
func pruneRuns(ctx context.Context, p *setup.Process, o *pruneOptions) error {
	before := time.Now().Add(-o.olderThan)
	store, err := p.ReadState(&o.target)
	if err != nil {
		return err
	}
	old, err := store.Prunable(ctx, before)
	if err := errors.Join(err, store.Close()); err != nil {
		return err
	}
	if len(old) == 0 {
		p.Console.Say("runs.prune.none", "Age", p.Console.Duration(o.olderThan))
	} else if old, err = confirmPrune(ctx, p, o, old, before); err != nil {
		return err
	}
	if o.json {
		return json.NewEncoder(p.Out).Encode(struct {
			Removed []show.Listed `json:"removed"`
		}{show.List(old)})
	}
	if len(old) > 0 {
		show.Line(p.Out, p.Console.Text("runs.prune.done", "Count", len(old)))
	}
	return nil
}

// confirmPrune shows what would go, asks, and returns what has gone. Where nobody
// can be asked, --yes says so beforehand.
func confirmPrune(ctx context.Context, p *setup.Process, o *pruneOptions, old []journal.Run, before time.Time) ([]journal.Run, error) {
	if !o.yes {
		if err := show.Runs(p.Console.Err, p.Console, show.List(old)); err != nil {
			return nil, err
		}
		if !p.Console.Terminal() {
			return nil, diagnosis.New(diagnosis.ConfirmAbove)
		}
		yes, err := p.Console.Confirm(ctx, "runs.prune.question", "Count", len(old))
		if err == nil && !yes {
			err = diagnosis.New(diagnosis.ConfirmDeclined)
		}
		if err != nil {
			return nil, err
		}
	}
	store, done, err := p.LockState(&o.target)
	if err != nil {
		return nil, err
	}
	removed, err := store.Prune(ctx, before)
	if err == nil {
		err = setup.Sweep(ctx, p, store, &o.target)
	}
	p.Log.Info("pruned", "runs", len(removed))
	return removed, errors.Join(err, done())
}
