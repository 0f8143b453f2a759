package text

import (
	"unicode"
	"unicode/utf8"

	"r7import/importer/source/table"
)

// guess is what a code page makes of a text.
type guess struct {
	charset Charset
	names   int // column names that are known
	table.Letters
}

// guessCodePage tells which of the code pages a text is written in; names counts the
// column names that one makes of the file's header. It is sure of one that stands out
// and whose words people write so.
func guessCodePage(text []byte, names func(Charset) int) (best guess, sure bool) {
	const perName, margin = 100, 8
	second := 0
	for _, c := range codePages {
		g := guess{c, names(c), weigh(c, text)}
		g.Score += perName * g.names
		switch {
		case g.Score > best.Score:
			best, second = g, best.Score
		case best.Score > 0 && !same(best.charset, c, text):
			second = max(second, g.Score)
		}
	}
	tolerated := best.Words / 5
	if best.names > 0 { // the header speaks for it
		tolerated = best.Words / 2
	}
	return best, best.Score-second >= margin && best.Odd <= tolerated
}

// same reports whether two code pages make the same of a text.
func same(a, b Charset, text []byte) bool {
	for _, c := range text {
		if c >= utf8.RuneSelf && a.high[c-utf8.RuneSelf] != b.high[c-utf8.RuneSelf] {
			return false
		}
	}
	return true
}

// weigh looks at the letters that a code page makes of a text.
func weigh(c Charset, text []byte) table.Letters {
	var l table.Letters
	for _, b := range text {
		if b < utf8.RuneSelf {
			l.Add(rune(b))
		} else {
			l.Add(c.high[b-utf8.RuneSelf])
		}
	}
	l.Add(' ')
	return l
}

// wideOrder tells UTF-16 by its zero bytes: every ASCII character has one, and
// text in any other charset has none.
func wideOrder(text []byte) byteOrder {
	var zeros [2]int
	for i, b := range text {
		if b == 0 {
			zeros[i&1]++
		}
	}
	enough := max(1, len(text)/20)
	switch {
	case zeros[1] >= enough && zeros[0]*20 <= zeros[1]:
		return littleEndian
	case zeros[0] >= enough && zeros[1]*20 <= zeros[0]:
		return bigEndian
	}
	return narrow
}

// Plausible reports whether the first bytes of a file may be those of a text: no
// encoding has many control characters, and zeros only UTF-16.
func Plausible(head []byte) bool {
	if _, mark := ByMark(head); mark > 0 || wideOrder(head) != narrow {
		return true
	}
	controls := 0
	for _, b := range head {
		if b < ' ' && b != '\t' && b != '\n' && b != '\r' && b != '\f' && b != 0x1A || b == utf8.RuneSelf-1 {
			controls++
		}
	}
	return controls*20 <= len(head)
}

// looksUTF8 reports whether text is UTF-8, a few damaged characters included. Text
// in a code page makes UTF-8 by chance only, so it has much that is none. Of text with
// a few characters of far scripts alone it is not sure.
func looksUTF8(text []byte) (is, sure bool) {
	const few = 4
	good, strange, bad := 0, 0, 0
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		switch {
		case r < utf8.RuneSelf:
		case size == 1 && !utf8.FullRune(text): // the sample ends inside a character
		case size == 1:
			bad++
		case usual(r):
			good++
		default:
			strange++
		}
		text = text[size:]
	}
	return good+strange >= 9*bad, strange <= good || good+strange >= few
}

// usual reports whether a character beyond ASCII is at home in a Russian or Western file.
func usual(r rune) bool {
	switch {
	case r < 0xA0:
		return false
	case unicode.In(r, unicode.Cyrillic, unicode.Latin):
		return true
	}
	return r < 0x100 || r >= 0x2000 && r < 0x2200 || r >= 0xFE00 && r <= utf8.RuneError || r >= 0x1F000
}
