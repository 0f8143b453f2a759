package main

import (
	"context"
	"errors"
	"iter"

	"r7import/cmd/r7import/ui"
	"r7import/importer"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/plan"
	"r7import/report"
)

// outcomes yields what became of every row, in the order of the file, as often as it is asked.
type outcomes func(ctx context.Context) iter.Seq2[report.Row, error]

// outcomesOf reads a run in a store.
func outcomesOf(store *journal.Store, run string) outcomes {
	return func(ctx context.Context) iter.Seq2[report.Row, error] {
		return func(yield func(report.Row, error) bool) {
			for entry, err := range store.Entries(ctx, run) {
				if err != nil {
					yield(report.Row{}, err)
					return
				}
				if !yield(importer.ReportRow(&entry), nil) {
					return
				}
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
func (o outcomes) summary(ctx context.Context, about report.Summary) (report.Summary, error) {
	var tally report.Tally
	for row, err := range o(ctx) {
		if err != nil {
			return about, err
		}
		tally.Add(&row)
	}
	return tally.Summary(about), nil
}

// write makes a report at each path and returns where they are: one that is open
// in Excel gets a numbered name.
func (o outcomes) write(ctx context.Context, paths []string, summary report.Summary, options report.Options) (written []string, err error) {
	for _, path := range paths {
		at, problem := report.Write(ctx, path, o(ctx), summary, options)
		if problem != nil {
			err = errors.Join(err, problem)
			continue
		}
		written = append(written, at)
	}
	return written, err
}

// reportOptions say how to write reports about a file. CSV suits an Excel whose
// comma is the decimal sign where the person speaks Russian, or the input was made so.
func reportOptions(c *ui.Console, input *plan.Input) report.Options {
	o := report.Options{Printer: c.Lang, Excel: c.Lang.Name() == "ru"}
	for _, n := range input.File.Notices() {
		o.Excel = o.Excel || n.Code == diagnosis.TextRead && n.Args["Delimiter"] == ";"
	}
	return o
}
