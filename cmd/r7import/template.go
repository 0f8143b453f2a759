package main

import (
	"cmp"
	"context"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/setup"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/policy"
	"r7import/report"
)

func newTemplate(p *program) *cobra.Command {
	return p.command("template", p.takes(0), func(cmd *cobra.Command, _ []string) error {
		return makeTemplate(cmd.Context(), p.Process, &p.settings)
	}, "owner", "output", "csv", "force")
}

// makeTemplate writes an empty table to fill in, in the user's language.
func makeTemplate(ctx context.Context, p *setup.Process, s *config.Settings) error {
	path := cmp.Or(s.Output, "accounts.xlsx")
	if s.CSV {
		path = cmp.Or(s.Output, "accounts.csv")
		if !strings.EqualFold(filepath.Ext(path), string(report.CSV)) {
			return diagnosis.New(diagnosis.FlagsTogether, "First", "--csv", "Second", "-o "+path)
		}
	}
	if err := report.CheckTemplate(path); err != nil {
		return err
	}
	if err := p.MayWrite(ctx, path, s.Force); err != nil {
		return err
	}
	var owner []account.Field // columns that a run with the same --owner looks for
	switch s.Owner {
	case policy.OwnerColumn:
		owner = []account.Field{account.PortalUser, account.PortalPassword}
	case policy.OwnerImpersonate:
		owner = []account.Field{account.PortalUser}
	}
	written, err := report.WriteTemplate(path, owner, reportOptions(p.Console, nil))
	if err != nil {
		return err
	}
	p.Console.Say("template.written", "Path", written)
	if len(owner) == 0 {
		p.Console.Say("template.no_owner")
	}
	return nil
}
