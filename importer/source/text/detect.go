package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// guessCodePage tells which of the code pages text is written in; knows counts
// the column names that one makes of the file's header.
func guessCodePage(text []byte, knows func(Charset) int) (best Charset, sure bool) {
	const perName, margin = 100, 8
	high, second := 0, 0
	for _, c := range codePages {
		s := score(c, text) + perName*knows(c)
		if s > high {
			best, high, second = c, s, high
		} else {
			second = max(second, s)
		}
	}
	return best, high-second >= margin
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
// in a code page makes UTF-8 by chance only, so it has much that is none; a few
// characters that are have come about by chance if they are of far scripts.
func looksUTF8(text []byte) bool {
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
	if strange > good && good+strange < few {
		return false
	}
	return good+strange >= 9*bad
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

// score says how much what a code page makes of the bytes looks like Russian.
func score(c Charset, text []byte) int {
	sum := 0
	prev := ' '
	for _, b := range text {
		r := rune(b)
		if b >= utf8.RuneSelf {
			r = c.high[b-utf8.RuneSelf]
			sum += letterScore(prev, r)
		}
		prev = r
	}
	return sum
}

// frequent are the letters that make up four fifths of any Russian text.
const frequent = "оеаинтсрвлкмдпуя"

// letterScore weighs a character beyond ASCII by the one before it. KOI8-R and
// Windows-1251 have each other's capitals where their small letters are, which
// shows as capitals inside of words.
func letterScore(prev, r rune) int {
	lower := unicode.ToLower(r)
	switch {
	case strings.ContainsRune("№«»–—\u00a0", r):
		return 0
	case (lower < 'а' || lower > 'я') && lower != 'ё':
		return -3
	case unicode.IsLower(prev) && unicode.IsUpper(r):
		return -4
	case !unicode.IsLetter(prev) && strings.ContainsRune("ъьы", lower):
		return -4
	case strings.ContainsRune(frequent, lower):
		return 2
	}
	return 0
}
