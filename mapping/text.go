package mapping

import (
	"unicode"

	"r7import/importer/diagnosis"
)

// A problem about a cell tells where its first odd character stands and of what
// kind it is, and never the character: the cell may hold a password that slipped
// from its column.
const (
	kindCyrillic  = "cyrillic"
	kindLatin     = "latin"
	kindLetter    = "letter" // of any other script
	kindDigit     = "digit"
	kindBlank     = "blank"
	kindControl   = "control"
	kindInvisible = "invisible"
	kindSign      = "sign"
)

func kindOf(r rune) string {
	switch {
	case invisible(r):
		return kindInvisible
	case unicode.IsSpace(r):
		return kindBlank
	case unicode.IsControl(r):
		return kindControl
	case unicode.IsDigit(r):
		return kindDigit
	case unicode.Is(unicode.Cyrillic, r):
		return kindCyrillic
	case unicode.Is(unicode.Latin, r):
		return kindLatin
	case unicode.IsLetter(r):
		return kindLetter
	}
	return kindSign
}

// oddAt returns a problem that names the first character of a text that is not
// fit. If all are, the problem names none.
func oddAt(code diagnosis.Code, text string, fit func(rune) bool) *diagnosis.Problem {
	position := 0
	for _, r := range text {
		position++
		if !fit(r) {
			return diagnosis.New(code, "Position", position, "Kind", kindOf(r))
		}
	}
	return diagnosis.New(code)
}
