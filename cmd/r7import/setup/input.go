package setup

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/ui"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/plan"
	"r7import/importer/policy"
	"r7import/importer/source"
	"r7import/importer/validate"
	"r7import/importer/yamltree"
	"r7import/mapping"
)

// Input describes how to read a file whose rows are checked.
type Input struct {
	File string
	config.Table
	Owner policy.OwnerWay
	// NoMailPasswords means that the command does not log in to the mailboxes, so
	// their passwords need not be in the file.
	NoMailPasswords bool
	// Harmless suppresses the warning about a file that others can read. It is set
	// for the sandbox, which people try with files that hold no password.
	Harmless bool
}

// OpenInput opens the file, binds its columns, and shows the notices about both.
// The caller must close the file of the input.
func (p *Process) OpenInput(ctx context.Context, o *Input) (*plan.Input, error) {
	file, columns, err := p.OpenTable(ctx, o.File, &o.Table)
	if err != nil {
		return nil, err
	}
	columns.OwnerColumns = o.Owner == policy.OwnerColumn
	columns.WithoutPasswords = o.WithoutPasswords || o.NoMailPasswords
	columns.Sample = sync.OnceValue(func() [][]string {
		rows, _ := plan.Sample(ctx, file) // errors of the file are shown when it is read
		return rows
	})
	binding, err := mapping.Bind(file.Columns(), columns)
	if err != nil {
		return nil, errors.Join(Within(file, explained(file, err)), file.Close())
	}
	p.Console.Lang.Call(HeadersOf(file, binding))
	p.Warn(file.Notices()...)
	p.Warn(binding.Notices()...)
	if o.File != "-" && !file.Encrypted() && !o.Harmless && readableByAll(o.File) {
		p.Warn(*diagnosis.New(diagnosis.InputOpen, "File", o.File))
	}
	return &plan.Input{
		File: file, Binding: binding,
		Rules: validate.Rules{
			AllowedHosts: o.AllowedHosts, WithoutPasswords: o.WithoutPasswords, WithoutMailPasswords: o.NoMailPasswords,
			OwnersSignIn: plan.WayFor(o.Owner, binding) == policy.OwnerColumn,
		},
	}, nil
}

// AskNumericPasswords asks once for all rows whether whole numbers in cells are passwords
// as shown. Without a terminal it does not ask, and such rows have errors.
func AskNumericPasswords(ctx context.Context, p *Process, input *plan.Input) error {
	cells := input.File.NumericPasswords(input.Binding.Columns())
	if cells == 0 || !p.Console.Terminal() {
		return nil
	}
	yes, err := p.Console.Confirm(ctx, "run.question.numbers", "Count", cells)
	if err == nil && yes {
		input.File.TakeNumericPasswords()
	}
	return err
}

// HeadersOf returns the file's headers of the bound columns, keyed by field name.
func HeadersOf(file *source.File, binding *mapping.Binding) map[string]string {
	headers := make(map[string]string)
	for i, name := range binding.Columns() {
		headers[name] = strings.TrimSpace(file.Columns()[i].Header)
	}
	return headers
}

