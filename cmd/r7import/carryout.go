package main

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"strings"
	"time"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/show"
	"r7import/cmd/r7import/ui"
	"r7import/importer"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/plan"
	"r7import/importer/policy"
	"r7import/report"
)

// task is a command's work on the rows of a prepared plan.
type task struct {
	command string
	reports []string // paths of the reports
	act     action
}

// action works on the rows of a plan. It adds to the show.Result what only it knows.
type action func(context.Context, *plan.Plan, *show.Result) (importer.Result, error)

// carryOut executes a task, shows its progress, and reports the result. The report is
// complete even if a signal ends the task.
func carryOut(ctx context.Context, p *setup.Process, j *setup.Job, rows *plan.Plan, o *runOptions, t *task) (ending, error) {
	progress := show.Follow(p.Console, p.Log, ui.Style(o.Progress))
	j.Observe, j.Greet, j.Decided = progress.Show, progress.Greet, progress.Decided
	if !o.Yes && !o.Target.Sandbox && p.Console.Terminal() { // otherwise the run continues after the canary rows without a question
		j.Canary = progress.Looked
	}
	silence := context.AfterFunc(ctx, func() {
		p.Console.Say("run.stopping", "Grace", p.Console.Duration(j.Options.Grace))
	})
	about := report.Summary{Command: t.command, Run: rows.Run.ID, File: j.Input.File.Name(), Portal: j.Client.URL(), StartedAt: time.Now()}
	r := show.Result{Sandbox: o.Target.Sandbox, Again: show.Again(o.args), Disabling: j.Options.OnMissing == policy.MissingDisable}
	p.Log.Info("send", "rows", rows.Rows, "to_send", rows.ToSend(), "invalid", rows.Invalid)
	ended, err := t.act(ctx, rows, &r)
	silence()
	progress.Stop()
	end := ending{signal: signalOf(ctx), requests: j.Gate.Fates()}
	errs := []error{err}

	ctx = context.WithoutCancel(ctx)
	p.Warn(j.KeepSeen(ctx, rows.Run.Started)...)
	about.EndedAt = time.Now()
	if about.Filter = filterOf(&o.Table); about.Filter != "" {
		about.InFile = rows.InFile
	}
	if ended.OpenSessions > 0 {
		p.Warn(*diagnosis.New(diagnosis.SessionsLeft, "Count", ended.OpenSessions))
	}
	if ended.Stopped != nil {
		errs = append(errs, ended.Stopped)
	}
	about.Timeline.Events, err = eventsOf(ctx, j.Ledger, rows.Run.ID)
	errs = append(errs, err)
	results := outcomesOf(ctx, j.Ledger, rows.Run.ID)
	r.Summary, err = results.summary(about)
	end.err, end.statuses = errors.Join(append(errs, err)...), r.Statuses
	end.warned = o.FailOnWarning && r.Warned > 0
	end.pending = o.changesExit && r.Statuses[diagnosis.WouldCreate]+r.Statuses[diagnosis.WouldUpdate]+r.Statuses[diagnosis.WouldDisable] > 0

	ofThis := strings.NewReplacer(ofRun, rows.Run.ID)
	for i, path := range t.reports {
		t.reports[i] = ofThis.Replace(path)
	}
	r.Reports, err = results.write(ctx, o.besideFile(t.reports, end.code()), r.Summary, reportOptions(p.Console, j.Input))
	end.err = errors.Join(end.err, err)
	if o.Annotate != "" {
		o.Annotate = ofThis.Replace(o.Annotate)
		r.Annotated, err = results.annotate(ctx, p, j.Input, &o.Annotation, j.Ledger.FileDigest, rows.Run.FileDigest)
		end.err = errors.Join(end.err, err)
	}
	r.Plan, r.Missing, r.Stopped = show.Facts(rows), show.Addresses(rows.Missing), show.Tell(p.Console, ended.Stopped)
	r.Fix = o.fix(t.command, rows.Run.ID, j.Input, &r)
	return finish(p, &r, end, o.JSON), end.err
}

