package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/show"
	"r7import/importer"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/plan"
)

// undoOptions is what undo reads.
type undoOptions struct {
	*runOptions
	runs    []string
	disable bool // instead of removing
}

func newUndo(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:  "undo",
		Args: p.takesMany("value.run", "value.file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			last := len(args) - 1
			o, err := p.runOn(args[last])
			if err != nil {
				return err
			}
			p.ending, err = undoRun(cmd.Context(), p.Process, &undoOptions{o, args[:last], p.settings.Disable})
			return err
		},
	}
	lookFlags(p, cmd)
	p.flags(cmd, "disable", "retry-refused", "yes")
	return cmd
}

// undoRun takes back what runs made. The file says who signs in for which account.
func undoRun(ctx context.Context, p *setup.Process, o *undoOptions) (end ending, err error) {
	o.NoMailPasswords = true
	paths, err := setup.ReportPaths(o.Report, o.File)
	if err != nil {
		return ending{}, err
	}
	runs, err := setup.RunsNamed(ctx, p, &o.Target, o.runs...)
	if err != nil {
		return ending{}, err
	}
	if !o.OwnerSaid {
		if err := sameWay(runs); err != nil {
			return ending{}, err
		}
		setup.OwnersAsIn(p, runs[0], &o.JobOptions)
	}
	j, err := p.OpenJob(ctx, &o.JobOptions)
	if err != nil {
		return ending{}, err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	u, err := j.PrepareUndo(ctx, runs, o.disable)
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
	if err == nil {
		err = confirmUndo(ctx, p, j, u, o)
	}
	if err != nil {
		return ending{}, errors.Join(err, j.Discard(context.WithoutCancel(ctx), u.Plan))
	}
	act := func(ctx context.Context, _ *plan.Plan) (importer.Result, error) {
		undone, err := j.Undo(ctx, u)
		if left := undone.Rowless; len(left) > 0 && !partOf(&o.Table) {
			err = errors.Join(err, diagnosis.New(diagnosis.UndoRowless, "Count", len(left), "Addresses", show.First(left)))
		}
		return undone.Result, err
	}
	return carryOut(ctx, p, j, u.Plan, o.runOptions, &task{command: "undo", reports: paths, act: act})
}

// sameWay returns nil if runs were given the same way to sign in.
func sameWay(runs []journal.Run) error {
	for _, run := range runs[1:] {
		if setup.OwnerWayOf(run) != setup.OwnerWayOf(runs[0]) {
			return diagnosis.New(diagnosis.UndoWays, "First", runs[0].ID, "Second", run.ID)
		}
	}
	return nil
}

// confirmUndo shows what would be done and asks. Where nobody can be asked, --yes
// says so beforehand.
func confirmUndo(ctx context.Context, p *setup.Process, j *setup.Job, u *importer.Undoing, o *undoOptions) error {
	atStake := u.Here + u.Strangers
	asks := !o.Yes && atStake > 0
	quiet := p.Console.Quiet
	p.Console.Quiet = quiet && !asks
	show.Undo(p.Console, j.Portal, u, float64(o.Target.Rate), o.Run.Workers, partOf(&o.Table))
	p.Console.Quiet = quiet
	switch {
	case !asks:
		return nil
	case !p.Console.Terminal():
		return diagnosis.New(diagnosis.ConfirmAbove)
	}
	question := "undo.question.remove"
	if u.Disable {
		question = "undo.question.disable"
	}
	yes, err := p.Console.Confirm(ctx, question, "Count", atStake, "Portal", j.Portal)
	if err == nil && !yes {
		return diagnosis.New(diagnosis.ConfirmDeclined)
	}
	return err
}