// OpenTable opens a file and returns it with the options for its columns from the flags.
func (p *Process) OpenTable(ctx context.Context, path string, t *config.Table) (*source.File, mapping.Options, error) {
	options := source.Options{
		Sheet: t.Sheet, HeaderRow: t.HeaderRow, Delimiter: t.Delimiter, Encoding: t.Encoding,
		Identity: t.Identity, Stdin: p.In, Known: mapping.Known, NumericPasswords: t.NumericPasswords,
		Passphrase: func() (account.Secret, error) {
			return p.Secret(ctx, Secret{Flag: "--passphrase", Ref: t.Passphrase, Question: "ask.passphrase"})
		},
	}
	var errs []error
	if t.Rows != "" {
		rows, err := source.ParseRows(t.Rows)
		options.Rows, errs = rows, append(errs, err)
	}
	for _, text := range t.Where {
		where, err := source.ParseWhere(text)
		options.Where, errs = append(options.Where, where), append(errs, err)
	}
	password, err := p.Secret(ctx, Secret{Flag: "--workbook-password", Ref: t.WorkbookPassword, File: t.WorkbookPasswordFile})
	options.WorkbookPassword = password
	err = errors.Join(append(errs, err)...) // all errors of the flags at once
	if err == nil && path == "-" {
		err = p.takeStdin(p.Console.Text("value.file"))
	}
	if err != nil {
		return nil, mapping.Options{}, err
	}
	columns := mapping.Options{Set: make(map[account.Field]string, len(t.Set)), Preset: t.Preset, WithoutPasswords: t.WithoutPasswords}
	for _, fill := range t.Set {
		name, text, _ := strings.Cut(fill, "=")
		field, _ := account.FieldNamed(strings.TrimSpace(name))
		columns.Set[field] = text
	}
	if t.Mapping != "" {
		columns.File, err = readWith(t.Mapping, "--mapping", mapping.ParseFile)
	}
	var presetsErr error
	columns.Presets, presetsErr = OwnPresets(t.Presets)
	if err = errors.Join(err, presetsErr); err != nil {
		return nil, mapping.Options{}, err
	}
	// Await lets a signal end this, even within one long read or computation.
	file, err := ui.Await(ctx, func() (file *source.File, err error) {
		err = diagnosis.Guard(func() (err error) {
			file, err = source.Open(ctx, path, options)
			return err
		})
		return file, err
	})
	return file, columns, err
}

// NoRows returns the problem of a file without rows.
func NoRows(input *plan.Input) error {
	problem := diagnosis.New(diagnosis.NoRows)
	problem.Place = diagnosis.Place{File: input.File.Name(), Sheet: input.File.Sheet()}
	return problem
}

// explained adds to an error about missing columns the names in the header that cannot
// be read, if there are any: one of them may be the missing column.
func explained(file *source.File, err error) error {
	missing := func(p diagnosis.Problem) bool {
		return p.Code == diagnosis.ColumnsMissing || p.Code == diagnosis.HeaderNone
	}
	many, ok := errors.AsType[diagnosis.Problems](err)
	if !ok || !slices.ContainsFunc(many, missing) {
		return err
	}
	var labels []string
	for _, c := range file.Unreadable() {
		labels = append(labels, c.Label)
	}
	if len(labels) == 0 {
		return err
	}
	return append(many, *diagnosis.New(diagnosis.HeaderUnreadable, "Count", len(labels), "Columns", labels))
}

// Within sets file and sheet in the places of problems that concern the file.
func Within(file *source.File, err error) error {
	many, ok := errors.AsType[diagnosis.Problems](err)
	if one, is := errors.AsType[*diagnosis.Problem](err); is {
		many = diagnosis.Problems{*one}
	} else if !ok {
		return err
	}
	for i := range many {
		if many[i].Code.Scope() == diagnosis.File {
			many[i].Place.File, many[i].Place.Sheet = file.Name(), file.Sheet()
		}
	}
	return many
}

// OwnPresets reads the organisation's presets at path, and returns nil if path is empty.
func OwnPresets(path string) (mapping.Presets, error) {
	if path == "" {
		return nil, nil
	}
	return readWith(path, "--presets", mapping.ParsePresets)
}

// readWith reads and parses a file that a flag names.
func readWith[T any](path, flag string, parse func(name string, text []byte) (T, error)) (T, error) {
	text, err := yamltree.ReadFile(path)
	if err != nil {
		var nothing T
		return nothing, diagnosis.Wrap(err, diagnosis.FileUnread, "Name", flag, "File", path)
	}
	return parse(filepath.Base(path), text)
}

// readableByAll reports whether the modes of a file and of the folders above it let every
// user of the machine read it. It is false on Windows, where modes do not show that.
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
