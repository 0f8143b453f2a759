package table

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// MaybeGarbled is a quick test for what [Garbled] tells for sure: Russian
// letters come out as pairs of Р or С and something that is no letter from А to я,
// or as Western ones with accents alone.
func MaybeGarbled(text string) bool {
	i := strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
	if i < 0 {
		return false
	}
	lead, size := utf8.DecodeRuneInString(text[i:])
	next, _ := utf8.DecodeRuneInString(text[i+size:])
	return (lead == 'Р' || lead == 'С') && next >= utf8.RuneSelf && (next < 'А' || next > 'я') || western(lead) && western(next)
}

// Lost reports whether a text was converted to a charset without its
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

// Garbled reports whether a text was read in a wrong encoding and the result saved: as Windows-1251 what was UTF-8, or as Western what was Windows-1251.
func Garbled(text string) bool { return wasUTF8(text) || wasCyrillic(text) }

// wasUTF8 reports whether every character beyond ASCII is one that Windows-1251 makes
// of UTF-8, which does not happen to a text by chance.
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

// wasCyrillic reports whether every letter of a text is one that Windows-1252 makes
// of a Russian one, and the Russian ones are words.
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

// western reports whether a letter is what Windows-1252 makes of the byte of a Russian one.
func western(r rune) bool { return r >= 0xC0 && r <= 0xFF || r == '¸' || r == '¨' }

// Unreadable reports whether a column name has lost its letters, or has others in
// their place.
func Unreadable(header string) bool {
	russian := strings.ContainsFunc(header, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) || r >= 0x2500 && r < 0x2600 })
	return LostWord(header) || Garbled(header) || strings.ContainsRune(header, utf8.RuneError) || russian && Strange(header)
}