// filterOf returns the flags that select rows of a file, empty if all rows are read.
func filterOf(t *config.Table) string { return show.Filter(t.Rows, t.Where, t.FailedOf) }

// finish writes the result of a command about rows as text or JSON. It returns end with the
// result and, unless end has statuses already, with the result's statuses.
func finish(p *setup.Process, r *show.Result, end ending, asJSON bool) ending {
	if end.statuses == nil {
		end.statuses = r.Statuses
	}
	end.result = r
	for status, rows := range r.Statuses {
		p.Log.Info("rows", "status", status, "count", rows)
	}
	r.ExitCode = end.code()
	if asJSON {
		_ = json.NewEncoder(p.Out).Encode(r) // results keeps any error
	} else if !p.Console.Quiet || r.ExitCode != exitDone {
		r.Show(p.Out, p.Console)
	}
	return end
}

// outcomes yields the outcome of every row in the order of the file. It can be ranged over repeatedly.
type outcomes iter.Seq2[report.Row, error]

// outcomesOf yields the outcomes of a run in a store.
func outcomesOf(ctx context.Context, store *journal.Store, run string) outcomes {
	return outcomes(eachOf(store.Entries(ctx, run), func(e journal.Entry) report.Row { return importer.ReportRow(&e) }))
}

// eachOf yields the result of make for every value, up to and including the first error.
func eachOf[From, To any](values iter.Seq2[From, error], make func(From) To) iter.Seq2[To, error] {
	return func(yield func(To, error) bool) {
		for value, err := range values {
			if err != nil {
				yield(*new(To), err)
				return
			}
			if !yield(make(value), nil) {
				return
			}
		}
	}
}

// eventsOf returns the pauses and rests that delayed a run.
func eventsOf(ctx context.Context, store *journal.Store, run string) ([]report.Event, error) {
	events, err := store.Events(ctx, run)
	all := make([]report.Event, len(events))
	for i, e := range events {
		all[i] = report.Event{Kind: string(e.Kind), Host: e.Host, Code: e.Code, Start: e.Start, End: e.End, Count: e.Count}
	}
	return all, err
}

// summary returns about with the counts of the rows.
func (rows outcomes) summary(about report.Summary) (report.Summary, error) {
	var tally report.Tally
	for row, err := range rows {
		if err != nil {
			return about, err
		}
		tally.Add(&row)
	}
	return tally.Summary(about), nil
}

// write writes a report to each path and returns the paths it used: if a report is
// open in Excel, the new one gets a numbered name.
func (rows outcomes) write(ctx context.Context, paths []string, about report.Summary, o report.Options) (written []string, err error) {
	for _, path := range paths {
		at, problem := report.Write(ctx, path, iter.Seq2[report.Row, error](rows), about, o)
		if problem != nil {
			err = errors.Join(err, problem)
			continue
		}
		written = append(written, at)
	}
	return written, err
}

// publish writes a report of the rows to each path and shows the paths, but not the summary.
func (rows outcomes) publish(ctx context.Context, p *setup.Process, paths []string, about report.Summary) error {
	summary, err := rows.summary(about)
	if err != nil {
		return err
	}
	written, err := rows.write(ctx, paths, summary, reportOptions(p.Console, nil))
	for _, path := range written {
		p.Console.Say("summary.report", "Path", path)
	}
	return err
}

// reportOptions returns the options for reports about a file; input may be nil. CSV is
// written for an Excel with a decimal comma if the language is Russian or the file uses
// semicolons.
func reportOptions(c *ui.Console, input *plan.Input) report.Options {
	o := report.Options{Printer: c.Lang, Excel: c.Lang.Name() == "ru"}
	if input != nil {
		for _, n := range input.File.Notices() {
			o.Excel = o.Excel || n.Code == diagnosis.TextRead && n.Args["Delimiter"] == ";"
		}
	}
	return o
}
