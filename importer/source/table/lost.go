package table

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// MaybeGarbled is a quick test for what [Garbled] tells for sure: Russian
// letters come out as pairs of Р or С and something that is no letter from А to я.
func MaybeGarbled(text string) bool {
	i := strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
	if i < 0 {
		return false
	}
	lead, size := utf8.DecodeRuneInString(text[i:])
	next, _ := utf8.DecodeRuneInString(text[i+size:])
	return (lead == 'Р' || lead == 'С') && next >= utf8.RuneSelf && (next < 'А' || next > 'я')
}

// Lost reports whether somebody converted a text to a charset without its
// letters: "????? ????" is what remains of a name.
func Lost(text string) bool {
	marks := strings.Count(text, "?")
	return marks >= 3 && !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// LostWord reports whether question marks stand where a text had a word, as in
// "?????? IMAP". Behind a letter they may be meant.
func LostWord(text string) bool {
	at := strings.Index(text, "???")
	if at < 0 {
		return false
	}
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	return !unicode.IsLetter(before) && !unicode.IsDigit(before)
}

// Garbled reports whether somebody read a text as Windows-1251 that was UTF-8,
// and saved the result. Every character beyond ASCII must have come from it, which
// does not happen to a text by chance.
func Garbled(text string) bool {
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
