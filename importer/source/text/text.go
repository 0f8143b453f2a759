package text

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"r7import/importer/diagnosis"
	"r7import/importer/source/table"
)

// sampleBytes is how much of a text is looked at to find out how to read it.
const sampleBytes = 64 << 10

// Content gives the bytes of a text, from the first, as often as asked.
type Content interface {
	Stream() (io.ReadCloser, error)
}

// Options say what is known of a text. What is zero is found out.
type Options struct {
	Name      string // of the file, for messages
	Encoding  string // one of [Encodings]
	Delimiter rune
	Headers   table.Headers
}

// Table is a text that has been looked at.
type Table struct {
	Charset   Charset
	Guessed   bool // the charset: a person had better look at what it makes of a name
	Delimiter byte
	Header    int   // line of the column names
	Width     int   // cells of that line
	Pads      []Pad // what is no part of the cells of each column, nil if nothing is
	Unquoted  bool  // the lines were one quoted cell each

	content Content
	mark    int // bytes of the byte order mark
}

// sample is the beginning of a text, and what tells its charset.
type sample struct {
	head    []byte
	whole   bool // head is all there is
	charset Charset
	unquote bool   // its lines are one quoted cell each
	foreign []byte // where the first character beyond ASCII is; empty if there is none
}

// Look finds out encoding, delimiter and header of a text. It returns the first
// rows as well, and which of them is the header.
func Look(in Content, o Options) (t *Table, first table.Top, at int, err error) {
	s, err := takeSample(in, o.Headers)
	if err != nil {
		return nil, first, 0, err
	}
	t = &Table{content: in}
	if s.charset, t.mark, err = findCharset(s, o); err != nil {
		return nil, first, 0, err
	}
	t.Charset, t.Guessed = s.charset, o.Encoding == "" && s.charset.page != nil
	s.head = s.head[t.mark:]
	if len(bytes.TrimSpace(s.head)) == 0 && s.whole {
		return nil, first, 0, diagnosis.New(diagnosis.FileEmpty, "File", o.Name)
	}
	if first, at, err = t.findTable(s, o); err != nil {
		return nil, first, 0, err
	}
	header := first.Rows[at]
	t.Header, t.Width = first.Numbers[at], len(header)
	if t.Pads, err = t.findPadding(header); err != nil {
		return nil, first, 0, err
	}
	for i, cell := range header {
		if t.Pads != nil && t.Pads[i] != (Pad{}) {
			cell = strings.TrimSpace(cell)
		}
		header[i], _ = Unwrapped(cell)
	}
	return t, first, at, nil
}

// findTable finds delimiter and header. Where there is no table, the lines may be one
// with their quotation marks taken off.
func (t *Table) findTable(s sample, o Options) (first table.Top, at int, err error) {
	if err := s.refuseDrawn(); err != nil {
		return first, 0, err
	}
	find := func() (delim byte, first table.Top, at int, err error) {
		if delim, err = s.findDelimiter(o); err != nil {
			return 0, first, 0, err
		}
		first = s.preview(delim, o.Headers.Depth())
		at, err = findHeader(&first, o)
		return delim, first, at, err
	}
	t.Delimiter, first, at, err = find()
	if err == nil && len(first.Rows[at]) > 1 {
		return first, at, s.refuseEscaped(t.Delimiter, first, at)
	}
	s.unquote = true
	if delim, inner, header, err := find(); err == nil && len(inner.Rows[header]) > 1 {
		t.Delimiter, t.Unquoted = delim, true
		return inner, header, nil
	}
	return first, at, err
}

// Unwrapped returns the text of a cell like ="0123", in which a spreadsheet program
// keeps what it would take for a number, and whether it was one.
func Unwrapped(cell string) (text string, was bool) {
	if quoted, wrapped := strings.CutPrefix(cell, "="); wrapped {
		if text, was = unquoted(quoted); was {
			return text, true
		}
	}
	return cell, false
}

