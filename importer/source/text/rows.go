package text

import (
	"bytes"
	"io"
	"unicode/utf8"

	"r7import/importer/diagnosis"
)

// Rows is one pass over the rows of a text below its header.
type Rows struct {
	*Scanner
	// Cells are those of the row last read, as text.
	Cells []string
	// Whole is their text, one behind the other, with what is between them.
	Whole []byte
	// Decodable is whether every byte of it stands for a character.
	Decodable bool

	charset Charset
	in      io.Closer
	buf     []byte
}

// Rows begins to read the rows below the header.
func (t *Table) Rows() (*Rows, error) {
	in, err := t.content.Stream()
	if err != nil {
		return nil, err
	}
	s, err := t.skipHeader(in)
	if err != nil {
		in.Close()
		return nil, err
	}
	return &Rows{Scanner: s, charset: t.Charset, in: in}, nil
}

func (t *Table) skipHeader(in io.Reader) (*Scanner, error) {
	if _, err := io.CopyN(io.Discard, in, int64(t.mark)); err != nil {
		return nil, diagnosis.Or(err, diagnosis.FileBroken)
	}
	s := t.Scanner(t.reader(in))
	for s.NextLine <= t.Header {
		if err := s.Next(); err != nil {
			return nil, diagnosis.Or(err, diagnosis.FileBroken)
		}
	}
	return s, nil
}

// Close ends the pass.
func (r *Rows) Close() error { return r.in.Close() }

// Next reads one row, blank lines included. io.EOF ends. A row with a fault has no cells.
func (r *Rows) Next() error {
	if err := r.Scanner.Next(); err == io.EOF {
		return err
	} else if err != nil {
		return diagnosis.Or(err, diagnosis.FileBroken)
	}
	r.Cells = r.Cells[:0]
	if r.Fault != Sound {
		return nil
	}
	spans := r.Scanner.Cells
	if r.charset.high != nil {
		r.decodeCodePage()
	} else {
		r.Whole, r.Decodable = r.Text, utf8.Valid(r.Text)
	}
	whole := string(r.Whole)
	for _, c := range spans {
		r.Cells = append(r.Cells, whole[c.From:c.To])
	}
	return nil
}

// decodeCodePage turns the bytes of the cells into UTF-8.
func (r *Rows) decodeCodePage() {
	r.buf = r.buf[:0]
	bad := 0
	spans := r.Scanner.Cells
	for i, c := range spans {
		from, n := len(r.buf), 0
		r.buf, n = r.charset.appendDecoded(r.buf, r.Text[c.From:c.To])
		spans[i] = Span{from, len(r.buf)}
		bad += n
	}
	r.Whole, r.Decodable = r.buf, bad == 0
}

// Top begins to read the text from its first row, as it is scanned: UTF-8, or the
// bytes of a code page. The byte order mark goes to mark.
func (t *Table) Top(mark io.Writer) (io.Reader, io.Closer, error) {
	in, err := t.content.Stream()
	if err != nil {
		return nil, nil, err
	}
	if _, err := io.CopyN(mark, in, int64(t.mark)); err != nil {
		in.Close()
		return nil, nil, diagnosis.Or(err, diagnosis.FileBroken)
	}
	return t.reader(in), in, nil
}

// reader returns the text behind its mark as it is scanned.
func (t *Table) reader(in io.Reader) io.Reader {
	in = t.Charset.Reader(in)
	if t.Unquoted {
		in = newLineUnquoter(in)
	}
	return in
}

// Scanner begins to scan what [Table.Top] gives.
func (t *Table) Scanner(in io.Reader) *Scanner {
	s := NewScanner(in, t.Delimiter, ScanBuffer)
	s.pads = t.Pads
	return s
}

// Spans returns where the cells of a sound row lie as it is written, with their
// quotation marks and without their padding.
func (t *Table) Spans(row []byte) []Span {
	s := NewScanner(bytes.NewReader(row), t.Delimiter, len(row)+1)
	s.pads, s.raw = t.Pads, true
	_ = s.Next() // of a row that has been scanned before
	return s.Raw
}
