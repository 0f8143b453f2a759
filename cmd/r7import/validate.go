package main

import (
	"context"
	"iter"
	"time"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/importer"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/plan"
	"r7import/report"
)

func (p *program) newValidate() *cobra.Command {
	cmd := &cobra.Command{
		Use:  "validate",
		Args: p.takes("value.file"),
		RunE: func(cmd *cobra.Command, args []string) error { return p.validate(cmd.Context(), args[0]) },
	}
	p.flags(cmd, config.Of(config.Reading)...)
	p.flags(cmd, "owner", "allowed-mail-hosts", "fail-on-warning", "report", "json")
	return cmd
}

// validate reads the file once and tells every problem of every row; each report
// that is asked for takes another reading. Nothing is sent anywhere.
func (p *program) validate(ctx context.Context, path string) error {
	about := report.Summary{Command: "validate", StartedAt: time.Now()}
	paths, err := p.reportPaths(path, false)
	if err != nil {
		return err
	}
	input, err := p.openInput(ctx, path)
	if err != nil {
		return err
	}
	defer input.File.Close()
	told := len(input.Binding.Notices())
	found := newFindings()
	var tally report.Tally
	for row, err := range input.Rows(ctx) {
		if err != nil {
			return err
		}
		found.add(row)
		tally.Add(&report.Row{Number: row.Number, Status: statusOf(row), Side: diagnosis.OnFile, Problems: row.Problems})
	}
	if tally.Summary(about).Rows == 0 {
		return noRows(input)
	}
	p.warn(input.File.Passed()...)
	p.warn(input.Binding.Notices()[told:]...) // what was filled in
	p.tell(found)
	about.File, about.EndedAt = input.File.Name(), time.Now()
	summary := tally.Summary(about)
	written, err := checkedRows(input).write(ctx, paths, summary, p.reportOptions(input))
	p.finish(result{Summary: summary, Reports: written, err: err})
	return err
}

// noRows is the refusal of a file without rows.
func noRows(input *plan.Input) error {
	problem := diagnosis.New(diagnosis.NoRows)
	problem.Place = diagnosis.Place{File: input.File.Name(), Sheet: input.File.Sheet()}
	return problem
}

// statusOf is the status of a row that was only checked.
func statusOf(row *account.Row) diagnosis.Status {
	if row.Invalid() {
		return diagnosis.Invalid
	}
	return diagnosis.Valid
}

// checked is the line of a report for a row that was only checked.
func checked(row *account.Row) report.Row {
	entry := plan.NewEntry("", 0, row)
	entry.Status = statusOf(row)
	return importer.ReportRow(&entry)
}

// checkedRows reads the file again for a report.
func checkedRows(input *plan.Input) outcomes {
	return func(ctx context.Context) iter.Seq2[report.Row, error] {
		return func(yield func(report.Row, error) bool) {
			for row, err := range input.Rows(ctx) {
				if err != nil {
					yield(report.Row{}, err)
					return
				}
				if !yield(checked(row), nil) {
					return
				}
			}
		}
	}
}
