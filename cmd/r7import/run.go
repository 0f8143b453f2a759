package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/job"
	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/show"
	"r7import/importer"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/plan"
	"r7import/importer/policy"
)

// runOptions are the options of run, plan, preflight, verify and undo.
type runOptions struct {
	setup.JobOptions
	config.Results
	Logins      config.MailLogins
	args        []string // arguments of the program
	changesExit bool     // --detailed-exitcode of plan
	from        job.File // input file
}

func newRun(p *program) *cobra.Command {
	return p.command("run", p.takes(1), func(cmd *cobra.Command, args []string) error {
		if p.settings.DryRun {
			_, err := forEach(cmd, p, args, planFile)
			return err
		}
		return runAll(cmd, p, args)
	}, slices.Concat(runFlags(), without(config.Of(config.Alone, config.Logins), "input", "input-age", "test"),
		[]string{"dry-run", "yes", "keep-days", "keep-runs"})...)
}

// runFlags returns the names of the flags that run and plan share.
func runFlags() []string {
	names := without(config.Of(config.Where, config.Who, config.Reading, config.Pace), "without-passwords")
	return append(append(names, annotationFlags...), "input", "input-age", "on-existing", "on-changed", "on-missing", "retry-refused",
		"failed-of", "max-failures", "max-changes", "max-missing", "max-shrink", "data-set", "plan", "canary", "fail-on-warning",
		"report", "json", "progress")
}

