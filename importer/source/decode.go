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

// row is one row as a table gives it, valid until the next one is asked for but for
// its problems.
type row struct {
	number   int
	cells    []string // by column; as many as the table has columns
	problems []diagnosis.Problem
}

// wholeRow stands for a column where a problem is about all of them.
const wholeRow = -1

// report adds a problem with the cell of a column, which is emptied, or with the
// row as a whole: then no cell can be relied on.
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
	// next returns the next row that is not blank, io.EOF behind the last. Any other error ends the pass.
	next() (*row, error)
	close()
}

// Rows are decoded before the consumer asks for them, so many batches ahead. The
// decoder rests until a batch has been consumed, and not until a row has: waking
// up costs more than a row.
const (
	batchRows = 128
	batches   = 2
)

// errStopped says that the consumer wants no more records.
var errStopped = errors.New("source: stopped")

// stream decodes the rows of one pass through gocsv and hands them out. It
// returns when nothing reads in any more.
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
	defer func() { // also when the loop of the consumer panics
		cancel()
		for range records { // gocsv waits for a reader until the decoder ends, and then closes the channel
		}
	}()
	consumed := 0
	for d := range records {
		r := d.Record
		if r == nil {
			r = new(Record) // no column is read
		}
		beside := from.beside[consumed%len(from.beside)]
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
		free.Put(r)
		if consumed++; consumed%batchRows == 0 {
			room <- struct{}{} // never waits: this batch has left its room
		}
	}
	return <-ended
}

// decoded is what gocsv makes of a row. It makes two of them for each row and
// sends a copy, so that it should be small.
type decoded struct {
	Record *Record
	next   account.Field // cells come in the order of the fields
}

// free are records that nobody looks at any more.
var free = sync.Pool{New: func() any { return new(Record) }}

// otherKey and a number are what gocsv knows a column by that feeds no field.
const otherKey = "#other"

// UnmarshalCSVWithFields takes one cell. It implements gocsv.TypeUnmarshalCSVWithFields.
func (d *decoded) UnmarshalCSVWithFields(key, value string) error {
	if d.Record == nil {
		d.Record = free.Get().(*Record)
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

// decoder gives gocsv the rows of one pass. It implements gocsv.SimpleDecoder.
type decoder struct {
	ctx    context.Context
	layout *layout
	in     rows
	room   <-chan struct{} // one for each batch that may be decoded
	rows   int             // decoded
	line   []string
	sent   bool // the header

	// beside is what rows have besides their cells. It passes gocsv by, because rows come
	// out in the order they went in. It is a ring: a row has its place to itself, because the
	// row that had it before was consumed before there was room for this one.
	beside [batches * batchRows]row
}

// GetCSVRow returns the keys of the columns first, then the cells of a row in the same order.
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
	d.beside[d.rows%len(d.beside)] = row{number: r.number, problems: r.problems}
	d.rows++
	d.line = d.line[:0]
	for _, column := range d.layout.read {
		d.line = append(d.line, r.cells[column])
	}
	return d.line, nil
}

// GetCSVRows is the other half of the interface. Nothing here holds a table whole.
func (d *decoder) GetCSVRows() ([][]string, error) { return nil, io.ErrUnexpectedEOF }
