package text

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"r7import/importer/diagnosis"
	"r7import/importer/source/table"
)

// findCharset returns the charset that was asked for, or marked, or
// detected by the content, and the length of the byte order mark.
func findCharset(s sample, o Options) (c Charset, mark int, err error) {
	marked, mark := ByMark(s.head)
	for next, more := ByMark(s.head[mark:]); more > 0 && next.name == marked.name; next, more = ByMark(s.head[mark:]) {
		mark += more // two programs marked it in turn
	}
	asked, known := charsetNamed(o.Encoding)
	switch {
	case o.Encoding == "" && mark == 0:
		c, err = guessCharset(s, o.Headers)
		return c, 0, err
	case o.Encoding == "":
		return marked, mark, nil
	case !known:
		return asked, 0, diagnosis.New(diagnosis.EncodingUnknown, "Encodings", Encodings())
	case mark > 0 && marked.name != asked.name:
		return asked, 0, diagnosis.New(diagnosis.EncodingMarked, "Encoding", marked.name)
	}
	return asked, mark, nil
}

// guessCharset detects the charset by the content. If it is a code page, a person
// should be shown a decoded name. A code page must clearly beat the others, by
// its words and by known column names, and must not yield too many odd words.
func guessCharset(s sample, h table.Headers) (Charset, error) {
	if wide, ok := unmarkedUTF16(s.head); ok {
		return wide, nil
	}
	is, certain := looksUTF8(s.nonASCII)
	byChance := func(c Charset) bool { l := measure(c, s.nonASCII); return l.Plain() }
	if is && (certain || !slices.ContainsFunc(codePages, byChance)) {
		return utf8Text, nil
	}
	const perName, margin = 100, 8
	foreign := table.Headers{Row: h.Row, Known: func(header string) bool { return fromNonASCII([]byte(header)) != nil && h.Known(header) }}
	var best table.Letters
	var found Charset
	second, tolerated := 0, 0
	for _, s.charset = range codePages {
		names := 0
		for _, d := range delimiters {
			_, n := foreign.Find(s.preview(d, h.Depth()).Rows)
			names = max(names, n)
		}
		l := measure(s.charset, s.nonASCII)
		l.Score += perName * names
		switch {
		case l.Score > best.Score:
			found, best, second, tolerated = s.charset, l, best.Score, l.Words/5
			if names > 0 { // the header confirms the code page
				tolerated = l.Words / 2
			}
		case best.Score > 0 && !decodeAlike(found, s.charset, s.nonASCII):
			second = max(second, l.Score)
		}
	}
	if best.Score-second < margin || best.Odd > tolerated {
		return Charset{}, diagnosis.New(diagnosis.EncodingUnclear, "Encodings", Encodings())
	}
	return found, nil
}

// decodeAlike reports whether two code pages decode a text to the same characters.
func decodeAlike(a, b Charset, text []byte) bool {
	return !slices.ContainsFunc(text, func(c byte) bool { return a.page.DecodeByte(c) != b.page.DecodeByte(c) })
}

// measure decodes a text with a code page and measures its letters.
func measure(c Charset, text []byte) (l table.Letters) {
	for _, b := range text {
		l.Add(c.page.DecodeByte(b))
	}
	l.Add(' ')
	return l
}

// unmarkedUTF16 detects UTF-16 by its zero bytes: every
// ASCII character has one, and other charsets have none.
func unmarkedUTF16(text []byte) (c Charset, is bool) {
	var zeros [2]int
	for i, b := range text {
		if b == 0 {
			zeros[i&1]++
		}
	}
	enough := max(1, len(text)/20)
	switch {
	case zeros[1] >= enough && zeros[0]*20 <= zeros[1]:
		return utf16LE, true
	case zeros[0] >= enough && zeros[1]*20 <= zeros[0]:
		return utf16BE, true
	}
	return Charset{}, false
}

// Plausible reports whether the first bytes of a file may be text: no
// encoding has many control characters, and only UTF-16 has zeros.
func Plausible(head []byte) bool {
	_, mark := ByMark(head)
	if _, ok := unmarkedUTF16(head); ok || mark > 0 {
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

// looksUTF8 reports whether text is UTF-8, a few damaged characters
// tolerated. Text in a code page has many invalid sequences. The result is
// not sure if the text has only a few characters, mostly of distant scripts.
func looksUTF8(text []byte) (is, sure bool) {
	const few = 4
	good, strange, bad := 0, 0, 0
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		switch {
		case r < utf8.RuneSelf:
		case size == 1 && !utf8.FullRune(text): // the sample ends within a character
		case size == 1:
			bad++
		case r >= 0xA0 && r < 0x100, unicode.In(r, unicode.Cyrillic, unicode.Latin),
			r >= 0x2000 && r < 0x2200, r >= 0xFE00 && r <= utf8.RuneError, r >= 0x1F000:
			good++ // usual in a Russian or Western file
		default:
			strange++
		}
		text = text[size:]
	}
	return good+strange >= 9*bad, strange <= good || good+strange >= few
}
