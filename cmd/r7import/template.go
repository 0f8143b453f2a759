package main

import (
	"cmp"
	"context"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/policy"
	"r7import/report"
)

func (p *program) newTemplate() *cobra.Command {
	cmd := &cobra.Command{
		Use:  "template",
		Args: p.takes(),
		RunE: func(cmd *cobra.Command, _ []string) error { return p.template(cmd.Context()) },
	}
	p.flags(cmd, "owner", "output", "csv", "force")
	return cmd
}

// template writes an empty table to fill in, in the language of the person.
func (p *program) template(ctx context.Context) error {
	path, err := p.templatePath()
	if err != nil {
		return err
	}
	if err := report.CheckTemplate(path); err != nil {
		return err
	}
	if err := p.mayWrite(ctx, path); err != nil {
		return err
	}
	owner := p.ownerFields()
	written, err := report.WriteTemplate(path, owner, report.Options{Printer: p.console.Lang, Excel: p.console.Lang.Name() == "ru"})
	if err != nil {
		return err
	}
	p.console.Say("template.written", "Path", written)
	if len(owner) == 0 {
		p.console.Say("template.no_owner")
	}
	return nil
}

func (p *program) templatePath() (string, error) {
	path := p.settings.Output
	if !p.settings.CSV {
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
func (p *program) ownerFields() []account.Field {
	switch policy.OwnerWay(p.settings.Owner) {
	case policy.OwnerColumn:
		return []account.Field{account.PortalUser, account.PortalPassword}
	case policy.OwnerImpersonate:
		return []account.Field{account.PortalUser}
	}
	return nil
}
