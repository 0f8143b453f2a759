package main

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"r7import/importer/diagnosis"
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
	p.flags(cmd, "mapping", "sheet", "header-row", "delimiter", "encoding", "identity", "workbook-password-file", "output", "force")
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
	secret := binding.Secrets(file.Columns())
	if !slices.Contains(secret, true) {
		return within(file, diagnosis.New(diagnosis.RedactNothing))
	}
	var done rewrite.Redacted
	written, err := report.Publish(out, func(w io.Writer) (err error) {
		done, err = file.Redact(ctx, w, binding.Columns(), rewrite.Redaction{Secret: secret, Astray: binding.Astray, Mask: mapping.Mask})
		return err
	})
	if err != nil {
		return err
	}
	p.tellRedacted(file, secret, done)
	check := []string{"r7import", "validate", quote(written, runtime.GOOS), "--without-passwords"}
	if p.settings.Mapping != "" {
		check = append(check, "--mapping", quote(p.settings.Mapping, runtime.GOOS))
	}
	p.console.Say("redact.written", "Path", written, "Command", strings.Join(check, " "))
	return nil
}

// sameKind requires the copy to be named as a file of the kind it is.
func sameKind(path, out string) error {
	for _, packed := range []string{".age", ".gz"} {
		path = strings.TrimSuffix(path, packed)
	}
	want := strings.ToLower(filepath.Ext(path))
	if path == "-" || strings.EqualFold(filepath.Ext(out), want) {
		return nil
	}
	return diagnosis.New(diagnosis.RedactExtension, "Name", out, "Extension", want)
}

// tellRedacted says what was masked, and what was not.
func (p *program) tellRedacted(file *source.File, secret []bool, done rewrite.Redacted) {
	var masked, kept []string
	for i, c := range file.Columns() {
		header := strconv.Quote(strings.TrimSpace(c.Header))
		switch {
		case secret[i]:
			masked = append(masked, header)
		case header != `""`:
			kept = append(kept, header)
		}
	}
	tell := func(code diagnosis.Code, facts ...string) {
		problem := diagnosis.New(code, facts...)
		problem.Place = diagnosis.Place{File: file.Name(), Sheet: file.Sheet()}
		p.warn(*problem)
	}
	tell(diagnosis.RedactMasked, "Count", strconv.Itoa(done.Cells), "Columns", strings.Join(masked, ", "))
	if len(kept) > 0 {
		tell(diagnosis.RedactKept, "Count", strconv.Itoa(len(kept)), "Columns", strings.Join(kept, ", "))
	}
	if n := len(done.Whole); n > 0 {
		tell(diagnosis.RedactWhole, "Count", strconv.Itoa(n), "Rows", numbers(done.Whole[:min(n, rowsShown)], n))
	}
	for _, a := range done.Alike {
		problem := diagnosis.New(diagnosis.RedactAlike, "Count", strconv.Itoa(a.Cells), "Column", "")
		if a.Header == "" {
			problem.Args["Column"] = a.Column
		}
		problem.Place = diagnosis.Place{File: file.Name(), Sheet: a.Sheet, Column: a.Column, Header: a.Header}
		p.warn(*problem)
	}
	if len(done.Unseen) > 0 {
		tell(diagnosis.RedactUnseen, "Count", strconv.Itoa(len(done.Unseen)), "Parts", strings.Join(done.Unseen, ", "))
	}
	if file.Encrypted() {
		tell(diagnosis.RedactOpen)
	}
}