// unquoted returns what a quoted cell says, and whether the text is one.
func unquoted(text string) (inner string, was bool) {
	inner, opens := strings.CutPrefix(text, `"`)
	inner, closes := strings.CutSuffix(inner, `"`)
	if !opens || !closes || strings.Contains(strings.ReplaceAll(inner, `""`, ""), `"`) {
		return text, false
	}
	return strings.ReplaceAll(inner, `""`, `"`), true
}

// findHeader returns the index of the header among the first rows. In an encoding that
// was asked for it has to make sense.
func findHeader(first *table.Top, o Options) (int, error) {
	if o.Encoding != "" && o.Headers.Row == 0 {
		looked := first.Rows
		if at, _ := o.Headers.Find(first.Rows); at >= 0 {
			looked = looked[at : at+1]
		}
		if slices.ContainsFunc(slices.Concat(looked...), func(cell string) bool { return Undecodable(cell) >= 0 }) {
			return 0, diagnosis.New(diagnosis.EncodingWrong, "Encoding", o.Encoding, "Encodings", Encodings())
		}
	}
	return o.Headers.Among(first)
}

// Undecodable returns where in a text the first byte stands that is no
// character; a code page's has become U+FFFD.
func Undecodable(text string) int {
	return strings.IndexFunc(text, func(r rune) bool { return r == utf8.RuneError })
}

// takeSample reads the beginning of a text, and on from there to the first character
// beyond ASCII: English headers say nothing about the names below them.
func takeSample(content Content, h table.Headers) (sample, error) {
	in, err := content.Stream()
	if err != nil {
		return sample{}, err
	}
	defer in.Close()
	size := sampleBytes
	if h.Depth() > (table.Headers{}).Depth() {
		size = table.MaxRowBytes
	}
	s := sample{head: make([]byte, size)}
	n, err := ReadUpTo(in, s.head)
	s.head = s.head[:n]
	if err == io.EOF {
		s.whole, err = true, nil
	}
	s.foreign = beyondASCII(s.head)
	buf := make([]byte, sampleBytes)
	for err == nil && !s.whole && len(s.foreign) == 0 {
		n, err = in.Read(buf)
		s.foreign = beyondASCII(buf[:n])
	}
	if err != nil && err != io.EOF {
		return sample{}, diagnosis.Or(err, diagnosis.FileBroken)
	}
	return s, nil
}

// ReadUpTo fills a buffer as far as there is something to read. The error is
// io.EOF if there is not enough, and otherwise what went wrong: io.ReadFull has one
// error for input that ends and for input that is cut short.
func ReadUpTo(in io.Reader, buf []byte) (n int, err error) {
	for n < len(buf) && err == nil {
		var more int
		more, err = in.Read(buf[n:])
		n += more
	}
	return n, err
}

// beyondASCII returns text from the word with its first byte that is not ASCII, or is zero.
func beyondASCII(text []byte) []byte {
	for i, b := range text {
		if b >= utf8.RuneSelf || b == 0 {
			for i > 0 && unicode.IsLetter(rune(text[i-1])) {
				i--
			}
			return text[i:]
		}
	}
	return nil
}

// preview splits the beginning of a text into rows, blank ones included. A last
// row that the sample may have cut is left out.
func (s sample) preview(delim byte, depth int) (t table.Top) {
	in := s.charset.Reader(bytes.NewReader(s.head))
	if s.unquote {
		in = newLineUnquoter(in)
	}
	rows := NewScanner(in, delim, min(len(s.head)+1, ScanBuffer))
	for len(t.Rows) < depth && rows.Next() == nil {
		if !s.whole && rows.start == rows.end && rows.ended {
			break
		}
		if rows.Fault != Sound && t.Faulty == 0 {
			t.Faulty = rows.Line
		}
		cells := make([]string, len(rows.Cells))
		for i, at := range rows.Cells {
			cells[i] = s.charset.Decoded(rows.Text[at.From:at.To])
		}
		t.Rows, t.Numbers = append(t.Rows, cells), append(t.Numbers, rows.Line)
	}
	return t
}
