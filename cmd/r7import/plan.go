package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/setup"
	"r7import/importer/journal"
)

func newPlan(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:  "plan",
		Args: takesOne,
		RunE: func(cmd *cobra.Command, args []string) error {
			_, err := forEach(cmd, p, args, planFile)
			return err
		},
	}
	jobFlags(p, cmd)
	p.flags(cmd, "detailed-exitcode", "out")
	cmd.AddCommand(newPlanShow(p))
	return cmd
}

// planFile signs in and looks, and says for every row what a run would do. Nothing is changed.
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
	t := &task{command: "plan", reports: paths, act: j.Look}
	if o.Out != "" {
		t = saving(p, j, o, t)
	}
	return carryOut(ctx, p, j, rows, o, t)
}
