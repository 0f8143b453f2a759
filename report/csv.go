package report

import (
	"encoding/csv"
	"io"

	"github.com/gocarina/gocsv"
)

// batch is how many lines gocsv is given at a time. It flushes after each call.
const batch = 500

// table writes rows as CSV.
type table struct {
	out    gocsv.CSVWriter
	render *renderer
	lines  []line
}

func newTable(w io.Writer, o Options) (*table, error) {
	raw := csv.NewWriter(w)
	if o.Excel {
		raw.Comma = ';'
		raw.UseCRLF = true
		if _, err := io.WriteString(w, "\uFEFF"); err != nil {
			return nil, err
		}
	}
	t := &table{
		out:    gocsv.NewSafeCSVWriter(raw),
		render: newRenderer(o.Printer, true),
		lines:  make([]line, 0, batch),
	}
	return t, gocsv.MarshalCSV([]line{}, t.out) // the header alone
}

// Write implements encoder.
func (t *table) Write(row *Row) error {
	t.lines = append(t.lines, t.render.line(row))
	if len(t.lines) < batch {
		return nil
	}
	return t.flush()
}

// Finish implements encoder.
func (t *table) Finish() error { return t.flush() }

// Close implements encoder.
func (t *table) Close() {}

func (t *table) flush() error {
	err := gocsv.MarshalCSVWithoutHeaders(t.lines, t.out)
	t.lines = t.lines[:0]
	return err
}
