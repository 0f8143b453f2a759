package report

import (
	"bufio"
	"cmp"
	"context"
	"io"
	"iter"
	"path/filepath"
	"slices"
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
func FormatOf(path string) (Format, error) { return formatOf(path, Formats, diagnosis.ReportFormat) }

// formatOf returns the format that the extension of path asks for, or a problem if that is
// not among the known ones.
func formatOf(path string, known []Format, problem diagnosis.Code) (Format, error) {
	format := extensionOf(path)
	if slices.Contains(known, format) {
		return format, nil
	}
	names := make([]string, len(known))
	for i, f := range known {
		names[i] = string(f)
	}
	return "", diagnosis.New(problem, "Name", filepath.Base(path), "Formats", names)
}

func extensionOf(path string) Format { return Format(strings.ToLower(filepath.Ext(path))) }

// DefaultName returns the name of the report for an input file when none was
// given: a CSV file in the current folder named after the input. Standard input,
// "-", has no name of its own.
func DefaultName(input string) string {
	inputs := []string{".gz", ".age", ".csv", ".tsv", ".txt", ".xlsx", ".xlsm"}
	name := filepath.Base(input)
	for slices.Contains(inputs, strings.ToLower(filepath.Ext(name))) {
		name = strings.TrimSuffix(name, filepath.Ext(name))
	}
	if slices.Contains([]string{"", "-", ".", "..", string(filepath.Separator)}, name) {
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
	var err error
	switch each := ending(ctx, rows); format {
	case XLSX:
		err = writeXLSX(buffered, path, each, summary, o)
	case JSONL:
		err = writeJSONL(buffered, each, o)
	case HTML:
		err = writeHTML(buffered, each, &summary, o)
	default:
		err = writeCSV(buffered, each, o)
	}
	if err != nil {
		return err
	}
	return buffered.Flush()
}

// ending yields rows up to the first error, which comes last: one of theirs, or that of ctx.
func ending(ctx context.Context, rows iter.Seq2[Row, error]) iter.Seq2[*Row, error] {
	return func(yield func(*Row, error) bool) {
		for row, err := range rows {
			if err = cmp.Or(err, ctx.Err()); err != nil {
				yield(nil, notOfWriting{err})
				return
			}
			if !yield(&row, nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(nil, notOfWriting{err})
		}
	}
}
