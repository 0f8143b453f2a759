package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/show"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

// resolveOptions is what runs resolve reads.
type resolveOptions struct {
	target config.Target
	run    string
	row    int
	as     journal.Word
	settle time.Duration
}

func newRunsResolve(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:  "resolve",
		Args: p.takes("value.run"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := needs(cmd, "row", "as"); err != nil {
				return err
			}
			s := &p.settings
			return resolveRow(cmd.Context(), p.Process, &resolveOptions{
				target: s.Target, run: args[0], row: s.Row, as: journal.Word(s.As), settle: s.Settle,
			})
		},
	}
	p.flags(cmd, "portal", "state", "row", "as", "settle")
	return cmd
}

// resolveRow settles a row in doubt by the word of whoever looked in the portal.
func resolveRow(ctx context.Context, p *setup.Process, o *resolveOptions) (err error) {
	if err := p.CheckRun(ctx, &o.target, o.run); err != nil {
		return err
	}
	store, done, err := p.LockState(&o.target)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	run, err := store.Run(ctx, o.run)
	if err != nil {
		return err
	}
	entry, err := journal.Resolve(ctx, store, run, o.row, o.as, o.settle)
	if err != nil {
		return err
	}
	p.Log.Info("resolved", "run", run.ID, "row", entry.Row, "status", entry.Status)
	show.Line(p.Out, p.Console.Text("runs.resolved",
		"Row", entry.Row, "Address", entry.Email, "Status", p.Console.Text("status."+string(entry.Status))))
	return nil
}

// needs makes sure that flags were given without which a command makes no sense.
func needs(cmd *cobra.Command, names ...string) error {
	for _, name := range names {
		if flag := cmd.Flags().Lookup(name); flag.Value.String() == "" {
			return diagnosis.New(diagnosis.FlagNoValue, "Name", "--"+name, "Command", cmd.CommandPath())
		}
	}
	return nil
}
