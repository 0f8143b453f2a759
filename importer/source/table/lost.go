package table

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// MaybeGarbled is a quick test that is true for every text for which [Garbled]
// is: wrongly decoded Russian letters are pairs of Р or С and something that
// is no letter from А to я, or only Western letters with accents.
func MaybeGarbled(text string) bool {
	i := strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
	if i < 0 {
		return false
	}
	lead, size := utf8.DecodeRuneInString(text[i:])
	next, _ := utf8.DecodeRuneInString(text[i+size:])
	return (lead == 'Р' || lead == 'С') && next >= utf8.RuneSelf && (next < 'А' || next > 'я') || western(lead) && western(next)
}

// Lost reports whether a text was converted to a charset
// that lacks its letters: a name has become "????? ????".
func Lost(text string) bool {
	marks := strings.Count(text, "?")
	return marks >= 3 && !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// LostWord reports whether a text has question marks in place of a
// word, as in "?????? IMAP". After a letter they may be intended.
func LostWord(text string) bool {
	at := strings.Index(text, "???")
	if at < 0 {
		return false
	}
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	return !unicode.IsLetter(before) && !unicode.IsDigit(before)
}

// Garbled reports whether a text was decoded wrongly and saved: UTF-8 as Windows-1251, or Windows-1251 as Windows-1252.
func Garbled(text string) bool { return wasUTF8(text) || wasCyrillic(text) }

// wasUTF8 reports whether the text is UTF-8 that was decoded as Windows-1251. At
// least four characters beyond ASCII are required, so that it is not by chance.
func wasUTF8(text string) bool {
	var was []byte
	beyond := 0
	for _, r := range text {
		b, ok := charmap.Windows1251.EncodeRune(r)
		switch {
		case r < utf8.RuneSelf:
			b = byte(r)
		case !ok && r >= 0x80 && r < 0xA0: // a byte without a character, passed on as it was
			b = byte(r)
		case !ok:
			return false
		}
		if b >= utf8.RuneSelf {
			beyond++
		}
		was = append(was, b)
	}
	return beyond >= 4 && utf8.Valid(was)
}

// wasCyrillic reports whether the text is Windows-1251 that was decoded as Windows-1252:
// all its letters are accented, and their Russian counterparts form words.
func wasCyrillic(text string) bool {
	var was Letters
	beyond := 0
	for _, r := range text {
		switch {
		case western(r):
			was.Add(charmap.Windows1251.DecodeByte(byte(r)))
			beyond++
		case r >= utf8.RuneSelf || unicode.IsLetter(r):
			return false
		default:
			was.Add(r)
		}
	}
	was.Add(' ')
	return beyond >= 4 && was.Plain()
}

// western reports whether Windows-1252 decodes the byte of a Russian letter to r.
func western(r rune) bool { return r >= 0xC0 && r <= 0xFF || r == '¸' || r == '¨' }

// Unreadable reports whether a column name has lost
// letters in a conversion, or shows wrong ones.
func Unreadable(header string) bool {
	russian := strings.ContainsFunc(header, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) || r >= 0x2500 && r < 0x2600 })
	return LostWord(header) || Garbled(header) || strings.ContainsRune(header, utf8.RuneError) || russian && Strange(header)
}
