package main

import (
	"errors"
	"runtime"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/job"
	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/show"
	"r7import/cmd/r7import/ui"
	"r7import/importer/diagnosis"
	"r7import/importer/typo"
)

// newRoot returns the command line: every command is made in a file of its own.
func newRoot(p *program) *cobra.Command {
	root := &cobra.Command{
		Use:               "r7import",
		Args:              noCommand,
		RunE:              func(cmd *cobra.Command, _ []string) error { return bare(cmd, p.Process) },
		PersistentPreRunE: p.prepare,
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	if runtime.GOOS == "windows" {
		cobra.MousetrapHelpText = p.Console.Text("help.mousetrap") // for a double click in the Explorer
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
		newRun(p),
		newPlan(p),
		newValidate(p),
		newExplain(p),
		newPreflight(p),
		newReport(p),
		newVerify(p),
		newUndo(p),
		newRuns(p),
		newApprove(p),
		newPresets(p),
		newTemplate(p),
		newMapping(p),
		newRedact(p),
		newOwners(p),
		newLogin(p),
		newLogout(p),
		newConfig(p),
		newNotify(p),
		newCompletion(p),
		newMan(p),
		newVersion(p),
	)
	root.SetHelpCommand(newHelp(p))
	p.complete(root)
	describe(root, p.Console)
	return root
}

// bare is what r7import does without a command.
func bare(cmd *cobra.Command, p *setup.Process) error {
	if asked, _ := cmd.Flags().GetBool("version"); asked {
		return printVersion(p.Out)
	}
	return cmd.Help()
}

// describe puts the sentences of the catalogue where the completions of shells look for them.
func describe(cmd *cobra.Command, c *ui.Console) {
	cmd.Short = c.Text(show.ID(cmd, "short"))
	use := func(f *pflag.Flag) { f.Usage = c.Text("flag." + f.Name) }
	cmd.PersistentFlags().VisitAll(use)
	cmd.Flags().VisitAll(use)
	for _, sub := range cmd.Commands() {
		describe(sub, c)
	}
}

// alone is the PersistentPreRunE of commands that settings do not concern: they
// work with a broken configuration too.
func alone(*cobra.Command, []string) error { return nil }

// flags gives a command flags for the named keys.
func (p *program) flags(cmd *cobra.Command, names ...string) {
	config.Register(cmd.Flags(), &p.settings, names...)
	for _, name := range names {
		if k, _ := config.Named(name); len(k.Choices) > 0 {
			_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(k.Choices, cobra.ShellCompDirectiveNoFileComp))
		}
	}
}

// noCommand refuses an argument that is no command of cmd, and names a likely one.
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

// takes returns the check of the arguments of a command, each named by the id of
// its word in help. All of them are needed.
func (p *program) takes(names ...string) cobra.PositionalArgs {
	return cobra.MatchAll(p.takesMany(names...), func(cmd *cobra.Command, args []string) error { return tooMany(cmd, len(args)-len(names)) })
}

// takesMany is takes for a command whose first argument may be given several times.
func (p *program) takesMany(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < len(names) {
			return diagnosis.New(diagnosis.ArgumentMissing, "Command", cmd.CommandPath(), "Name", p.Console.Text(names[len(args)]))
		}
		return nil
	}
}

// takesOne returns the check of a command that may be given one argument.
func takesOne(cmd *cobra.Command, args []string) error { return tooMany(cmd, len(args)-1) }

func tooMany(cmd *cobra.Command, extra int) error {
	if extra <= 0 {
		return nil
	}
	return diagnosis.New(diagnosis.ArgumentExtra, "Command", cmd.CommandPath(), "Count", extra)
}

// secretFlags are flags people expect, with the one to use instead.
var secretFlags = map[string]string{"portal-token": "token", "pass": "password", "portal-password": "password"}

// flagError puts an error of pflag into our words. It repeats names of flags and
// never a value.
func flagError(cmd *cobra.Command, err error) error {
	var problem *diagnosis.Problem
	var unknown *pflag.NotExistError
	var valueless *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &problem):
		return problem
	case errors.As(err, &unknown):
		return unknownFlag(cmd, unknown)
	case errors.As(err, &valueless):
		return diagnosis.New(diagnosis.FlagNoValue, "Name", "--"+valueless.GetFlag().Name, "Command", cmd.CommandPath())
	case errors.As(err, &invalid):
		return diagnosis.New(diagnosis.ValueNotSwitch, "Name", "--"+invalid.GetFlag().Name)
	}
	return diagnosis.Wrap(err, diagnosis.FlagSyntax)
}

func unknownFlag(cmd *cobra.Command, err *pflag.NotExistError) error {
	name := err.GetSpecifiedName()
	if err.GetSpecifiedShortnames() != "" {
		return diagnosis.New(diagnosis.FlagUnknown, "Name", "-"+name, "Command", cmd.CommandPath())
	}
	if instead, ok := secretFlags[name]; ok {
		k, _ := config.Named(instead)
		return diagnosis.New(diagnosis.FlagSecret, "Name", "--"+name, "Near", "--"+instead, "Variable", k.Variable())
	}
	near := typo.Nearest(name, flagNames(cmd))
	if near != "" {
		near = "--" + near
	}
	return diagnosis.New(diagnosis.FlagUnknown, "Name", "--"+name, "Command", cmd.CommandPath(), "Near", near)
}

func flagNames(cmd *cobra.Command) []string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return names
}
