// Package source reads CSV and XLSX files as one stream of numbered records.
//
// [Open] finds out what a file is: format, encoding, delimiter, sheet, header row.
// What it found it says in [File.Notices]; where it would have to guess it
// refuses. [File.Records] then yields the rows, as often as asked, each decoded
// through gocsv into one [Record] for both formats. What is wrong with a row is
// said in the record and ends nothing; only what is wrong with the file ends the
// stream.
//
// The rooms below it know no accounts: container opens files, text and xlsx read rows
// of cells, table knows what tables look like, rewrite writes copies. This package
// says which cell feeds which field and what is wrong with it.
//
// Cells are taken literally: nothing is trimmed, computed or replaced, but what a
// program has put around all of them is taken off.
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

// Options say how to read a file. The zero value finds everything out.
type Options struct {
	Sheet     string // of a workbook; empty takes the one that can be meant
	HeaderRow int    // number of the row with the column names, 0 to look for it
	Delimiter rune   // of a CSV file, 0 to find it out
	Encoding  string // of a CSV file, one of [Encodings], empty to find it out
	Rows      Rows   // the rows to yield; empty yields all
	Where     []Where
	// NumericPasswords takes whole numbers of a workbook for passwords as the cells show them.
	NumericPasswords bool

	WorkbookPassword account.Secret
	Identity         string                         // path of an age key file
	Passphrase       func() (account.Secret, error) // asks for the passphrase of an age file; may be nil
	Stdin            io.Reader                      // what "-" reads

	// Known reports whether a text is a column name somebody knows. It tells
	// the header, the encoding and the delimiter apart. Nil knows none.
	Known func(header string) bool
	// MaxBytes bounds what has to be held in memory: standard input and what is
	// not read from its beginning to its end. 0 is 64 MiB.
	MaxBytes int64
}

// Encodings are the names [Options.Encoding] takes.
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
	passed  tally // of the last pass
	total   int   // rows of the last pass, those not asked for included
}

// Open looks at a file, or at standard input if the path is "-". The error is a
// *[diagnosis.Problem] unless ctx ended or [Options.Passphrase] failed.
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
		return nil, f.placed(err)
	}
	f.input = in
	if err := f.look(ctx); err != nil {
		in.Close()
		return nil, f.placed(err)
	}
	return f, nil
}

