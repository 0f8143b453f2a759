package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/setup"
	"r7import/importer/diagnosis"
	"r7import/report"
)

// reportAgainOptions is what report reads.
type reportAgainOptions struct {
	target config.Target
	run    string
	paths  []string
	force  bool // what is there is overwritten
}

func newReport(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:  "report",
		Args: p.takes("value.run"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return reportAgain(cmd.Context(), p.Process, &reportAgainOptions{target: p.settings.Target, run: args[0], paths: p.settings.Report, force: p.settings.Force})
		},
	}
	p.flags(cmd, "portal", "state", "report", "force")
	return cmd
}

// reportAgain writes the report of a run again. Nothing is sent.
func reportAgain(ctx context.Context, p *setup.Process, o *reportAgainOptions) (err error) {
	if len(o.paths) == 0 {
		return diagnosis.New(diagnosis.ReportNowhere, "Run", o.run)
	}
	paths, err := setup.ReportPaths(o.paths, "")
	if err != nil {
		return err
	}
	store, err := p.ReadState(&o.target)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	run, err := store.Run(ctx, o.run)
	if err != nil {
		return err
	}
	for _, path := range paths {
		if err := p.MayWrite(ctx, path, o.force); err != nil {
			return err
		}
	}
	rows, about := outcomesOf(store, run.ID), aboutRun(run)
	if about.Timeline.Events, err = eventsOf(ctx, store, run.ID); err != nil {
		return err
	}
	summary, err := rows.summary(ctx, about)
	if err != nil {
		return err
	}
	written, err := rows.write(ctx, paths, summary, report.Options{Printer: p.Console.Lang, Excel: p.Console.Lang.Name() == "ru"})
	for _, path := range written {
		p.Console.Say("summary.report", "Path", path)
	}
	return err
}
