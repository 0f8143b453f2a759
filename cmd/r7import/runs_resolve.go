package main

import (
	"context"
	"errors"
	"strconv"

	"github.com/spf13/cobra"

	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

func (p *program) newRunsResolve() *cobra.Command {
	cmd := &cobra.Command{
		Use:  "resolve",
		Args: p.takes("value.run"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := needs(cmd, "row", "as"); err != nil {
				return err
			}
			return p.runsResolve(cmd.Context(), args[0])
		},
	}
	p.flags(cmd, "portal", "state", "row", "as", "settle")
	return cmd
}

// runsResolve settles a row in doubt by the word of whoever looked in the portal.
func (p *program) runsResolve(ctx context.Context, name string) (err error) {
	if err := p.checkRun(ctx, name); err != nil {
		return err
	}
	store, done, err := p.lockState()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	run, err := store.Run(ctx, name)
	if err != nil {
		return err
	}
	entry, err := journal.Resolve(ctx, store, run, p.settings.Row, journal.Word(p.settings.As), p.settings.Settle)
	if err != nil {
		return err
	}
	p.log.Info("resolved", "run", run.ID, "row", entry.Row, "status", entry.Status)
	summaryView{program: p}.print(p.console.Text("runs.resolved",
		"Row", strconv.Itoa(entry.Row), "Address", entry.Email, "Status", p.console.Text("status."+string(entry.Status))))
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

// checkRun makes sure that there is such a run, so that a mistyped portal does
// not get a state of its own.
func (p *program) checkRun(ctx context.Context, name string) error {
	store, err := p.readState()
	if err != nil {
		return err
	}
	_, err = store.Run(ctx, name)
	return errors.Join(err, store.Close())
}
