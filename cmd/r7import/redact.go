package main

import (
	"context"
	"errors"
	"io"
	"maps"
	"path/filepath"
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

func newRedact(p *program) *cobra.Command {
	return p.command("redact", p.takes(1, "value.file"), func(cmd *cobra.Command, args []string) error {
		return redactFile(cmd.Context(), p.Process, &p.settings, args[0])
	}, "mapping", "sheet", "header-row", "delimiter", "encoding", "identity", "workbook-password-file", "keep", "output", "force")
}

// redactFile copies a table with its secrets masked.
func redactFile(ctx context.Context, p *setup.Process, s *config.Settings, path string) (err error) {
	out := s.Output
	if out == "" {
		return diagnosis.New(diagnosis.RedactNowhere, "File", path)
	}
	kind := strings.ToLower(filepath.Ext(unwrapped(path)))
	if isWorkbook(kind) {
		kind = ".xlsx" // a copy has no macros
	}
	if path != "-" && !strings.EqualFold(filepath.Ext(out), kind) {
		return diagnosis.New(diagnosis.RedactExtension, "Name", out, "Extension", kind)
	}
	if err := p.CheckOutput(ctx, out, path, s.Force); err != nil {
		return err
	}
	file, options, err := p.OpenTable(ctx, path, &s.Table)
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
	masks, err := redaction(file, binding, s.Keep)
	if err != nil {
		return err
	}
	if file.Sheet() != "" {
		temp, remove, err := durable.Folder(out)
		if err != nil {
			return diagnosis.Wrap(err, diagnosis.ReportFolderReadOnly, "Folder", filepath.Dir(out))
		}
		defer func() { _ = remove() }() // the next call removes what is left
		masks.Temp = temp
	}
	var done rewrite.Redacted
	written, err := report.Publish(out, func(w io.Writer) (err error) {
		done, err = file.Redact(ctx, w, binding.Columns(), masks)
		return err
	})
	if err != nil {
		return err
	}
	showRedacted(p, file, masks, done)
	check := []string{"validate", written, "--without-passwords"}
	if s.Mapping != "" {
		check = append(check, "--mapping", s.Mapping)
	}
	p.Console.Say("redact.written", "Path", written, "Command", show.Again(check))
	return nil
}

// redaction decides which columns of a file stay readable: those known to be harmless, and
// those that the user keeps.
func redaction(file *source.File, binding *mapping.Binding, keep []string) (rewrite.Redaction, error) {
	columns := file.Columns()
	r := rewrite.Redaction{Secret: binding.Secrets(columns), Kept: binding.Harmless(columns), Astray: binding.Astray, Mask: mapping.Mask}
	for _, name := range keep {
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

// showRedacted shows which columns were masked and which were not.
func showRedacted(p *setup.Process, file *source.File, r rewrite.Redaction, done rewrite.Redacted) {
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
	at := diagnosis.Place{File: file.Name(), Sheet: file.Sheet()}
	tell := func(code diagnosis.Code, count int, facts ...any) {
		problem := diagnosis.New(code, append(facts, "Count", count)...)
		problem.Place = at
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
		at.Column, at.Header = file.Columns()[i].Label, file.Columns()[i].Header
		tell(diagnosis.RedactAlike, done.Alike[i])
	}
	at.Column, at.Header = "", ""
	if file.Sheet() != "" {
		tell(diagnosis.RedactAlone, 1)
	}
	if file.Encrypted() {
		tell(diagnosis.RedactOpen, 1)
	}
}
