package text

import (
	"bytes"
	"io"

	"r7import/importer/source/table"
)

// ScanBuffer is how much of a file is read at once.
const ScanBuffer = 64 << 10

// Fault is what keeps a scanned row from being read as it stands.
type Fault uint8

const (
	Sound    Fault = iota
	Stray          // a quotation mark inside an unquoted cell, or text behind a closing one
	Unclosed       // a quoted cell without an end
	TooLong        // more than table.MaxRowBytes
	TooWide        // more than table.MaxColumns
)

// Span is where a cell lies in the text of its row.
type Span struct{ From, To int }

// Scanner splits delimited text (RFC 4180) into rows. CR, LF and CRLF end a
// line. It works on bytes in which ASCII characters are single bytes, so on
// UTF-8 and on code pages alike.
//
// A quotation mark opens a cell only where it is the first character of it, and is
// one like others behind any. A row with a fault ends at the end of its first line:
// one forgotten quotation mark costs one row and not the rest of the file.
type Scanner struct {
	in    io.Reader
	delim byte
	pads  []Pad // of the columns, nil where no column has any
	raw   bool  // Raw is wanted

	buf        []byte
	start, end int // buf[start:end] is read and not yet scanned
	ended      bool
	err        error // what ended the input, if not its end
	// Where in buf the next of these bytes is, at start or behind it; end if there is none yet.
	lf, cr, quote int
	NextLine      int // the line behind what was scanned

	// The row last scanned, valid until the next.
	Line     int // it begins on; the first is 1
	Text     []byte
	Cells    []Span // in text
	Fault    Fault
	Column   int    // of the cell at fault
	Bare     []int  // columns whose cells hold something and not their padding
	Loose    []int  // columns whose cells have blanks before an opening quotation mark
	Raw      []Span // where the cells lie in the row as it is written, without their padding
	unquoted []byte
}

// Pad is what stands before and behind the cells of a column and is no part of them.
type Pad struct{ Before, After string }

func NewScanner(in io.Reader, delim byte, buffer int) *Scanner {
	return &Scanner{in: in, delim: delim, buf: make([]byte, buffer), NextLine: 1}
}

// Next scans one row, blank lines included. io.EOF ends.
func (s *Scanner) Next() error {
	s.Cells, s.Text, s.Fault = s.Cells[:0], nil, Sound
	s.Bare, s.Loose, s.Raw = s.Bare[:0], s.Loose[:0], s.Raw[:0]
	s.Line = s.NextLine
	stop, width := s.lineEnd()
	switch {
	case width == 0 && s.err != nil:
		return s.err
	case s.start == s.end:
		return io.EOF
	case stop-s.start > table.MaxRowBytes:
		s.refuse(TooLong)
		s.skipLine(width)
		return nil
	case s.quote < stop:
		return s.quotedRow(stop-s.start, width)
	}
	s.Text = s.buf[s.start:stop]
	s.split()
	s.advance(stop + width)
	s.NextLine++
	return nil
}

// split cuts a row without quotation marks at its delimiters.
func (s *Scanner) split() {
	text, cells, from := s.Text, s.Cells, 0
	for {
		n := bytes.IndexByte(text[from:], s.delim)
		if n < 0 {
			break
		}
		cells = append(cells, Span{from, from + n})
		from += n + 1
	}
	s.Cells = append(cells, Span{from, len(text)})
	if len(s.Cells) > table.MaxColumns {
		s.refuse(TooWide)
		return
	}
	for i := range min(len(s.pads), len(s.Cells)) {
		s.Cells[i] = s.stripped(i, s.Cells[i])
	}
	if s.raw {
		s.Raw = append(s.Raw, s.Cells...)
	}
}

// stripped returns a cell of an unquoted row without its padding.
func (s *Scanner) stripped(column int, c Span) Span {
	pad, cell := s.pads[column], s.Text[c.From:c.To]
	inner, before := bytes.CutPrefix(cell, []byte(pad.Before))
	inner, after := bytes.CutSuffix(inner, []byte(pad.After))
	if !before || !after {
		if len(bytes.TrimSpace(cell)) > 0 {
			s.Bare = append(s.Bare, column)
		}
		return c
	}
	return Span{c.From + len(pad.Before), c.From + len(pad.Before) + len(inner)}
}

