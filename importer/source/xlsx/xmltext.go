package xlsx

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// appendXMLText appends text as written in XML with its entities resolved and
// its line ends converted to LF, as XML 1.0 requires; CDATA has no entities.
func appendXMLText(dst, text []byte, cdata bool) ([]byte, error) {
	plain := 0 // bytes that need no conversion
	for plain < len(text) && text[plain] >= ' ' && text[plain] < utf8.RuneSelf && text[plain] != '&' {
		plain++
	}
	switch {
	case plain == len(text):
		return append(dst, text...), nil
	case !utf8.Valid(text[plain:]), bytes.ContainsFunc(text[plain:], func(r rune) bool { return !isXMLRune(r) }):
		return dst, errXML
	}
	for {
		n := bytes.IndexAny(text, "&\r")
		if n < 0 {
			return append(dst, text...), nil
		}
		dst = append(dst, text[:n]...)
		text = text[n:]
		switch {
		case text[0] == '\r':
			dst, text = append(dst, '\n'), bytes.TrimPrefix(text[1:], []byte{'\n'})
		case cdata:
			dst, text = append(dst, '&'), text[1:]
		default:
			r, size := entity(text)
			if size == 0 {
				return dst, errXML
			}
			dst, text = utf8.AppendRune(dst, r), text[size:]
		}
	}
}

// entities are the predefined entities of XML.
var entities = map[string]rune{"lt": '<', "gt": '>', "amp": '&', "quot": '"', "apos": '\''}

// entity returns the character of the entity or character reference
// at the beginning of text, and its length, 0 if it is invalid.
func entity(text []byte) (r rune, size int) {
	const longest = len("&#x10FFFF;")
	n := bytes.IndexByte(text[:min(len(text), longest+2)], ';')
	if n < 0 {
		return 0, 0
	}
	name := string(text[1:n])
	if r, ok := entities[name]; ok {
		return r, n + 1
	}
	digits, numeric := strings.CutPrefix(name, "#")
	base := 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		base, digits = 16, hex
	}
	code, err := strconv.ParseUint(digits, base, 21)
	if !numeric || err != nil || !isXMLRune(rune(code)) {
		return 0, 0
	}
	return rune(code), n + 1
}

// isXMLRune reports whether XML allows a character.
func isXMLRune(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= ' ' && r < 0xD800 || r > 0xDFFF && r < 0xFFFE || r > 0xFFFF && r <= utf8.MaxRune
}

// unescapeCell resolves, in place, the escapes _xHHHH_ of a workbook: they stand
// for characters that XML cannot hold, and for underscores that would look like
// an escape (ECMA-376, ST_Xstring). Half a surrogate pair is unchanged.
func unescapeCell(text []byte) []byte {
	from := bytes.Index(text, []byte("_x"))
	if from < 0 {
		return text
	}
	out := text[:from]
	for rest := text[from:]; len(rest) > 0; {
		r, size := cellEscape(rest)
		if size == 0 {
			out, rest = append(out, rest[0]), rest[1:]
			continue
		}
		out, rest = utf8.AppendRune(out, r), rest[size:]
	}
	return out
}

// cellEscape returns the character of the escape at the beginning
// of text, and the length of the escape, 0 if there is none.
func cellEscape(text []byte) (r rune, size int) {
	const length = len("_xHHHH_")
	unit, ok := escapedUnit(text)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(unit) {
		return unit, length
	}
	second, ok := escapedUnit(text[length:])
	if r = utf16.DecodeRune(unit, second); !ok || r == utf8.RuneError {
		return 0, 0
	}
	return r, 2 * length
}

func escapedUnit(text []byte) (rune, bool) {
	if len(text) < 7 || text[0] != '_' || text[1] != 'x' || text[6] != '_' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	return rune(n), err == nil
}
