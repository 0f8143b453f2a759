package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/job"
	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/ui"
	"r7import/importer/diagnosis"
	"r7import/importer/lang"
	"r7import/importer/portal"
	"r7import/importer/trust"
	"r7import/mapping"
)

// program is one call of r7import with its settings and its ending. Commands
// receive only the parts that they use.
type program struct {
	*setup.Process
	args    []string
	results *results
	logFile io.Closer

	file     config.File // configuration file; below it the job's part, and the error of reading them
	job      config.File
	fileErr  error
	settings config.Settings
	origins  config.Origins
	ending   ending
	helpAll  bool // help lists every flag
}

// run executes the command in the arguments and returns the exit code. Apart from
// files it uses only what it is given of the process.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, environ []string) (code int) {
	out := &results{to: stdout}
	p := &program{
		Process: &setup.Process{
			In: stdin, Out: out, Env: config.NewEnvironment(environ), Log: slog.New(slog.DiscardHandler), Version: thisBuild().Version,
		},
		args: args, results: out, settings: config.Defaults(),
	}
	p.fileErr = p.openConfig(args)
	printer, err := lang.New(p.language(args))
	if err != nil {
		_, _ = fmt.Fprintln(stderr, err) // the catalogues are built in: only a broken build fails here
		return exitError
	}
	p.Console = &ui.Console{
		In: stdin, Err: stderr, Lang: printer,
		NoColor: p.Env.Get("NO_COLOR") != "" || slices.Contains(args, "--no-color"), // applies to errors in the flags too
	}
	fault := diagnosis.Guard(func() error {
		code = p.execute(ctx, args)
		return nil
	})
	if fault != nil {
		p.Console.Error(fault)
		return exitError
	}
	return code
}

func (p *program) execute(ctx context.Context, args []string) int {
	root := newRoot(p)
	args = slices.Clone(args)
	if i := slices.Index(args, "--help-all"); i >= 0 && !slices.Contains(args[:i], "--") {
		p.helpAll, args[i] = true, "--help" // the same with more flags
	}
	root.SetArgs(args)
	p.conclude(ctx, root.ExecuteContext(ctx), p.results.problem())
	code := p.ending.code()
	p.Log.Info("end", "exit", code)
	if p.logFile != nil {
		_ = p.logFile.Close()
	}
	return code
}

// conclude records how a command, or its work on one file, ended, and shows the errors.
func (p *program) conclude(ctx context.Context, err error, others ...error) {
	if errors.Is(err, context.Canceled) || errors.As(err, new(*interruption)) {
		err = nil // the signal is recorded instead
	}
	p.ending.signal = signalOf(ctx)
	p.ending.err = errors.Join(append(others, err)...)
	if p.ending.err != nil {
		p.showErrors(p.ending.err)
	}
}

// The variables that name the configuration file and the job in it. They have no key.
const (
	configVariable = "R7IMPORT_CONFIG"
	jobVariable    = "R7IMPORT_JOB"
)

// openConfig reads the configuration file and, if a job is named, the job's part of it.
// It runs before the flags are parsed, because the file may set the language of their
// help.
func (p *program) openConfig(args []string) (err error) {
	if path := early(args, "config"); path != "" {
		p.file, err = config.Open(path)
	} else if path := p.Env.Get(configVariable); path != "" {
		p.file, err = config.Open(path)
		p.file.Variable = configVariable
	} else if p.file, err = config.Open(config.DefaultFile(runtime.GOOS, p.Env)); errors.Is(err, fs.ErrNotExist) {
		err = nil // the default file is optional
	}
	if err != nil {
		return err
	}
	if name := early(args, "job"); name != "" {
		p.job, err = p.file.Job(name, "")
	} else if name := p.Env.Get(jobVariable); name != "" {
		p.job, err = p.file.Job(name, jobVariable)
	}
	return err
}

