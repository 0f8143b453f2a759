package main

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/setup"
	"r7import/importer/diagnosis"
)

// checkJobs makes sure that each job of the configuration file can begin: what it
// names is there and is trusted, and its secrets are found. Nothing is sent. What is
// wrong is told below the name of the job.
func checkJobs(ctx context.Context, p *program) {
	figures := make(map[string]string) // the job that writes to a file
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
}

// settingsOf returns what is in force for a job without any flag.
func settingsOf(p *program, name string) (*config.Settings, error) {
	job, err := p.file.Job(name, "")
	if err != nil {
		return &config.Settings{}, err
	}
	s := config.Defaults()
	flags := pflag.NewFlagSet(name, pflag.ContinueOnError)
	config.Register(flags, &s, config.Of(config.Groups...)...)
	_, err = config.Resolve(flags, &s, p.Env, job, p.file)
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
	_, unheard := setup.OpenVoices(ctx, p.Process, &s.Unattended, "")
	errs = append(errs, err, unheard)
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
