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

// sampleBytes is how much of a text is read to detect its form, in bytes.
const sampleBytes = 64 << 10

// Content is the source of a text: each call of Stream returns it from the first byte.
type Content interface {
	Stream() (io.ReadCloser, error)
}

// Options say what is known about a text. Zero values are detected.
type Options struct {
	Name      string // of the file, for messages
	Encoding  string // one of [Encodings]
	Delimiter rune
	Headers   table.Headers
}

// Table is a text whose form is known.
type Table struct {
	Charset   Charset
	Guessed   bool // the charset was guessed: a person should look at a decoded name
	Delimiter byte
	Header    int   // line of the header
	Width     int   // number of cells of that line
	Pads      []Pad // padding of each column, nil if there is none
	Unquoted  bool  // each line was one quoted cell

	content Content
	mark    int // length of the byte order mark
}

// sample is the beginning of a text, and the part that shows its charset.
type sample struct {
	head     []byte
	whole    bool // head is the whole text
	charset  Charset
	unquote  bool   // each line is one quoted cell
	nonASCII []byte // text from the first word beyond ASCII; empty if there is none
}

// Look detects encoding, delimiter and header of a text. It also
// returns the first rows, and the index of the header among them.
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

// findTable detects delimiter and header. If no table is found,
// it tries the lines with their quotation marks removed.
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

// Unwrapped returns the text of a cell like ="0123", the form in which a spreadsheet
// program protects text that looks like a number, and whether the cell had that form.
func Unwrapped(cell string) (text string, was bool) {
	if quoted, wrapped := strings.CutPrefix(cell, "="); wrapped {
		if text, was = unquoted(quoted); was {
			return text, true
		}
	}
	return cell, false
}

// unquoted returns the content of a quoted cell, and false if the text is not quoted.
func unquoted(text string) (inner string, was bool) {
	inner, opens := strings.CutPrefix(text, `"`)
	inner, closes := strings.CutSuffix(inner, `"`)
	if !opens || !closes || strings.Contains(strings.ReplaceAll(inner, `""`, ""), `"`) {
		return text, false
	}
	return strings.ReplaceAll(inner, `""`, `"`), true
}

// findHeader returns the index of the header among the first rows.
// If an encoding was asked for, the header must be decodable.
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

// Undecodable returns the index of the first invalid byte of a decoded
// text, -1 if there is none; in a code page it has become U+FFFD.
func Undecodable(text string) int {
	return strings.IndexFunc(text, func(r rune) bool { return r == utf8.RuneError })
}

// takeSample reads the beginning of a text, and searches on for the first character
// beyond ASCII: English headers do not show how the names below them are encoded.
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
	s.nonASCII = fromNonASCII(s.head)
	buf := make([]byte, sampleBytes)
	for err == nil && !s.whole && len(s.nonASCII) == 0 {
		n, err = in.Read(buf)
		s.nonASCII = fromNonASCII(buf[:n])
	}
	if err != nil && err != io.EOF {
		return sample{}, diagnosis.Or(err, diagnosis.FileBroken)
	}
	return s, nil
}

// ReadUpTo fills a buffer as far as the input goes. The error is io.EOF
// if the input ends early, otherwise the read error; io.ReadFull does
// not distinguish input that ends from input that is truncated.
func ReadUpTo(in io.Reader, buf []byte) (n int, err error) {
	for n < len(buf) && err == nil {
		var more int
		more, err = in.Read(buf[n:])
		n += more
	}
	return n, err
}

// fromNonASCII returns the text from the word with the first byte that is not ASCII or is zero.
func fromNonASCII(text []byte) []byte {
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

// preview splits the beginning of a text into rows, blank ones
// included. A last row that may be incomplete is left out.
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
