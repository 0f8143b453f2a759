package source

import (
	"bytes"
	"io"
	"strconv"
	"unicode/utf8"

	"r7import/importer/diagnosis"
)

// sampleBytes is how much of a text is looked at to find out how to read it.
const sampleBytes = 64 << 10

// sample is the beginning of a text, and what tells its charset.
type sample struct {
	head    []byte
	whole   bool   // head is all there is
	foreign []byte // where the first character beyond ASCII is; empty if there is none
}

// lookAtText finds out encoding, delimiter and header of a text file.
func (f *File) lookAtText() error {
	s, err := f.sample()
	if err != nil {
		return err
	}
	t := &textTable{input: f.input}
	if t.charset, t.mark, err = f.findCharset(s); err != nil {
		return err
	}
	s.head = s.head[t.mark:]
	if len(bytes.TrimSpace(s.head)) == 0 && s.whole {
		return diagnosis.New(diagnosis.FileEmpty, "File", f.name)
	}
	if t.delim, err = f.findDelimiter(s, t.charset); err != nil {
		return err
	}
	first := preview(s.head, s.whole, t.charset, t.delim, f.depth())
	at, err := f.headerAmong(first)
	if err != nil {
		return err
	}
	t.header = first.numbers[at]
	for i, h := range trimmed(first.rows[at]) {
		f.columns = append(f.columns, Column{Header: h, Label: strconv.Itoa(i + 1)})
	}
	f.table = t
	f.note(diagnosis.TextRead, "Encoding", t.charset.name, "Delimiter", delimiterName(t.delim),
		"Row", strconv.Itoa(t.header), "Sample", f.decodedSample(first.rows[:at+1]))
	f.noteTitleRows(first.rows[:at])
	return nil
}

// depth is how many rows from the top are looked at.
func (f *File) depth() int { return max(headerDepth, f.options.HeaderRow) }

// sample reads the beginning of a text, and on from there to the first character
// beyond ASCII: English headers say nothing about the names below them.
func (f *File) sample() (sample, error) {
	in, err := f.input.stream()
	if err != nil {
		return sample{}, err
	}
	defer in.Close()
	size := sampleBytes
	if f.options.HeaderRow > headerDepth {
		size = maxRowBytes
	}
	s := sample{head: make([]byte, size)}
	n, err := readUpTo(in, s.head)
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
		return sample{}, unreadable(err)
	}
	return s, nil
}

// beyondASCII returns text from its first byte that is not ASCII, or is zero.
func beyondASCII(text []byte) []byte {
	for i, b := range text {
		if b >= utf8.RuneSelf || b == 0 {
			return text[i:]
		}
	}
	return nil
}

// findCharset returns the charset asked for, or marked, or found, and the length of the mark.
func (f *File) findCharset(s sample) (c charset, mark int, err error) {
	marked, mark := charsetByMark(s.head)
	for again, more := charsetByMark(s.head[mark:]); more > 0 && again.name == marked.name; again, more = charsetByMark(s.head[mark:]) {
		mark += more // two programs have marked it, one after the other
	}
	if f.options.Encoding == "" && mark > 0 {
		return marked, mark, nil
	}
	if f.options.Encoding == "" {
		c, err = f.guessCharset(s)
		return c, 0, err
	}
	c, ok := charsetNamed(f.options.Encoding)
	switch {
	case !ok:
		return c, 0, diagnosis.New(diagnosis.EncodingUnknown, "Encodings", joined(Encodings()))
	case mark > 0 && marked.name != c.name:
		return c, 0, diagnosis.New(diagnosis.EncodingMarked, "Encoding", marked.name)
	}
	return c, mark, nil
}

func (f *File) guessCharset(s sample) (charset, error) {
	if order := wideOrder(s.head); order == littleEndian {
		return utf16LE, nil
	} else if order == bigEndian {
		return utf16BE, nil
	}
	if looksUTF8(s.foreign) {
		return utf8Text, nil
	}
	known := func(header string) bool { return beyondASCII([]byte(header)) != nil && f.options.Known(header) }
	c, sure := guessCodePage(s.foreign, func(c charset) int {
		names := 0
		for _, d := range delimiters {
			_, n := findHeader(preview(s.head, s.whole, c, d, f.depth()).rows, known)
			names = max(names, n)
		}
		return names
	})
	if !sure {
		return c, diagnosis.New(diagnosis.EncodingUnclear, "Encodings", joined(Encodings()))
	}
	return c, nil
}

func (f *File) findDelimiter(s sample, c charset) (byte, error) {
	if d := f.options.Delimiter; d != 0 {
		if d >= utf8.RuneSelf || d == '"' || d == '\n' || d == '\r' {
			return 0, diagnosis.New(diagnosis.DelimiterForm)
		}
		return byte(d), nil
	}
	if d, ok := declaredDelimiter(preview(s.head, s.whole, c, 0, 1)); ok {
		return d, nil
	}
	read := func(d byte) top { return preview(s.head, s.whole, c, d, f.depth()) }
	d, score, sure := guessDelimiter(read, f.options)
	if score == 0 {
		_, err := f.headerAmong(read(d))
		return d, err
	}
	if !sure {
		return 0, diagnosis.New(diagnosis.DelimiterUnclear)
	}
	return d, nil
}

func delimiterName(d byte) string {
	if d == '\t' {
		return "tab"
	}
	return string(rune(d))
}

// unreadable makes a refusal of an error of reading.
func unreadable(err error) error {
	if p, ok := err.(*diagnosis.Problem); ok {
		return p
	}
	return diagnosis.Wrap(err, diagnosis.FileBroken)
}
