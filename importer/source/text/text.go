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
	whole   bool   // head is all there is
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
	if t.Charset, t.mark, err = findCharset(s, o); err != nil {
		return nil, first, 0, err
	}
	t.Guessed = o.Encoding == "" && t.Charset.high != nil
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
	if err := s.refuseDrawn(t.Charset); err != nil {
		return first, 0, err
	}
	t.Delimiter, first, at, err = s.table(t.Charset, o)
	if err == nil && len(first.Rows[at]) > 1 {
		return first, at, s.refuseEscaped(t.Charset, t.Delimiter, first, at)
	}
	s.unquote = true
	if delim, inner, header, err := s.table(t.Charset, o); err == nil && len(inner.Rows[header]) > 1 {
		t.Delimiter, t.Unquoted = delim, true
		return inner, header, nil
	}
	return first, at, err
}

// table finds delimiter and header.
func (s sample) table(c Charset, o Options) (delim byte, first table.Top, at int, err error) {
	if delim, err = findDelimiter(s, c, o); err != nil {
		return 0, first, 0, err
	}
	first = preview(s, c, delim, o.Headers.Depth())
	at, err = findHeader(&first, o)
	return delim, first, at, err
}

// Unwrapped returns the text of a cell like ="0123", in which a spreadsheet program
// keeps what it would take for a number, and whether it was one.
func Unwrapped(cell string) (text string, was bool) {
	inner, opens := strings.CutPrefix(cell, `="`)
	inner, closes := strings.CutSuffix(inner, `"`)
	if !opens || !closes || strings.Contains(strings.ReplaceAll(inner, `""`, ""), `"`) {
		return cell, false
	}
	return strings.ReplaceAll(inner, `""`, `"`), true
}

// findHeader returns the index of the header among the first rows.
func findHeader(first *table.Top, o Options) (int, error) {
	if o.Encoding != "" && o.Headers.Row == 0 {
		looked := first.Rows
		if at, _ := o.Headers.Find(first.Rows); at >= 0 {
			looked = looked[at : at+1]
		}
		if slices.ContainsFunc(looked, misread) {
			return 0, diagnosis.New(diagnosis.EncodingWrong, "Encoding", o.Encoding, "Encodings", Encodings())
		}
	}
	return o.Headers.Among(first)
}

// misread reports whether a cell holds bytes that stand for no character.
func misread(cells []string) bool {
	return slices.ContainsFunc(cells, func(c string) bool { return Undecodable(c) >= 0 })
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

// findCharset returns the charset asked for, or marked, or found, and the length of the mark.
func findCharset(s sample, o Options) (c Charset, mark int, err error) {
	marked, mark := ByMark(s.head)
	for again, more := ByMark(s.head[mark:]); more > 0 && again.name == marked.name; again, more = ByMark(s.head[mark:]) {
		mark += more // two programs have marked it, one after the other
	}
	if o.Encoding == "" && mark > 0 {
		return marked, mark, nil
	}
	if o.Encoding == "" {
		c, err = guessCharset(s, o.Headers)
		return c, 0, err
	}
	c, ok := charsetNamed(o.Encoding)
	switch {
	case !ok:
		return c, 0, diagnosis.New(diagnosis.EncodingUnknown, "Encodings", Encodings())
	case mark > 0 && marked.name != c.name:
		return c, 0, diagnosis.New(diagnosis.EncodingMarked, "Encoding", marked.name)
	}
	return c, mark, nil
}

// guessCharset tells the charset by the content. Of one that is not certain a person
// has to be shown what it makes of a name.
func guessCharset(s sample, h table.Headers) (Charset, error) {
	if order := wideOrder(s.head); order == littleEndian {
		return utf16LE, nil
	} else if order == bigEndian {
		return utf16BE, nil
	}
	is, certain := looksUTF8(s.foreign)
	byChance := func(c Charset) bool { l := weigh(c, s.foreign); return l.Plain() }
	if is && (certain || !slices.ContainsFunc(codePages, byChance)) {
		return utf8Text, nil
	}
	foreign := table.Headers{Row: h.Row, Known: func(header string) bool { return beyondASCII([]byte(header)) != nil && h.Known(header) }}
	page, sure := guessCodePage(s.foreign, func(c Charset) int {
		names := 0
		for _, d := range delimiters {
			_, n := foreign.Find(preview(s, c, d, h.Depth()).Rows)
			names = max(names, n)
		}
		return names
	})
	if !sure {
		return Charset{}, diagnosis.New(diagnosis.EncodingUnclear, "Encodings", Encodings())
	}
	return page.charset, nil
}

func findDelimiter(s sample, c Charset, o Options) (byte, error) {
	if d := o.Delimiter; d != 0 {
		if d >= utf8.RuneSelf || d == '"' || d == '\n' || d == '\r' {
			return 0, diagnosis.New(diagnosis.DelimiterForm)
		}
		return byte(d), nil
	}
	if first := preview(s, c, 0, 1); len(first.Rows) > 0 {
		if d, ok := Declared(first.Rows[0]); ok {
			return d, nil
		}
	}
	read := func(d byte) table.Top { return preview(s, c, d, o.Headers.Depth()) }
	d, score, sure := guessDelimiter(read, o.Headers)
	if score == 0 {
		first := read(d)
		_, err := findHeader(&first, o)
		if p := diagnosis.Or(err, diagnosis.HeaderNotFound); p.Code == diagnosis.HeaderNotFound {
			for _, other := range delimiters { // where another opens cells that nothing closes, that is why
				if first := read(other); first.Faulty > 0 {
					_, err = findHeader(&first, o)
				}
			}
		}
		return d, err
	}
	if !sure {
		return 0, diagnosis.New(diagnosis.DelimiterUnclear)
	}
	return d, nil
}

// preview splits the beginning of a text into rows, blank ones included. A last
// row that the sample may have cut is left out.
func preview(from sample, c Charset, delim byte, depth int) table.Top {
	var t table.Top
	in := c.Reader(bytes.NewReader(from.head))
	if from.unquote {
		in = newLineUnquoter(in)
	}
	s := NewScanner(in, delim, min(len(from.head)+1, ScanBuffer))
	for len(t.Rows) < depth && s.Next() == nil {
		if !from.whole && s.start == s.end && s.ended {
			break
		}
		if s.Fault != Sound && t.Faulty == 0 {
			t.Faulty = s.Line
		}
		cells := make([]string, len(s.Cells))
		for i, at := range s.Cells {
			cells[i] = c.Decoded(s.Text[at.From:at.To])
		}
		t.Rows, t.Numbers = append(t.Rows, cells), append(t.Numbers, s.Line)
	}
	return t
}
