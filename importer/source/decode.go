package source

import (
	"context"
	"encoding/json"
	"io"
	"strconv"

	"github.com/gocarina/gocsv"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// row is one row as a table gives it, valid until the next one is asked for.
type row struct {
	number   int
	cells    []string // by column; as many as the table has columns
	problems []diagnosis.Problem
}

// rows is one pass over the rows below the header.
type rows interface {
	// next returns the next row that is not blank, io.EOF behind the last. Any other error ends the pass.
	next() (*row, error)
	close()
}

// ahead is how many rows are decoded before the consumer asks for them.
const ahead = 128

// stream decodes the rows of one pass through gocsv and yields them.
func stream(ctx context.Context, l *layout, in rows, yield func(*Record, error) bool) {
	defer in.close()
	ctx, cancel := context.WithCancel(ctx)
	records := make(chan Record, ahead)
	ended := make(chan error, 1)
	go func() { ended <- gocsv.UnmarshalDecoderToChan(newDecoder(ctx, l, in), records) }()
	defer func() { // gocsv closes the channel when the decoder ends, and would wait for a reader until then
		cancel()
		for range records {
		}
	}()
	for r := range records {
		r.layout = l
		if !yield(&r, nil) {
			return
		}
	}
	if err := <-ended; err != nil {
		yield(nil, err)
	}
}

// decoder gives gocsv the rows of one pass. It implements gocsv.SimpleDecoder.
type decoder struct {
	ctx    context.Context
	layout *layout
	in     rows
	line   []string
	sent   bool // the header
}

func newDecoder(ctx context.Context, l *layout, in rows) *decoder {
	return &decoder{ctx: ctx, layout: l, in: in}
}

// GetCSVRow returns the names of the fields first, then the cells of a row in the same order.
func (d *decoder) GetCSVRow() ([]string, error) {
	d.line = d.line[:0]
	if !d.sent {
		d.sent = true
		for _, f := range d.layout.fields {
			if f < account.NumFields {
				d.line = append(d.line, f.String())
			}
		}
		return append(d.line, rowKey, problemsKey), nil
	}
	if err := d.ctx.Err(); err != nil {
		return nil, err
	}
	r, err := d.in.next()
	if err != nil {
		return nil, err
	}
	for i, f := range d.layout.fields {
		if f < account.NumFields {
			d.line = append(d.line, r.cells[i])
		}
	}
	problems, err := encodeProblems(r.problems)
	return append(d.line, strconv.Itoa(r.number), problems), err
}

// GetCSVRows is the other half of the interface. Nothing here holds a table whole.
func (d *decoder) GetCSVRows() ([][]string, error) { return nil, io.ErrUnexpectedEOF }

func encodeProblems(problems []diagnosis.Problem) (string, error) {
	if len(problems) == 0 {
		return "", nil
	}
	text, err := json.Marshal(problems)
	return string(text), err
}
