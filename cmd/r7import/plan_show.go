package main

import (
	"context"
	"encoding/json"
	"iter"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/show"
	"r7import/importer/diagnosis"
	"r7import/report"
)

// planShowOptions is what plan show reads.
type planShowOptions struct {
	target  config.Target
	plan    string // file or id
	reports []string
	json    bool
}

func newPlanShow(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:  "show",
		Args: p.takes("value.plan"),
		RunE: func(cmd *cobra.Command, args []string) error {
			s := &p.settings
			return showPlanSaved(cmd.Context(), p.Process, &planShowOptions{target: s.Target, plan: args[0], reports: s.Report, json: s.JSON})
		},
	}
	p.flags(cmd, "portal", "state", "report", "json")
	return cmd
}

// showPlanSaved tells what stands in a saved plan, or writes that as a report.
func showPlanSaved(ctx context.Context, p *setup.Process, o *planShowOptions) error {
	paths, err := setup.ReportPaths(o.reports, o.plan)
	if err != nil {
		return err
	}
	kept, err := setup.PlanNamed(p, &o.target, o.plan)
	if err != nil {
		return err
	}
	if o.json {
		return json.NewEncoder(p.Out).Encode(show.PlanSaved(kept.Saved))
	}
	if len(paths) == 0 {
		show.SavedPlan(p.Out, p.Console, kept.Saved)
		return nil
	}
	rows := changesOf(kept)
	summary, err := rows.summary(ctx, report.Summary{Command: "plan", Run: kept.ID, File: kept.DataSet, Portal: kept.Portal, StartedAt: kept.Made, EndedAt: kept.Made})
	if err != nil {
		return err
	}
	written, err := rows.write(ctx, paths, summary, report.Options{Printer: p.Console.Lang, Excel: p.Console.Lang.Name() == "ru"})
	for _, path := range written {
		p.Console.Say("summary.report", "Path", path)
	}
	return err
}

// changesOf yields the changes of a plan as the rows of a dry run.
func changesOf(kept *setup.KeptPlan) outcomes {
	return func(context.Context) iter.Seq2[report.Row, error] {
		return func(yield func(report.Row, error) bool) {
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
		}
	}
}

// consentCommand is how to say yes to a plan.
func consentCommand(kept *setup.KeptPlan, o *runOptions) string {
	if o.Out != "" {
		return show.Again([]string{"run", o.File, "--plan", o.Out}) + " …"
	}
	args := []string{"approve", kept.ID, "--portal", kept.Portal}
	if o.Target.State != "" {
		args = append(args, "--state", o.Target.State)
	}
	return show.Again(args)
}
