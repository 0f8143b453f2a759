package main

import "github.com/spf13/cobra"

func newHelp(*program) *cobra.Command {
	return &cobra.Command{
		Use:               "help",
		PersistentPreRunE: alone,
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return noCommand(cmd.Root(), args)
			}
			return about.Help()
		},
	}
}
