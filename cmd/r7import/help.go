package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/show"
	"r7import/cmd/r7import/ui"
	"r7import/importer/diagnosis"
)

func newHelp(p *program) *cobra.Command {
	cmd := p.command("help", nil, func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 {
			if page, ok := p.Console.Lang.Page(args[0]); ok {
				_, err := io.WriteString(p.Out, page)
				return err
			}
		}
		about, rest, err := cmd.Root().Find(args)
		if err != nil || len(rest) > 0 {
			return noCommand(cmd.Root(), args)
		}
		return about.Help()
	})
	cmd.PersistentPreRunE = anyConfiguration
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return append(commandNames(cmd.Root()), p.Console.Lang.Pages()...), cobra.ShellCompDirectiveNoFileComp
	}
	return cmd
}

// newMan returns the hidden command that writes manual pages for packages.
func newMan(p *program) *cobra.Command {
	cmd := p.command("man", p.takes(1, "value.folder"), func(cmd *cobra.Command, args []string) error {
		if err := writeManuals(p.Console, cmd.Root(), args[0]); err != nil {
			return diagnosis.Wrap(err, diagnosis.ManUnwritable, "Folder", args[0])
		}
		return nil
	})
	cmd.Hidden, cmd.PersistentPreRunE = true, anyConfiguration
	return cmd
}

// writeManuals writes a manual page for a command and for each command below it.
func writeManuals(c *ui.Console, cmd *cobra.Command, folder string) error {
	var page bytes.Buffer
	b := thisBuild()
	date, _, _ := strings.Cut(b.Date, "T")
	show.Manual(&page, c, cmd, date, "r7import "+b.Version)
	err := os.WriteFile(filepath.Join(folder, show.ManualName(cmd)+".1"), page.Bytes(), 0o644)
	for _, sub := range cmd.Commands() {
		if err == nil && sub.IsAvailableCommand() {
			err = writeManuals(c, sub, folder)
		}
	}
	return err
}
