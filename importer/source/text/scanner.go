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
	lf         int // where the next LF in it is, end if there is none; too small where the row before had several lines
	ended      bool
	err        error // what ended the input, if not its end
	NextLine   int   // the line behind what was scanned

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

// NewScanner returns a scanner that reads so much at once to begin with.
func NewScanner(in io.Reader, delim byte, buffer int) *Scanner {
	return &Scanner{in: in, delim: delim, buf: make([]byte, buffer), NextLine: 1}
}

// Next scans one row, blank lines included. io.EOF ends.
func (s *Scanner) Next() error {
	s.begin()
	s.Line = s.NextLine
	line, width := s.firstLine()
	switch {
	case width == 0 && s.err != nil:
		return s.err
	case s.start == s.end:
		return io.EOF
	case len(line) > table.MaxRowBytes:
		s.refuse(TooLong)
		for width == 0 && s.start < s.end { // drop the rest of the line
			s.start = s.end
			line, width = s.firstLine()
		}
	case bytes.IndexByte(line, '"') >= 0:
		return s.quotedRow(len(line) + width)
	default:
		s.Text = line
		s.split()
	}
	s.start += len(line) + width
	s.NextLine++
	return nil
}

// begin forgets the row last scanned.
func (s *Scanner) begin() {
	s.Text, s.Fault, s.Cells, s.unquoted = nil, Sound, s.Cells[:0], s.unquoted[:0]
	s.Bare, s.Loose, s.Raw = s.Bare[:0], s.Loose[:0], s.Raw[:0]
}

// refuse makes the row one that cannot be read.
func (s *Scanner) refuse(f Fault) {
	s.Fault, s.Column = f, len(s.Cells)
	s.Cells, s.Text = s.Cells[:0], nil
}

// firstLine returns the line at start, and how many bytes its line end has: 0 at the
// end of the input and for a line of more than table.MaxRowBytes.
func (s *Scanner) firstLine() (line []byte, width int) {
	if s.lf < s.start {
		s.lf = s.index('\n', s.start)
	}
	for looked := 0; ; {
		cr := bytes.IndexByte(s.buf[s.start+looked:s.lf], '\r')
		stop := looked + cr
		switch {
		case cr < 0 && s.lf < s.end:
			return s.buf[s.start:s.lf], 1
		case cr < 0:
			looked = s.end - s.start
			if !s.fill() {
				return s.buf[s.start:s.end], 0
			}
			continue
		case s.start+stop+1 == s.end:
			s.fill() // LF may come
		}
		line, width = s.buf[s.start:s.start+stop], 1
		if s.lf == s.start+stop+1 && s.lf < s.end {
			width = 2
		}
		return line, width
	}
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
		pad, cell := s.pads[i], &s.Cells[i]
		whole := text[cell.From:cell.To]
		inner, before := bytes.CutPrefix(whole, []byte(pad.Before))
		inner, after := bytes.CutSuffix(inner, []byte(pad.After))
		if before && after {
			cell.From += len(pad.Before)
			cell.To = cell.From + len(inner)
		} else if len(bytes.TrimSpace(whole)) > 0 {
			s.Bare = append(s.Bare, i)
		}
	}
	if s.raw {
		s.Raw = append(s.Raw, s.Cells...)
	}
}

// quotedRow scans a row with a quotation mark in its first line, which has so many
// bytes with its end. A row that may go on behind what has been read is scanned once
// more when twice as much has been: what most rows need is there at once.
func (s *Scanner) quotedRow(first int) error {
	var size int
	for {
		read, ended, looked := s.end-s.start, s.ended, 0
		s.begin()
		if size, looked = s.quotedCells(s.buf[s.start:s.end]); looked < read || !s.fill() && s.ended == ended {
			break
		}
		for s.end-s.start < 2*read && s.fill() {
		}
	}
	if s.err != nil {
		return s.err
	}
	if s.Fault != Sound {
		s.refuse(s.Fault)
		s.start += first
		s.NextLine++
		return nil
	}
	s.Text = s.unquoted
	switch rest := s.buf[s.start+size : s.end]; {
	case len(rest) == 0: // the last line, which has no end
		s.NextLine++
	case bytes.HasPrefix(rest, []byte("\r\n")):
		size += 2
	default:
		size++
	}
	row := s.buf[s.start : s.start+size]
	s.NextLine += bytes.Count(row, []byte{'\n'}) + bytes.Count(row, []byte{'\r'}) - bytes.Count(row, []byte("\r\n"))
	s.start += size
	return nil
}

