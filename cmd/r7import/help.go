package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newHelp(p *program) *cobra.Command {
	return &cobra.Command{
		Use: "help",
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return append(commandNames(cmd.Root()), p.Console.Lang.Pages()...), cobra.ShellCompDirectiveNoFileComp
		},
		PersistentPreRunE: alone,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				if page, ok := p.Console.Lang.Page(args[0]); ok {
					_, err := fmt.Fprint(p.Out, page)
					return err
				}
			}
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return noCommand(cmd.Root(), args)
			}
			return about.Help()
		},
	}
}
