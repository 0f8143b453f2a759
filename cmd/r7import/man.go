package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/show"
	"r7import/cmd/r7import/ui"
	"r7import/importer/diagnosis"
)

// newMan returns the command that packages are made with; nobody else needs it.
func newMan(p *program) *cobra.Command {
	return &cobra.Command{
		Use:               "man",
		Hidden:            true,
		Args:              p.takes("value.folder"),
		PersistentPreRunE: alone,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := writeManuals(p.Console, cmd.Root(), args[0]); err != nil {
				return diagnosis.Wrap(err, diagnosis.ManUnwritable, "Folder", args[0])
			}
			return nil
		},
	}
}

// writeManuals writes a page for man about a command and each below it.
func writeManuals(c *ui.Console, cmd *cobra.Command, folder string) error {
	var page bytes.Buffer
	b := thisBuild()
	date, _, _ := strings.Cut(b.Date, "T")
	show.Manual(&page, c, cmd, date, "r7import "+b.Version)
	if err := os.WriteFile(filepath.Join(folder, show.ManualName(cmd)+".1"), page.Bytes(), 0o644); err != nil {
		return err
	}
	for _, sub := range cmd.Commands() {
		if !sub.IsAvailableCommand() {
			continue
		}
		if err := writeManuals(c, sub, folder); err != nil {
			return err
		}
	}
	return nil
}
