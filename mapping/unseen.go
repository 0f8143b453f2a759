package mapping

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"r7import/importer/diagnosis"
)

// doubtful are the bytes that begin characters which nobody sees, and others:
// controls, blanks beyond ASCII, marks without width. No such character begins with
// any other byte, but for the blank of ASCII.
var doubtful = func() (is [256]bool) {
	for b := range byte(' ') {
		is[b] = true
	}
	for _, b := range []byte{0x7F, 0xC2, 0xCD, 0xD8, 0xDB, 0xDC, 0xE0, 0xE1, 0xE2, 0xE3, 0xEF, 0xF0, 0xF3} {
		is[b] = true
	}
	return is
}()

// seen returns a text without the blanks and the characters without width at its ends,
// and whether there were any. One inside of the text, a control, and a mark that turns
// the direction of writing wherever it stands, is a problem: the text says something
// else than it shows.
func seen(text string) (inner string, cut bool, problem *diagnosis.Problem) {
	if !isDoubtful(text) && strings.Trim(text, " ") == text {
		return text, false, nil
	}
	inner = strings.TrimLeftFunc(text, saysNothing)
	from := len(text) - len(inner)
	inner = strings.TrimRightFunc(inner, saysNothing)
	if at := strings.IndexFunc(inner, isUnseen); at >= 0 {
		r, _ := utf8.DecodeRuneInString(inner[at:])
		position := utf8.RuneCountInString(text[:from+at]) + 1
		return "", false, diagnosis.New(diagnosis.TextCharacter, "Position", position, "Character", fmt.Sprintf("U+%04X", r))
	}
	return inner, len(inner) < len(text), nil
}

func isDoubtful(text string) bool {
	for i := range len(text) {
		if doubtful[text[i]] {
			return true
		}
	}
	return false
}

// saysNothing reports whether a character at the end of a text can go.
func saysNothing(r rune) bool {
	return unicode.IsSpace(r) || invisible(r) && !unicode.Is(unicode.Bidi_Control, r)
}

// isUnseen reports whether a character is a control or a mark that nobody sees.
func isUnseen(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == 0x034F || r == 0x2028 || r == 0x2029
}
