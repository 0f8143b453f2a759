package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/job"
	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/show"
	"r7import/importer"
	"r7import/importer/diagnosis"
	"r7import/importer/plan"
)

func newUndo(p *program) *cobra.Command {
	return p.command("undo", p.takes(-1, "value.run", "value.file"), func(cmd *cobra.Command, args []string) error {
		last := len(args) - 1
		o, err := p.runOn(job.File{Path: args[last]})
		if err != nil {
			return err
		}
		p.ending, err = undoRun(cmd.Context(), p.Process, o, args[:last], p.settings.Disable)
		return err
	}, append(lookFlags(), "disable", "retry-refused", "yes")...)
}

// undoRun removes the accounts that the named runs created, or disables them. The file
// tells who signs in for which account.
func undoRun(ctx context.Context, p *setup.Process, o *runOptions, names []string, disable bool) (end ending, err error) {
	o.NoMailPasswords = true
	paths, err := setup.ReportPaths(o.Report, o.File)
	if err != nil {
		return ending{}, err
	}
	runs, err := setup.RunsNamed(ctx, p, &o.Target, names...)
	if err != nil {
		return ending{}, err
	}
	if !o.OwnerSaid {
		for _, run := range runs[1:] {
			if setup.OwnerWayOf(run) != setup.OwnerWayOf(runs[0]) {
				return ending{}, diagnosis.New(diagnosis.UndoWays, "First", runs[0].ID, "Second", run.ID)
			}
		}
		setup.OwnersAsIn(p, runs[0], &o.JobOptions)
	}
	j, err := p.OpenJob(ctx, &o.JobOptions)
	if err != nil {
		return ending{}, err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	u, err := j.PrepareUndo(ctx, runs, disable)
	if err != nil {
		return ending{}, err
	}
	j.NameRun(u.Run.ID)
	if u.Rows == 0 {
		err = setup.NoRows(j.Input)
	} else if len(paths) == 0 {
		var path string
		path, err = j.RunReport(&o.Target, o.File, "undo", u.Run.ID)
		paths = []string{path}
	}
	if atStake := u.Here + u.Strangers; err == nil {
		asks, quiet := !o.Yes && atStake > 0, p.Console.Quiet
		p.Console.Quiet = quiet && !asks
		show.Undo(p.Console, j.Portal, u, float64(o.Target.Rate), o.Run.Workers, partOf(&o.Table) != "")
		p.Console.Quiet = quiet
		question := "undo.question.remove"
		if disable {
			question = "undo.question.disable"
		}
		if asks {
			err = agree(ctx, p, diagnosis.ConfirmAbove, question, "Count", atStake, "Portal", j.Portal)
		}
	}
	if err != nil {
		return ending{}, errors.Join(err, j.Discard(context.WithoutCancel(ctx), u.Plan))
	}
	act := func(ctx context.Context, _ *plan.Plan, _ *show.Result) (importer.Result, error) {
		undone, err := j.Undo(ctx, u)
		if left := undone.Rowless; len(left) > 0 && partOf(&o.Table) == "" {
			err = errors.Join(err, diagnosis.New(diagnosis.UndoRowless, "Count", len(left), "Addresses", show.First(left)))
		}
		return undone.Result, err
	}
	return carryOut(ctx, p, j, u.Plan, o, &task{"undo", paths, act})
}
