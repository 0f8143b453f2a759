package main

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/show"
	"r7import/importer"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/report"
)

// showFile tells what became of the rows of a file over all its runs: of each account
// what was last known.
func showFile(ctx context.Context, p *setup.Process, o *runsOptions) (err error) {
	store, err := p.ReadState(&o.target)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	name := filepath.Base(o.file)
	all, err := store.Runs(ctx)
	if err != nil {
		return err
	}
	runs := slices.DeleteFunc(all, func(r journal.Run) bool {
		return r.File != name || r.Kind != journal.KindRun && r.Kind != journal.KindUndo
	})
	if len(runs) == 0 {
		return diagnosis.New(diagnosis.RunsNone, "File", name)
	}
	rows, err := lastKnown(ctx, store, runs)
	if err != nil {
		return err
	}
	var tally report.Tally
	for i := range rows {
		tally.Add(&rows[i])
	}
	last := runs[len(runs)-1]
	about := report.Summary{Command: "runs", File: name, Portal: last.Portal, StartedAt: runs[0].Started, EndedAt: last.Ended}
	list, err := listed(ctx, store, runs)
	if err != nil {
		return err
	}
	r := show.FileRuns{Result: show.Result{Summary: tally.Summary(about)}, Runs: list}
	if o.json {
		return json.NewEncoder(p.Out).Encode(r)
	}
	return r.Show(p.Out, p.Console)
}

// lastKnown returns a row for each account that runs dealt with, as the last of them
// that tells anything left it. Rows are known again by their addresses; those without
// one count as they stand in the last run.
func lastKnown(ctx context.Context, store *journal.Store, runs []journal.Run) ([]report.Row, error) {
	var rows []report.Row
	at := make(map[string]int)
	for i, run := range runs {
		times := make(map[string]int) // an address may have several owners
		for e, err := range store.Entries(ctx, run.ID) {
			if err != nil {
				return nil, err
			}
			row := importer.ReportRow(&e)
			if e.Email == "" {
				if i == len(runs)-1 {
					rows = append(rows, row)
				}
				continue
			}
			key := strings.ToLower(e.Email)
			times[key]++
			key += " " + strconv.Itoa(times[key])
			n, known := at[key]
			switch {
			case !known:
				at[key] = len(rows)
				rows = append(rows, row)
			case e.Status == diagnosis.NotTried, e.Status == diagnosis.Kept:
			case e.Status == diagnosis.Unchanged && rows[n].Status.Desired() && rows[n].Status != diagnosis.Disabled && rows[n].Status != diagnosis.Removed:
			default:
				rows[n] = row
			}
		}
	}
	return rows, nil
}