// quotedCells scans the cells of the row that a text begins with, up to the first at
// fault, and returns where the row ends and up to where that depends on the text.
func (s *Scanner) quotedCells(text []byte) (at, looked int) {
	for ; ; at++ {
		var pad Pad
		column, whole, begin := len(s.Cells), at, len(s.unquoted)
		if column < len(s.pads) {
			pad = s.pads[column]
		}
		looked = max(looked, at+len(pad.Before))
		before := bytes.HasPrefix(text[at:], []byte(pad.Before))
		if before {
			at += len(pad.Before)
		}
		from, to, after := at, at, false
		if at < len(text) && text[at] == '"' {
			at = s.quotedCell(text, at+1, pad.After)
			if to, after = at, bytes.HasPrefix(text[at:], []byte(pad.After)); after {
				at += len(pad.After)
			}
		} else {
			at = s.bareCell(text, at)
			if to, after = at, bytes.HasSuffix(s.unquoted[begin:], []byte(pad.After)); after {
				s.unquoted, to = s.unquoted[:len(s.unquoted)-len(pad.After)], to-len(pad.After)
			}
		}
		looked = max(looked, at+len(pad.After)+1)
		if s.Fault == Sound && len(s.Cells) == table.MaxColumns {
			s.Fault = TooWide
		}
		if s.Fault != Sound {
			return at, looked
		}
		if (!before || !after) && len(bytes.TrimSpace(text[whole:at])) > 0 {
			s.Bare = append(s.Bare, column)
		}
		if s.raw {
			s.Raw = append(s.Raw, Span{from, to})
		}
		s.Cells = append(s.Cells, Span{begin, len(s.unquoted)})
		if at == len(text) || text[at] != s.delim {
			return at, looked
		}
	}
}

// bareCell appends the cell at an index that has no opening quotation mark to unquoted
// and returns the index behind it.
func (s *Scanner) bareCell(text []byte, at int) int {
	cell, delim := text[at:], s.delim
	for i, b := range cell {
		if b == delim || b == '\n' || b == '\r' {
			cell = cell[:i]
			break
		}
	}
	if at += len(cell); at == len(text) && !s.ended {
		s.Fault = TooLong
	}
	if quote := bytes.IndexByte(cell, '"'); quote > 0 && len(bytes.Trim(cell[:quote], " \t")) == 0 {
		s.Loose = append(s.Loose, len(s.Cells))
	}
	s.unquoted = append(s.unquoted, cell...)
	return at
}

// quotedCell does the same for a cell whose opening mark is before the index; after is
// what may stand behind the closing one.
func (s *Scanner) quotedCell(text []byte, at int, after string) int {
	for {
		n := bytes.IndexByte(text[at:], '"')
		if n < 0 {
			s.Fault = Unclosed
			return len(text)
		}
		s.unquoted = append(s.unquoted, text[at:at+n]...)
		at += n + 1
		switch {
		case at < len(text) && text[at] == '"':
			s.unquoted = append(s.unquoted, '"')
			at++
		case s.endsCell(text[at:]), after != "" && bytes.HasPrefix(text[at:], []byte(after)) && s.endsCell(text[at+len(after):]):
			return at
		default:
			s.Fault = Stray
			return at
		}
	}
}

// endsCell reports whether a cell can end before a text.
func (s *Scanner) endsCell(rest []byte) bool {
	if len(rest) == 0 {
		return s.ended
	}
	return rest[0] == s.delim || rest[0] == '\n' || rest[0] == '\r'
}

// fill reads on and reports whether more than before can be seen. It stops at
// the end of the input and when a row is longer than a row may be.
func (s *Scanner) fill() bool {
	if s.ended || s.end-s.start > table.MaxRowBytes {
		return false
	}
	if s.end == len(s.buf) && s.start < len(s.buf)/2 {
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	} else if s.end == len(s.buf) {
		copy(s.buf, s.buf[s.start:s.end])
		s.lf, s.end, s.start = s.lf-s.start, s.end-s.start, 0
	}
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
			if s.lf == before {
				s.lf = s.index('\n', before)
			}
			return n > 0
		}
	}
	s.ended, s.err = true, io.ErrNoProgress
	return false
}

func (s *Scanner) index(b byte, from int) int {
	if n := bytes.IndexByte(s.buf[from:s.end], b); n >= 0 {
		return from + n
	}
	return s.end
}
