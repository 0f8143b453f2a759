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

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/show"
	"r7import/importer/diagnosis"
	"r7import/importer/source"
	"r7import/mapping"
	"r7import/report"
)

// redactOptions is what redact reads.
type redactOptions struct {
	file   string
	table  config.Table
	output string
	force  bool // overwrite it
}

func newRedact(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:  "redact",
		Args: p.takes("value.file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			s := &p.settings
			return redactFile(cmd.Context(), p.Process, &redactOptions{file: args[0], table: s.Table, output: s.Output, force: s.Force})
		},
	}
	p.flags(cmd, "mapping", "sheet", "header-row", "delimiter", "encoding", "identity", "workbook-password-file", "output", "force")
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
	secret := binding.Secrets(file.Columns())
	if !slices.Contains(secret, true) {
		return setup.Within(file, diagnosis.New(diagnosis.RedactNothing))
	}
	var done source.Redacted
	written, err := report.Publish(out, func(w io.Writer) (err error) {
		done, err = file.Redact(ctx, w, source.Redaction{Names: binding.Columns(), Secret: secret, Astray: binding.Astray, Mask: mapping.Mask})
		return err
	})
	if err != nil {
		return err
	}
	tellRedacted(p, file, secret, done)
	check := []string{"r7import", "validate", show.Quote(written, runtime.GOOS), "--without-passwords"}
	if o.table.Mapping != "" {
		check = append(check, "--mapping", show.Quote(o.table.Mapping, runtime.GOOS))
	}
	p.Console.Say("redact.written", "Path", written, "Command", strings.Join(check, " "))
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
func tellRedacted(p *setup.Process, file *source.File, secret []bool, done source.Redacted) {
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
		p.Warn(*problem)
	}
	tell(diagnosis.RedactMasked, "Count", strconv.Itoa(done.Cells), "Columns", strings.Join(masked, ", "))
	if len(kept) > 0 {
		tell(diagnosis.RedactKept, "Count", strconv.Itoa(len(kept)), "Columns", strings.Join(kept, ", "))
	}
	if n := len(done.Whole); n > 0 {
		tell(diagnosis.RedactWhole, "Count", strconv.Itoa(n), "Rows", show.Numbers(done.Whole[:min(n, show.RowsShown)], n))
	}
	for _, a := range done.Alike {
		problem := diagnosis.New(diagnosis.RedactAlike, "Count", strconv.Itoa(a.Cells), "Column", "")
		if a.Header == "" {
			problem.Args["Column"] = a.Column
		}
		problem.Place = diagnosis.Place{File: file.Name(), Sheet: a.Sheet, Column: a.Column, Header: a.Header}
		p.Warn(*problem)
	}
	if len(done.Unseen) > 0 {
		tell(diagnosis.RedactUnseen, "Count", strconv.Itoa(len(done.Unseen)), "Parts", strings.Join(done.Unseen, ", "))
	}
	if file.Encrypted() {
		tell(diagnosis.RedactOpen)
	}
}
