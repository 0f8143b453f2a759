// Package text reads delimited text files: it finds out encoding, delimiter and
// header, and splits what follows into rows of cells, byte for byte.
//
// [Look] finds out how a text is written. [Table.Rows] then reads it as often as asked.
package text

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Charset is how the bytes of a text file stand for characters. The zero value
// is UTF-8.
type Charset struct {
	name string
	// high are the characters of the bytes from 0x80 up, for a code page;
	// utf8.RuneError for a byte that has none.
	high *[128]rune
	// wide says that characters are UTF-16 code units.
	wide byteOrder
}

type byteOrder uint8

const (
	narrow byteOrder = iota
	littleEndian
	bigEndian
)

var (
	utf8Text    = Charset{name: "utf-8"}
	utf16LE     = Charset{name: "utf-16le", wide: littleEndian}
	utf16BE     = Charset{name: "utf-16be", wide: bigEndian}
	windows1251 = codePage("windows-1251", charmap.Windows1251)
	koi8r       = codePage("koi8-r", charmap.KOI8R)
	cp866       = codePage("cp866", charmap.CodePage866)

	// charsets are those that can be asked for.
	charsets = []Charset{utf8Text, utf16LE, utf16BE, windows1251, koi8r, cp866}
	// codePages are those that are told apart by what they make of the bytes.
	codePages = []Charset{windows1251, koi8r, cp866}
)

func codePage(name string, m *charmap.Charmap) Charset {
	var high [128]rune
	for i := range high {
		high[i] = m.DecodeByte(byte(i + 0x80))
	}
	return Charset{name: name, high: &high}
}

// Encodings are the names [Options.Encoding] takes.
func Encodings() []string {
	names := make([]string, len(charsets))
	for i, c := range charsets {
		names[i] = c.name
	}
	return names
}

// charsetNamed finds a charset by its name as people write it.
func charsetNamed(name string) (Charset, bool) {
	folded := strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(name))
	switch folded {
	case "utf8", "utf8bom", "utf8sig":
		return utf8Text, true
	case "utf16le", "utf16", "unicode":
		return utf16LE, true
	case "utf16be":
		return utf16BE, true
	case "windows1251", "win1251", "cp1251", "1251", "ansi":
		return windows1251, true
	case "koi8r", "koi8":
		return koi8r, true
	case "cp866", "ibm866", "dos", "oem", "866":
		return cp866, true
	}
	return Charset{}, false
}

// Name returns the charset's name, as [Encodings] has it.
func (c Charset) Name() string { return c.name }

// Decoded returns text of a cell as UTF-8. A byte that stands for no character
// becomes U+FFFD in a code page, and stays as it is in UTF-8.
func (c Charset) Decoded(text []byte) string {
	if c.high != nil {
		text, _ = c.appendDecoded(nil, text)
	}
	return string(text)
}

// appendDecoded appends text in a code page as UTF-8 and returns how many bytes
// stood for no character.
func (c Charset) appendDecoded(dst, text []byte) (out []byte, bad int) {
	for _, b := range text {
		if b < utf8.RuneSelf {
			dst = append(dst, b)
			continue
		}
		r := c.high[b-0x80]
		if r == utf8.RuneError {
			bad++
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst, bad
}

// Encoded returns a text in the form in which rows are scanned, and whether the
// charset has all of its characters.
func (c Charset) Encoded(text string) ([]byte, bool) {
	if c.high == nil {
		return []byte(text), true
	}
	out := make([]byte, 0, len(text))
	for _, r := range text {
		if r < utf8.RuneSelf {
			out = append(out, byte(r))
			continue
		}
		i := 0
		for i < len(c.high) && c.high[i] != r {
			i++
		}
		if i == len(c.high) {
			return nil, false
		}
		out = append(out, byte(i+utf8.RuneSelf))
	}
	return out, true
}

// Byte order marks, which say what a text is written in.
const (
	MarkUTF8    = "\xef\xbb\xbf"
	markUTF16LE = "\xff\xfe"
	markUTF16BE = "\xfe\xff"
)

// ByMark returns what a byte order mark says and how long it is.
func ByMark(text []byte) (c Charset, length int) {
	switch s := string(text[:min(3, len(text))]); {
	case strings.HasPrefix(s, MarkUTF8):
		return utf8Text, len(MarkUTF8)
	case strings.HasPrefix(s, markUTF16LE):
		return utf16LE, len(markUTF16LE)
	case strings.HasPrefix(s, markUTF16BE):
		return utf16BE, len(markUTF16BE)
	}
	return Charset{}, 0
}