// runFile makes the portal agree with one file.
func runFile(ctx context.Context, p *setup.Process, o *runOptions) (end ending, err error) {
	if o.Logins.Preflight && o.Target.Sandbox { // a sandbox sends nothing to other machines
		return ending{}, diagnosis.New(diagnosis.FlagsTogether, "First", "--sandbox", "Second", "--preflight")
	}
	j, paths, err := openRun(ctx, p, o)
	if err != nil {
		return ending{}, err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	if err := showUnfinished(ctx, p, j); err != nil {
		return ending{}, err
	}
	if !o.Table.NumericPasswords && !o.Yes && !o.Target.Sandbox {
		if err := setup.AskNumericPasswords(ctx, p, j.Input); err != nil {
			return ending{}, err
		}
	}
	rows, err := j.Prepare(ctx, journal.KindRun)
	if err != nil {
		return ending{}, err
	}
	shrunk, err := j.Shrunk(ctx, rows, allRows(o))
	if shrunk != nil || err != nil {
		if err = errors.Join(err, j.Discard(context.WithoutCancel(ctx), rows)); err != nil {
			return ending{}, err
		}
		return stopShrunk(ctx, p, j, o, paths, shrunk)
	}
	j.TellRest()
	if len(paths) == 0 {
		var path string
		path, err = j.RunReport(&o.Target, o.File, "report", rows.Run.ID)
		paths = []string{path}
	}
	if err == nil && !(o.Logins.Preflight && o.Logins.All) { // a preflight of all rows keeps refused ones from the portal
		err = overLimit(j.Lockout(rows), o.Logins.Lockout, true)
	}
	if err == nil {
		err = confirm(ctx, p, j, rows, o)
	}
	if err == nil && o.Logins.Preflight {
		err = preflightRun(ctx, p, j, rows, o)
	}
	if err == nil {
		err = j.Begin(ctx, rows, allRows(o))
	}
	if err != nil {
		return ending{}, errors.Join(err, j.Discard(context.WithoutCancel(ctx), rows))
	}
	end, err = carryOut(ctx, p, j, rows, o, &task{"run", paths, saveWaiting(j, o, "", j.Run)})
	if !p.Console.Terminal() && !o.Target.Sandbox && ctx.Err() == nil {
		if err := j.Retain(ctx, &o.JobOptions); err != nil {
			p.Warn(*diagnosis.Wrap(err, diagnosis.NotRetained))
		}
	}
	return end, err
}

// stopShrunk makes a plan for a file that has lost too many rows since the last run, and
// saves it for approval. It changes nothing.
func stopShrunk(ctx context.Context, p *setup.Process, j *setup.Job, o *runOptions, paths []string,
	shrunk *diagnosis.Problem) (ending, error) {
	if err := j.LookOnly(); err != nil {
		return ending{}, err
	}
	rows, err := j.Prepare(ctx, journal.KindPlan)
	if err != nil {
		return ending{}, errors.Join(shrunk, err)
	}
	look := func(ctx context.Context, rows *plan.Plan) (importer.Result, error) {
		result, err := j.Look(ctx, rows)
		if result.Stopped == nil {
			result.Stopped = shrunk
			return result, err
		}
		return result, errors.Join(err, shrunk)
	}
	return carryOut(ctx, p, j, rows, o, &task{"run", paths, saveWaiting(j, o, shrunk.Code, look)})
}

// saveWaiting returns an action that runs act, saves the changes that wait for approval, and
// adds to the result how to approve them. guard is the code that stopped the run before it began, empty if none.
func saveWaiting(j *setup.Job, o *runOptions, guard diagnosis.Code, act func(context.Context, *plan.Plan) (importer.Result, error)) action {
	return func(ctx context.Context, rows *plan.Plan, r *show.Result) (importer.Result, error) {
		result, err := act(ctx, rows)
		saved, saveErr := j.SaveWaiting(&o.Target, rows, o.Out, guard)
		if saved != nil {
			args := []string{"approve", saved.ID, "--portal", saved.Portal}
			if o.Target.State != "" {
				args = append(args, "--state", o.Target.State)
			}
			approve := show.Again(args)
			if o.Out != "" {
				approve = show.Again([]string{"run", o.File, "--plan", o.Out}) + " …"
			}
			r.Saved = &show.Saved{ID: saved.ID, Path: saved.Path, Changes: saved.Count, Guard: saved.Guard, Approve: approve}
		}
		return result, errors.Join(err, saveErr)
	}
}

// partOf returns the flag that limits the rows to read, empty if all rows are read.
func partOf(t *config.Table) string {
	switch {
	case t.Rows != "":
		return "--rows"
	case len(t.Where) > 0:
		return "--where"
	case t.FailedOf != "":
		return "--failed-of"
	}
	return ""
}

// allRows reports whether a run reads all rows of its data set.
func allRows(o *runOptions) bool { return partOf(&o.Table) == "" && (o.File != "-" || o.DataSet != "") }

// showUnfinished shows, in one line, the earlier runs of the same file that sent requests
// and did not finish.
func showUnfinished(ctx context.Context, p *setup.Process, j *setup.Job) error {
	runs, err := j.History.Unfinished(ctx)
	if err != nil {
		return err
	}
	count, last := 0, journal.Run{}
	for _, r := range runs {
		if set, sheet := plan.DataSet(j.DataSet, j.Input); r.Kind != journal.KindRun || r.File != set || r.Sheet != sheet {
			continue
		}
		sent, err := j.History.Sent(ctx, r.ID)
		if err != nil {
			return err
		}
		if sent {
			count, last = count+1, r
		}
	}
	if count > 0 {
		p.Console.Say("run.unfinished", "Count", count, "Run", last.ID, "File", last.File)
	}
	return nil
}

// openRun opens the job of a run or a plan and returns it with the paths of its reports.
// It returns an error before that if a report cannot be written.
func openRun(ctx context.Context, p *setup.Process, o *runOptions) (*setup.Job, []string, error) {
	switch part := partOf(&o.Table); { // a part of the rows does not show which accounts are missing
	case allRows(o):
	case o.Run.OnMissing != policy.MissingDisable:
		o.Run.OnMissing = ""
	case part != "":
		return nil, nil, diagnosis.New(diagnosis.MissingPart, "Flag", part)
	default:
		return nil, nil, diagnosis.New(diagnosis.MissingNameless)
	}
	named := make([]string, len(o.Report))
	for i, path := range o.Report {
		named[i] = strings.ReplaceAll(path, ofFile, o.from.Stem())
	}
	o.Annotate = strings.ReplaceAll(o.Annotate, ofFile, o.from.Stem())
	paths, err := setup.ReportPaths(named, o.File)
	if err != nil {
		return nil, nil, err
	}
	if o.Out != "" {
		if err := setup.CheckOut(o.Out, o.File); err != nil {
			return nil, nil, err
		}
	}
	j, err := p.OpenJob(ctx, &o.JobOptions)
	if err != nil {
		return nil, nil, err
	}
	if err := errors.Join(j.GoBy(ctx, &o.JobOptions), checkAnnotation(&o.Annotation, j.Input, o.File, paths)); err != nil {
		return nil, nil, errors.Join(err, j.Close())
	}
	return j, paths, nil
}

// showPlan shows the offline plan.
func showPlan(ctx context.Context, p *setup.Process, j *setup.Job, rows *plan.Plan, o *runOptions) error {
	load, measured, err := j.Load(ctx, rows)
	if err == nil {
		show.Plan{
			Plan: rows, File: j.Input.File.Name(), Sheet: j.Input.File.Sheet(), Filter: filterOf(&o.Table),
			Portal: j.Portal, Sandbox: o.Target.Sandbox, Options: j.Options, User: o.Caller.User, Rate: o.Target.Rate,
			Notices: j.Input.Binding.Notices(), Load: load, Measured: measured, Worst: j.Lockout(rows), Limit: o.Logins.Lockout,
		}.Show(p.Console)
	}
	return err
}

// confirm shows the plan and asks whether to continue. Without a terminal --yes is required.
// It does not ask in a sandbox or if there is nothing to do.
func confirm(ctx context.Context, p *setup.Process, j *setup.Job, rows *plan.Plan, o *runOptions) error {
	send, disable := rows.ToSend(), rows.ToDisable
	if disable > rows.DisableLimit {
		disable = 0
	}
	asks := !o.Yes && !o.Target.Sandbox && send+disable > 0
	quiet := p.Console.Quiet
	p.Console.Quiet = quiet && !asks
	err := showPlan(ctx, p, j, rows, o)
	p.Console.Quiet = quiet
	if err != nil || !asks {
		return err
	}
	question := "run.question.both"
	switch {
	case disable == 0:
		question = "run.question"
	case send == 0:
		question = "run.question.disable"
	}
	return agree(ctx, p, diagnosis.ConfirmMissing, question, "Count", cmp.Or(send, disable),
		"Accounts", p.Console.Text("run.accounts", "Count", disable), "Portal", j.Portal)
}

// agree asks whether to continue, and returns an error if the answer is no. Without a terminal
// it returns the problem missing, whose hint says how to agree beforehand.
func agree(ctx context.Context, p *setup.Process, missing diagnosis.Code, question string, facts ...any) error {
	if !p.Console.Terminal() {
		return diagnosis.New(missing)
	}
	yes, err := p.Console.Confirm(ctx, question, facts...)
	if err == nil && !yes {
		return diagnosis.New(diagnosis.ConfirmDeclined)
	}
	return err
}
