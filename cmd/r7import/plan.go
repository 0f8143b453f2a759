package main

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/show"
	"r7import/importer"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/plan"
	"r7import/report"
)

func newPlan(p *program) *cobra.Command {
	cmd := p.command("plan", p.takes(1), func(cmd *cobra.Command, args []string) error {
		_, err := forEach(cmd, p, args, planFile)
		return err
	}, append(runFlags(), "detailed-exitcode", "out")...)
	cmd.AddCommand(p.command("show", p.takes(1, "value.plan"), func(cmd *cobra.Command, args []string) error {
		return showSavedPlan(cmd.Context(), p.Process, &p.settings, args[0])
	}, "portal", "state", "report", "json"))
	return cmd
}

// planFile signs in, looks at the portal, and reports for every row what a run would do. It changes nothing.
func planFile(ctx context.Context, p *setup.Process, o *runOptions) (end ending, err error) {
	o.Dry = true
	j, paths, err := openRun(ctx, p, o)
	if err != nil {
		return ending{}, err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	rows, err := j.Prepare(ctx, journal.KindPlan)
	if err != nil {
		return ending{}, err
	}
	shrunk, err := j.Shrunk(ctx, rows, allRows(o))
	if err != nil {
		return ending{}, err
	}
	if shrunk != nil {
		p.Warn(*shrunk)
	}
	j.TellRest()
	if err := showPlan(ctx, p, j, rows, o); err != nil {
		return ending{}, err
	}
	t := &task{command: "plan", reports: paths}
	if t.act = saveWaiting(j, o, "", j.Look); o.Out == "" {
		t.act = func(ctx context.Context, rows *plan.Plan, _ *show.Result) (importer.Result, error) {
			return j.Look(ctx, rows)
		}
	}
	return carryOut(ctx, p, j, rows, o, t)
}

// showSavedPlan shows a saved plan, named by file or ID, or writes it as a report.
func showSavedPlan(ctx context.Context, p *setup.Process, s *config.Settings, name string) error {
	paths, err := setup.ReportPaths(s.Report, name)
	if err != nil {
		return err
	}
	kept, err := setup.PlanNamed(p, &s.Target, name)
	if err != nil {
		return err
	}
	if s.JSON {
		return json.NewEncoder(p.Out).Encode(show.PlanSaved(kept.Saved))
	}
	if len(paths) == 0 {
		show.SavedPlan(p.Out, p.Console, kept.Saved)
		return nil
	}
	changes := outcomes(func(yield func(report.Row, error) bool) { // as the rows of a dry run
		for _, c := range kept.Changes {
			row := report.Row{Number: c.Row, Email: c.Email, Owner: c.Owner, Status: c.Status, Run: kept.ID}
			switch {
			case c.Status == diagnosis.WouldDisable:
				row.Problems = []diagnosis.Problem{*diagnosis.New(diagnosis.RowMissing)}
			case c.Fields != "":
				row.Problems = []diagnosis.Problem{*diagnosis.New(diagnosis.WouldChange, "Fields", c.Fields)}
			}
			if !yield(row, nil) {
				return
			}
		}
	})
	return changes.publish(ctx, p, paths, report.Summary{
		Command: "plan", Run: kept.ID, File: kept.DataSet, Portal: kept.Portal, StartedAt: kept.Made, EndedAt: kept.Made,
	})
}
