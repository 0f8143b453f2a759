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

	"r7import/importer/diagnosis"
	"r7import/importer/durable"
	"r7import/importer/source"
	"r7import/importer/source/rewrite"
	"r7import/mapping"
	"r7import/report"
)

func (p *program) newRedact() *cobra.Command {
	cmd := &cobra.Command{
		Use:  "redact",
		Args: p.takes("value.file"),
		RunE: func(cmd *cobra.Command, args []string) error { return p.redact(cmd.Context(), args[0]) },
	}
	p.flags(cmd, "mapping", "sheet", "header-row", "delimiter", "encoding", "identity", "workbook-password-file", "keep", "output", "force")
	return cmd
}

// redact copies a table with its secrets masked.
func (p *program) redact(ctx context.Context, path string) (err error) {
	out := p.settings.Output
	if out == "" {
		return diagnosis.New(diagnosis.FlagNoValue, "Name", "--output", "Command", "r7import redact")
	}
	if err := sameKind(path, out); err != nil {
		return err
	}
	if err := p.checkOutput(ctx, out, path); err != nil {
		return err
	}
	file, options, err := p.openTable(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	options.Draft, options.WithoutPasswords = true, true
	binding, err := mapping.Bind(file.Columns(), options)
	if err != nil {
		return within(file, err)
	}
	p.warn(file.Notices()...)
	o, err := redaction(file, binding, p.settings.Keep)
	if err != nil {
		return err
	}
	if file.Sheet() != "" {
		temp, remove, err := durable.Folder(out)
		if err != nil {
			return diagnosis.Wrap(err, diagnosis.ReportFolderReadOnly, "Folder", filepath.Dir(out))
		}
		defer func() { _ = remove() }() // what it leaves the next call removes
		o.Temp = temp
	}
	var done rewrite.Redacted
	written, err := report.Publish(out, func(w io.Writer) (err error) {
		done, err = file.Redact(ctx, w, binding.Columns(), o)
		return err
	})
	if err != nil {
		return err
	}
	p.tellRedacted(file, o, done)
	check := []string{"r7import", "validate", quote(written, runtime.GOOS), "--without-passwords"}
	if p.settings.Mapping != "" {
		check = append(check, "--mapping", quote(p.settings.Mapping, runtime.GOOS))
	}
	p.console.Say("redact.written", "Path", written, "Command", strings.Join(check, " "))
	return nil
}

// redaction decides which columns of a file are shown: those known to be harmless, and
// those that somebody wants to keep.
func redaction(file *source.File, binding *mapping.Binding, keep []string) (rewrite.Redaction, error) {
	columns := file.Columns()
	o := rewrite.Redaction{Secret: binding.Secrets(columns), Kept: binding.Harmless(columns), Astray: binding.Astray, Mask: mapping.Mask}
	for _, name := range keep {
		switch i := file.Column(name, binding.Columns()); {
		case i < 0:
			return o, diagnosis.New(diagnosis.RedactNoColumn, "Column", name)
		case binding.FeedsSecret(i):
			return o, diagnosis.New(diagnosis.RedactSecret, "Column", name)
		default:
			o.Secret[i], o.Kept[i] = false, true
		}
	}
	if !slices.Contains(o.Kept, true) || !slices.Contains(o.Kept, false) {
		return o, within(file, diagnosis.New(diagnosis.RedactNothing))
	}
	return o, nil
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
func (p *program) tellRedacted(file *source.File, o rewrite.Redaction, done rewrite.Redacted) {
	var secret, unknown, kept []string
	for i, c := range file.Columns() {
		name := c.Label
		if header := strings.TrimSpace(c.Header); header != "" {
			name = strconv.Quote(header)
		}
		switch {
		case o.Secret[i]:
			secret = append(secret, name)
		case o.Kept[i]:
			kept = append(kept, name)
		default:
			unknown = append(unknown, name)
		}
	}
	tell := func(code diagnosis.Code, count int, facts ...string) {
		problem := diagnosis.New(code, append(facts, "Count", strconv.Itoa(count))...)
		problem.Place = diagnosis.Place{File: file.Name(), Sheet: file.Sheet()}
		p.warn(*problem)
	}
	tell(diagnosis.RedactMasked, done.Cells, "Columns", strings.Join(secret, ", "))
	if len(unknown) > 0 {
		tell(diagnosis.RedactUnknown, len(unknown), "Columns", strings.Join(unknown, ", "))
	}
	tell(diagnosis.RedactKept, len(kept), "Columns", strings.Join(kept, ", "))
	if n := len(done.Whole); n > 0 {
		tell(diagnosis.RedactWhole, n, "Rows", numbers(done.Whole[:min(n, rowsShown)], n))
	}
	for _, i := range slices.Sorted(maps.Keys(done.Alike)) {
		c := file.Columns()[i]
		problem := diagnosis.New(diagnosis.RedactAlike, "Count", strconv.Itoa(done.Alike[i]))
		problem.Place = diagnosis.Place{File: file.Name(), Sheet: file.Sheet(), Column: c.Label, Header: c.Header}
		p.warn(*problem)
	}
	if file.Sheet() != "" {
		tell(diagnosis.RedactAlone, 1)
	}
	if file.Encrypted() {
		tell(diagnosis.RedactOpen, 1)
	}
}
