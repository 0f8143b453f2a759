package main

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/show"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/report"
)

// runsOptions is what runs and runs show read.
type runsOptions struct {
	target config.Target
	run    string // that is shown
	json   bool

	follow   bool // it until it ends
	progress string
	file     string // whose runs are shown as one
}

func newRuns(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:  "runs",
		Args: noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return listRuns(cmd.Context(), p.Process, &runsOptions{target: p.settings.Target, json: p.settings.JSON})
		},
	}
	p.flags(cmd, "portal", "state", "json")
	cmd.AddCommand(newRunsShow(p), newRunsResolve(p), newRunsPrune(p))
	return cmd
}

// listRuns lists the runs on a portal, the latest first.
func listRuns(ctx context.Context, p *setup.Process, o *runsOptions) (err error) {
	store, err := p.ReadState(&o.target)
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
	if o.json {
		return json.NewEncoder(p.Out).Encode(struct {
			Runs []show.Listed `json:"runs"`
		}{listed})
	}
	if len(runs) == 0 {
		p.Console.Say("runs.none", "Portal", o.target.Portal)
		return nil
	}
	return show.Runs(p.Out, p.Console, listed)
}

// listed returns runs with how their rows ended.
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
