package main

import (
	"context"
	"errors"
	"iter"
	"slices"

	"r7import/importer"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/plan"
	"r7import/report"
)

// reportPaths returns where reports go, checked before anything is sent. Without
// -o it is a CSV file in the current folder if one is to be written anyway.
func (p *program) reportPaths(input string, anyway bool) ([]string, error) {
	paths := slices.Clone(p.settings.Report)
	if len(paths) == 0 && anyway {
		paths = []string{report.DefaultName(input)}
	}
	slices.Sort(paths)
	paths = slices.Compact(paths)
	var errs []error
	for _, path := range paths {
		errs = append(errs, report.Check(path, input))
	}
	return paths, errors.Join(errs...)
}

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

func (p *program) reportOptions(input *plan.Input) report.Options {
	return report.Options{Printer: p.console.Lang, Excel: p.excel(input)}
}

// excel reports whether CSV reports should suit an Excel whose comma is the
// decimal sign: where the person speaks Russian, or the input was made so.
func (p *program) excel(input *plan.Input) bool {
	if p.console.Lang.Name() == "ru" {
		return true
	}
	return slices.ContainsFunc(input.File.Notices(), func(n diagnosis.Problem) bool {
		return n.Code == diagnosis.TextRead && n.Args["Delimiter"] == ";"
	})
}
