package main

import (
	"errors"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/job"
	"r7import/cmd/r7import/show"
	"r7import/cmd/r7import/ui"
	"r7import/importer/diagnosis"
	"r7import/importer/typo"
)

// newRoot returns the root command with all commands.
func newRoot(p *program) *cobra.Command {
	root := &cobra.Command{
		Use:  "r7import",
		Args: noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if asked, _ := cmd.Flags().GetBool("version"); asked {
				return printVersion(p.Out)
			}
			return cmd.Help()
		},
		PersistentPreRunE: p.prepare,
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	if runtime.GOOS == "windows" {
		cobra.MousetrapHelpText = p.Console.Text("help.mousetrap") // shown after a double click in the Explorer
	}
	root.SetOut(p.Out)
	root.SetErr(p.Console.Err)
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		show.Help(p.Out, p.Console, cmd, ui.Width(p.results.to), p.helpAll)
	})
	root.SetFlagErrorFunc(flagError)
	root.PersistentFlags().BoolP("help", "h", false, "")
	root.PersistentFlags().Bool("help-all", false, "")
	root.PersistentFlags().String("config", "", "")
	root.PersistentFlags().String("job", "", "")
	root.Flags().Bool("version", false, "")
	config.Register(root.PersistentFlags(), &p.settings, config.Of(config.General)...)
	root.AddCommand(
		newRun(p), newPlan(p), newValidate(p), newExplain(p), newPreflight(p), newReport(p), newVerify(p), newUndo(p), newRuns(p), newApprove(p),
		newPresets(p), newTemplate(p), newMapping(p), newRedact(p), newOwners(p), newLogin(p), newLogout(p),
		newConfig(p), newNotify(p), newCompletion(p), newMan(p), newVersion(p),
	)
	root.SetHelpCommand(newHelp(p))
	for _, of := range []string{"undo", "report", "runs show", "runs resolve"} {
		if cmd, _, err := root.Find(strings.Fields(of)); err == nil { // all of them exist
			cmd.ValidArgsFunction = p.completeRuns
		}
	}
	describe(root, p.Console)
	return root
}

// describe sets the short texts of commands and flags, which shell completions show, from the catalogue.
func describe(cmd *cobra.Command, c *ui.Console) {
	cmd.Short = c.Text(show.ID(cmd, "short"))
	use := func(f *pflag.Flag) { f.Usage = c.Text("flag." + f.Name) }
	cmd.PersistentFlags().VisitAll(use)
	cmd.Flags().VisitAll(use)
	for _, sub := range cmd.Commands() {
		describe(sub, c)
	}
}

// command returns a command with flags for the named keys. A command may read only the
// settings that it has flags for.
func (p *program) command(use string, args cobra.PositionalArgs, do func(*cobra.Command, []string) error, keys ...string) *cobra.Command {
	cmd := &cobra.Command{Use: use, Args: args, RunE: do}
	config.Register(cmd.Flags(), &p.settings, keys...)
	for _, name := range keys {
		complete := completions[name]
		if k, _ := config.Named(name); len(k.Choices) > 0 {
			complete = cobra.FixedCompletions(k.Choices, cobra.ShellCompDirectiveNoFileComp)
		}
		if complete != nil {
			_ = cmd.RegisterFlagCompletionFunc(name, complete)
		}
	}
	return cmd
}

// without returns names without the excluded ones. It changes names.
func without(names []string, excluded ...string) []string {
	return slices.DeleteFunc(names, func(name string) bool { return slices.Contains(excluded, name) })
}

// anyConfiguration is the PersistentPreRunE of commands that read no settings, so that they
// work with a broken configuration too.
func anyConfiguration(*cobra.Command, []string) error { return nil }

// takes returns a check that a command has at most that many arguments, -1 for any number,
// and all needed ones. needed holds the catalogue IDs of their names.
func (p *program) takes(most int, needed ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < len(needed):
			return diagnosis.New(diagnosis.ArgumentMissing, "Command", cmd.CommandPath(), "Name", p.Console.Text(needed[len(args)]))
		case most >= 0 && len(args) > most:
			return diagnosis.New(diagnosis.ArgumentExtra, "Command", cmd.CommandPath(), "Count", len(args)-most)
		}
		return nil
	}
}

// noCommand refuses an argument that is not a command of cmd, and suggests a similar one.
func noCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	near := ""
	if job.IsTable(args[0]) && !cmd.HasParent() {
		near = "run " + args[0]
	} else if likely := typo.Nearest(args[0], commandNames(cmd)); likely != "" {
		near = strings.TrimPrefix(cmd.CommandPath()+" "+likely, "r7import ")
	}
	return diagnosis.New(diagnosis.CommandUnknown, "Name", args[0], "Near", near)
}

func commandNames(cmd *cobra.Command) []string {
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() || c.Name() == "help" {
			names = append(names, c.Name())
		}
	}
	return names
}

// needs returns an error if one of the flags, which the command requires, has no value.
func needs(cmd *cobra.Command, names ...string) error {
	for _, name := range names {
		if flag := cmd.Flags().Lookup(name); flag.Value.String() == "" {
			return diagnosis.New(diagnosis.FlagNoValue, "Name", "--"+name, "Command", cmd.CommandPath())
		}
	}
	return nil
}

// secretFlags maps flags that people expect to the flags to use instead.
var secretFlags = map[string]string{"portal-token": "token", "pass": "password", "portal-password": "password"}

// flagError turns an error of pflag into a problem. It repeats names of flags but
// never a value.
func flagError(cmd *cobra.Command, err error) error {
	var problem *diagnosis.Problem
	var unknown *pflag.NotExistError
	var valueless *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &problem):
		return problem
	case errors.As(err, &valueless):
		return diagnosis.New(diagnosis.FlagNoValue, "Name", "--"+valueless.GetFlag().Name, "Command", cmd.CommandPath())
	case errors.As(err, &invalid):
		return diagnosis.New(diagnosis.ValueNotSwitch, "Name", "--"+invalid.GetFlag().Name)
	case !errors.As(err, &unknown):
		return diagnosis.Wrap(err, diagnosis.FlagSyntax)
	}
	name := unknown.GetSpecifiedName()
	if unknown.GetSpecifiedShortnames() != "" {
		return diagnosis.New(diagnosis.FlagUnknown, "Name", "-"+name, "Command", cmd.CommandPath())
	}
	if instead, ok := secretFlags[name]; ok {
		k, _ := config.Named(instead)
		return diagnosis.New(diagnosis.FlagSecret, "Name", "--"+name, "Near", "--"+instead, "Variable", k.Variable())
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	near := typo.Nearest(name, names)
	if near != "" {
		near = "--" + near
	}
	return diagnosis.New(diagnosis.FlagUnknown, "Name", "--"+name, "Command", cmd.CommandPath(), "Near", near)
}
