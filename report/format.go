package report

import (
	"bufio"
	"cmp"
	"context"
	"io"
	"iter"
	"path/filepath"
	"strings"

	"r7import/importer/diagnosis"
	"r7import/importer/lang"
)

// Format is a kind of file a report can be written as.
type Format string

// The formats, named by their extensions.
const (
	CSV   Format = ".csv"
	XLSX  Format = ".xlsx"
	JSONL Format = ".jsonl"
	HTML  Format = ".html"
)

// Formats are all formats there are.
var Formats = []Format{CSV, XLSX, JSONL, HTML}

// FormatOf returns the format that the extension of path asks for. The error is
// a *diagnosis.Problem.
func FormatOf(path string) (Format, error) {
	extension := strings.ToLower(filepath.Ext(path))
	known := make([]string, len(Formats))
	for i, f := range Formats {
		if string(f) == extension {
			return f, nil
		}
		known[i] = string(f)
	}
	return "", diagnosis.New(diagnosis.ReportFormat, "Name", filepath.Base(path), "Formats", known)
}

// DefaultName returns the name of the report for an input file when none was
// given: a CSV file in the current folder named after the input. Standard input,
// "-", has no name of its own.
func DefaultName(input string) string {
	name := filepath.Base(input)
	for {
		extension := filepath.Ext(name)
		switch strings.ToLower(extension) {
		case ".gz", ".age", ".csv", ".tsv", ".txt", ".xlsx", ".xlsm":
			name = strings.TrimSuffix(name, extension)
			continue
		}
		break
	}
	switch name {
	case "", "-", ".", "..", string(filepath.Separator):
		name = "r7import"
	}
	return name + "-report.csv"
}

// Options say how a report is written.
type Options struct {
	Printer *lang.Printer // the language of sentences, headings and sheet names
	// Excel writes CSV the way Excel opens it by a double click where the comma
	// is the decimal sign: semicolons, CRLF and a byte order mark.
	Excel bool
}

// encoder writes rows in one format. Finish completes the document; Close frees
// what the encoder holds, whether it was finished or not.
type encoder interface {
	Write(row *Row) error
	Finish() error
	Close()
}

// Write writes the report to path in the format of its extension and returns
// where it is: path, or a numbered name beside it if path cannot be replaced, as
// on Windows while it is open in Excel. Memory does not grow with the rows,
// which are taken one by one; an error among them, or the end of ctx, ends the
// writing. On an error nothing is left behind and what was at path before stays.
//
// The error is one of the rows, that of ctx, or a *diagnosis.Problem.
func Write(ctx context.Context, path string, rows iter.Seq2[Row, error], summary Summary, o Options) (writtenTo string, err error) {
	format, err := FormatOf(path)
	if err != nil {
		return "", err
	}
	return Publish(path, func(w io.Writer) error {
		return encode(ctx, w, path, format, rows, summary, o)
	})
}

func encode(ctx context.Context, w io.Writer, path string, format Format, rows iter.Seq2[Row, error], summary Summary, o Options) error {
	buffered := bufio.NewWriterSize(w, 64<<10)
	e, err := newEncoder(buffered, path, format, summary, o)
	if err != nil {
		return err
	}
	defer e.Close()
	if err := writeRows(ctx, e, rows); err != nil {
		return err
	}
	if err := e.Finish(); err != nil {
		return err
	}
	return buffered.Flush()
}

func newEncoder(w io.Writer, path string, format Format, summary Summary, o Options) (encoder, error) {
	switch format {
	case XLSX:
		return newWorkbook(w, path, summary, o)
	case JSONL:
		return newJSONLines(w, o), nil
	case HTML:
		return newDocument(w, summary, o)
	default:
		return newTable(w, o)
	}
}

func writeRows(ctx context.Context, e encoder, rows iter.Seq2[Row, error]) error {
	for row, err := range rows {
		if err = cmp.Or(err, ctx.Err()); err != nil {
			return notOfWriting{err}
		}
		if err := e.Write(&row); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return notOfWriting{err}
	}
	return nil
}
