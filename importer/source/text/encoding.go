// Package text reads delimited text files: it finds out encoding, delimiter and
// header, and splits what follows into rows of cells, byte for byte.
//
// [Look] finds out how a text is written. [Table.Rows] then reads it as often as asked.
package text

import (
	"slices"
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
	macCyrillic = codePage("x-mac-cyrillic", charmap.MacintoshCyrillic)
	iso8859x5   = codePage("iso-8859-5", charmap.ISO8859_5)

	// codePages are those that are told apart by what they make of the bytes. Of two
	// that make the same, the first is meant.
	codePages = []Charset{windows1251, koi8r, cp866, macCyrillic, iso8859x5}
	// charsets are those that can be asked for. Those of other alphabets than ours
	// differ in letters that only a person can tell right.
	charsets = slices.Concat([]Charset{utf8Text, utf16LE, utf16BE}, codePages, []Charset{
		codePage("windows-1250", charmap.Windows1250), codePage("windows-1252", charmap.Windows1252),
		codePage("windows-1253", charmap.Windows1253), codePage("windows-1254", charmap.Windows1254),
	})
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

// others are further names of charsets, in lower case and without punctuation.
var others = map[string]string{
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

// charsetNamed finds a charset by its name as people write it.
func charsetNamed(name string) (Charset, bool) {
	folded := strings.NewReplacer("-", "", "_", "", " ", "")
	wanted := folded.Replace(strings.ToLower(name))
	for _, c := range charsets {
		if folded.Replace(c.name) == wanted || c.name == others[wanted] {
			return c, true
		}
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
