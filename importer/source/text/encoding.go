// Package text reads delimited text files: it detects encoding, delimiter
// and header, and splits the rest into rows of cells, byte for byte.
//
// [Look] detects how a text is written. [Table.Rows] then reads it as often as it is called.
package text

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/transform"

	"r7import/importer/diagnosis"
)

// Charset is the character encoding of
// a text file. The zero value is UTF-8.
type Charset struct {
	name string
	page *charmap.Charmap // the code page, nil for Unicode
	wide byteOrder        // of UTF-16, otherwise nil
}

var (
	utf8Text = Charset{name: "utf-8"}
	utf16LE  = Charset{name: "utf-16le", wide: binary.LittleEndian}
	utf16BE  = Charset{name: "utf-16be", wide: binary.BigEndian}

	// codePages are detected by how they decode the text.
	// Of two with the same result the first one is chosen.
	codePages = []Charset{
		{name: "windows-1251", page: charmap.Windows1251},
		{name: "koi8-r", page: charmap.KOI8R},
		{name: "cp866", page: charmap.CodePage866},
		{name: "x-mac-cyrillic", page: charmap.MacintoshCyrillic},
		{name: "iso-8859-5", page: charmap.ISO8859_5},
	}
	// charsets are the ones that can be asked for. Those for other
	// alphabets differ in letters that only a person can judge.
	charsets = slices.Concat([]Charset{utf8Text, utf16LE, utf16BE}, codePages, []Charset{
		{name: "windows-1250", page: charmap.Windows1250},
		{name: "windows-1252", page: charmap.Windows1252},
		{name: "windows-1253", page: charmap.Windows1253},
		{name: "windows-1254", page: charmap.Windows1254},
	})
)

// Encodings returns the values that [Options.Encoding] accepts.
func Encodings() []string {
	names := make([]string, len(charsets))
	for i, c := range charsets {
		names[i] = c.name
	}
	return names
}

// aliases maps further names of charsets, in lower case and without punctuation, to ours.
var aliases = map[string]string{
	"utf8bom": "utf-8", "utf8sig": "utf-8", "utf16": "utf-16le", "unicode": "utf-16le",
	"win1251": "windows-1251", "cp1251": "windows-1251", "1251": "windows-1251", "ansi": "windows-1251",
	"koi8": "koi8-r", "ibm866": "cp866", "dos": "cp866", "oem": "cp866", "866": "cp866",
	"maccyrillic": "x-mac-cyrillic", "macintoshcyrillic": "x-mac-cyrillic", "mac": "x-mac-cyrillic", "10007": "x-mac-cyrillic",
	"88595": "iso-8859-5", "isocyrillic": "iso-8859-5",
	"win1250": "windows-1250", "cp1250": "windows-1250", "1250": "windows-1250",
	"win1252": "windows-1252", "cp1252": "windows-1252", "1252": "windows-1252", "iso88591": "windows-1252", "latin1": "windows-1252",
	"win1253": "windows-1253", "cp1253": "windows-1253", "1253": "windows-1253",
	"win1254": "windows-1254", "cp1254": "windows-1254", "1254": "windows-1254",
}

// charsetNamed returns the charset with a name, in any usual spelling.
func charsetNamed(name string) (Charset, bool) {
	folded := strings.NewReplacer("-", "", "_", "", " ", "")
	wanted := folded.Replace(strings.ToLower(name))
	for _, c := range charsets {
		if folded.Replace(c.name) == wanted || c.name == aliases[wanted] {
			return c, true
		}
	}
	return Charset{}, false
}

// Name returns the charset's name, as listed by [Encodings].
func (c Charset) Name() string { return c.name }

// Decoded returns the text of a cell as UTF-8. An invalid byte
// becomes U+FFFD in a code page and stays unchanged in UTF-8.
func (c Charset) Decoded(text []byte) string {
	if c.page != nil {
		text, _ = c.appendDecoded(nil, text)
	}
	return string(text)
}

// appendDecoded appends text in a code page as
// UTF-8 and reports whether every byte was valid.
func (c Charset) appendDecoded(dst, text []byte) (out []byte, sound bool) {
	sound = true
	for _, b := range text {
		if b < utf8.RuneSelf {
			dst = append(dst, b)
			continue
		}
		r := c.page.DecodeByte(b)
		sound = sound && r != utf8.RuneError
		dst = utf8.AppendRune(dst, r)
	}
	return dst, sound
}

