package main

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/show"
	"r7import/importer/account"
	"r7import/importer/journal"
)

func newRunsShow(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:  "show",
		Args: p.takes("value.run"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return showRun(cmd.Context(), p.Process, &runsOptions{target: p.settings.Target, run: args[0], json: p.settings.JSON})
		},
	}
	p.flags(cmd, "portal", "state", "json")
	return cmd
}

// showRun tells all there is to know of one run.
func showRun(ctx context.Context, p *setup.Process, o *runsOptions) (err error) {
	store, err := p.ReadState(&o.target)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	run, err := store.Run(ctx, o.run)
	if err != nil {
		return err
	}
	summary, err := outcomesOf(store, run.ID).summary(ctx, aboutRun(run))
	if err != nil {
		return err
	}
	doubts, err := doubtsOf(ctx, store, run)
	if err != nil {
		return err
	}
	r := show.Run{
		Result: show.Result{Summary: summary}, Kind: run.Kind, State: run.State, Sheet: run.Sheet, FileDigest: run.FileDigest,
		Version: run.Version, Settings: setup.SettingsOf(run), InDoubt: doubts,
	}
	if o.json {
		return json.NewEncoder(p.Out).Encode(r)
	}
	r.Show(p.Out, p.Console, &run)
	return nil
}

// doubtsOf returns the rows of a run whose requests have no outcome.
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
