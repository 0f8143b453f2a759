package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/show"
	"r7import/cmd/r7import/ui"
	"r7import/importer"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/pace"
	"r7import/importer/plan"
	"r7import/importer/preflight"
	"r7import/report"
)

// logins are those of a file's rows to their mail servers, from this machine.
type logins struct {
	*setup.Process
	o     *runOptions
	input *plan.Input
	job   *setup.Job // nil where no portal was named
	rows  *plan.Plan // the same

	*preflight.Check
	valid, invalid int
	left           map[int]leftover // rows that earlier runs leave nothing to do for, by index
}

// leftover is a row that is not tried because of what an earlier run knows.
type leftover struct {
	standing plan.Standing
	code     diagnosis.Code // of a refusal
}

// preflightRun does so for the rows of a run before anything is sent to the portal, and
// writes down what was refused. The run does not begin where a server refused nearly
// everybody, or if a person who is asked says so.
func preflightRun(ctx context.Context, p *setup.Process, j *setup.Job, rows *plan.Plan, o *runOptions) error {
	l := &logins{Process: p, o: o, input: j.Input, job: j, rows: rows}
	if err := l.survey(ctx); err != nil {
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

// survey reads the file, chooses the rows that are tried, and shows what is about to be
// done, unless that could lock more than may be.
func (l *logins) survey(ctx context.Context) (err error) {
	sample := l.o.Logins.Sample
	if l.o.Logins.All {
		sample = 0
	}
	client, err := setup.MailClient(&l.o.Logins)
	if err != nil {
		return err
	}
	l.Check = &preflight.Check{
		Client: client, Survey: preflight.NewSurvey(sample), Workers: l.o.Run.Workers, PerHost: l.o.Run.PerHost, Pacer: pace.New(float64(l.o.Target.Rate)),
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
	if l.job == nil { // else the plan of the portal's rows tells
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

// overLimit refuses what could bring more refused logins than were allowed.
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

// shownHost is the name of a server, empty where it may be a password whose cell has slipped.
func shownHost(host string) string {
	if account.IsHost(host) {
		return host
	}
	return ""
}

// logIn finds out about the servers, asks for each setting that works in place of one
// that does not whether the logins are to go by it, and tries those that were chosen.
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
	run := preflight.Run{
		Client: l.Client, Workers: l.o.Run.Workers, PerHost: l.o.Run.PerHost,
		Pacer: l.Pacer, Rest: l.o.Run.HostWait,
		Observe: func(now preflight.Progress) { progress.Show(pictureOf(now)) },
	}
	return run.All(ctx, l.Jobs())
}

// cure returns how the rows of a run get the settings that work: by flags, or by a mapping file.
func (l *logins) cure() (flags, mapping []string) {
	return show.Cure(l.Mends, l.Uses, setup.HeadersOf(l.input.File, l.input.Binding))
}

// pictureOf puts a picture of logins into that of a run.
func pictureOf(p preflight.Progress) importer.Progress {
	now := importer.Progress{
		Total: p.Total, Decided: p.Done, Counts: p.Counts, InFlight: p.InFlight, Waiting: p.Waiting, Started: p.Started, Until: p.Until,
		Rate: float64(p.Done) / max(1, time.Since(p.Started).Seconds()),
	}
	if !p.Until.IsZero() {
		now.Why = diagnosis.HostPaused
	}
	for _, rest := range p.Rests {
		now.Resting = append(now.Resting, importer.HostRest{Host: rest.Host, Why: rest.Evidence.Code(), Until: rest.Until, Tries: rest.Probes, Here: true})
	}
	return now
}

// look signs in and says for each row what a run would do.
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

// outcomes reads the file again for what became of each row.
func (l *logins) outcomes(ctx context.Context) outcomes {
	return func(yield func(report.Row, error) bool) {
		index := -1
		eachRow(l.input.Rows(ctx), func(row *account.Row) report.Row {
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
