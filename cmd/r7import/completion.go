package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/xuri/excelize/v2"

	"r7import/cmd/r7import/config"
	"r7import/importer/diagnosis"
	"r7import/importer/portal"
	"r7import/importer/source"
	"r7import/mapping"
)

func newCompletion(p *program) *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	cmd := p.command("completion", p.takes(1, "value.shell"), func(cmd *cobra.Command, args []string) error {
		root := cmd.Root()
		switch args[0] {
		case "bash":
			return root.GenBashCompletionV2(p.Out, true)
		case "zsh":
			return root.GenZshCompletion(p.Out)
		case "fish":
			return root.GenFishCompletion(p.Out, true)
		case "powershell":
			return root.GenPowerShellCompletionWithDesc(p.Out)
		}
		return diagnosis.New(diagnosis.ValueNotOffered, "Name", cmd.CommandPath(), "Choices", shells)
	})
	cmd.ValidArgs, cmd.PersistentPreRunE = shells, anyConfiguration
	return cmd
}

// complete tells the shell what may stand where only this program knows: runs, and
// the sheets and columns of the file on the command line. Whatever cannot be read
// offers nothing: a shell that waits for a word is no place for messages or questions.
func (p *program) complete(root *cobra.Command) {
	for _, cmd := range root.Commands() {
		for flag, offer := range map[string]func(context.Context, []string) []string{
			"sheet": sheetsOf, "where": columnsOf, "preset": func(context.Context, []string) []string { return presetNames() },
		} {
			if cmd.Flags().Lookup(flag) != nil {
				_ = cmd.RegisterFlagCompletionFunc(flag, func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
					directive := cobra.ShellCompDirectiveNoFileComp
					if flag == "where" { // a pattern follows
						directive |= cobra.ShellCompDirectiveNoSpace
					}
					return offer(cmd.Context(), args), directive
				})
			}
		}
	}
	for _, of := range []string{"undo", "report", "runs show", "runs resolve"} {
		cmd, _, err := root.Find(strings.Fields(of))
		if err != nil {
			continue // cannot be: they are all there
		}
		cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 && of != "undo" {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return p.runIDs(cmd), cobra.ShellCompDirectiveDefault
		}
	}
}

// runIDs returns the runs on the portal that flags, environment and configuration
// name, the latest first, each with what tells it from the others.
func (p *program) runIDs(cmd *cobra.Command) []string {
	if p.fileErr != nil {
		return nil
	}
	if _, err := config.Resolve(cmd.Flags(), &p.settings, p.Env, p.job, p.file); err != nil {
		return nil
	}
	p.settings.Portal, _ = portal.Root(p.settings.Portal)
	store, err := p.ReadState(&p.settings.Target)
	if err != nil {
		return nil
	}
	defer store.Close()
	runs, err := store.Runs(cmd.Context())
	if err != nil {
		return nil
	}
	ids := []string{"latest"}
	for _, r := range slices.Backward(runs) {
		ids = append(ids, r.ID+"\t"+string(r.Kind)+" "+r.File)
	}
	return ids
}

func sheetsOf(_ context.Context, args []string) []string {
	if len(args) == 0 {
		return nil
	}
	book, err := excelize.OpenFile(args[len(args)-1])
	if err != nil {
		return nil
	}
	defer book.Close()
	return book.GetSheetList()
}

func columnsOf(ctx context.Context, args []string) []string {
	if len(args) == 0 {
		return nil
	}
	file, err := source.Open(ctx, args[len(args)-1], source.Options{Known: mapping.Known})
	if err != nil {
		return nil
	}
	defer file.Close()
	var conditions []string
	for _, column := range file.Columns() {
		if column.Header != "" {
			conditions = append(conditions, column.Header+"=")
		}
	}
	return conditions
}

func presetNames() []string {
	var names []string
	for _, preset := range mapping.BuiltinPresets() {
		names = append(names, preset.Name+"\t"+preset.Title)
	}
	return names
}
