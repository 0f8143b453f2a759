package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"r7import/importer/diagnosis"
	"r7import/report"
)

func (p *program) newReport() *cobra.Command {
	cmd := &cobra.Command{
		Use:  "report",
		Args: p.takes("value.run"),
		RunE: func(cmd *cobra.Command, args []string) error { return p.report(cmd.Context(), args[0]) },
	}
	p.flags(cmd, "portal", "state", "report")
	return cmd
}

// report writes the report of a run again. Nothing is sent.
func (p *program) report(ctx context.Context, name string) (err error) {
	if len(p.settings.Report) == 0 {
		return diagnosis.New(diagnosis.FlagNoValue, "Name", "--report", "Command", "r7import report")
	}
	paths, err := p.reportPaths("", false)
	if err != nil {
		return err
	}
	store, err := p.readState()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	run, err := store.Run(ctx, name)
	if err != nil {
		return err
	}
	rows := outcomesOf(store, run.ID)
	summary, err := rows.summary(ctx, aboutRun(run))
	if err != nil {
		return err
	}
	written, err := rows.write(ctx, paths, summary, report.Options{Printer: p.console.Lang, Excel: p.console.Lang.Name() == "ru"})
	for _, path := range written {
		p.console.Say("summary.report", "Path", path)
	}
	return err
}