// Encoded returns a text in the encoding in which rows are
// scanned, and false if the charset lacks one of its characters.
func (c Charset) Encoded(text string) ([]byte, bool) {
	if c.page == nil {
		return []byte(text), true
	}
	var out []byte
	for _, r := range text {
		b, ok := c.page.EncodeRune(r)
		if !ok {
			return nil, false
		}
		out = append(out, b)
	}
	return out, true
}

// MarkUTF8 is the byte order mark of UTF-8.
const MarkUTF8 = "\xef\xbb\xbf"

// ByMark returns the charset and the length of a byte order mark, length 0 if there is none.
func ByMark(text []byte) (c Charset, length int) {
	switch {
	case bytes.HasPrefix(text, []byte(MarkUTF8)):
		return utf8Text, 3
	case bytes.HasPrefix(text, []byte("\xff\xfe")):
		return utf16LE, 2
	case bytes.HasPrefix(text, []byte("\xfe\xff")):
		return utf16BE, 2
	}
	return Charset{}, 0
}

type byteOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// Reader returns a reader that converts UTF-16 to UTF-8 and leaves other charsets unchanged.
func (c Charset) Reader(in io.Reader) io.Reader {
	if c.wide == nil {
		return in
	}
	return transform.NewReader(in, utf16Decoder{order: c.wide})
}

// Writer returns a writer that reverses Reader. Each write must consist of whole characters.
func (c Charset) Writer(out io.Writer) io.Writer {
	if c.wide == nil {
		return out
	}
	return &utf16Writer{out, c.wide}
}

// utf16Decoder converts UTF-16 to UTF-8. It encodes a lone surrogate like a
// character and a last odd byte as 0xFF: neither is valid UTF-8, so that later
// checks find them in their place and the writer can restore them. The decoder of
// golang.org/x/text replaces them by U+FFFD, which a text may contain legitimately.
type utf16Decoder struct {
	transform.NopResetter
	order byteOrder
}

// Transform implements transform.Transformer.
func (d utf16Decoder) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		rest := src[nSrc:]
		switch {
		case len(dst)-nDst < utf8.UTFMax:
			return nDst, nSrc, transform.ErrShortDst
		case len(rest) < 2 && !atEOF:
			return nDst, nSrc, transform.ErrShortSrc
		case len(rest) < 2:
			dst[nDst] = 0xFF
			return nDst + 1, nSrc + 1, nil
		}
		r, size := rune(d.order.Uint16(rest)), 2
		if utf16.IsSurrogate(r) && len(rest) < 4 && !atEOF {
			return nDst, nSrc, transform.ErrShortSrc
		} else if utf16.IsSurrogate(r) && len(rest) >= 4 {
			if pair := utf16.DecodeRune(r, rune(d.order.Uint16(rest[2:]))); pair != utf8.RuneError {
				r, size = pair, 4
			}
		}
		if utf16.IsSurrogate(r) {
			nDst += copy(dst[nDst:], []byte{0xE0 | byte(r>>12), 0x80 | byte(r>>6)&0x3F, 0x80 | byte(r)&0x3F})
		} else {
			nDst += utf8.EncodeRune(dst[nDst:], r)
		}
		nSrc += size
	}
	return nDst, nSrc, nil
}

// utf16Writer converts the output of utf16Decoder back to UTF-16.
type utf16Writer struct {
	out   io.Writer
	order byteOrder
}

var errNotText = errors.New("text: bytes that are no text")

// Write implements io.Writer.
func (u *utf16Writer) Write(text []byte) (int, error) {
	units := make([]byte, 0, 2*len(text))
	for rest := text; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		if r == utf8.RuneError && size == 1 {
			if len(rest) < 3 || rest[0] != 0xED || rest[1]&0xE0 != 0xA0 || rest[2]&0xC0 != 0x80 {
				return 0, diagnosis.Wrap(errNotText, diagnosis.FileBroken)
			}
			r, size = 0xD000|rune(rest[1]&0x3F)<<6|rune(rest[2]&0x3F), 3
		}
		if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
			units = u.order.AppendUint16(u.order.AppendUint16(units, uint16(high)), uint16(low))
		} else {
			units = u.order.AppendUint16(units, uint16(r))
		}
		rest = rest[size:]
	}
	_, err := u.out.Write(units)
	return len(text), err
}
