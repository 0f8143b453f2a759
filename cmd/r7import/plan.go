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

func newApprove(p *program) *cobra.Command {
	return p.command("approve", p.takes(1), func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			return listPlans(p.Process, &p.settings)
		}
		return approvePlan(p.Process, &p.settings, args[0])
	}, "portal", "state", "json")
}

// listPlans lists the saved plans that are not carried out and not expired, latest first.
func listPlans(p *setup.Process, s *config.Settings) error {
	kept, err := setup.KeptPlans(p, &s.Target)
	if err != nil {
		return err
	}
	waiting := []*plan.Saved{}
	for _, k := range kept {
		if k.SpentBy == "" && !k.Expired(time.Now()) {
			waiting = append(waiting, k.Saved)
		}
	}
	if s.JSON {
		return json.NewEncoder(p.Out).Encode(map[string]any{"plans": waiting})
	}
	if len(waiting) == 0 {
		p.Console.Say("approve.none", "Portal", s.Portal)
	}
	for _, saved := range waiting {
		show.PlanLine(p.Out, p.Console, saved)
	}
	return nil
}

// approvePlan approves a saved plan, so that the next run of its data set carries it out.
func approvePlan(p *setup.Process, s *config.Settings, id string) error {
	kept, err := setup.KeptPlanNamed(p, &s.Target, id)
	if err != nil {
		return err
	}
	switch {
	case kept.SpentBy != "":
		return diagnosis.New(diagnosis.PlanSpent, "ID", kept.ID, "Run", kept.SpentBy)
	case kept.Expired(time.Now()):
		return diagnosis.New(diagnosis.PlanExpired, "ID", kept.ID, "Made", kept.Made.Local().Format(time.DateTime))
	}
	kept.Approved = time.Now().Round(time.Second)
	if err := kept.Write(); err != nil {
		return err
	}
	p.Log.Info("approved", "plan", kept.ID, "changes", kept.Count)
	if s.JSON {
		return json.NewEncoder(p.Out).Encode(kept.Saved)
	}
	show.PlanLine(p.Out, p.Console, kept.Saved)
	p.Console.Say("approve.done", "Set", kept.DataSet)
	return nil
}
