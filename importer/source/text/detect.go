package text

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"r7import/importer/diagnosis"
	"r7import/importer/source/table"
)

// findCharset returns the charset asked for, or marked, or told by the content, and the
// length of the mark.
func findCharset(s sample, o Options) (c Charset, mark int, err error) {
	marked, mark := ByMark(s.head)
	for again, more := ByMark(s.head[mark:]); more > 0 && again.name == marked.name; again, more = ByMark(s.head[mark:]) {
		mark += more // two programs have marked it, one after the other
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

// guessCharset tells the charset by the content. Of one that is not certain a person
// has to be shown what it makes of a name. A code page has to stand out, by its words
// and by the column names that it makes of the header, and people have to write so.
func guessCharset(s sample, h table.Headers) (Charset, error) {
	if wide, is := unmarkedUTF16(s.head); is {
		return wide, nil
	}
	is, certain := looksUTF8(s.foreign)
	byChance := func(c Charset) bool { l := weigh(c, s.foreign); return l.Plain() }
	if is && (certain || !slices.ContainsFunc(codePages, byChance)) {
		return utf8Text, nil
	}
	const perName, margin = 100, 8
	foreign := table.Headers{Row: h.Row, Known: func(header string) bool { return beyondASCII([]byte(header)) != nil && h.Known(header) }}
	var best table.Letters
	var found Charset
	second, tolerated := 0, 0
	for _, s.charset = range codePages {
		names := 0
		for _, d := range delimiters {
			_, n := foreign.Find(s.preview(d, h.Depth()).Rows)
			names = max(names, n)
		}
		l := weigh(s.charset, s.foreign)
		l.Score += perName * names
		switch {
		case l.Score > best.Score:
			found, best, second, tolerated = s.charset, l, best.Score, l.Words/5
			if names > 0 { // the header speaks for it
				tolerated = l.Words / 2
			}
		case best.Score > 0 && !same(found, s.charset, s.foreign):
			second = max(second, l.Score)
		}
	}
	if best.Score-second < margin || best.Odd > tolerated {
		return Charset{}, diagnosis.New(diagnosis.EncodingUnclear, "Encodings", Encodings())
	}
	return found, nil
}

// same reports whether two code pages make the same of a text.
func same(a, b Charset, text []byte) bool {
	return !slices.ContainsFunc(text, func(c byte) bool { return a.page.DecodeByte(c) != b.page.DecodeByte(c) })
}

// weigh looks at the letters that a code page makes of a text.
func weigh(c Charset, text []byte) (l table.Letters) {
	for _, b := range text {
		l.Add(c.page.DecodeByte(b))
	}
	l.Add(' ')
	return l
}

// unmarkedUTF16 tells UTF-16 by its zero bytes: every ASCII character has one, and
// text in any other charset has none.
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

// Plausible reports whether the first bytes of a file may be those of a text: no
// encoding has many control characters, and zeros only UTF-16.
func Plausible(head []byte) bool {
	_, mark := ByMark(head)
	if _, is := unmarkedUTF16(head); is || mark > 0 {
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
		case r >= 0xA0 && r < 0x100, unicode.In(r, unicode.Cyrillic, unicode.Latin),
			r >= 0x2000 && r < 0x2200, r >= 0xFE00 && r <= utf8.RuneError, r >= 0x1F000:
			good++ // at home in a Russian or Western file
		default:
			strange++
		}
		text = text[size:]
	}
	return good+strange >= 9*bad, strange <= good || good+strange >= few
}
