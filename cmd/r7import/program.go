package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/ui"
	"r7import/importer/diagnosis"
	"r7import/importer/lang"
	"r7import/importer/trust"
)

// program is one call of r7import: who is at the other end, what is in force,
// and how it ends.
type program struct {
	args    []string
	in      io.Reader
	out     *results
	console *ui.Console
	env     config.Environment
	log     *slog.Logger
	logFile io.Closer

	file     config.File // the configuration file, and why it could not be read
	fileErr  error
	settings config.Settings
	origins  config.Origins

	stdinTaken           string // what reads standard input
	withoutMailPasswords bool   // nobody will log in to the mailboxes: their passwords need not be in the file
	ending               ending
}

// run does what the arguments ask for and returns the exit code. It touches
// nothing of the process but what it is given, and files.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, environ []string) (code int) {
	p := &program{
		args: args, in: stdin, out: &results{to: stdout},
		env:      config.NewEnvironment(environ),
		log:      slog.New(slog.DiscardHandler),
		settings: config.Defaults(),
	}
	p.file, p.fileErr = p.openConfig(args)
	printer, err := lang.New(p.language(args))
	if err != nil {
		_, _ = fmt.Fprintln(stderr, err) // the catalogues are part of the program: only a broken build ends here
		return exitError
	}
	p.console = &ui.Console{
		In: stdin, Err: stderr, Lang: printer,
		NoColor: p.env.Get("NO_COLOR") != "" || slices.Contains(args, "--no-color"), // wrong flags are told of without colours, too
	}
	fault := diagnosis.Guard(func() error {
		code = p.execute(ctx, args)
		return nil
	})
	if fault != nil {
		p.console.Error(fault)
		return exitError
	}
	return code
}

func (p *program) execute(ctx context.Context, args []string) int {
	root := p.newRoot()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err != nil && (errors.Is(err, context.Canceled) || isInterruption(err)) {
		err = nil // the signal tells
	}
	p.ending.signal = signalOf(ctx)
	p.ending.err = errors.Join(err, p.out.problem())
	if p.ending.err != nil {
		p.tellError(p.ending.err)
	}
	code := p.ending.code()
	p.log.Info("end", "exit", code)
	if p.logFile != nil {
		_ = p.logFile.Close()
	}
	return code
}

func isInterruption(err error) bool {
	var by *interruption
	return errors.As(err, &by)
}

// openConfig reads the configuration file before the flags are parsed, because
// the language of their help may stand in it.
func (p *program) openConfig(args []string) (config.File, error) {
	if path := early(args, "config"); path != "" {
		return config.Open(path)
	}
	if path := p.env.Get(configVariable); path != "" {
		file, err := config.Open(path)
		file.Variable = configVariable
		return file, err
	}
	return config.OpenIfThere(config.DefaultFile(runtime.GOOS, p.env))
}

// language returns the one to speak: what flag, variable or file say, else what
// the system speaks. A word that is no language is refused later, by then in some language.
func (p *program) language(args []string) string {
	for _, asked := range []string{early(args, "lang"), p.env.Get("R7IMPORT_LANG"), p.file.Text("lang")} {
		if slices.Contains(lang.Languages, asked) {
			return asked
		}
	}
	return lang.Detect(p.env.Get)
}

// early returns the value of a flag before the flags are parsed.
func early(args []string, name string) string {
	for i, arg := range args {
		if arg == "--" {
			break
		}
		if value, ok := strings.CutPrefix(arg, "--"+name+"="); ok {
			return value
		}
		if arg == "--"+name && i+1 < len(args) {
			return args[i+1]
		}
	}
	return ""
}

// prepare puts the settings of a command together and sets up what they are
// about: messages and the log. It runs before the command does.
func (p *program) prepare(cmd *cobra.Command, _ []string) error {
	if strings.HasPrefix(cmd.Name(), cobra.ShellCompRequestCmd) {
		return nil // a shell asks for completions; nothing may disturb them
	}
	if p.fileErr != nil {
		return p.fileErr
	}
	origins, err := config.Resolve(cmd.Flags(), &p.settings, p.env, p.file)
	if err != nil {
		return err
	}
	p.origins = origins
	p.console.Quiet = p.settings.Quiet
	p.console.NoColor = p.console.NoColor || p.settings.NoColor
	for _, warning := range config.Strangers(p.env, append(secretVariables, configVariable)...) {
		p.console.Problem(&warning)
	}
	if err := p.openLog(); err != nil {
		return err
	}
	if err := p.checkTrust(); err != nil {
		return err
	}
	p.log.Info("begin", "command", cmd.CommandPath(), "version", version())
	if p.settings.Verbose {
		p.tellSettings()
	}
	return nil
}

// checkTrust refuses files that decide what is done with passwords, or hold some,
// if others may change them. All of them are told at once.
func (p *program) checkTrust() error {
	s := &p.settings
	var problems diagnosis.Problems
	for _, path := range []string{
		s.Mapping, s.Presets, s.CAFile, s.TokenFile, s.PasswordFile, s.TOTPSecretFile, s.WorkbookPasswordFile, s.Identity,
	} {
		var problem *diagnosis.Problem
		if path != "" && path != "-" && errors.As(trust.File(path), &problem) {
			problems = append(problems, *problem)
		}
	}
	if info, err := os.Stat(s.Identity); err == nil && trust.Readable(info) {
		p.warn(*diagnosis.New(diagnosis.SecretFileOpen, "Name", "--identity", "File", s.Identity))
	}
	if len(problems) > 0 {
		return problems
	}
	return nil
}

// tellSettings says what is in force that is not so by default.
func (p *program) tellSettings() {
	for _, k := range config.Keys {
		if p.origins.Of(k) != config.ByDefault {
			p.console.Say("config.setting", "Key", k.Name, "Value", k.Show(&p.settings), "Origin", p.originText(k))
		}
	}
}

// openLog opens the log file, if one is wanted. Entries hold codes and counts,
// never a cell, a secret or a body.
func (p *program) openLog() error {
	if p.settings.LogFile == "" {
		return nil
	}
	f, err := openLogFile(p.settings.LogFile)
	if err != nil {
		return diagnosis.Wrap(err, diagnosis.LogUnwritable, "File", p.settings.LogFile)
	}
	p.logFile = f
	if p.settings.LogFormat == "json" {
		p.log = slog.New(slog.NewJSONHandler(f, nil))
	} else {
		p.log = slog.New(slog.NewTextHandler(f, nil))
	}
	return nil
}

// warn shows problems that stop nothing and notes them in the log.
func (p *program) warn(problems ...diagnosis.Problem) {
	for i := range problems {
		p.log.Warn("problem", "code", problems[i].Code)
		p.console.Problem(&problems[i])
	}
}
