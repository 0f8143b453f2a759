package main

import (
	"context"
	"errors"
	"io"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/show"
	"r7import/importer/diagnosis"
	"r7import/importer/durable"
	"r7import/importer/source"
	"r7import/importer/source/rewrite"
	"r7import/mapping"
	"r7import/report"
)

// redactOptions is what redact reads.
type redactOptions struct {
	file   string
	table  config.Table
	keep   []string // columns to show
	output string
	force  bool // overwrite it
}

func newRedact(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:  "redact",
		Args: p.takes("value.file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			s := &p.settings
			return redactFile(cmd.Context(), p.Process, &redactOptions{file: args[0], table: s.Table, keep: s.Keep, output: s.Output, force: s.Force})
		},
	}
	p.flags(cmd, "mapping", "sheet", "header-row", "delimiter", "encoding", "identity", "workbook-password-file", "keep", "output", "force")
	return cmd
}

// redactFile copies a table with its secrets masked.
func redactFile(ctx context.Context, p *setup.Process, o *redactOptions) (err error) {
	path, out := o.file, o.output
	if out == "" {
		return diagnosis.New(diagnosis.RedactNowhere, "File", path)
	}
	if err := sameKind(path, out); err != nil {
		return err
	}
	if err := p.CheckOutput(ctx, out, path, o.force); err != nil {
		return err
	}
	file, options, err := p.OpenTable(ctx, path, &o.table)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	options.Draft, options.WithoutPasswords = true, true
	binding, err := mapping.Bind(file.Columns(), options)
	if err != nil {
		return setup.Within(file, err)
	}
	p.Warn(file.Notices()...)
	redaction, err := o.redaction(file, binding)
	if err != nil {
		return err
	}
	if file.Sheet() != "" {
		temp, remove, err := durable.Folder(out)
		if err != nil {
			return diagnosis.Wrap(err, diagnosis.ReportFolderReadOnly, "Folder", filepath.Dir(out))
		}
		defer func() { _ = remove() }() // what it leaves the next call removes
		redaction.Temp = temp
	}
	var done rewrite.Redacted
	written, err := report.Publish(out, func(w io.Writer) (err error) {
		done, err = file.Redact(ctx, w, binding.Columns(), redaction)
		return err
	})
	if err != nil {
		return err
	}
	tellRedacted(p, file, redaction, done)
	check := []string{"r7import", "validate", show.Quote(written, runtime.GOOS), "--without-passwords"}
	if o.table.Mapping != "" {
		check = append(check, "--mapping", show.Quote(o.table.Mapping, runtime.GOOS))
	}
	p.Console.Say("redact.written", "Path", written, "Command", strings.Join(check, " "))
	return nil
}

// redaction decides which columns of a file are shown: those known to be harmless, and
// those that somebody wants to keep.
func (o *redactOptions) redaction(file *source.File, binding *mapping.Binding) (rewrite.Redaction, error) {
	columns := file.Columns()
	r := rewrite.Redaction{Secret: binding.Secrets(columns), Kept: binding.Harmless(columns), Astray: binding.Astray, Mask: mapping.Mask}
	for _, name := range o.keep {
		switch i := file.Column(name, binding.Columns()); {
		case i < 0:
			return r, diagnosis.New(diagnosis.RedactNoColumn, "Column", name)
		case binding.FeedsSecret(i):
			return r, diagnosis.New(diagnosis.RedactSecret, "Column", name)
		default:
			r.Secret[i], r.Kept[i] = false, true
		}
	}
	if !slices.Contains(r.Kept, true) || !slices.Contains(r.Kept, false) {
		return r, setup.Within(file, diagnosis.New(diagnosis.RedactNothing))
	}
	return r, nil
}

// sameKind requires the copy to be named as a file of the kind it is. That of a
// workbook has no macros.
func sameKind(path, out string) error {
	for _, packed := range []string{".age", ".gz"} {
		path = strings.TrimSuffix(path, packed)
	}
	want := strings.ToLower(filepath.Ext(path))
	if isWorkbook(want) {
		want = ".xlsx"
	}
	if path == "-" || strings.EqualFold(filepath.Ext(out), want) {
		return nil
	}
	return diagnosis.New(diagnosis.RedactExtension, "Name", out, "Extension", want)
}

// tellRedacted says what was masked, and what was not.
func tellRedacted(p *setup.Process, file *source.File, r rewrite.Redaction, done rewrite.Redacted) {
	var secret, unknown, kept []string
	for i, c := range file.Columns() {
		name := c.Label
		if header := strings.TrimSpace(c.Header); header != "" {
			name = strconv.Quote(header)
		}
		switch {
		case r.Secret[i]:
			secret = append(secret, name)
		case r.Kept[i]:
			kept = append(kept, name)
		default:
			unknown = append(unknown, name)
		}
	}
	tell := func(code diagnosis.Code, count int, facts ...any) {
		problem := diagnosis.New(code, append(facts, "Count", count)...)
		problem.Place = diagnosis.Place{File: file.Name(), Sheet: file.Sheet()}
		p.Warn(*problem)
	}
	tell(diagnosis.RedactMasked, done.Cells, "Columns", secret)
	if len(unknown) > 0 {
		tell(diagnosis.RedactUnknown, len(unknown), "Columns", unknown)
	}
	tell(diagnosis.RedactKept, len(kept), "Columns", kept)
	if n := len(done.Whole); n > 0 {
		tell(diagnosis.RedactWhole, n, "Rows", show.Numbers(done.Whole[:min(n, show.RowsShown)], n))
	}
	for _, i := range slices.Sorted(maps.Keys(done.Alike)) {
		c := file.Columns()[i]
		problem := diagnosis.New(diagnosis.RedactAlike, "Count", done.Alike[i])
		problem.Place = diagnosis.Place{File: file.Name(), Sheet: file.Sheet(), Column: c.Label, Header: c.Header}
		p.Warn(*problem)
	}
	if file.Sheet() != "" {
		tell(diagnosis.RedactAlone, 1)
	}
	if file.Encrypted() {
		tell(diagnosis.RedactOpen, 1)
	}
}
