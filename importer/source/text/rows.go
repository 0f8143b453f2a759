package text

import (
	"bufio"
	"bytes"
	"io"
	"unicode/utf8"

	"r7import/importer/diagnosis"
	"r7import/importer/source/table"
)

// Rows is one pass over the rows of a text below its header.
type Rows struct {
	*Scanner
	// Cells are the cells of the current row, decoded.
	Cells []string
	// Whole is the decoded text of the cells in order, which may include delimiters.
	Whole []byte
	// Decodable reports whether every byte of the row is valid in the charset.
	Decodable bool

	charset Charset
	in      io.Closer
	buf     []byte
}

// Rows starts a pass over the rows below the header.
func (t *Table) Rows() (*Rows, error) {
	s, in, err := t.belowHeader()
	if err != nil {
		return nil, err
	}
	return &Rows{Scanner: s, charset: t.Charset, in: in}, nil
}

func (t *Table) belowHeader() (*Scanner, io.Closer, error) {
	in, closer, err := t.Top(io.Discard)
	if err != nil {
		return nil, nil, err
	}
	s := t.Scanner(in)
	for s.NextLine <= t.Header {
		if err := s.Next(); err != nil {
			closer.Close()
			return nil, nil, diagnosis.Or(err, diagnosis.FileBroken)
		}
	}
	return s, closer, nil
}

// Close ends the pass.
func (r *Rows) Close() error { return r.in.Close() }

// Next reads one row, blank lines included. It returns io.EOF at the end. A row with a fault has no cells.
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
	if r.charset.page == nil {
		r.Whole, r.Decodable = r.Text, utf8.Valid(r.Text)
	} else {
		r.buf, r.Decodable = r.buf[:0], true
		for i, c := range spans {
			from, sound := len(r.buf), false
			r.buf, sound = r.charset.appendDecoded(r.buf, r.Text[c.From:c.To])
			spans[i] = Span{from, len(r.buf)}
			r.Decodable = r.Decodable && sound
		}
		r.Whole = r.buf
	}
	whole := string(r.Whole)
	for _, c := range spans {
		r.Cells = append(r.Cells, whole[c.From:c.To])
	}
	return nil
}

// Top returns the text from its first row, in the form that is scanned:
// UTF-8, or the bytes of a code page. The byte order mark is written to mark.
func (t *Table) Top(mark io.Writer) (io.Reader, io.Closer, error) {
	in, err := t.content.Stream()
	if err != nil {
		return nil, nil, err
	}
	if _, err := io.CopyN(mark, in, int64(t.mark)); err != nil {
		in.Close()
		return nil, nil, diagnosis.Or(err, diagnosis.FileBroken)
	}
	text := t.Charset.Reader(in)
	if t.Unquoted {
		text = newLineUnquoter(text)
	}
	return text, in, nil
}

// Scanner returns a scanner for the output of [Table.Top].
func (t *Table) Scanner(in io.Reader) *Scanner {
	s := NewScanner(in, t.Delimiter, ScanBuffer)
	s.pads = t.Pads
	return s
}

// Spans returns the positions of the cells of a sound row
// as written, including quotation marks but not padding.
func (t *Table) Spans(row []byte) []Span {
	s := NewScanner(bytes.NewReader(row), t.Delimiter, len(row)+1)
	s.pads, s.wantRaw = t.Pads, true
	_ = s.Next() // the row has been scanned before without error
	return s.Raw
}

// lineUnquoter removes the quotation marks from lines that are one quoted cell
// each. A spreadsheet program writes such lines if the list separator of the system
// is not the delimiter of the file that it opened: each line was one cell to it.
type lineUnquoter struct {
	in  *bufio.Reader
	out []byte // not read yet
	err error
}

func newLineUnquoter(in io.Reader) *lineUnquoter {
	return &lineUnquoter{in: bufio.NewReaderSize(in, ScanBuffer)}
}

// Read implements io.Reader.
func (u *lineUnquoter) Read(p []byte) (int, error) {
	for len(u.out) == 0 {
		if u.err != nil {
			return 0, u.err
		}
		u.next()
	}
	n := copy(p, u.out)
	u.out = u.out[n:]
	return n, nil
}

// next reads a line, or several if a quoted cell spans them.
func (u *lineUnquoter) next() {
	var line []byte
	quoted, ended := false, false
	for !ended && len(line) <= table.MaxRowBytes {
		b, err := u.in.ReadByte()
		if err != nil {
			u.err = err
			break
		}
		line = append(line, b)
		quoted = quoted != (b == '"') // a doubled mark toggles twice
		ended = (b == '\n' || b == '\r') && (!quoted || line[0] != '"')
	}
	u.out = line
	end := len(bytes.TrimRight(line, "\r\n"))
	if inner, ok := unquoted(string(line[:end])); ok {
		u.out = append([]byte(inner), line[end:]...)
	}
}
