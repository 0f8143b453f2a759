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
	"r7import/cmd/r7import/ui"
	"r7import/importer"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/pace"
	"r7import/importer/plan"
	"r7import/importer/preflight"
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

// logins is a preflight: the logins of a file's rows to their mail servers from this machine.
type logins struct {
	*setup.Process
	o     *runOptions
	input *plan.Input
	job   *setup.Job // nil if no portal is named
	rows  *plan.Plan // nil if no portal is named

	*preflight.Check
	valid, invalid int
	left           map[int]leftover // rows that are not tried, by index
}

// leftover is a row that is not tried because of the result of an earlier run.
type leftover struct {
	standing plan.Standing
	code     diagnosis.Code // code of an earlier refusal
}

// preflightFile logs in to the mail servers as the portal will. If a portal is named, it
// also reports what a run would do. It changes nothing.
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
	if err := l.chooseRows(ctx); err != nil {
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

// finish writes the reports and shows the result.
func (l *logins) finish(ctx context.Context, paths []string, started time.Time, would []diagnosis.Status, end ending) (ending, error) {
	about := report.Summary{Command: "preflight", File: l.input.File.Name(), StartedAt: started, EndedAt: time.Now()}
	if l.job != nil {
		about.Portal = l.job.Client.URL()
	}
	if about.Filter = filterOf(&l.o.Table); about.Filter != "" {
		about.InFile = l.input.File.Total()
	}
	facts := &show.Preflight{
		Servers: []show.ServerFacts{}, Tried: len(l.Survey.Jobs()), Worst: l.Survey.Worst(l.o.Run.PerHost), PerRow: l.PortalRefusals(),
	}
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

// exitStatus returns the status of a row for the exit code. It is empty for a row outside
// the sample. A row that was not tried counts as failed if repeating would not help.
func exitStatus(row *report.Row) diagnosis.Status {
	status := row.Status
	for _, p := range row.Problems {
		switch {
		case row.Status != diagnosis.NotTried:
		case p.Code == diagnosis.NotSampled:
			return ""
		case p.Code.Certificate(), p.Code == diagnosis.MailUnchecked:
			status = diagnosis.Failed
		}
	}
	return status
}

// forecast sets how long a run would take if each write takes as long as a row's logins did.
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

// preflightRun tests the logins of a run's rows before anything is sent to the portal, and
// stores which were refused. It returns an error, so that the run does not begin, if a
// server refuses nearly all logins or if the person declines to continue.
func preflightRun(ctx context.Context, p *setup.Process, j *setup.Job, rows *plan.Plan, o *runOptions) error {
	l := &logins{Process: p, o: o, input: j.Input, job: j, rows: rows}
	if err := l.chooseRows(ctx); err != nil {
		return err
	}
	if err := l.logIn(ctx); err != nil {
		return err
	}
	p.Warn(j.KeepLogins(context.WithoutCancel(ctx), l.Jobs())...)
	var tally report.Tally
	failed := false
	for row, err := range l.outcomes(ctx) {
		if err != nil {
			return err
		}
		failed = failed || row.Status == diagnosis.Failed
		tally.Add(&row)
	}
	if !p.Console.Quiet {
		(&show.Result{Summary: tally.Summary(report.Summary{Command: "preflight"}), Preflight: &show.Preflight{}}).Show(p.Console.Err, p.Console)
	}
	for _, job := range l.Jobs() {
		for _, problem := range job.Outcome.Problems {
			if problem.Code == diagnosis.HostPaused && problem.Args["Why"] == string(diagnosis.HostRefuses) {
				return diagnosis.New(diagnosis.PreflightEnded, "Host", problem.Args["Host"])
			}
		}
	}
	if !failed || o.Yes || !p.Console.Terminal() {
		return nil
	}
	return agree(ctx, p, "", "preflight.goon")
}

// chooseRows reads the file, chooses the rows to try, and shows the plan of the preflight. It
// returns an error if the logins could exceed the lockout limit.
func (l *logins) chooseRows(ctx context.Context) (err error) {
	sample := l.o.Logins.Sample
	if l.o.Logins.All {
		sample = 0
	}
	client, err := setup.MailClient(&l.o.Logins)
	if err != nil {
		return err
	}
	l.Check = &preflight.Check{
		Client: client, Survey: preflight.NewSurvey(sample), Workers: l.o.Run.Workers, PerHost: l.o.Run.PerHost,
		Pacer: pace.New(float64(l.o.Target.Rate)),
	}
	l.left = make(map[int]leftover)
	var known *plan.History
	if l.job != nil {
		if known, err = plan.NewHistory(ctx, l.job.History, &l.job.Options); err != nil {
			return err
		}
	}
	shown, held, index := len(l.input.Binding.Notices()), 0, -1
	for row, err := range l.input.Rows(ctx) {
		if err != nil {
			return err
		}
		if index++; row.Invalid() {
			l.invalid++
			continue
		}
		l.valid++
		if known != nil {
			standing, before, err := known.Standing(ctx, l.rows.Who(row), row)
			if err != nil {
				return err
			}
			if standing != plan.ToDo {
				l.left[index] = leftover{standing, before.RefusedCode}
			}
			if standing == plan.Refused {
				held++
			}
		}
		l.Survey.Add(index, row, l.left[index].standing == plan.ToDo)
	}
	if index < 0 {
		return setup.NoRows(l.input)
	}
	if l.job == nil { // with a portal the plan shows these
		l.Warn(l.input.File.Passed()...)
		l.Warn(l.input.Binding.Notices()[shown:]...)
	}
	worst := l.Survey.Worst(l.o.Run.PerHost)
	show.Logins{
		File: l.input.File.Name(), Sheet: l.input.File.Sheet(), Rows: l.valid, Invalid: l.invalid, Held: held,
		Sample: l.Survey.Sample, Tried: len(l.Survey.Jobs()), Rate: l.o.Target.Rate, Workers: l.o.Run.Workers, PerHost: l.o.Run.PerHost,
		Worst: worst, Limit: l.o.Logins.Lockout, AnyCertificate: l.o.Logins.AnyCertificate,
	}.Show(l.Console)
	l.Warn(l.Survey.Shared()...)
	return overLimit(worst, l.o.Logins.Lockout, false)
}

// overLimit returns an error if worst exceeds the limit of refused logins. A zero limit allows all.
func overLimit(worst, limit pace.Lockout, run bool) error {
	facts := []any{"Account", worst.Account, "Address", worst.Address, "Host", shownHost(worst.Host), "Run", run}
	switch {
	case limit == pace.Lockout{}:
		return nil
	case worst.Account > limit.Account:
		return diagnosis.New(diagnosis.LockoutLimit, append(facts, "Of", "account", "Limit", limit.Account)...)
	case worst.Address > limit.Address:
		return diagnosis.New(diagnosis.LockoutLimit, append(facts, "Of", "address", "Limit", limit.Address)...)
	}
	return nil
}

// shownHost returns the name of a server, empty if it is no host name: it may be a password in a wrong column.
func shownHost(host string) string {
	if account.IsHost(host) {
		return host
	}
	return ""
}

// logIn probes the servers, asks for each working setting found in place of a broken one
// whether the logins should use it, and tries the logins of the chosen rows.
func (l *logins) logIn(ctx context.Context) error {
	l.Console.Say("preflight.probing", "Count", len(l.Survey.Uses()))
	if err := l.Check.Probe(ctx); err != nil {
		return err
	}
	show.Servers(l.Console, l.Check)
	if l.Console.Terminal() && !l.o.Logins.Preflight {
		for _, m := range l.Mends {
			id, facts := show.MendQuestion(l.Console, m)
			yes, err := l.Console.Confirm(ctx, id, facts...)
			if err != nil {
				return err
			}
			if yes {
				l.Accept(m)
			}
		}
	}
	flags, mapping := l.cure()
	show.Mended(l.Console, l.Mends, flags, mapping)
	progress := show.Follow(l.Console, l.Log, ui.Style(l.o.Progress))
	defer progress.Stop()
	run := preflight.Run{Client: l.Client, Workers: l.o.Run.Workers, PerHost: l.o.Run.PerHost, Pacer: l.Pacer, Rest: l.o.Run.HostWait}
	run.Observe = func(p preflight.Progress) {
		now := importer.Progress{
			Total: p.Total, Decided: p.Done, Counts: p.Counts, InFlight: p.InFlight, Waiting: p.Waiting, Started: p.Started, Until: p.Until,
			Rate: float64(p.Done) / max(1, time.Since(p.Started).Seconds()),
		}
		if !p.Until.IsZero() {
			now.Why = diagnosis.HostPaused
		}
		for _, rest := range p.Rests {
			now.Resting = append(now.Resting,
				importer.HostRest{Host: rest.Host, Why: rest.Evidence, Until: rest.Until, Tries: rest.Probes, Here: true})
		}
		progress.Show(now)
	}
	return run.All(ctx, l.Jobs())
}

// cure returns the flags and the lines of a mapping file that give a run's rows the settings that work.
func (l *logins) cure() (flags, mapping []string) {
	return show.Cure(l.Mends, l.Uses, setup.HeadersOf(l.input.File, l.input.Binding))
}

// look signs in to the portal and returns for each row what a run would do.
func (l *logins) look(ctx context.Context) (would []diagnosis.Status, err error) {
	progress := show.Follow(l.Console, l.Log, ui.Style(l.o.Progress))
	l.job.Observe, l.job.Greet, l.job.Decided = progress.Show, progress.Greet, progress.Decided
	found, err := l.job.Look(ctx, l.rows)
	progress.Stop()
	ctx = context.WithoutCancel(ctx)
	l.Warn(l.job.KeepSeen(ctx, l.rows.Run.Started)...)
	if found.Stopped != nil {
		err = errors.Join(err, found.Stopped)
	}
	for row, problem := range outcomesOf(ctx, l.job.Ledger, l.rows.Run.ID) {
		if problem != nil {
			return nil, errors.Join(err, problem)
		}
		would = append(would, row.Status)
	}
	return would, err
}

// outcomes yields the outcome of each row. It reads the file again each time.
func (l *logins) outcomes(ctx context.Context) outcomes {
	return func(yield func(report.Row, error) bool) {
		index := -1
		eachOf(l.input.Rows(ctx), func(row *account.Row) report.Row {
			index++
			return l.reportRow(index, row)
		})(yield)
	}
}

func (l *logins) reportRow(index int, row *account.Row) report.Row {
	owner := row.Owner.User
	if l.rows != nil {
		owner = l.rows.OwnerOf(row)
	}
	entry := plan.NewEntry("", index, row, owner)
	switch left := l.left[index]; {
	case row.Invalid():
	case left.standing == plan.Settled:
		entry.Status = diagnosis.Unchanged
	case left.standing == plan.Refused:
		entry.Status = diagnosis.Held
		entry.Problems = append(slices.Clone(entry.Problems), *diagnosis.New(diagnosis.PasswordRefused, "Code", left.code))
	default:
		o := l.Outcome(index, row)
		entry.Status, entry.Side, entry.Host = o.Status, o.Side, o.Host
		entry.Problems = append(slices.Clone(o.Problems), entry.Problems...)
		entry.Attempts, entry.Started, entry.Took = o.Logins, o.Started, o.Took
		if len(o.Problems) > 0 {
			entry.Code = o.Problems[0].Code
		}
	}
	return importer.ReportRow(&entry)
}
