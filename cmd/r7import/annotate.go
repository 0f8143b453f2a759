package main

import (
	"context"
	"io"
	"iter"
	"path/filepath"
	"slices"
	"strings"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/show"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/plan"
	"r7import/importer/source/rewrite"
	"r7import/importer/source/xlsx"
	"r7import/mapping"
	"r7import/report"
)

// annotationFlags are the flags of commands that can write an annotated copy of the input.
var annotationFlags = []string{"annotate", "only-failed", "keep-secrets"}

// checkAnnotation returns an error if the annotated copy cannot be written. It is called before anything is sent.
func checkAnnotation(o *config.Annotation, input *plan.Input, path string, reports []string) error {
	if o.Annotate == "" {
		if o.OnlyFailed || o.KeepSecrets {
			return diagnosis.New(diagnosis.AnnotateNothing)
		}
		return nil
	}
	same := func(other string) bool { return filepath.Clean(other) == filepath.Clean(o.Annotate) }
	extension := extensionOf(input.File)
	switch {
	case slices.ContainsFunc(reports, same):
		return diagnosis.New(diagnosis.FlagsTogether, "First", "--annotate "+o.Annotate, "Second", "--report "+o.Annotate)
	case input.File.Encrypted() && o.KeepSecrets:
		return diagnosis.New(diagnosis.CopyEncrypted, "File", input.File.Name())
	case !strings.EqualFold(filepath.Ext(o.Annotate), extension):
		return diagnosis.New(diagnosis.AnnotateFormat, "File", o.Annotate, "Extension", extension)
	}
	return report.CheckPath(o.Annotate, path)
}

// annotate writes the copy of the input with the outcome of each row, and returns its path.
// It refuses a file that has changed since: keyed of the file's digest must equal want.
func (rows outcomes) annotate(ctx context.Context, p *setup.Process, input *plan.Input, o *config.Annotation,
	keyed func(digest string) string, want string) (string, error) {
	digest, err := input.File.Digest()
	if err != nil {
		return "", err
	}
	if keyed(digest) != want {
		return "", diagnosis.New(diagnosis.AnnotateChanged, "File", input.File.Name())
	}
	columns := input.File.Columns()
	a := rewrite.Annotation{
		Headers: mapping.OwnColumns, Widths: []float64{12, 22, 60, 60, 14}, OnlyFailed: o.OnlyFailed,
		Marks: rows.marks(p, input, o),
	}
	if !o.KeepSecrets {
		a.Secret, a.Astray, a.Fields = input.Binding.Secrets(columns), input.Binding.Astray, make([]bool, len(columns))
		for i, name := range input.Binding.Columns() {
			a.Fields[i] = name != "" && !a.Secret[i]
		}
	}
	var done rewrite.Annotated
	written, err := report.Publish(o.Annotate, func(w io.Writer) (err error) {
		done, err = input.File.Annotate(ctx, w, input.Binding.Columns(), a)
		return err
	})
	if err != nil {
		return "", err
	}
	tell := func(code diagnosis.Code, facts ...any) {
		p.Warn(*diagnosis.New(code, append(facts, "File", o.Annotate)...))
	}
	if o.KeepSecrets {
		tell(diagnosis.AnnotateSecrets)
	}
	if done.Alike > 0 {
		tell(diagnosis.AnnotateAlike, "Count", done.Alike)
	}
	if n := len(done.Whole); n > 0 {
		tell(diagnosis.AnnotateWhole, "Count", n, "Rows", show.Numbers(done.Whole[:min(n, show.RowsShown)], n))
	}
	if input.File.Encrypted() {
		tell(diagnosis.AnnotateOpen)
	}
	return written, nil
}

// marks yields for each row its outcome and the cells that caused its problems.
func (rows outcomes) marks(p *setup.Process, input *plan.Input, o *config.Annotation) iter.Seq2[rewrite.Mark, error] {
	annotator := report.NewAnnotator(p.Console.Lang, input.File.Sheet() == "")
	columns := make(map[string]int)
	for i, c := range input.File.Columns() {
		columns[c.Label] = i
	}
	passwords := slices.IndexFunc(input.Binding.Columns(), func(name string) bool { return name == account.Password.String() })
	return eachOf(iter.Seq2[report.Row, error](rows), func(row report.Row) rewrite.Mark {
		m := rewrite.Mark{Row: row.Number, Cells: annotator.Cells(&row), Failed: !row.Status.Desired(), Bad: make(map[int]xlsx.Fill)}
		for i := range row.Problems {
			problem := &row.Problems[i]
			column, known := columns[problem.Place.Column]
			if known && problem.Severity() == diagnosis.Error {
				m.Bad[column] = xlsx.Red
			} else if known && problem.Severity() == diagnosis.Warning && m.Bad[column] == xlsx.None {
				m.Bad[column] = xlsx.Yellow
			}
		}
		if !m.Failed {
			return m
		}
		m.Fill = xlsx.Red
		if row.Status.Open() {
			m.Fill = xlsx.Yellow
		}
		if passwords >= 0 && !o.KeepSecrets && m.Bad[passwords] == xlsx.None { // the cell is empty in the copy
			m.Bad[passwords] = xlsx.Yellow
		}
		return m
	})
}

// fix returns the commands that help to correct the declined rows of a run, nil if there are none.
func (o *runOptions) fix(command, run string, input *plan.Input, r *show.Result) *show.Fix {
	if !show.Any(r.Statuses, diagnosis.Status.Declined) {
		return nil
	}
	f := &show.Fix{Secrets: o.KeepSecrets}
	args := slices.Clone(o.args)
	named := slices.Index(args, o.File)
	if command != "run" || o.Target.Sandbox || o.File == "-" || named < 0 {
		return f
	}
	again := strings.TrimSuffix(o.Annotate, filepath.Ext(o.Annotate)) + "-2" + filepath.Ext(o.Annotate)
	for i, arg := range args { // the first copy may be open in an editor
		switch {
		case arg == "--annotate="+o.Annotate:
			args[i] = "--annotate=" + again
		case i > 0 && args[i-1] == "--annotate":
			args[i] = again
		}
	}
	if o.Table.FailedOf == "" {
		f.Failed = show.Again(append(slices.Clone(args), "--failed-of", run))
	}
	if r.Annotated == "" {
		copied := strings.TrimSuffix(report.DefaultName(o.File), "report.csv") + "fix" + extensionOf(input.File)
		again := []string{"report", run, o.File, "--portal", o.Target.Portal, "--annotate", copied}
		if o.Target.State != "" {
			again = append(again, "--state", o.Target.State)
		}
		f.Annotate = show.Again(again)
		return f
	}
	args[named] = r.Annotated
	f.Corrected = show.Again(args)
	return f
}
