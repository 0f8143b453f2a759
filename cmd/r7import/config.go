package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/ui"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

func newConfig(p *program) *cobra.Command {
	cmd := p.command("config", noCommand, func(cmd *cobra.Command, _ []string) error { return cmd.Help() })
	// A flag for every key makes prepare resolve all keys. Help does not list these flags.
	every := config.Of(slices.DeleteFunc(slices.Clone(config.Groups), func(g config.Group) bool { return g == config.General })...)
	cmd.AddCommand(
		p.command("show", p.takes(0), func(*cobra.Command, []string) error { return configShow(p) }, every...),
		p.command("check", p.takes(0), func(cmd *cobra.Command, _ []string) error { return configCheck(cmd.Context(), p) }, every...),
	)
	for _, sub := range cmd.Commands() {
		sub.Flags().VisitAll(func(f *pflag.Flag) { f.Hidden = f.Name != "json" })
	}
	return cmd
}

// inForce is a value in the output of `config show --json`. Fields may be added but not changed.
type inForce struct {
	Key      string        `json:"key"`
	Value    string        `json:"value"`
	Origin   config.Origin `json:"origin"`
	Variable string        `json:"variable"`
}

// configShow lists every key with its value and origin. For a variable that holds a secret
// it shows only that the variable is set.
func configShow(p *program) error {
	setup.WarnOfKeyFiles(p.Process, &p.settings.Target)
	var all []inForce
	w := tabwriter.NewWriter(p.Out, 0, 0, 2, ' ', 0)
	add := func(one inForce, name, origin string) {
		all = append(all, one)
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\n", name, ui.Clean(one.Value), origin)
	}
	for _, k := range config.Keys {
		add(inForce{k.Name, k.Show(&p.settings), p.origins.Of(k), k.Variable()}, k.Name, p.originText(k))
	}
	for _, variable := range config.SecretVariables() {
		if text := p.Env.Get(variable); text != "" {
			origin := p.Console.Text("origin.environment", "Variable", variable)
			add(inForce{"", fmt.Sprint(account.NewSecret(text)), config.ByEnvironment, variable}, variable, origin)
		}
	}
	if p.settings.JSON {
		return json.NewEncoder(p.Out).Encode(struct {
			File string    `json:"file"`
			Keys []inForce `json:"keys"`
		}{p.file.Path, all})
	}
	return w.Flush()
}

func (p *program) originText(k *config.Key) string {
	return p.Console.Text("origin."+string(p.origins.Of(k)),
		"File", p.file.Path, "Job", p.job.Name, "Variable", k.Variable(), "Flag", "--"+k.Name)
}

// configCheck checks the configuration file, and that each job in it can begin: the files
// it names exist and are trusted, and its secrets are found. It sends nothing. It shows
// errors below the name of the job.
func configCheck(ctx context.Context, p *program) error {
	if p.file.Path == "" {
		p.Console.Say("config.none", "Path", config.DefaultFile(runtime.GOOS, p.Env))
		return nil
	}
	if err := p.file.Check(); err != nil {
		return err
	}
	p.Console.Say("config.good", "Path", p.file.Path)
	figures := make(map[string]string) // name of the job that writes a metrics file, by path
	for _, name := range p.file.Jobs() {
		s, err := settingsOf(p, name)
		if err == nil {
			err = checkJob(ctx, p, name, s)
		}
		if file := s.MetricsFile; file != "" && figures[file] != "" {
			err = errors.Join(err, diagnosis.New(diagnosis.MetricsShared, "First", figures[file], "Second", name, "File", file))
		}
		figures[s.MetricsFile] = name
		if err == nil {
			p.Console.Say("job.good", "Job", name)
			continue
		}
		p.Console.Say("job.wrong", "Job", name)
		p.Console.Error(err)
		p.ending.others = append(p.ending.others, ending{err: err}.code())
	}
	return nil
}

// settingsOf returns the settings of a job that is run without flags.
func settingsOf(p *program, name string) (*config.Settings, error) {
	s := config.Defaults()
	job, err := p.file.Job(name, "")
	if err == nil {
		flags := pflag.NewFlagSet(name, pflag.ContinueOnError)
		config.Register(flags, &s, config.Of(config.Groups...)...)
		_, err = config.Resolve(flags, &s, p.Env, job, p.file)
	}
	return &s, err
}

func checkJob(ctx context.Context, p *program, name string, s *config.Settings) error {
	errs := []error{setup.CheckPortal(&s.Target), checkTrust(p.Process, s)}
	if !s.Yes && !s.DryRun {
		errs = append(errs, diagnosis.New(diagnosis.JobUnconfirmed, "Job", name))
	}
	if len(s.Input) == 0 {
		errs = append(errs, diagnosis.New(diagnosis.JobNoInput, "Job", name))
	}
	several := len(s.Input) > 1
	for _, place := range s.Input {
		info, err := os.Stat(place)
		pattern := err != nil && strings.ContainsAny(place, "*?[")
		several = several || pattern || err == nil && info.IsDir()
		if err != nil && !pattern {
			p.Warn(*diagnosis.Wrap(err, diagnosis.JobNotThere, "Job", name, "File", place))
		}
	}
	for _, path := range s.Report {
		if several && shared(path) {
			errs = append(errs, diagnosis.New(diagnosis.ReportShared, "File", path))
		}
	}
	_, err := setup.ReportPaths(s.Report, "")
	_, voicesErr := setup.OpenVoices(ctx, p.Process, &s.Unattended, "")
	errs = append(errs, err, voicesErr)
	for _, k := range config.Keys {
		value := k.Show(s)
		switch {
		case value == "":
		case k.Secret() && k.Group != config.Alone:
			_, err := p.Secret(ctx, setup.Secret{Flag: "--" + k.Name, Ref: value})
			errs = append(errs, err)
		case k.Read:
			f, err := os.Open(value)
			if err != nil {
				errs = append(errs, diagnosis.Wrap(err, diagnosis.JobPathMissing, "Job", name, "Key", k.Name, "File", value))
				continue
			}
			_ = f.Close()
		}
	}
	return errors.Join(errs...)
}
