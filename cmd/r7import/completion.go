package main

import (
	"github.com/spf13/cobra"

	"r7import/importer/diagnosis"
)

func newCompletion(p *program) *cobra.Command {
	return &cobra.Command{
		Use:               "completion",
		Args:              p.takes("value.shell"),
		ValidArgs:         shells,
		PersistentPreRunE: alone,
		RunE: func(cmd *cobra.Command, args []string) error {
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
			return diagnosis.New(diagnosis.ValueNotOffered, "Name", cmd.CommandPath(), "Choices", "bash, zsh, fish, powershell")
		},
	}
}

var shells = []string{"bash", "zsh", "fish", "powershell"}
