package main

import (
	"context"
	"errors"
	"strconv"

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
	run     string
	disable bool // instead of removing
}

func newUndo(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:  "undo",
		Args: p.takes("value.run", "value.file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := p.runOn(args[1])
			if err != nil {
				return err
			}
			p.ending, err = undoRun(cmd.Context(), p.Process, &undoOptions{o, args[0], p.settings.Disable})
			return err
		},
	}
	lookFlags(p, cmd)
	p.flags(cmd, "disable", "retry-refused", "yes")
	return cmd
}

// undoRun takes back what a run made. The file says who signs in for which account.
func undoRun(ctx context.Context, p *setup.Process, o *undoOptions) (end ending, err error) {
	o.NoMailPasswords = true
	paths, err := setup.ReportPaths(o.Report, o.File)
	if err != nil {
		return ending{}, err
	}
	if err := p.CheckRun(ctx, &o.Target, o.run); err != nil {
		return ending{}, err
	}
	j, err := p.OpenJob(ctx, &o.JobOptions)
	if err != nil {
		return ending{}, err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	run, err := runToUndo(ctx, j.History, o.run)
	if err != nil {
		return ending{}, err
	}
	u, err := j.PrepareUndo(ctx, run, o.disable)
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
			err = errors.Join(err, diagnosis.New(diagnosis.UndoRowless, "Count", strconv.Itoa(len(left)), "Addresses", show.First(left)))
		}
		return undone.Result, err
	}
	return carryOut(ctx, p, j, u.Plan, o.runOptions, &task{command: "undo", reports: paths, act: act})
}

// runToUndo finds the run that is meant. The latest is the latest that made
// accounts, so that the same command goes on with an undo that was cut short.
func runToUndo(ctx context.Context, store *journal.Store, name string) (journal.Run, error) {
	if name != "latest" {
		return store.Run(ctx, name)
	}
	runs, err := store.Runs(ctx)
	if err != nil {
		return journal.Run{}, err
	}
	for i := len(runs) - 1; i >= 0; i-- {
		if runs[i].Kind == journal.KindRun {
			return runs[i], nil
		}
	}
	return journal.Run{}, diagnosis.New(diagnosis.RunUnknown, "Run", name)
}

// confirmUndo shows what would be done and asks. Where nobody can be asked, --yes
// says so beforehand.
func confirmUndo(ctx context.Context, p *setup.Process, j *setup.Job, u *importer.Undoing, o *undoOptions) error {
	atStake := u.Here + u.Strangers
	asks := !o.Yes && atStake > 0
	quiet := p.Console.Quiet
	p.Console.Quiet = quiet && !asks
	show.Undo(p.Console, j.Portal, u, float64(o.Target.Rate), o.Run.Workers)
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
	yes, err := p.Console.Confirm(ctx, question, "Count", strconv.Itoa(atStake), "Portal", j.Portal)
	if err == nil && !yes {
		return diagnosis.New(diagnosis.ConfirmDeclined)
	}
	return err
}
