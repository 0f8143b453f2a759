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

// task is what a command does with the rows, once all is prepared.
type task struct {
	command string
	reports []string // where they go
	act     action
}

// action acts on the rows of a plan. It adds to the result what only it knows.
type action func(context.Context, *plan.Plan, *show.Result) (importer.Result, error)

// carryOut runs or looks, shows the progress, and reports the result. The report is
// complete even if a signal has ended the run.
func carryOut(ctx context.Context, p *setup.Process, j *setup.Job, rows *plan.Plan, o *runOptions, t *task) (ending, error) {
	progress := show.Follow(p.Console, p.Log, ui.Style(o.Progress))
	j.Observe, j.Greet, j.Decided = progress.Show, progress.Greet, progress.Decided
	if !o.Yes && !o.Target.Sandbox && p.Console.Terminal() { // else the run goes on by itself after the rows on trial
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
	made := outcomesOf(ctx, j.Ledger, rows.Run.ID)
	r.Summary, err = made.summary(about)
	end.err, end.statuses = errors.Join(append(errs, err)...), r.Statuses
	end.warned = o.FailOnWarning && r.Warned > 0
	end.pending = o.changesExit && r.Statuses[diagnosis.WouldCreate]+r.Statuses[diagnosis.WouldUpdate]+r.Statuses[diagnosis.WouldDisable] > 0

	ofThis := strings.NewReplacer(ofRun, rows.Run.ID)
	for i, path := range t.reports {
		t.reports[i] = ofThis.Replace(path)
	}
	r.Reports, err = made.write(ctx, o.besideFile(t.reports, end.code()), r.Summary, reportOptions(p.Console, j.Input))
	end.err = errors.Join(end.err, err)
	if o.Annotate != "" {
		o.Annotate = ofThis.Replace(o.Annotate)
		r.Annotated, err = made.annotate(ctx, p, j.Input, &o.Annotation, j.Ledger.FileDigest, rows.Run.FileDigest)
		end.err = errors.Join(end.err, err)
	}
	r.Plan, r.Missing, r.Stopped = show.Facts(rows), show.Addresses(rows.Missing), show.Tell(p.Console, ended.Stopped)
	r.Fix = o.fix(t.command, rows.Run.ID, j.Input, &r)
	return finish(p, &r, end, o.JSON), end.err
}

// filterOf returns by what rows of a file are chosen, empty if all are read.
func filterOf(t *config.Table) string { return show.Filter(t.Rows, t.Where, t.FailedOf) }

// finish shows the result of a command about rows, to a person or as JSON. It returns end
// with the result and its rows, unless the command has counted those in its own way.
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
		_ = json.NewEncoder(p.Out).Encode(r) // a reader that has gone has seen what it wanted
	} else if !p.Console.Quiet || r.ExitCode != exitDone {
		r.Show(p.Out, p.Console)
	}
	return end
}

// outcomes yields what became of every row, in the order of the file, as often as it is ranged over.
type outcomes iter.Seq2[report.Row, error]

// outcomesOf reads a run in a store.
func outcomesOf(ctx context.Context, store *journal.Store, run string) outcomes {
	return outcomes(eachOf(store.Entries(ctx, run), func(e journal.Entry) report.Row { return importer.ReportRow(&e) }))
}

// eachOf yields what is made of every value, up to the first error.
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

// eventsOf returns what held a run up.
func eventsOf(ctx context.Context, store *journal.Store, run string) ([]report.Event, error) {
	events, err := store.Events(ctx, run)
	all := make([]report.Event, len(events))
	for i, e := range events {
		all[i] = report.Event{Kind: string(e.Kind), Host: e.Host, Code: e.Code, Start: e.Start, End: e.End, Count: e.Count}
	}
	return all, err
}

// summary counts the rows.
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

// write makes a report at each path and returns where they are: one that is open
// in Excel gets a numbered name.
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

// publish counts rows that are no news, makes a report of them at each path, and says where it is.
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

// reportOptions say how to write reports about a file, nil if it is not at hand. CSV
// suits an Excel whose comma is the decimal sign where the person speaks Russian, or the
// file was made so.
func reportOptions(c *ui.Console, input *plan.Input) report.Options {
	o := report.Options{Printer: c.Lang, Excel: c.Lang.Name() == "ru"}
	if input != nil {
		for _, n := range input.File.Notices() {
			o.Excel = o.Excel || n.Code == diagnosis.TextRead && n.Args["Delimiter"] == ";"
		}
	}
	return o
}