// refuse makes the row one that cannot be read.
func (s *Scanner) refuse(f Fault) {
	s.Fault, s.Column = f, len(s.Cells)
	s.Cells, s.Text = s.Cells[:0], nil
}

// lineEnd returns where the line at start ends, and how many bytes its line end
// has: 0 at the end of the input and for a line of more than table.MaxRowBytes.
func (s *Scanner) lineEnd() (stop, width int) {
	for min(s.lf, s.cr) == s.end && s.fill() {
	}
	stop = min(s.lf, s.cr)
	switch {
	case stop == s.end:
		return stop, 0
	case stop == s.lf:
		return stop, 1
	}
	off := stop - s.start
	if b, ok := s.byteAt(off + 1); ok && b == '\n' {
		return s.start + off, 2
	}
	return s.start + off, 1
}

// quotedRow scans a row with a quotation mark in its first line. Places are
// offsets from start, because reading on moves the buffer.
func (s *Scanner) quotedRow(firstLine, width int) error {
	s.unquoted = s.unquoted[:0]
	at := 0
	for {
		from := len(s.unquoted)
		at = s.paddedCell(at)
		if len(s.Cells) == table.MaxColumns && s.Fault == Sound {
			s.Fault = TooWide
		}
		if s.err != nil {
			return s.err
		}
		if s.Fault != Sound {
			s.refuse(s.Fault)
			s.advance(s.start + firstLine + width)
			s.NextLine++
			return nil
		}
		s.Cells = append(s.Cells, Span{from, len(s.unquoted)})
		if b, ok := s.byteAt(at); !ok || b != s.delim {
			break
		}
		at++
	}
	s.Text = s.unquoted
	end := s.breakAt(at)
	at += end
	s.NextLine += countLines(s.buf[s.start : s.start+at])
	if end == 0 { // the last line, which has no end
		s.NextLine++
	}
	s.advance(s.start + at)
	return nil
}

// paddedCell appends the cell at an offset to unquoted, without the padding of its
// column, and returns the offset behind both.
func (s *Scanner) paddedCell(at int) int {
	column := len(s.Cells)
	var pad Pad
	if column < len(s.pads) {
		pad = s.pads[column]
	}
	whole, begin := at, len(s.unquoted)
	before := s.follows(at, pad.Before)
	if before {
		at += len(pad.Before)
	}
	from := at
	at = s.cell(at, pad.After)
	if s.Fault != Sound {
		return at
	}
	to := at
	inner, after := bytes.CutSuffix(s.unquoted[begin:], []byte(pad.After))
	switch quoted := to > from && s.buf[s.start+from] == '"'; {
	case quoted: // cell has seen the padding behind the closing mark, or there is none
		after = s.follows(at, pad.After)
		if after {
			at += len(pad.After)
		}
	case after:
		s.unquoted, to = s.unquoted[:begin+len(inner)], to-len(pad.After)
	}
	if (!before || !after) && len(bytes.TrimSpace(s.buf[s.start+whole:s.start+at])) > 0 {
		s.Bare = append(s.Bare, column)
	}
	if s.raw {
		s.Raw = append(s.Raw, Span{from, to})
	}
	return at
}

// follows reports whether a text stands at an offset.
func (s *Scanner) follows(at int, text string) bool {
	for i := range len(text) {
		if b, ok := s.byteAt(at + i); !ok || b != text[i] {
			return false
		}
	}
	return true
}

// cell appends the cell at an offset to unquoted and returns the offset behind it;
// after is what may stand behind a closing quotation mark.
func (s *Scanner) cell(at int, after string) int {
	if b, ok := s.byteAt(at); ok && b == '"' {
		return s.quotedCell(at+1, after)
	}
	from, blank := at, true
	for {
		for _, b := range s.buf[s.start+at : s.end] {
			if b == s.delim || b == '\n' || b == '\r' {
				s.unquoted = append(s.unquoted, s.buf[s.start+from:s.start+at]...)
				return at
			}
			if b == '"' && blank {
				s.Loose = append(s.Loose, len(s.Cells))
			}
			blank = blank && (b == ' ' || b == '\t')
			at++
		}
		if !s.fill() {
			break
		}
	}
	if !s.ended {
		s.Fault = TooLong
	}
	s.unquoted = append(s.unquoted, s.buf[s.start+from:s.start+at]...)
	return at
}

