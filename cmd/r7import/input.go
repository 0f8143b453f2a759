package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"r7import/importer"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source"
	"r7import/importer/validate"
	"r7import/mapping"
)

// openInput opens the file, binds its columns, and tells what it was taken for.
// The caller closes the file of the input.
func (p *program) openInput(ctx context.Context, path string) (*importer.Input, error) {
	file, columns, err := p.openTable(ctx, path)
	if err != nil {
		return nil, err
	}
	binding, err := mapping.Bind(file.Columns(), columns)
	if err != nil {
		return nil, errors.Join(within(file, explained(file, err)), file.Close())
	}
	p.warn(file.Notices()...)
	p.warn(binding.Notices()...)
	p.warnIfOpen(file, path)
	return &importer.Input{
		File: file, Binding: binding,
		Rules: validate.Rules{
			AllowedHosts: p.settings.AllowedHosts, WithoutPasswords: p.settings.WithoutPasswords, WithoutMailPasswords: p.withoutMailPasswords,
			OwnersSignIn: importer.WayFor(importer.OwnerWay(p.settings.Owner), binding) == importer.OwnerColumn,
		},
	}, nil
}

// askNumericPasswords asks once for all rows whether whole numbers are the passwords
// that the cells show. Where nobody can be asked, such rows have errors.
func (p *program) askNumericPasswords(ctx context.Context, input *importer.Input) error {
	cells := input.File.NumericPasswords(input.Binding.Columns())
	if cells == 0 || p.settings.NumericPasswords || p.settings.Yes || p.settings.Sandbox || !p.console.Terminal() {
		return nil
	}
	yes, err := p.console.Confirm(ctx, "run.question.numbers", "Count", strconv.Itoa(cells))
	if err == nil && yes {
		input.File.TakeNumericPasswords()
	}
	return err
}

// openTable opens the file and reads what the flags say about its columns.
func (p *program) openTable(ctx context.Context, path string) (*source.File, mapping.Options, error) {
	options, err := p.sourceOptions(ctx)
	if err != nil {
		return nil, mapping.Options{}, err
	}
	if path == "-" {
		if err := p.takeStdin(p.console.Text("value.file")); err != nil {
			return nil, mapping.Options{}, err
		}
	}
	columns, err := p.mappingOptions()
	if err != nil {
		return nil, mapping.Options{}, err
	}
	file, err := source.Open(ctx, path, options)
	return file, columns, err
}

// explained adds to a refusal for missing columns that names in the header cannot be
// read, if so: then they are not missing but hidden.
func explained(file *source.File, err error) error {
	var many diagnosis.Problems
	unreadable := file.Unreadable()
	missing := func(p diagnosis.Problem) bool {
		return p.Code == diagnosis.ColumnsMissing || p.Code == diagnosis.HeaderNone
	}
	if len(unreadable) == 0 || !errors.As(err, &many) || !slices.ContainsFunc(many, missing) {
		return err
	}
	labels := make([]string, len(unreadable))
	for i, c := range unreadable {
		labels[i] = c.Label
	}
	return append(many, *diagnosis.New(diagnosis.HeaderUnreadable, "Count", strconv.Itoa(len(labels)), "Columns", strings.Join(labels, ", ")))
}

// within puts the file into the places of problems with its columns.
func within(file *source.File, err error) error {
	var many diagnosis.Problems
	var one *diagnosis.Problem
	if errors.As(err, &one) {
		many = diagnosis.Problems{*one}
	} else if !errors.As(err, &many) {
		return err
	}
	for i := range many {
		if many[i].Code.Scope() == diagnosis.File {
			many[i].Place.File, many[i].Place.Sheet = file.Name(), file.Sheet()
		}
	}
	return many
}

// sourceOptions takes the reading flags apart. All that is wrong with them is told at once.
func (p *program) sourceOptions(ctx context.Context) (source.Options, error) {
	s := &p.settings
	o := source.Options{
		Sheet: s.Sheet, HeaderRow: s.HeaderRow, Delimiter: s.Delimiter, Encoding: s.Encoding,
		Identity: s.Identity, Stdin: p.in, Known: mapping.Known, NumericPasswords: s.NumericPasswords,
		Passphrase: func() (account.Secret, error) {
			return p.secret(ctx, secret{variable: passphraseVariable, question: "ask.passphrase"})
		},
	}
	var errs []error
	if s.Rows != "" {
		rows, err := source.ParseRows(s.Rows)
		o.Rows, errs = rows, append(errs, err)
	}
	for _, text := range s.Where {
		where, err := source.ParseWhere(text)
		o.Where, errs = append(o.Where, where), append(errs, err)
	}
	password, err := p.secret(ctx, secret{flag: "--workbook-password-file", file: s.WorkbookPasswordFile, variable: workbookVariable})
	o.WorkbookPassword = password
	return o, errors.Join(append(errs, err)...)
}

// mappingOptions reads the files that say what columns and services mean.
func (p *program) mappingOptions() (mapping.Options, error) {
	o := mapping.Options{
		Set:              make(map[account.Field]string, len(p.settings.Set)),
		Preset:           p.settings.Preset,
		OwnerColumns:     p.settings.Owner == string(importer.OwnerColumn),
		WithoutPasswords: p.settings.WithoutPasswords || p.withoutMailPasswords,
	}
	for _, fill := range p.settings.Set {
		name, text, _ := strings.Cut(fill, "=")
		field, _ := account.FieldNamed(strings.TrimSpace(name))
		o.Set[field] = text
	}
	var errs [2]error
	if path := p.settings.Mapping; path != "" {
		o.File, errs[0] = readWith(path, "--mapping", mapping.ParseFile)
	}
	o.Presets, errs[1] = p.ownPresets()
	return o, errors.Join(errs[:]...)
}

// ownPresets reads the presets of the organisation, if there are any.
func (p *program) ownPresets() (mapping.Presets, error) {
	if p.settings.Presets == "" {
		return nil, nil
	}
	return readWith(p.settings.Presets, "--presets", mapping.ParsePresets)
}

// readWith reads a file that a flag names.
func readWith[T any](path, flag string, parse func(name string, text []byte) (T, error)) (T, error) {
	const largest = 1 << 20
	text, err := os.ReadFile(path)
	if err != nil || len(text) > largest {
		var nothing T
		return nothing, diagnosis.Wrap(err, diagnosis.FileUnread, "Name", flag, "File", path)
	}
	return parse(filepath.Base(path), text)
}

// warnIfOpen warns of a file with passwords that every user of the machine can
// read, unless it is encrypted. The sandbox is for trying things out with files
// that hold none.
func (p *program) warnIfOpen(file *source.File, path string) {
	if path != "-" && !file.Encrypted() && !p.settings.Sandbox && readableByAll(path) {
		p.warn(*diagnosis.New(diagnosis.InputOpen, "File", path))
	}
}

// readableByAll reports whether a file and every folder above it let everybody in.
// On Windows modes do not tell.
func readableByAll(path string) bool {
	whole, err := filepath.Abs(path)
	if err != nil || runtime.GOOS == "windows" {
		return false
	}
	for need := os.FileMode(0o004); ; need = 0o001 {
		info, err := os.Stat(whole)
		if err != nil || info.Mode()&need == 0 {
			return false
		}
		above := filepath.Dir(whole)
		if above == whole {
			return true
		}
		whole = above
	}
}
