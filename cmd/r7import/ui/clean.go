package ui

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean returns text with everything spelled out that does not print: control
// characters, line breaks included, bytes that are no UTF-8, and characters that
// reorder or hide text. Files, portals and people put such things into names;
// on a terminal they could move the cursor or forge a line.
func Clean(text string) string {
	if plain(text) {
		return text
	}
	var b strings.Builder
	for i, r := range text {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD"):
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case unicode.IsGraphic(r):
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			fmt.Fprintf(&b, `\u{%04X}`, r)
		}
	}
	return b.String()
}

func plain(text string) bool {
	for _, r := range text {
		if r == utf8.RuneError || !unicode.IsGraphic(r) {
			return false
		}
	}
	return true
}
