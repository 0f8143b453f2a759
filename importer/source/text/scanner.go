package text

import (
	"bytes"
	"io"

	"r7import/importer/source/table"
)

// ScanBuffer is the size of read buffers, in bytes.
const ScanBuffer = 64 << 10

// Fault is the reason why a row cannot be parsed.
type Fault uint8

const (
	Sound    Fault = iota
	Stray          // a quotation mark inside an unquoted cell, or text after a closing one
	Unclosed       // a quoted cell without an end
	TooLong        // more than table.MaxRowBytes
	TooWide        // more than table.MaxColumns
)

// Span is the position of a cell in the text of its row.
type Span struct{ From, To int }

// Scanner splits delimited text (RFC 4180) into rows. CR, LF and
// CRLF end a line. It works on bytes in which ASCII characters
// are single bytes, that is on UTF-8 and on code pages.
//
// A quotation mark opens a cell only as its first character; later in an unquoted
// cell it is an ordinary character. A faulty row ends with its first line, so
// that a missing quotation mark costs one row and not the rest of the file.
type Scanner struct {
	in      io.Reader
	delim   byte
	pads    []Pad // of the columns, nil if none has any
	wantRaw bool  // fill in Raw

	buf        []byte
	start, end int // buf[start:end] is read but not scanned
	nextLF     int // index of the next LF in it, end if there is none; too small if the previous row had several lines
	ended      bool
	err        error // read error that ended the input, nil at its end
	NextLine   int   // number of the line after the scanned ones

	// The current row, valid until the next call of Next.
	Line     int // line on which it begins, from 1
	Text     []byte
	Cells    []Span // in text
	Fault    Fault
	Column   int    // index of the faulty cell
	Bare     []int  // columns whose cells are filled but lack their padding
	Loose    []int  // columns whose cells have blanks before a quotation mark
	Raw      []Span // positions of the cells in the row as written, without padding
	unquoted []byte
}

// Pad is what surrounds the cells of a column without belonging to them.
type Pad struct{ Before, After string }

// NewScanner returns a scanner with a read buffer of that initial size.
func NewScanner(in io.Reader, delim byte, buffer int) *Scanner {
	return &Scanner{in: in, delim: delim, buf: make([]byte, buffer), NextLine: 1}
}

// Next scans one row, blank lines included. It returns io.EOF at the end.
func (s *Scanner) Next() error {
	s.reset()
	s.Line = s.NextLine
	line, width := s.firstLine()
	switch {
	case width == 0 && s.err != nil:
		return s.err
	case s.start == s.end:
		return io.EOF
	case len(line) > table.MaxRowBytes:
		s.fail(TooLong)
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

// reset clears the current row.
func (s *Scanner) reset() {
	s.Text, s.Fault, s.Cells, s.unquoted = nil, Sound, s.Cells[:0], s.unquoted[:0]
	s.Bare, s.Loose, s.Raw = s.Bare[:0], s.Loose[:0], s.Raw[:0]
}

// fail marks the current row as faulty and clears its cells.
func (s *Scanner) fail(f Fault) {
	s.Fault, s.Column = f, len(s.Cells)
	s.Cells, s.Text = s.Cells[:0], nil
}

// firstLine returns the line at start, and the length of its line end, which
// is 0 at the end of the input and for a line longer than table.MaxRowBytes.
func (s *Scanner) firstLine() (line []byte, width int) {
	if s.nextLF < s.start {
		s.nextLF = s.index('\n', s.start)
	}
	for looked := 0; ; {
		cr := bytes.IndexByte(s.buf[s.start+looked:s.nextLF], '\r')
		stop := looked + cr
		switch {
		case cr < 0 && s.nextLF < s.end:
			return s.buf[s.start:s.nextLF], 1
		case cr < 0:
			looked = s.end - s.start
			if !s.fill() {
				return s.buf[s.start:s.end], 0
			}
			continue
		case s.start+stop+1 == s.end:
			s.fill() // LF may follow
		}
		line, width = s.buf[s.start:s.start+stop], 1
		if s.nextLF == s.start+stop+1 && s.nextLF < s.end {
			width = 2
		}
		return line, width
	}
}

// split divides a row without quotation marks at its delimiters.
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
		s.fail(TooWide)
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
	if s.wantRaw {
		s.Raw = append(s.Raw, s.Cells...)
	}
}

// quotedRow scans a row with a quotation mark in its first line, which has first
// bytes including its end. If the row may continue after what has been read, it is
// scanned again after reading twice as much: most rows are complete in the buffer.
func (s *Scanner) quotedRow(first int) error {
	var size int
	for {
		read, ended, looked := s.end-s.start, s.ended, 0
		s.reset()
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
		s.fail(s.Fault)
		s.start += first
		s.NextLine++
		return nil
	}
	s.Text = s.unquoted
	switch rest := s.buf[s.start+size : s.end]; {
	case len(rest) == 0: // the last line, without a line end
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

// quotedCells scans the cells of the row at the beginning of text, up to the first
// faulty one. It returns where the row ends and how much of the text that depends on.
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
		if s.wantRaw {
			s.Raw = append(s.Raw, Span{from, to})
		}
		s.Cells = append(s.Cells, Span{begin, len(s.unquoted)})
		if at == len(text) || text[at] != s.delim {
			return at, looked
		}
	}
}

// bareCell appends the unquoted cell at an index to
// unquoted and returns the index after the cell.
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

// quotedCell does the same for a quoted cell whose opening mark is before
// the index; after is the padding that may follow the closing mark.
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

// endsCell reports whether a cell can end before rest.
func (s *Scanner) endsCell(rest []byte) bool {
	if len(rest) == 0 {
		return s.ended
	}
	return rest[0] == s.delim || rest[0] == '\n' || rest[0] == '\r'
}

// fill reads more input and reports whether it got any. It stops at
// the end of the input and when the row exceeds table.MaxRowBytes.
func (s *Scanner) fill() bool {
	if s.ended || s.end-s.start > table.MaxRowBytes {
		return false
	}
	if s.end == len(s.buf) && s.start < len(s.buf)/2 {
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	} else if s.end == len(s.buf) {
		copy(s.buf, s.buf[s.start:s.end])
		s.nextLF, s.end, s.start = s.nextLF-s.start, s.end-s.start, 0
	}
	before := s.end
	for range 100 { // a reader that returns nothing that often is broken
		n, err := s.in.Read(s.buf[s.end:])
		s.end += n
		if err != nil {
			s.ended = true
			if err != io.EOF {
				s.err = err
			}
		}
		if n > 0 || s.ended {
			if s.nextLF == before {
				s.nextLF = s.index('\n', before)
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
