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

// Format is a file format for reports.
type Format string

// The formats, named by their extensions.
const (
	CSV   Format = ".csv"
	XLSX  Format = ".xlsx"
	JSONL Format = ".jsonl"
	HTML  Format = ".html"
)

// Formats are all formats of reports.
var Formats = []Format{CSV, XLSX, JSONL, HTML}

// FormatOf returns the format for the extension of path. The error is a
// *diagnosis.Problem.
func FormatOf(path string) (Format, error) { return formatOf(path, Formats, diagnosis.ReportFormat) }

// formatOf returns the format for the extension of path, or a problem if it is not one
// of known.
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

// DefaultName returns the default name of the report for an input file: a CSV file in
// the current folder named after the input, or r7import-report.csv for standard input,
// "-".
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

// Options configure how a report is written.
type Options struct {
	Printer *lang.Printer // the language of sentences, headings and sheet names
	// Excel writes CSV with semicolons, CRLF and a byte order mark, as Excel expects
	// when it opens the file in a locale where the comma is the decimal sign.
	Excel bool
}

// Write writes the report to path in the format of its extension. It returns the
// name of the file: path, or a numbered name beside it if path cannot be replaced, as
// on Windows while it is open in Excel. Memory does not grow with the number of rows.
// An error of rows, or the end of ctx, ends the writing. After an error no new file
// exists, and a file that was at path before is unchanged.
//
// The error is one of rows, that of ctx, or a *diagnosis.Problem.
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
	switch each := untilError(ctx, rows); format {
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

// untilError yields rows up to the first error of rows or ctx, and then that error.
func untilError(ctx context.Context, rows iter.Seq2[Row, error]) iter.Seq2[*Row, error] {
	return func(yield func(*Row, error) bool) {
		for row, err := range rows {
			if err = cmp.Or(err, ctx.Err()); err != nil {
				yield(nil, sourceError{err})
				return
			}
			if !yield(&row, nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(nil, sourceError{err})
		}
	}
}
