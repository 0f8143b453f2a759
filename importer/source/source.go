// Package source reads CSV and XLSX files as one stream of numbered records.
//
// [Open] detects format, encoding, delimiter, sheet and header row,
// and reports them in [File.Notices]; if it would have to guess, it
// returns an error. [File.Records] then yields the rows, as often
// as it is called, each decoded through gocsv into one [Record] for
// both formats. A problem with a row is part of its record and does
// not end the stream; only a problem with the file ends it.
//
// The packages below it do not know accounts: container opens files, text and xlsx
// read rows of cells, table knows the usual forms of tables, rewrite writes copies.
// This package assigns cells to fields and reports what is wrong with them.
//
// Cells are taken literally: nothing is trimmed, computed or replaced.
// Only padding that a program put around all cells is removed.
package source

import (
	"cmp"
	"context"
	"io"
	"iter"
	"regexp"
	"strconv"
	"strings"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source/container"
	"r7import/importer/source/rewrite"
	"r7import/importer/source/table"
	"r7import/importer/source/text"
	"r7import/importer/source/xlsx"
)

// Options say how to read a file. The zero value detects everything.
type Options struct {
	Sheet     string // name of a sheet; empty chooses the only one that qualifies
	HeaderRow int    // number of the header row, 0 to detect it
	Delimiter rune   // of a CSV file, 0 to detect it
	Encoding  string // of a CSV file, one of [Encodings], empty to detect it
	Rows      Rows   // rows to yield; empty yields all
	Where     []Where
	// NumericPasswords accepts whole numbers of a workbook as passwords, as the cells show them.
	NumericPasswords bool

	WorkbookPassword account.Secret
	Identity         string                         // path of an age key file
	Passphrase       func() (account.Secret, error) // asks for the passphrase of an age file; may be nil
	Stdin            io.Reader                      // read for the path "-"

	// Known reports whether a text is a known column name. It helps to
	// detect the header, the encoding and the delimiter. It may be nil.
	Known func(header string) bool
	// MaxBytes bounds what must be held in memory: standard input
	// and content that cannot be read sequentially. 0 means 64 MiB.
	MaxBytes int64
}

// Encodings returns the values that [Options.Encoding] accepts.
func Encodings() []string { return text.Encodings() }

// File is an opened file. It is not safe for concurrent use.
type File struct {
	name    string
	input   *container.File
	options Options
	text    *text.Table // of a text file
	book    *xlsx.Table // of a workbook
	label   func(column int) string
	sheet   string
	columns []Column
	notices []diagnosis.Problem
	passed  tally // counts of the last pass
	total   int   // rows of the last pass, including those not asked for
}

// Open opens a file, or standard input for the path "-", and detects its form. The
// error is a *[diagnosis.Problem] unless ctx ended or [Options.Passphrase] failed.
func Open(ctx context.Context, path string, o Options) (*File, error) {
	if o.Known == nil {
		o.Known = func(string) bool { return false }
	}
	f := &File{name: container.Name(path), options: o}
	in, err := container.Open(path, container.Options{
		WorkbookPassword: o.WorkbookPassword, Identity: o.Identity, Passphrase: o.Passphrase, Stdin: o.Stdin,
		MaxBytes: cmp.Or(o.MaxBytes, 64<<20),
	})
	if err != nil {
		return nil, f.withFile(err)
	}
	f.input = in
	if err := f.detect(ctx); err != nil {
		in.Close()
		return nil, f.withFile(err)
	}
	return f, nil
}