// look finds out what the file holds.
func (f *File) look(ctx context.Context) error {
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
	if headers.Names(first.Rows[at]) > 0 { // else it is perhaps no header, and nobody knows what it shows
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

// placed puts the file's name into a refusal that does not tell it yet.
func (f *File) placed(err error) error {
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

// Column returns the index of the column that somebody calls by its header, by its
// name among names, or by its label; -1 if there is none.
func (f *File) Column(called string, names []string) int {
	return Where{column: called}.columnIn(f.columns, names)
}

// Unreadable returns the columns whose names have lost their letters, or have others
// in their place.
func (f *File) Unreadable() []Column {
	var columns []Column
	for _, c := range f.columns {
		if table.Unreadable(c.Header) {
			columns = append(columns, c)
		}
	}
	return columns
}

// Notices returns what was found out about the file when it was opened.
func (f *File) Notices() []diagnosis.Problem { return f.notices }

// Passed returns what the last pass over the records has to tell: rows left out that
// were no accounts, what was taken off cells, one name where the encoding was
// guessed. It is complete when the loop has ended by itself.
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

// NumericPasswords returns how many cells of password columns hold whole numbers that
// are shown digit by digit; names are as for [File.Records].
func (f *File) NumericPasswords(names []string) (cells int) {
	for i, name := range names {
		if field, ok := account.FieldNamed(name); ok && passwords.Has(field) && f.book != nil && i < len(f.book.Numbers) {
			cells += f.book.Numbers[i]
		}
	}
	return cells
}

// TakeNumericPasswords is [Options.NumericPasswords], said once the file is open.
func (f *File) TakeNumericPasswords() { f.options.NumericPasswords = true }

// Encrypted reports whether the file as it is stored cannot be read without a
// key that its copy would not need.
func (f *File) Encrypted() bool { return f.input.Encrypted() }

// Digest returns the SHA-256 of the file as it is stored, in hexadecimal. It
// reads the file once more.
func (f *File) Digest() (string, error) { return f.input.Digest() }

// Copy writes the file once more with a column added, as package rewrite says. The
// error is a *[diagnosis.Problem], that of ctx, or that of w.
func (f *File) Copy(ctx context.Context, w io.Writer, add rewrite.Added) error {
	return f.placed(rewrite.Copy(ctx, w, f.original(), add))
}

// Redact writes the table once more with secrets masked, as package rewrite says;
// names are as for [File.Records]. The error is a *[diagnosis.Problem], that of ctx, or that of w.
func (f *File) Redact(ctx context.Context, w io.Writer, names []string, o rewrite.Redaction) (rewrite.Redacted, error) {
	asides := newLayout(f.name, f.sheet, f.columns, names).asides
	done, err := rewrite.Redact(ctx, w, f.original(), asides, o)
	return done, f.placed(err)
}

// Annotate writes the file once more with something said behind its rows, as package
// rewrite says; names are as for [File.Records]. The error is a *[diagnosis.Problem],
// that of ctx, of the marks, or of w.
func (f *File) Annotate(ctx context.Context, w io.Writer, names []string, o rewrite.Annotation) (rewrite.Annotated, error) {
	asides := newLayout(f.name, f.sheet, f.columns, names).asides
	done, err := rewrite.Annotate(ctx, w, f.original(), asides, o)
	return done, f.placed(err)
}

// original is the file as package rewrite takes it.
func (f *File) original() rewrite.Original {
	from := rewrite.Original{File: f.input, Password: f.options.WorkbookPassword, Text: f.text, Sheet: f.book}
	for _, c := range f.columns {
		from.Headers = append(from.Headers, c.Header)
	}
	return from
}

// Total returns how many rows the last pass over the records has met, with those
// that [Options.Rows] and [Options.Where] leave out. It is complete when the loop
// has ended by itself.
func (f *File) Total() int { return f.total }

// Close closes the file. Loops over its records must have ended.
func (f *File) Close() error { return f.input.Close() }

// Records yields the rows from the first to the last; names are the canonical
// field names of the columns, empty for one to ignore; one with any other name
// is what [Record.Other] gives. Records can be called again and then reads the
// file again. A non-nil error comes last: a *[diagnosis.Problem] that says why the
// file cannot be read to its end or has no rows, or what ended ctx.
//
// The yielded record is reused by a later step of the loop.
func (f *File) Records(ctx context.Context, names []string) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		l := newLayout(f.name, f.sheet, f.columns, names)
		l.takeNumbers = f.options.NumericPasswords
		in, err := f.pass(l, names)
		if err != nil {
			yield(nil, f.placed(err))
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
			yield(nil, f.placed(err))
		}
	}
}

// pass begins to read the rows asked for.
func (f *File) pass(l *layout, names []string) (*filter, error) {
	in := &filter{numbers: f.options.Rows}
	for _, w := range f.options.Where {
		column := w.columnIn(f.columns, names)
		if column < 0 {
			return nil, diagnosis.New(diagnosis.WhereColumn, "Column", w.column)
		}
		pattern := regexp.MustCompile(`^(?s:` + wild.Replace(regexp.QuoteMeta(strings.ToLower(w.pattern))) + `)$`)
		in.where = append(in.where, condition{column, f.columns[column].Label, pattern})
		l.asked = append(l.asked, column)
	}
	var err error
	if f.text != nil {
		in.rows, err = openText(f.text, l)
	} else {
		in.rows, err = openSheet(f.book, l)
	}
	return in, err
}
