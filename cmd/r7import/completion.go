package main

import (
	"slices"

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

// completions complete the values of flags by name of the flag: the sheets and columns of
// the file on the command line, and presets. A file that cannot be read gives no values,
// because a shell that waits for a completion must not get messages or questions.
var completions = map[string]cobra.CompletionFunc{
	"sheet": func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) == 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		book, err := excelize.OpenFile(args[len(args)-1])
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		defer book.Close()
		return book.GetSheetList(), cobra.ShellCompDirectiveNoFileComp
	},
	"where": func(cmd *cobra.Command, args []string, _ string) (conditions []string, _ cobra.ShellCompDirective) {
		const directive = cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace // a pattern follows
		if len(args) == 0 {
			return nil, directive
		}
		file, err := source.Open(cmd.Context(), args[len(args)-1], source.Options{Known: mapping.Known})
		if err != nil {
			return nil, directive
		}
		defer file.Close()
		for _, column := range file.Columns() {
			if column.Header != "" {
				conditions = append(conditions, column.Header+"=")
			}
		}
		return conditions, directive
	},
	"preset": func(*cobra.Command, []string, string) (names []string, _ cobra.ShellCompDirective) {
		for _, preset := range mapping.BuiltinPresets() {
			names = append(names, preset.Name+"\t"+preset.Title)
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	},
}

// completeRuns offers the runs on the portal named by flags, environment and
// configuration, latest first, each with its kind and file.
func (p *program) completeRuns(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 && cmd.Name() != "undo" {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	if _, err := config.Resolve(cmd.Flags(), &p.settings, p.Env, p.job, p.file); err != nil || p.fileErr != nil {
		return nil, cobra.ShellCompDirectiveDefault
	}
	p.settings.Portal, _ = portal.Root(p.settings.Portal)
	store, err := p.ReadState(&p.settings.Target)
	if err != nil {
		return nil, cobra.ShellCompDirectiveDefault
	}
	defer store.Close()
	runs, err := store.Runs(cmd.Context())
	if err != nil {
		return nil, cobra.ShellCompDirectiveDefault
	}
	ids := []string{"latest"}
	for _, r := range slices.Backward(runs) {
		ids = append(ids, r.ID+"\t"+string(r.Kind)+" "+r.File)
	}
	return ids, cobra.ShellCompDirectiveDefault
}
