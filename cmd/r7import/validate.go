package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/show"
	"r7import/importer"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/plan"
	"r7import/importer/policy"
	"r7import/report"
)

func newValidate(p *program) *cobra.Command {
	keys := append(config.Of(config.Reading), annotationFlags...)
	return p.command("validate", p.takes(1, "value.file"), func(cmd *cobra.Command, args []string) (err error) {
		p.ending, err = validateFile(cmd.Context(), p.Process, &p.settings, args[0])
		return err
	}, append(keys, "owner", "allowed-mail-hosts", "fail-on-warning", "report", "json")...)
}

// validateFile reads the file and shows the errors and warnings of its rows. It reads the
// file again for each report. It sends nothing.
func validateFile(ctx context.Context, p *setup.Process, s *config.Settings, path string) (ending, error) {
	about := report.Summary{Command: "validate", StartedAt: time.Now()}
	paths, err := setup.ReportPaths(s.Report, path)
	if err != nil {
		return ending{}, err
	}
	input, err := p.OpenInput(ctx, &setup.Input{File: path, Table: s.Table, Owner: s.Owner})
	if err != nil {
		return ending{}, err
	}
	defer input.File.Close()
	if err := checkAnnotation(&s.Annotation, input, path, paths); err != nil {
		return ending{}, err
	}
	digest := ""
	if s.Annotate != "" {
		if digest, err = input.File.Digest(); err != nil {
			return ending{}, err
		}
	}
	shown := len(input.Binding.Notices())
	found := show.NewFindings()
	var tally report.Tally
	for row, err := range input.Rows(ctx) {
		if err != nil {
			return ending{}, err
		}
		found.Row(row)
		tally.Add(&report.Row{Number: row.Number, Status: statusOf(row), Side: diagnosis.OnFile, Problems: row.Problems})
	}
	if tally.Summary(about).Rows == 0 {
		return ending{}, setup.NoRows(input)
	}
	p.Warn(input.File.Passed()...)
	p.Warn(input.Binding.Notices()[shown:]...) // notices about filled-in values
	found.Show(p.Console)
	about.File, about.EndedAt = input.File.Name(), time.Now()
	if about.Filter = filterOf(&s.Table); about.Filter != "" {
		about.InFile = input.File.Total()
	}
	way := plan.WayFor(s.Owner, input.Binding)
	checked := outcomes(eachOf(input.Rows(ctx), func(row *account.Row) report.Row { // each report reads the file again
		owner := row.Owner.User
		if owner == "" && way == policy.OwnerImpersonate {
			owner = row.Settings.Email
		}
		entry := plan.NewEntry("", 0, row, owner)
		entry.Status = statusOf(row)
		return importer.ReportRow(&entry)
	}))
	r := &show.Result{Summary: tally.Summary(about)}
	r.Reports, err = checked.write(ctx, paths, r.Summary, reportOptions(p.Console, input))
	if s.Annotate != "" {
		var annotateErr error
		r.Annotated, annotateErr = checked.annotate(ctx, p, input, &s.Annotation, func(now string) string { return now }, digest)
		err = errors.Join(err, annotateErr)
		if show.Any(r.Statuses, diagnosis.Status.Declined) {
			r.Fix = &show.Fix{Secrets: s.KeepSecrets}
		}
	}
	return finish(p, r, ending{err: err, warned: s.FailOnWarning && r.Warned > 0}, s.JSON), err
}

// statusOf returns the status of a row that was only checked.
func statusOf(row *account.Row) diagnosis.Status {
	if row.Invalid() {
		return diagnosis.Invalid
	}
	return diagnosis.Valid
}
