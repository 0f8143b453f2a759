package report

import (
	"encoding/csv"
	"io"
	"iter"

	"github.com/gocarina/gocsv"
)

// batch is how many lines gocsv is given at a time. It flushes after each call.
const batch = 500

// writeCSV writes a report as CSV.
func writeCSV(w io.Writer, rows iter.Seq2[*Row, error], o Options) error {
	raw, err := newCSV(w, o)
	if err != nil {
		return err
	}
	out, render := gocsv.NewSafeCSVWriter(raw), newRenderer(o.Printer, true)
	lines := make([]line, 0, batch)
	if err := gocsv.MarshalCSV(lines, out); err != nil { // the header alone
		return err
	}
	for row, err := range rows {
		if err != nil {
			return err
		}
		if lines = append(lines, render.line(row)); len(lines) < batch {
			continue
		}
		if err := gocsv.MarshalCSVWithoutHeaders(lines, out); err != nil {
			return err
		}
		lines = lines[:0]
	}
	return gocsv.MarshalCSVWithoutHeaders(lines, out)
}

// newCSV returns a writer in the way that Options ask for.
func newCSV(w io.Writer, o Options) (*csv.Writer, error) {
	out := csv.NewWriter(w)
	if !o.Excel {
		return out, nil
	}
	out.Comma, out.UseCRLF = ';', true
	_, err := io.WriteString(w, "\uFEFF")
	return out, err
}
