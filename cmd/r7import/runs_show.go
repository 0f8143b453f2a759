package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/show"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

func newRunsShow(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:  "show",
		Args: takesOne,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			s := &p.settings
			o := &runsOptions{target: s.Target, json: s.JSON, follow: s.Follow, progress: s.Progress, file: s.OfFile}
			switch {
			case o.file != "" && (o.follow || len(args) > 0):
				return diagnosis.New(diagnosis.FlagsTogether, "First", "--file", "Second", cmp.Or(strings.Join(args, ""), "--follow"))
			case o.file != "":
				return showFile(cmd.Context(), p.Process, o)
			}
			if err := p.takes("value.run")(cmd, args); err != nil {
				return err
			}
			if o.run = args[0]; o.follow {
				p.ending, err = followRun(cmd.Context(), p.Process, o)
				return err
			}
			return showRun(cmd.Context(), p.Process, o)
		},
	}
	p.flags(cmd, "portal", "state", "json", "follow", "progress", "file")
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
	_, err = tellRun(ctx, p, o, store, run)
	return err
}

// tellRun shows a run and returns its rows by how they ended.
func tellRun(ctx context.Context, p *setup.Process, o *runsOptions, store *journal.Store, run journal.Run) (map[diagnosis.Status]int, error) {
	summary, err := outcomesOf(store, run.ID).summary(ctx, aboutRun(run))
	if err != nil {
		return nil, err
	}
	doubts, err := doubtsOf(ctx, store, run)
	if err != nil {
		return nil, err
	}
	r := show.Run{
		Result: show.Result{Summary: summary}, Kind: run.Kind, State: run.State, Sheet: run.Sheet, FileDigest: run.FileDigest,
		Version: run.Version, Settings: setup.SettingsOf(run), InDoubt: doubts,
	}
	if o.json {
		return summary.Statuses, json.NewEncoder(p.Out).Encode(r)
	}
	r.Show(p.Out, p.Console, &run)
	return summary.Statuses, nil
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
