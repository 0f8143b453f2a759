package source

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/gocarina/gocsv"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// row is one row of a table. It is valid until
// the next call of next, except for its problems.
type row struct {
	number   int
	cells    []string // by column; as many as the table has columns
	problems []diagnosis.Problem
}

// wholeRow is passed instead of a column for a problem with the row as a whole.
const wholeRow = -1

// report adds a problem with the cell of a column and empties the cell.
// For wholeRow it empties all cells, because none can be relied on.
func (r *row) report(l *layout, column int, code diagnosis.Code, facts ...any) {
	p := diagnosis.New(code, facts...)
	p.Place = l.place(r.number, column)
	if column == wholeRow {
		clear(r.cells)
	} else {
		p.Field = l.fields[column].String()
		r.cells[column] = ""
	}
	r.problems = append(r.problems, *p)
}

// rows is one pass over the rows below the header.
type rows interface {
	// next returns the next row that is not blank, io.EOF after the last. Any other error ends the pass.
	next() (*row, error)
	close()
}

// Rows are decoded ahead of the consumer, by up to this number
// of batches. The decoder waits for a batch to be consumed,
// not for a row, because waking up costs more than a row.
const (
	batchRows = 128
	batches   = 2
)

// errStopped means that the consumer wants no more records.
var errStopped = errors.New("source: stopped")

// stream decodes the rows of one pass through gocsv and yields
// them. It returns after the decoding goroutine has ended.
func stream(ctx context.Context, l *layout, in rows, yield func(*Record) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	records := make(chan decoded, batches*batchRows)
	room := make(chan struct{}, batches)
	for range batches {
		room <- struct{}{}
	}
	ended := make(chan error, 1)
	from := &decoder{ctx: ctx, layout: l, in: in, room: room}
	go func() {
		ended <- diagnosis.Guard(func() error { return gocsv.UnmarshalDecoderToChan(from, records) })
	}()
	defer func() { // runs also when the consumer's loop panics
		cancel()
		for range records { // gocsv blocks until its records are received; it closes the channel when the decoder ends
		}
	}()
	consumed := 0
	for d := range records {
		r := d.Record
		if r == nil {
			r = new(Record) // no column is read
		}
		beside := from.rowInfo[consumed%len(from.rowInfo)]
		r.layout, r.Row, r.Problems = l, beside.number, beside.problems
		for _, p := range r.Problems {
			if f, ok := account.FieldNamed(p.Field); ok {
				r.bad = r.bad.With(f)
			} else {
				r.bad = 1<<account.NumFields - 1
			}
		}
		if !yield(r) {
			return errStopped
		}
		*r = Record{}
		recordPool.Put(r)
		if consumed++; consumed%batchRows == 0 {
			room <- struct{}{} // never blocks: this batch has freed its place
		}
	}
	return <-ended
}

// decoded is the form in which gocsv decodes a row. gocsv makes two
// of them for each row and sends a copy, so it should be small.
type decoded struct {
	Record *Record
	next   account.Field // cells come in the order of the fields
}

// recordPool holds records that are no longer in use.
var recordPool = sync.Pool{New: func() any { return new(Record) }}

// otherKey, followed by a number, is the key in gocsv of a column that feeds no field.
const otherKey = "#other"

// UnmarshalCSVWithFields stores one cell. It implements gocsv.TypeUnmarshalCSVWithFields.
func (d *decoded) UnmarshalCSVWithFields(key, value string) error {
	if d.Record == nil {
		d.Record = recordPool.Get().(*Record)
	}
	if strings.HasPrefix(key, otherKey) {
		d.Record.others = append(d.Record.others, value)
		return nil
	}
	for f := d.next; f < account.NumFields; f++ {
		if f.String() == key {
			d.Record.cells[f], d.next = value, f+1
			break
		}
	}
	return nil
}

// decoder passes the rows of one pass to gocsv. It implements gocsv.SimpleDecoder.
type decoder struct {
	ctx    context.Context
	layout *layout
	in     rows
	room   <-chan struct{} // one value for each batch that may be decoded
	rows   int             // number of rows decoded
	line   []string
	sent   bool // whether the header was sent

	// rowInfo holds the number and problems of rows, which bypass gocsv because rows come
	// out in the order they went in. It is a ring: an entry is free for a new row, because
	// the row that used it before was consumed before the new one's batch got a place.
	rowInfo [batches * batchRows]row
}

// GetCSVRow returns the keys of the columns first, then the cells of one row per call in the same order.
func (d *decoder) GetCSVRow() ([]string, error) {
	if !d.sent {
		d.sent = true
		return slices.Clone(d.layout.keys), nil
	}
	if d.rows%batchRows == 0 {
		select {
		case <-d.room:
		case <-d.ctx.Done():
		}
	}
	if err := d.ctx.Err(); err != nil {
		return nil, err
	}
	r, err := d.in.next()
	if err != nil {
		return nil, err
	}
	d.rowInfo[d.rows%len(d.rowInfo)] = row{number: r.number, problems: r.problems}
	d.rows++
	d.line = d.line[:0]
	for _, column := range d.layout.read {
		d.line = append(d.line, r.cells[column])
	}
	return d.line, nil
}

// GetCSVRows returns an error: it is part of the interface, but no table is held as a whole.
func (d *decoder) GetCSVRows() ([][]string, error) { return nil, io.ErrUnexpectedEOF }
