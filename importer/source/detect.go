package source

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// guess is a charset with how sure it is.
type guess struct {
	charset charset
	sure    bool
}

// guessCharset tells the charset of text without a byte order mark from a
// sample of it. knows reports how many column names it finds in decoded text.
func guessCharset(sample []byte, knows func(charset) int) guess {
	if order := wideOrder(sample); order != narrow {
		c := utf16LE
		if order == bigEndian {
			c = utf16BE
		}
		return guess{c, true}
	}
	if looksUTF8(sample) {
		return guess{utf8Text, true}
	}
	best, second := guess{}, 0
	high := -1 << 31
	for _, c := range codePages {
		s := score(c, sample) + 1000*knows(c)
		if s > high {
			best, second, high = guess{charset: c}, high, s
		} else {
			second = max(second, s)
		}
	}
	best.sure = high > 0 && high-max(second, 0) >= 8
	return best
}

// wideOrder tells UTF-16 by its zero bytes: every ASCII character has one, and
// text in any other charset has none.
func wideOrder(sample []byte) byteOrder {
	var zeros [2]int
	for i, b := range sample {
		if b == 0 {
			zeros[i&1]++
		}
	}
	enough := max(1, len(sample)/20)
	switch {
	case zeros[1] >= enough && zeros[0]*20 <= zeros[1]:
		return littleEndian
	case zeros[0] >= enough && zeros[1]*20 <= zeros[0]:
		return bigEndian
	}
	return narrow
}

// looksUTF8 reports whether nearly all characters beyond ASCII are well-formed
// UTF-8 and most of them are such as a Russian or Western file has. Text in a
// code page makes UTF-8 by chance only, and then characters of far scripts.
func looksUTF8(sample []byte) bool {
	good, strange, bad := 0, 0, 0
	for i := 0; i < len(sample); {
		if sample[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(sample[i:])
		switch {
		case r == utf8.RuneError && size == 1 && len(sample)-i < utf8.UTFMax && !utf8.FullRune(sample[i:]):
			return good >= 9*(bad+strange) // the sample ends inside a character
		case r == utf8.RuneError && size == 1:
			bad++
		case usual(r):
			good++
		default:
			strange++
		}
		i += size
	}
	return good >= 9*(bad+strange)
}

// usual reports whether a character beyond ASCII is at home in a Russian or Western file.
func usual(r rune) bool {
	switch {
	case r < 0xA0:
		return false
	case unicode.In(r, unicode.Cyrillic, unicode.Latin):
		return true
	}
	return r < 0x100 || r >= 0x2010 && r < 0x2200 || r == utf8.RuneError || r == '\uFEFF' || r >= 0x1F000
}

// score says how much what a code page makes of the bytes looks like Russian.
func score(c charset, sample []byte) int {
	total := 0
	prev := ' '
	for _, b := range sample {
		r := rune(b)
		if b >= utf8.RuneSelf {
			r = c.high[b-0x80]
			total += letterScore(prev, r)
		}
		prev = r
	}
	return total
}

// frequent are the Russian letters that make up four fifths of any text.
const frequent = "оеаинтсрвлкмдпу"

func letterScore(prev, r rune) int {
	lower := unicode.ToLower(r)
	if (lower < 'а' || lower > 'я') && lower != 'ё' {
		if r == '№' || r == '«' || r == '»' || r == '\u00a0' || r == '–' || r == '—' {
			return 0
		}
		return -3
	}
	switch {
	case unicode.IsLower(prev) && unicode.IsUpper(r):
		return -4
	case !unicode.IsLetter(prev) && (lower == 'ъ' || lower == 'ь' || lower == 'ы'):
		return -4
	case bytes.ContainsRune([]byte(frequent), lower):
		return 2
	}
	return 0
}
