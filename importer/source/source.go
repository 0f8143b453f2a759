// Package source reads CSV and XLSX files as one stream of numbered records.
//
// [Open] finds out what a file is: format, encoding, delimiter, sheet, header row.
// What it found it says in [File.Notices]; where it would have to guess it
// refuses. [File.Records] then yields the rows, as often as asked, each decoded
// through gocsv into one [Record] for both formats. What is wrong with a row is
// said in the record and ends nothing; only what is wrong with the file ends the
// stream.
//
// Cells are taken literally: nothing is trimmed, computed or replaced.
package source

import (
	"context"
	"io"
	"iter"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// Options say how to read a file. The zero value finds everything out.
type Options struct {
	Sheet     string // of a workbook; empty takes the one that can be meant
	HeaderRow int    // number of the row with the column names, 0 to look for it
	Delimiter rune   // of a CSV file, 0 to find it out
	Encoding  string // of a CSV file, one of [Encodings], empty to find it out
	Rows      Rows   // the rows to yield; empty yields all
	Where     []Where

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

// DefaultMaxBytes is what [Options.MaxBytes] means when it is 0.
const DefaultMaxBytes = 64 << 20

// table is the rows of one format.
type table interface {
	// open begins a pass over the rows below the header.
	open(ctx context.Context, l *layout) (rows, error)
}

// File is an opened file. It is not safe for concurrent use.
type File struct {
	name    string
	input   *input
	options Options
	table   table
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
	if o.MaxBytes == 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	f := &File{name: nameOf(path), options: o}
	in, err := openInput(path, o)
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
	if !f.input.opened.IsZero() {
		f.note(diagnosis.FileOpenElsewhere, "File", f.name, "Saved", f.input.opened.Format(time.DateTime))
	}
	if f.input.kind == kindWorkbook {
		return f.lookAtWorkbook(ctx)
	}
	return f.lookAtText()
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

// Notices returns what was found out about the file when it was opened.
func (f *File) Notices() []diagnosis.Problem { return f.notices }

// Passed returns what rows the last pass over the records left out that were no
// accounts: comments, totals, repeated headers. It is complete when the loop has
// ended by itself.
func (f *File) Passed() []diagnosis.Problem {
	return f.passed.notices(diagnosis.Place{File: f.name, Sheet: f.sheet})
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
		in, err := f.pass(ctx, l, names)
		if err != nil {
			yield(nil, f.placed(err))
			return
		}
		defer in.close()
		err = stream(ctx, l, in, func(r *Record) bool { return yield(r, nil) })
		f.passed, f.total = l.passed, in.read
		if err == nil && in.yielded == 0 {
			err = in.nothing()
		}
		if err != nil && err != errStopped {
			yield(nil, f.placed(err))
		}
	}
}

// pass begins to read the rows asked for.
func (f *File) pass(ctx context.Context, l *layout, names []string) (*filter, error) {
	in, err := f.table.open(ctx, l)
	if err != nil {
		return nil, err
	}
	asked, err := newFilter(in, f.options, f.columns, names)
	if err != nil {
		in.close()
	}
	return asked, err
}
