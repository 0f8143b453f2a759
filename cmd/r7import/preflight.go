package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/job"
	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/show"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/plan"
	"r7import/report"
)

func newPreflight(p *program) *cobra.Command {
	keys := config.Of(config.Where, config.Who, config.Reading, config.Logins)
	return p.command("preflight", p.takes(1, "value.file"), func(cmd *cobra.Command, args []string) error {
		o, err := p.runOn(job.File{Path: args[0]})
		if err != nil {
			return err
		}
		p.ending, err = preflightFile(cmd.Context(), p.Process, o)
		return err
	}, append(without(keys, "sandbox", "without-passwords", "preflight"), "rate", "workers", "per-host", "timeout", "portal-wait", "host-wait",
		"on-existing", "on-changed", "retry-refused", "fail-on-warning", "report", "json", "progress")...)
}

// preflightFile logs in to the mail servers as the portal will, and with a portal named
// says what a run would do as well. Nothing is changed.
func preflightFile(ctx context.Context, p *setup.Process, o *runOptions) (end ending, err error) {
	paths, err := setup.ReportPaths(o.Report, o.File)
	if err != nil {
		return ending{}, err
	}
	l := &logins{Process: p, o: o}
	if o.Target.Portal == "" {
		if l.input, err = p.OpenInput(ctx, &o.Input); err != nil {
			return ending{}, err
		}
		defer func() { err = errors.Join(err, l.input.File.Close()) }()
	} else {
		o.Dry, o.Run.OnMissing = true, ""
		if l.job, err = p.OpenJob(ctx, &o.JobOptions); err != nil {
			return ending{}, err
		}
		defer func() { err = errors.Join(err, l.job.Close()) }()
		if l.rows, err = l.job.Prepare(ctx, journal.KindPlan); err != nil {
			return ending{}, err
		}
		l.input = l.job.Input
	}
	started := time.Now()
	if err := l.survey(ctx); err != nil {
		return ending{}, err
	}
	stopped := l.logIn(ctx)
	var would []diagnosis.Status
	if l.job != nil {
		if stopped == nil {
			would, stopped = l.look(ctx)
		}
		p.Warn(l.job.KeepLogins(context.WithoutCancel(ctx), l.Jobs())...)
	}
	return l.finish(context.WithoutCancel(ctx), paths, started, would, ending{signal: signalOf(ctx), err: stopped})
}

// finish writes the reports and tells what was found.
func (l *logins) finish(ctx context.Context, paths []string, started time.Time, would []diagnosis.Status, end ending) (ending, error) {
	about := report.Summary{Command: "preflight", File: l.input.File.Name(), StartedAt: started, EndedAt: time.Now()}
	if l.job != nil {
		about.Portal = l.job.Client.URL()
	}
	if about.Filter = filterOf(&l.o.Table); about.Filter != "" {
		about.InFile = l.input.File.Total()
	}
	facts := l.facts()
	var tally report.Tally
	statuses, index := make(map[diagnosis.Status]int), -1
	for row, err := range l.outcomes(ctx) {
		if err != nil {
			return end, errors.Join(end.err, err)
		}
		index++
		tally.Add(&row)
		statuses[exitStatus(&row)]++
		if index < len(would) {
			facts.Would[would[index]]++
			if row.Status == diagnosis.Failed && (would[index] == diagnosis.WouldCreate || would[index] == diagnosis.WouldUpdate) {
				facts.Failing++
			}
		}
	}
	delete(statuses, "")
	summary := tally.Summary(about)
	if err := l.forecast(ctx, facts); err != nil {
		return end, errors.Join(end.err, err)
	}
	written, err := l.outcomes(ctx).write(ctx, paths, summary, reportOptions(l.Console, l.input))
	end.err = errors.Join(end.err, err)
	end.warned, end.statuses = l.o.FailOnWarning && summary.Warned > 0, statuses
	r := &show.Result{Summary: summary, Reports: written, Preflight: facts}
	if statuses[diagnosis.NotTried] > 0 {
		r.Again = show.Again(l.o.args)
	}
	return finish(l.Process, r, end, l.o.JSON), end.err
}

// exitStatus is the status of a row as the exit code counts it: rows that were not
// chosen say nothing, and one that cannot be tried needs a person and no repetition.
func exitStatus(row *report.Row) diagnosis.Status {
	has := func(is func(diagnosis.Code) bool) bool {
		return slices.ContainsFunc(row.Problems, func(p diagnosis.Problem) bool { return is(p.Code) })
	}
	switch {
	case row.Status != diagnosis.NotTried:
		return row.Status
	case has(func(code diagnosis.Code) bool { return code == diagnosis.NotSampled }):
		return ""
	case has(func(code diagnosis.Code) bool { return code.Certificate() || code == diagnosis.MailUnchecked }):
		return diagnosis.Failed
	}
	return row.Status
}

// facts are what was found, for scripts.
func (l *logins) facts() *show.Preflight {
	facts := &show.Preflight{Servers: []show.ServerFacts{}, Tried: len(l.Survey.Jobs()), Worst: l.Survey.Worst(l.o.Run.PerHost), PerRow: l.PortalRefusals()}
	facts.Worst.Host = shownHost(facts.Worst.Host)
	for i, use := range l.Uses {
		probe := l.Probes[i]
		probe.Host = shownHost(probe.Host)
		facts.Servers = append(facts.Servers, show.ServerFacts{Probe: probe, Rows: use.Rows})
	}
	for _, m := range l.Mends {
		facts.Mends = append(facts.Mends, show.MendFacts{Mend: m, Accepted: l.Accepted(m)})
	}
	facts.Flags, facts.Mapping = l.cure()
	for _, job := range l.Survey.Jobs() {
		facts.Logins += job.Outcome.Logins
	}
	if l.job != nil {
		facts.Would = make(map[diagnosis.Status]int)
	}
	return facts
}

// forecast says how long a run would take, each write as long as the two logins took.
func (l *logins) forecast(ctx context.Context, facts *show.Preflight) error {
	var took time.Duration
	good := 0
	for _, job := range l.Survey.Jobs() {
		if job.Outcome.Status == diagnosis.LoginOK {
			took, good = took+job.Outcome.Took, good+1
		}
	}
	if good == 0 {
		return nil
	}
	load := plan.Load{Rows: l.valid, Rate: float64(l.o.Target.Rate), Workers: l.o.Run.Workers, PerHost: l.o.Run.PerHost}
	if l.job != nil {
		var err error
		if load, _, err = l.job.Load(ctx, l.rows); err != nil {
			return err
		}
	} else {
		hosts := make(map[string]int)
		for _, use := range l.Uses {
			if hosts[use.Host] = max(hosts[use.Host], use.Rows); hosts[use.Host] > load.AtHost {
				load.Host, load.AtHost = use.Host, hosts[use.Host]
			}
		}
	}
	load.Each = took / time.Duration(good)
	facts.Forecast(l.Console, load, l.o.Target.Rate)
	return nil
}
