package source

import (
	"bytes"
	"context"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"r7import/importer/diagnosis"
)

// textTable is a delimited text file that has been looked at.
type textTable struct {
	input   *input
	charset charset
	mark    int // bytes of the byte order mark
	delim   byte
	header  int // line
}

// open implements table.
func (t *textTable) open(_ context.Context, l *layout) (rows, error) {
	in, err := t.input.stream()
	if err != nil {
		return nil, err
	}
	s, err := t.scan(in)
	if err != nil {
		in.Close()
		return nil, err
	}
	return &textRows{scanner: s, table: t, layout: l, in: in}, nil
}

// scan begins to scan the text behind its header.
func (t *textTable) scan(in io.Reader) (*scanner, error) {
	if _, err := io.CopyN(io.Discard, in, int64(t.mark)); err != nil {
		return nil, unreadable(err)
	}
	s := newScanner(t.charset.reader(in), t.delim, scanBuffer)
	for s.nextLine <= t.header {
		if err := s.next(); err != nil {
			return nil, unreadable(err)
		}
	}
	return s, nil
}

// textRows is one pass over a text file.
type textRows struct {
	*scanner
	table   *textTable
	layout  *layout
	in      io.Closer
	current row
	buf     []byte
}

func (t *textRows) close() { t.in.Close() }

// next implements rows.
func (t *textRows) next() (*row, error) {
	for {
		if err := t.scanner.next(); err == io.EOF {
			return nil, err
		} else if err != nil {
			return nil, unreadable(err)
		}
		if t.take() {
			return &t.current, nil
		}
	}
}

// take makes a row of the cells scanned and reports whether it is one to yield.
func (t *textRows) take() bool {
	r := &t.current
	r.number, r.problems, r.cells = t.line, nil, r.cells[:0]
	if t.fault != sound {
		t.widen()
		t.reportFault()
		return true
	}
	text, decodable := t.decode()
	if blank(r.cells) || isEndMark(r.cells) || t.layout.passOver(r, text) {
		return false
	}
	got, want := len(r.cells), len(t.layout.columns)
	ragged := got < want || got > want && !blank(r.cells[want:])
	t.widen()
	switch {
	case ragged:
		r.report(t.layout, wholeRow, diagnosis.RowWidth, "Count", strconv.Itoa(got), "Want", strconv.Itoa(want))
	case !decodable:
		t.reportUndecodable()
	default:
		r.judgeText(t.layout, text)
	}
	return true
}

// widen gives the row as many cells as the table has columns.
func (t *textRows) widen() {
	r := &t.current
	for len(r.cells) < len(t.layout.columns) {
		r.cells = append(r.cells, "")
	}
	r.cells = r.cells[:len(t.layout.columns)]
}

// decode turns the bytes of the cells into text and reports whether all of them
// stand for text.
func (t *textRows) decode() (text []byte, ok bool) {
	if t.table.charset.high != nil {
		text, ok = t.decodeCodePage()
	} else {
		text, ok = t.text, utf8.Valid(t.text)
	}
	whole, cells := string(text), t.current.cells
	for _, c := range t.cells {
		cells = append(cells, whole[c.from:c.to])
	}
	t.current.cells = cells
	return text, ok
}

func (t *textRows) decodeCodePage() (text []byte, ok bool) {
	t.buf = t.buf[:0]
	bad := 0
	for i, c := range t.cells {
		from, n := len(t.buf), 0
		t.buf, n = t.table.charset.appendDecoded(t.buf, t.text[c.from:c.to])
		t.cells[i] = span{from, len(t.buf)}
		bad += n
	}
	return t.buf, bad == 0
}

func (t *textRows) reportFault() {
	r := &t.current
	column := strconv.Itoa(t.column + 1)
	switch t.fault {
	case stray:
		r.report(t.layout, wholeRow, diagnosis.QuoteStray, "Column", column)
	case unclosed:
		r.report(t.layout, wholeRow, diagnosis.QuoteUnclosed, "Column", column)
	case tooLong:
		r.report(t.layout, wholeRow, diagnosis.RowTooLong, "Limit", strconv.Itoa(maxRowBytes>>10))
	case tooWide:
		r.report(t.layout, wholeRow, diagnosis.RowTooWide, "Limit", strconv.Itoa(maxColumns))
	}
}

// reportUndecodable reports the cells with bytes that stand for no character.
func (t *textRows) reportUndecodable() {
	r := &t.current
	for _, column := range t.layout.read {
		text := r.cells[column]
		if at := undecodable(text); at >= 0 {
			r.report(t.layout, column, diagnosis.TextUndecodable,
				"Character", strconv.Itoa(utf8.RuneCountInString(text[:at])+1), "Encoding", t.table.charset.name)
		}
	}
}

// undecodable returns where in a text the first byte stands that is no
// character; a code page's has become U+FFFD.
func undecodable(text string) int {
	return strings.IndexFunc(text, func(r rune) bool { return r == utf8.RuneError })
}

// isEndMark reports whether a row is what DOS programs end a text with.
func isEndMark(cells []string) bool { return len(cells) == 1 && cells[0] == "\x1a" }

func blank(cells []string) bool {
	for _, c := range cells {
		if !isBlankText(c) {
			return false
		}
	}
	return true
}

func isBlankText(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsSpace(r) })
}

// preview splits the beginning of a text into rows, blank ones included. A last
// row that the sample may have cut is left out.
func preview(sample []byte, whole bool, c charset, delim byte, depth int) top {
	var t top
	s := newScanner(c.reader(bytes.NewReader(sample)), delim, min(len(sample)+1, scanBuffer))
	for len(t.rows) < depth && s.next() == nil {
		if !whole && s.start == s.end && s.ended {
			break
		}
		if s.fault != sound && t.faulty == 0 {
			t.faulty = s.line
		}
		cells := make([]string, len(s.cells))
		for i, at := range s.cells {
			text := s.text[at.from:at.to]
			if c.high != nil {
				text, _ = c.appendDecoded(nil, text)
			}
			cells[i] = string(text)
		}
		t.rows, t.numbers = append(t.rows, cells), append(t.numbers, s.line)
	}
	return t
}
