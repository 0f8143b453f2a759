package main

import (
	"context"
	"errors"
	"iter"

	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/ui"
	"r7import/importer"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/plan"
	"r7import/report"
)

// outcomes yields what became of every row, in the order of the file, as often as it is ranged over.
type outcomes iter.Seq2[report.Row, error]

// outcomesOf reads a run in a store.
func outcomesOf(ctx context.Context, store *journal.Store, run string) outcomes {
	return eachRow(store.Entries(ctx, run), func(e journal.Entry) report.Row { return importer.ReportRow(&e) })
}

// eachRow yields a row for every value, up to the first error.
func eachRow[T any](values iter.Seq2[T, error], rowOf func(T) report.Row) outcomes {
	return func(yield func(report.Row, error) bool) {
		for value, err := range values {
			if err != nil {
				yield(report.Row{}, err)
				return
			}
			if !yield(rowOf(value), nil) {
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
func (rows outcomes) write(ctx context.Context, paths []string, summary report.Summary, options report.Options) (written []string, err error) {
	for _, path := range paths {
		at, problem := report.Write(ctx, path, iter.Seq2[report.Row, error](rows), summary, options)
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