// detect detects the form of the file.
func (f *File) detect(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if saved := f.input.SavedElsewhere(); !saved.IsZero() {
		f.note(diagnosis.FileOpenElsewhere, "File", f.name, "Saved", saved.Format(time.DateTime))
	}
	headers := table.Headers{Row: f.options.HeaderRow, Known: f.options.Known}
	var first table.Top
	var at int
	var err error
	if f.input.IsWorkbook() {
		f.label = xlsx.ColumnLetters
		f.book, first, at, err = xlsx.Look(ctx, f.input.Content(), xlsx.Options{Sheet: f.options.Sheet, Headers: headers})
	} else {
		f.label = func(column int) string { return strconv.Itoa(column + 1) }
		f.text, first, at, err = text.Look(f.input, text.Options{
			Name: f.name, Encoding: f.options.Encoding, Delimiter: f.options.Delimiter, Headers: headers,
		})
	}
	if err != nil {
		return err
	}
	for i, h := range table.Trimmed(first.Rows[at]) {
		f.columns = append(f.columns, Column{Header: h, Label: f.label(i)})
	}
	if f.book != nil {
		f.sheet = f.book.Sheet.Name
		f.note(diagnosis.SheetRead, "Sheet", f.sheet, "Row", f.book.Header)
		f.noteHeader(first, at)
		f.noteHidden()
		return nil
	}
	sample := ""
	if headers.Names(first.Rows[at]) > 0 { // otherwise the row may not be a header and may hold anything
		sample = decodedSample(first.Rows[:at+1])
	}
	f.note(diagnosis.TextRead, "Encoding", f.text.Charset.Name(), "Delimiter", delimiterName(f.text.Delimiter), "Row", f.text.Header, "Sample", sample)
	f.noteHeader(first, at)
	f.noteForm()
	return nil
}

func delimiterName(d byte) string {
	if d == '\t' {
		return "tab"
	}
	return string(rune(d))
}

// withFile adds the file's name to a problem that does not have it yet.
func (f *File) withFile(err error) error {
	if p, ok := err.(*diagnosis.Problem); ok && p.Place.File == "" && p.Args["File"] == "" {
		p.Place.File = f.name
	}
	return err
}

// Name returns the base name of the file, "stdin" for standard input.
func (f *File) Name() string { return f.name }

// Sheet returns the sheet that is read, empty for a CSV file.
func (f *File) Sheet() string { return f.sheet }

// Columns returns the columns of the table.
func (f *File) Columns() []Column { return f.columns }

// Column returns the index of a column by its header, by its
// name among names, or by its label; -1 if there is none.
func (f *File) Column(called string, names []string) int {
	return Where{column: called}.columnIn(f.columns, names)
}

// Unreadable returns the columns whose headers
// have lost letters or show wrong ones.
func (f *File) Unreadable() []Column {
	var columns []Column
	for _, c := range f.columns {
		if table.Unreadable(c.Header) {
			columns = append(columns, c)
		}
	}
	return columns
}

// Notices returns the notices from opening the file.
func (f *File) Notices() []diagnosis.Problem { return f.notices }

// Passed returns the notices of the last pass over the records: rows skipped
// because they are no accounts, padding removed from cells, a sample name if
// the encoding was guessed. It is complete only if the loop was not left early.
func (f *File) Passed() []diagnosis.Problem {
	encoding := ""
	if f.text != nil {
		encoding = f.text.Charset.Name()
	}
	passed := f.passed.notices(encoding, f.label)
	for i := range passed {
		passed[i].Place = diagnosis.Place{File: f.name, Sheet: f.sheet}
	}
	return passed
}

// NumericPasswords returns how many cells of password columns hold whole
// numbers that are shown in full; names are as for [File.Records].
func (f *File) NumericPasswords(names []string) (cells int) {
	for i, name := range names {
		if field, ok := account.FieldNamed(name); ok && passwordFields.Has(field) && f.book != nil && i < len(f.book.Numbers) {
			cells += f.book.Numbers[i]
		}
	}
	return cells
}

// TakeNumericPasswords sets [Options.NumericPasswords] after the file was opened.
func (f *File) TakeNumericPasswords() { f.options.NumericPasswords = true }

// Encrypted reports whether the stored file is encrypted
// with a key that a copy of it would not need.
func (f *File) Encrypted() bool { return f.input.Encrypted() }

// Digest returns the SHA-256 of the stored file
// in hexadecimal. It reads the file again.
func (f *File) Digest() (string, error) { return f.input.Digest() }

