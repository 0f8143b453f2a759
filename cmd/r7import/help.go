package main

import (
	"slices"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/show"
	"r7import/cmd/r7import/ui"
)

// topics are the pages of help that are about no single command.
var topics = []string{"schedule"}

func newHelp(p *program) *cobra.Command {
	return &cobra.Command{
		Use:               "help",
		ValidArgs:         topics,
		PersistentPreRunE: alone,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && slices.Contains(topics, args[0]) {
				show.Topic(p.Out, p.Console, args[0], ui.Width(p.results.to))
				return nil
			}
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return noCommand(cmd.Root(), args)
			}
			return about.Help()
		},
	}
}
