package main

import (
	"context"
	"errors"
	"iter"
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

// validateOptions is what validate reads.
type validateOptions struct {
	setup.Input
	reports       []string
	json          bool
	failOnWarning bool
	config.Annotation
}

func newValidate(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:  "validate",
		Args: p.takes("value.file"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			s := &p.settings
			p.ending, err = validateFile(cmd.Context(), p.Process, &validateOptions{
				Input:   setup.Input{File: args[0], Table: s.Table, Owner: s.Owner},
				reports: s.Report, json: s.JSON, failOnWarning: s.FailOnWarning, Annotation: s.Annotation,
			})
			return err
		},
	}
	p.flags(cmd, config.Of(config.Reading)...)
	p.flags(cmd, "owner", "allowed-mail-hosts", "fail-on-warning", "report", "json")
	p.flags(cmd, annotationFlags...)
	return cmd
}

// validateFile reads the file once and tells every problem of every row; each report
// that is asked for takes another reading. Nothing is sent anywhere.
func validateFile(ctx context.Context, p *setup.Process, o *validateOptions) (ending, error) {
	about := report.Summary{Command: "validate", StartedAt: time.Now()}
	paths, err := setup.ReportPaths(o.reports, o.File)
	if err != nil {
		return ending{}, err
	}
	input, err := p.OpenInput(ctx, &o.Input)
	if err != nil {
		return ending{}, err
	}
	defer input.File.Close()
	if err := checkAnnotation(&o.Annotation, input, o.File, paths); err != nil {
		return ending{}, err
	}
	digest := ""
	if o.Annotate != "" {
		if digest, err = input.File.Digest(); err != nil {
			return ending{}, err
		}
	}
	told := len(input.Binding.Notices())
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
	p.Warn(input.Binding.Notices()[told:]...) // what was filled in
	found.Show(p.Console)
	about.File, about.EndedAt = input.File.Name(), time.Now()
	if about.Filter = show.Filter(o.Rows, o.Where, ""); about.Filter != "" {
		about.InFile = input.File.Total()
	}
	summary := tally.Summary(about)
	checked := checkedRows(input, plan.WayFor(o.Owner, input.Binding))
	written, err := checked.write(ctx, paths, summary, reportOptions(p.Console, input))
	result := &show.Result{Summary: summary, Reports: written}
	if o.Annotate != "" {
		var annotateErr error
		result.Annotated, annotateErr = checked.annotate(ctx, p, input, &o.Annotation, func(now string) bool { return now == digest })
		err = errors.Join(err, annotateErr)
		if show.Any(summary.Statuses, diagnosis.Status.Declined) {
			result.Fix = &show.Fix{Secrets: o.KeepSecrets}
		}
	}
	end := ending{err: err, warned: o.failOnWarning && summary.Warned > 0}
	return finish(p, result, end, o.json), err
}

// statusOf is the status of a row that was only checked.
func statusOf(row *account.Row) diagnosis.Status {
	if row.Invalid() {
		return diagnosis.Invalid
	}
	return diagnosis.Valid
}

// checkedRows reads the file again for a report.
func checkedRows(input *plan.Input, way policy.OwnerWay) outcomes {
	return func(ctx context.Context) iter.Seq2[report.Row, error] {
		return func(yield func(report.Row, error) bool) {
			for row, err := range input.Rows(ctx) {
				if err != nil {
					yield(report.Row{}, err)
					return
				}
				owner := row.Owner.User
				if owner == "" && way == policy.OwnerImpersonate {
					owner = row.Settings.Email
				}
				entry := plan.NewEntry("", 0, row, owner)
				entry.Status = statusOf(row)
				if !yield(importer.ReportRow(&entry), nil) {
					return
				}
			}
		}
	}
}