// quotedCell does the same for a cell whose opening mark is before the offset.
func (s *Scanner) quotedCell(at int, after string) int {
	for {
		rest := s.buf[s.start+at : s.end]
		n := bytes.IndexByte(rest, '"')
		if n < 0 {
			s.unquoted = append(s.unquoted, rest...)
			at += len(rest)
			if !s.fill() {
				s.Fault = Unclosed
				return at
			}
			continue
		}
		s.unquoted = append(s.unquoted, rest[:n]...)
		at += n + 1
		b, ok := s.byteAt(at)
		switch {
		case ok && b == '"':
			s.unquoted = append(s.unquoted, '"')
			at++
		case s.endsCell(at), after != "" && s.follows(at, after) && s.endsCell(at+len(after)):
			return at
		default:
			s.Fault = Stray
			return at
		}
	}
}

// endsCell reports whether a cell can end before an offset.
func (s *Scanner) endsCell(at int) bool {
	b, ok := s.byteAt(at)
	return !ok && s.ended || ok && (b == s.delim || b == '\n' || b == '\r')
}

// byteAt returns the byte at an offset from start, reading on if need be; false
// at the end of the input and where the row is longer than a row may be.
func (s *Scanner) byteAt(off int) (byte, bool) {
	for s.start+off >= s.end {
		if !s.fill() {
			return 0, false
		}
	}
	return s.buf[s.start+off], true
}

// breakAt returns how many bytes the line end at an offset has, 0 if there is none.
func (s *Scanner) breakAt(off int) int {
	b, ok := s.byteAt(off)
	if !ok {
		return 0
	}
	if next, ok := s.byteAt(off + 1); b == '\r' && ok && next == '\n' {
		return 2
	}
	return 1
}

// skipLine drops the rest of a line of which less than a line end has been read.
func (s *Scanner) skipLine(width int) {
	for width == 0 {
		s.advance(s.end)
		if !s.fill() {
			return
		}
		_, width = s.lineEnd()
	}
	s.advance(min(s.lf, s.cr) + width)
	s.NextLine++
}

// fill reads on and reports whether more than before can be seen. It stops at
// the end of the input and when a row is longer than a row may be.
func (s *Scanner) fill() bool {
	if s.ended || s.end-s.start > table.MaxRowBytes {
		return false
	}
	s.makeRoom()
	before := s.end
	for range 100 { // a reader that gives nothing that often is broken
		n, err := s.in.Read(s.buf[s.end:])
		s.end += n
		if err != nil {
			s.ended = true
			if err != io.EOF {
				s.err = err
			}
		}
		if n > 0 || s.ended {
			s.look(before)
			return n > 0
		}
	}
	s.ended, s.err = true, io.ErrNoProgress
	return false
}

func (s *Scanner) makeRoom() {
	if s.end < len(s.buf) {
		return
	}
	if s.start < len(s.buf)/2 {
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
		return
	}
	copy(s.buf, s.buf[s.start:s.end])
	s.lf, s.cr, s.quote, s.end = s.lf-s.start, s.cr-s.start, s.quote-s.start, s.end-s.start
	s.start = 0
}

// look finds the next line end and quotation mark, where there was none before
// an index, in what has been read since.
func (s *Scanner) look(from int) {
	for _, mark := range []struct {
		at *int
		b  byte
	}{{&s.lf, '\n'}, {&s.cr, '\r'}, {&s.quote, '"'}} {
		if *mark.at >= from {
			*mark.at = s.index(mark.b, from)
		}
	}
}

// advance begins the next row at an index.
func (s *Scanner) advance(to int) {
	s.start = to
	if s.lf < to {
		s.lf = s.index('\n', to)
	}
	if s.cr < to {
		s.cr = s.index('\r', to)
	}
	if s.quote < to {
		s.quote = s.index('"', to)
	}
}

func (s *Scanner) index(b byte, from int) int {
	if n := bytes.IndexByte(s.buf[from:s.end], b); n >= 0 {
		return from + n
	}
	return s.end
}

// countLines returns how many line ends there are, CRLF counting once.
func countLines(text []byte) int {
	return bytes.Count(text, []byte{'\n'}) + bytes.Count(text, []byte{'\r'}) - bytes.Count(text, []byte("\r\n"))
}
