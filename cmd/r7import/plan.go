package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"r7import/importer/journal"
)

func (p *program) newPlan() *cobra.Command {
	cmd := &cobra.Command{
		Use:  "plan",
		Args: p.takes("value.file"),
		RunE: func(cmd *cobra.Command, args []string) error { return p.plan(cmd.Context(), args[0]) },
	}
	p.jobFlags(cmd)
	p.flags(cmd, "detailed-exitcode")
	return cmd
}

// plan signs in and looks, and says for every row what a run would do. Nothing is changed.
func (p *program) plan(ctx context.Context, path string) (err error) {
	if err := p.checkMissing(path); err != nil {
		return err
	}
	paths, err := p.reportPaths(path, true)
	if err != nil {
		return err
	}
	j, err := p.openJob(ctx, path, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.close()) }()
	plan, err := j.prepare(ctx, journal.KindPlan)
	if err != nil {
		return err
	}
	p.tellServices(j)
	if err := p.showPlan(ctx, j, plan); err != nil {
		return err
	}
	return p.carryOut(ctx, j, plan, paths, "plan", j.Look)
}