// language returns the language of messages: from the flag, the variable or the file, else
// the system's. It skips an unknown language, which Resolve refuses later.
func (p *program) language(args []string) string {
	for _, asked := range []string{early(args, "lang"), p.Env.Get("R7IMPORT_LANG"), p.job.Text("lang"), p.file.Text("lang")} {
		if slices.Contains(lang.Languages, asked) {
			return asked
		}
	}
	return lang.Detect(p.Env.Get)
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

// prepare resolves the settings of a command, sets up the console and the log, and
// checks the trust of files. It runs before the command.
func (p *program) prepare(cmd *cobra.Command, _ []string) error {
	if strings.HasPrefix(cmd.Name(), cobra.ShellCompRequestCmd) {
		return nil // a completion must print nothing else
	}
	if p.fileErr != nil {
		return p.fileErr
	}
	origins, err := config.Resolve(cmd.Flags(), &p.settings, p.Env, p.job, p.file)
	if err != nil {
		return err
	}
	p.origins = origins
	p.Console.Quiet, p.Console.Verbose = p.settings.Quiet, p.settings.Verbose
	p.Console.NoColor = p.Console.NoColor || p.settings.NoColor
	for _, warning := range config.Strangers(p.Env, configVariable, jobVariable) {
		p.Console.Problem(&warning)
	}
	if err := p.openLog(); err != nil {
		return err
	}
	if err := checkTrust(p.Process, &p.settings); err != nil {
		return err
	}
	p.Log.Info("begin", "command", cmd.CommandPath(), "version", p.Version)
	p.settings.Portal = p.rootOf(p.settings.Portal)
	if p.settings.Verbose {
		for _, k := range config.Keys {
			if p.origins.Of(k) != config.ByDefault {
				p.Console.Say("config.setting", "Key", k.Name, "Value", k.Show(&p.settings), "Origin", p.originText(k))
			}
		}
	}
	return nil
}

// checkTrust refuses files that hold passwords, or decide what is done with them, if
// other users may change them. It returns all problems at once.
func checkTrust(p *setup.Process, s *config.Settings) error {
	var problems diagnosis.Problems
	for _, path := range append(config.SecretFiles(s), s.Mapping, s.PlanFile, s.Presets, s.CAFile, s.MailCAFile, s.Identity) {
		var problem *diagnosis.Problem
		if path != "" && path != "-" && errors.As(trust.File(path), &problem) {
			problems = append(problems, *problem)
		}
	}
	if info, err := os.Stat(s.Identity); err == nil && trust.Readable(info) {
		p.Warn(*diagnosis.New(diagnosis.SecretFileOpen, "Name", "--identity", "File", s.Identity))
	}
	if len(problems) > 0 {
		return problems
	}
	return nil
}

// rootOf returns the portal's address for the address of one of its pages. It says so if they differ.
func (p *program) rootOf(address string) string {
	root, cut := portal.Root(address)
	if cut {
		p.Console.Say("portal.root", "Portal", root)
	}
	return root
}

// openLog opens the log file if the settings name one. Log entries hold codes and
// counts, never a cell, a secret or a body.
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
		p.LogTo(slog.NewJSONHandler(f, nil))
	} else {
		p.LogTo(slog.NewTextHandler(f, nil))
	}
	if p.job.Name != "" {
		p.Log = p.Log.With("job", p.job.Name)
	}
	return nil
}

var errNotAFile = errors.New("not a file of its own")

// openLogFile opens a file for appending, readable by its user only. It refuses a link,
// because that may lead to a file chosen by another user, and does not wait for the
// reader of a pipe.
func openLogFile(path string) (*os.File, error) {
	switch info, err := os.Lstat(path); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errNotAFile
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY|noFollow, 0o600)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errNotAFile // replaced in the meantime
	}
	if err == nil {
		err = f.Chmod(0o600)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// pickPortal prepares the settings for the sandbox if it is asked for. It refuses --portal with --sandbox.
func (p *program) pickPortal() error {
	if !p.settings.Sandbox {
		return nil
	}
	if p.origins["portal"] == config.ByFlag && p.origins["sandbox"] == config.ByFlag {
		return diagnosis.New(diagnosis.FlagsTogether, "First", "--sandbox", "Second", "--portal")
	}
	setup.Quicken(&p.settings, p.origins)
	p.settings.Portal = ""
	return nil
}

// runOn returns the options of a command that works on the rows of a file.
func (p *program) runOn(file job.File) (*runOptions, error) {
	if err := p.pickPortal(); err != nil {
		return nil, err
	}
	s := &p.settings
	changed := make(map[string]string) // settings stored with the run: those that are not defaults
	for _, k := range config.Keys {
		if p.origins.Of(k) != config.ByDefault {
			changed[k.Name] = k.Show(s)
		}
	}
	for i, where := range s.Where { // without patterns for columns that may hold passwords
		column, pattern, _ := strings.Cut(where, "=")
		if !mapping.Harmless(column) {
			pattern = "[secret]"
		}
		if where = strings.TrimSpace(column) + "=" + pattern; i > 0 {
			where = changed["where"] + ", " + where
		}
		changed["where"] = where
	}
	o := &runOptions{Results: s.Results, Logins: s.MailLogins, args: p.args, changesExit: s.ChangesExit, from: file}
	o.Input = setup.Input{File: file.Path, Table: s.Table, Owner: s.Owner, Harmless: s.Sandbox}
	_, o.OwnerSaid = p.origins["owner"]
	o.Target, o.Caller, o.Run, o.Keeping = s.Target, s.Caller, s.Options, s.Keeping
	var err error
	o.Settings, err = json.Marshal(changed)
	return o, err
}
