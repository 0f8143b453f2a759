package report

import (
	"encoding/csv"
	"io"
	"iter"

	"github.com/gocarina/gocsv"
)

// batch is the number of lines per call of gocsv, which flushes after each call.
const batch = 500

// writeCSV writes a report as CSV.
func writeCSV(w io.Writer, rows iter.Seq2[*Row, error], o Options) error {
	raw, err := newCSV(w, o)
	if err != nil {
		return err
	}
	out, render := gocsv.NewSafeCSVWriter(raw), newRenderer(o.Printer, true)
	lines := make([]line, 0, batch)
	if err := gocsv.MarshalCSV(lines, out); err != nil { // writes only the header
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

// newCSV returns a CSV writer configured by the options. With Excel it writes the byte order mark.
func newCSV(w io.Writer, o Options) (*csv.Writer, error) {
	out := csv.NewWriter(w)
	if !o.Excel {
		return out, nil
	}
	out.Comma, out.UseCRLF = ';', true
	_, err := io.WriteString(w, "\uFEFF")
	return out, err
}