// Copy writes a copy of the file with a column added, see package rewrite.
// The error is a *[diagnosis.Problem], that of ctx, or that of w.
func (f *File) Copy(ctx context.Context, w io.Writer, add rewrite.Added) error {
	return f.withFile(rewrite.Copy(ctx, w, f.asOriginal(), add))
}

// Redact writes a copy of the table with secrets masked, see package rewrite; names are
// as for [File.Records]. The error is a *[diagnosis.Problem], that of ctx, or that of w.
func (f *File) Redact(ctx context.Context, w io.Writer, names []string, o rewrite.Redaction) (rewrite.Redacted, error) {
	asides := newLayout(f.name, f.sheet, f.columns, names).asides
	done, err := rewrite.Redact(ctx, w, f.asOriginal(), asides, o)
	return done, f.withFile(err)
}

// Annotate writes a copy of the file with marks beside its rows,
// see package rewrite; names are as for [File.Records]. The error
// is a *[diagnosis.Problem], that of ctx, of the marks, or of w.
func (f *File) Annotate(ctx context.Context, w io.Writer, names []string, o rewrite.Annotation) (rewrite.Annotated, error) {
	asides := newLayout(f.name, f.sheet, f.columns, names).asides
	done, err := rewrite.Annotate(ctx, w, f.asOriginal(), asides, o)
	return done, f.withFile(err)
}

// asOriginal returns the file in the form that package rewrite takes.
func (f *File) asOriginal() rewrite.Original {
	from := rewrite.Original{File: f.input, Password: f.options.WorkbookPassword, Text: f.text, Sheet: f.book}
	for _, c := range f.columns {
		from.Headers = append(from.Headers, c.Header)
	}
	return from
}

// Total returns how many rows the last pass over the records has
// read, including those that [Options.Rows] and [Options.Where]
// leave out. It is complete only if the loop was not left early.
func (f *File) Total() int { return f.total }

// Close closes the file. Loops over its records must have ended.
func (f *File) Close() error { return f.input.Close() }

// Records yields the rows from first to last. names are the canonical field
// names of the columns, empty for a column to ignore; the cell of a column
// with any other name is available from [Record.Other]. Each call reads the
// file again. A non-nil error comes last: a *[diagnosis.Problem] if the
// file cannot be read to its end or has no rows, or the error of ctx.
//
// The yielded record is reused by later steps of the loop.
func (f *File) Records(ctx context.Context, names []string) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		l := newLayout(f.name, f.sheet, f.columns, names)
		l.takeNumbers = f.options.NumericPasswords
		in, err := f.startPass(l, names)
		if err != nil {
			yield(nil, f.withFile(err))
			return
		}
		defer in.close()
		err = stream(ctx, l, in, func(r *Record) bool { return yield(r, nil) })
		f.passed, f.total = l.passed, in.read
		if err == nil && in.yielded == 0 {
			err = diagnosis.New(diagnosis.NoRowsChosen, "Count", in.read)
			if in.read == 0 {
				err = diagnosis.New(diagnosis.FileNoRows)
			}
		}
		if err != nil && err != errStopped {
			yield(nil, f.withFile(err))
		}
	}
}

// startPass starts a pass over the rows asked for.
func (f *File) startPass(l *layout, names []string) (*filter, error) {
	in := &filter{numbers: f.options.Rows}
	for _, w := range f.options.Where {
		column := w.columnIn(f.columns, names)
		if column < 0 {
			return nil, diagnosis.New(diagnosis.WhereColumn, "Column", w.column)
		}
		pattern := regexp.MustCompile(`^(?s:` + wildcards.Replace(regexp.QuoteMeta(strings.ToLower(w.pattern))) + `)$`)
		in.where = append(in.where, condition{column, f.columns[column].Label, pattern})
		l.whereColumns = append(l.whereColumns, column)
	}
	var err error
	if f.text != nil {
		in.rows, err = openText(f.text, l)
	} else {
		in.rows, err = openSheet(f.book, l)
	}
	return in, err
}
