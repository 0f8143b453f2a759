package source

import (
	"bytes"
	"context"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// textTable is a delimited text file that has been looked at.
type textTable struct {
	file    *File
	charset charset
	skip    int // bytes of the byte order mark
	delim   byte
	header  int // line
}

// open begins a pass over the rows below the header.
func (t *textTable) open(ctx context.Context, l *layout) (rows, error) {
	in, err := t.file.input.stream()
	if err != nil {
		return nil, err
	}
	s, err := t.scan(in)
	if err != nil {
		in.Close()
		return nil, err
	}
	return &textRows{scanner: s, table: t, layout: l, closer: in}, nil
}

// scan begins to scan the text behind its header.
func (t *textTable) scan(in io.Reader) (*scanner, error) {
	if _, err := io.CopyN(io.Discard, in, int64(t.skip)); err != nil {
		return nil, err
	}
	s := newScanner(t.charset.reader(in), t.delim)
	for s.nextLine <= t.header {
		if err := s.next(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// reader returns the text with UTF-16 turned into UTF-8.
func (c charset) reader(in io.Reader) io.Reader {
	if c.wide != narrow {
		return newUTF16Reader(in, c.wide)
	}
	return in
}

// textRows is one pass over a text file.
type textRows struct {
	*scanner
	table  *textTable
	layout *layout
	closer io.Closer
	row    row
	buf    []byte
}

func (t *textRows) close() { t.closer.Close() }

// next implements rows.
func (t *textRows) next() (*row, error) {
	for {
		if err := t.scanner.next(); err != nil {
			return nil, err
		}
		t.row.number, t.row.problems = t.line, nil
		t.take()
		if t.fault != sound || !blank(t.row.cells) {
			t.fit()
			return &t.row, nil
		}
	}
}

// take decodes the cells of the row scanned.
func (t *textRows) take() {
	t.row.cells = t.row.cells[:0]
	if t.table.charset.high != nil {
		t.takeCodePage()
		return
	}
	text := string(t.text)
	for _, c := range t.cells {
		t.row.cells = append(t.row.cells, text[c.from:c.to])
	}
	if !utf8.ValidString(text) {
		t.markUndecodable()
	}
}

func (t *textRows) takeCodePage() {
	t.buf = t.buf[:0]
	bad := 0
	for i, c := range t.cells {
		from, n := len(t.buf), 0
		t.buf, n = t.table.charset.appendDecoded(t.buf, t.text[c.from:c.to])
		t.cells[i] = span{from, len(t.buf)}
		bad += n
	}
	text := string(t.buf)
	for _, c := range t.cells {
		t.row.cells = append(t.row.cells, text[c.from:c.to])
	}
	if bad > 0 {
		t.markUndecodable()
	}
}

// markUndecodable reports the cells with bytes that stand for no character.
func (t *textRows) markUndecodable() {
	for i, text := range t.row.cells {
		if at := strings.IndexFunc(text, func(r rune) bool { return r == utf8.RuneError }); at >= 0 {
			t.problem(diagnosis.TextUndecodable, i, "Character", strconv.Itoa(utf8.RuneCountInString(text[:at])+1), "Encoding", t.table.charset.name)
			t.row.cells[i] = ""
		}
	}
}

// fit makes the row as wide as the table.
func (t *textRows) fit() {
	want := len(t.layout.columns)
	switch t.fault {
	case stray:
		t.wholeRow(diagnosis.QuoteStray)
	case unclosed:
		t.wholeRow(diagnosis.QuoteUnclosed)
	case tooLong:
		t.wholeRow(diagnosis.RowTooLong, "Limit", strconv.Itoa(maxRowBytes>>10))
	case tooWide:
		t.wholeRow(diagnosis.RowTooWide, "Limit", strconv.Itoa(maxColumns))
	}
	if t.fault == sound && (len(t.row.cells) < want || !blank(t.row.cells[want:])) {
		t.wholeRow(diagnosis.RowWidth, "Count", strconv.Itoa(len(t.row.cells)), "Want", strconv.Itoa(want))
	}
	for len(t.row.cells) < want {
		t.row.cells = append(t.row.cells, "")
	}
	t.row.cells = t.row.cells[:want]
}

// wholeRow reports a problem after which no cell of the row can be relied on.
func (t *textRows) wholeRow(code diagnosis.Code, facts ...string) {
	p := diagnosis.New(code, facts...)
	p.Place = t.layout.place(t.line, account.NumFields)
	t.row.problems = append(t.row.problems, *p)
	clear(t.row.cells)
}

// problem reports something about one cell.
func (t *textRows) problem(code diagnosis.Code, column int, facts ...string) {
	if column >= len(t.layout.fields) || t.layout.fields[column] == account.NumFields {
		return
	}
	f := t.layout.fields[column]
	p := diagnosis.New(code, facts...)
	p.Field = f.String()
	p.Place = t.layout.place(t.line, f)
	t.row.problems = append(t.row.problems, *p)
}

func blank(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

// preview splits the beginning of a text into rows.
func preview(sample []byte, c charset, delim byte) (top [][]string, lines []int) {
	s := newScanner(c.reader(bytes.NewReader(sample)), delim)
	for len(top) < headerDepth && s.next() == nil {
		cells := make([]string, len(s.cells))
		for i, at := range s.cells {
			text := s.text[at.from:at.to]
			if c.high != nil {
				text, _ = c.appendDecoded(nil, text)
			}
			cells[i] = string(text)
		}
		top = append(top, cells)
		lines = append(lines, s.line)
	}
	return top, lines
}
