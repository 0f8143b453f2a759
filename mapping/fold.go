package mapping

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"r7import/importer/diagnosis"
)

// fold reduces a header or a word to what all its spellings share: letters
// and digits, lower case, ё as е, no blanks, punctuation or invisible
// characters. "SMTP-порт *" and "smtp порт" fold to the same text.
func fold(text string) string {
	var b strings.Builder
	for _, r := range norm.NFKC.String(text) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(foldLetter(r))
		}
	}
	return b.String()
}

func foldLetter(r rune) rune {
	r = unicode.ToLower(r)
	if r == 'ё' {
		return 'е'
	}
	return r
}

// wordsOf returns the folded words of a header: "login_totp" and "loginTotp" have two.
func wordsOf(header string) []string {
	var b strings.Builder
	afterSmall := false
	for _, r := range norm.NFKC.String(header) {
		if afterSmall && unicode.IsUpper(r) {
			b.WriteByte(' ')
		}
		afterSmall = unicode.IsLower(r)
		b.WriteRune(foldLetter(r))
	}
	return strings.FieldsFunc(b.String(), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// foldWord is [fold] for the words of a cell, where a sign can be the word or part of it:
// "+", "-1". It removes only blanks, invisible characters and punctuation after a letter.
func foldWord(text string) string {
	var b strings.Builder
	var last rune
	for _, r := range norm.NFKC.String(text) {
		if unicode.IsSpace(r) || invisible(r) {
			continue
		}
		r = foldLetter(r)
		if !unicode.IsLetter(last) || !strings.ContainsRune(`_-./,;:*`, r) {
			b.WriteRune(r)
		}
		last = r
	}
	return b.String()
}

// lookAlikes maps lower-case Cyrillic letters to the Latin ones they look like.
var lookAlikes = map[rune]rune{
	'а': 'a', 'в': 'b', 'е': 'e', 'і': 'i', 'ј': 'j', 'к': 'k', 'м': 'm', 'н': 'h', 'о': 'o',
	'р': 'p', 'с': 'c', 'т': 't', 'у': 'y', 'х': 'x', 'ѕ': 's', 'ԁ': 'd', 'ԛ': 'q', 'ԝ': 'w', 'һ': 'h', 'ӏ': 'l',
}

// looksLatin reports whether a Cyrillic letter looks
// like a Latin one. Some do in upper case only.
func looksLatin(r rune) bool {
	if unicode.IsUpper(r) {
		_, alike := lookAlikes[unicode.ToLower(r)]
		return alike
	}
	return strings.ContainsRune("аеорсухіјѕԁԛԝһӏ", r)
}

// skeleton replaces Cyrillic letters of a folded text by the Latin ones
// they look like: texts that look the same have the same skeleton.
func skeleton(folded string) string {
	return strings.Map(func(r rune) rune {
		if latin, ok := lookAlikes[r]; ok {
			return latin
		}
		return r
	}, folded)
}

// invisible reports whether a character has no visible form and is not a blank: zero-width
// characters, direction marks, soft hyphen, byte order mark, variation selectors.
func invisible(r rune) bool {
	if r < 0xAD || 0x0350 <= r && r < 0x0600 { // all of ASCII, Greek and Cyrillic
		return false
	}
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) ||
		r == 0x034F || r == 0x115F || r == 0x1160 || r == 0x3164 || r == 0xFFA0
}

// clean trims blanks, no-break blanks and zero-width characters
// from both ends of a cell, but no direction marks, because
// these change what a person sees. Secrets are never cleaned.
func clean(text string) string {
	if isClean(text) {
		return text
	}
	return strings.TrimFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || invisible(r) && !unicode.Is(unicode.Bidi_Control, r)
	})
}

// tidy returns a header for display: line breaks and runs of blanks become one
// blank, invisible characters are removed, and text beyond [maxHeader] is cut.
func tidy(header string) string {
	header = header[:min(len(header), maxHeader)]
	shown := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r) || invisible(r) || r == utf8.RuneError:
			return -1
		}
		return r
	}, header)
	return strings.Join(strings.Fields(shown), " ")
}

// shortHeader returns a tidy header of at most 60 characters for a message.
func shortHeader(header string) string {
	const most = 60
	runes := []rune(tidy(header))
	if len(runes) <= most {
		return string(runes)
	}
	return string(runes[:most]) + "…"
}

// characters are the kinds of characters; the first that matches counts.
var characters = []struct {
	kind string
	is   func(rune) bool
}{
	{"invisible", invisible}, {"blank", unicode.IsSpace}, {"control", unicode.IsControl}, {"digit", unicode.IsDigit},
	{"cyrillic", isCyrillic}, {"latin", isLatin}, {"letter", unicode.IsLetter}, {"sign", func(rune) bool { return true }},
}

// oddAt returns a problem with the position and kind of the first character for
// which fit is false. It does not contain the character itself: the cell may hold
// a password from another column. If all characters fit, the problem has no facts.
func oddAt(code diagnosis.Code, text string, fit func(rune) bool) *diagnosis.Problem {
	position := 0
	for _, r := range text {
		position++
		if fit(r) {
			continue
		}
		for _, c := range characters {
			if c.is(r) {
				return diagnosis.New(code, "Position", position, "Kind", c.kind)
			}
		}
	}
	return diagnosis.New(code)
}

// hiddenFirstBytes are the first bytes of invisible characters: controls, blanks beyond
// ASCII, zero-width marks. Visible characters may begin with them too. Apart
// from the ASCII blank, no invisible character begins with any other byte.
var hiddenFirstBytes = func() (is [256]bool) {
	for b := range byte(' ') {
		is[b] = true
	}
	for _, b := range []byte{0x7F, 0xC2, 0xCD, 0xD8, 0xDB, 0xDC, 0xE0, 0xE1, 0xE2, 0xE3, 0xEF, 0xF0, 0xF3} {
		is[b] = true
	}
	return is
}()

// visible returns a text without blanks and zero-width characters
// at its ends, and whether there were any. Such a mark or a control
// inside the text, or a mark of writing direction anywhere, is a
// problem: the text would differ from what it shows.
func visible(text string) (inner string, cut bool, problem *diagnosis.Problem) {
	if isClean(text) {
		return text, false, nil
	}
	inner = clean(text)
	if at := strings.IndexFunc(inner, isHidden); at >= 0 {
		r, _ := utf8.DecodeRuneInString(inner[at:])
		position := utf8.RuneCountInString(text[:strings.Index(text, inner)+at]) + 1
		return "", false, diagnosis.New(diagnosis.TextCharacter, "Position", position, "Character", fmt.Sprintf("U+%04X", r))
	}
	return inner, len(inner) < len(text), nil
}

// isClean reports whether the bytes of a text show that it has no invisible
// characters and no blanks at its ends. False means that it may have some.
func isClean(text string) bool {
	for i := range len(text) {
		if hiddenFirstBytes[text[i]] {
			return false
		}
	}
	return text == "" || text[0] != ' ' && text[len(text)-1] != ' '
}

// isHidden reports whether a character is a control or an invisible mark.
func isHidden(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == 0x034F || r == 0x2028 || r == 0x2029
}
