package main

import (
	"cmp"
	"context"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/setup"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/policy"
	"r7import/report"
)

// templateOptions is what template reads.
type templateOptions struct {
	owner  policy.OwnerWay
	output string // file
	force  bool   // overwrite it
	csv    bool
}

func newTemplate(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:  "template",
		Args: p.takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s := &p.settings
			return makeTemplate(cmd.Context(), p.Process, &templateOptions{owner: s.Owner, output: s.Output, force: s.Force, csv: s.CSV})
		},
	}
	p.flags(cmd, "owner", "output", "csv", "force")
	return cmd
}

// makeTemplate writes an empty table to fill in, in the language of the person.
func makeTemplate(ctx context.Context, p *setup.Process, o *templateOptions) error {
	path, err := o.path()
	if err != nil {
		return err
	}
	if err := report.CheckTemplate(path); err != nil {
		return err
	}
	if err := p.MayWrite(ctx, path, o.force); err != nil {
		return err
	}
	owner := ownerFields(o.owner)
	written, err := report.WriteTemplate(path, owner, report.Options{Printer: p.Console.Lang, Excel: p.Console.Lang.Name() == "ru"})
	if err != nil {
		return err
	}
	p.Console.Say("template.written", "Path", written)
	if len(owner) == 0 {
		p.Console.Say("template.no_owner")
	}
	return nil
}

func (o *templateOptions) path() (string, error) {
	path := o.output
	if !o.csv {
		return cmp.Or(path, "accounts.xlsx"), nil
	}
	path = cmp.Or(path, "accounts.csv")
	if !strings.EqualFold(filepath.Ext(path), string(report.CSV)) {
		return "", diagnosis.New(diagnosis.FlagsTogether, "First", "--csv", "Second", "-o "+path)
	}
	return path, nil
}

// ownerFields are the columns that a run with the same --owner looks for besides
// those of the request.
func ownerFields(way policy.OwnerWay) []account.Field {
	switch way {
	case policy.OwnerColumn:
		return []account.Field{account.PortalUser, account.PortalPassword}
	case policy.OwnerImpersonate:
		return []account.Field{account.PortalUser}
	}
	return nil
}
