package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Longest texts of a cell, in characters. A spreadsheet cell holds 32,767
// UTF-16 units.
const (
	maxIdentity = 320  // names, addresses, hosts
	maxSentence = 8000 // messages, hints, evidence
)

// clean returns text with every character that does not print spelled out, so
// that it can neither steer a terminal nor reorder or hide what a person reads,
// and no longer than limit characters.
func clean(text string, limit int) string {
	if len(text) <= limit && printsPlainly(text) {
		return text
	}
	var b strings.Builder
	left := limit
	for i, r := range text {
		if left == 0 {
			b.WriteString("…")
			break
		}
		left--
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

func printsPlainly(text string) bool {
	for _, r := range text {
		if r == utf8.RuneError || !unicode.IsGraphic(r) {
			return false
		}
	}
	return true
}

// startsFormula reports whether a spreadsheet could take a text of a CSV file
// for a formula: one that begins with = + - @, also in their full-width forms and
// behind blanks or characters that do not print, or with a tab or a line break.
func startsFormula(text string) bool {
	if text == "" {
		return false
	}
	switch text[0] {
	case '\t', '\r', '\n':
		return true
	}
	first := strings.TrimLeftFunc(text, func(r rune) bool {
		return r == utf8.RuneError || unicode.IsSpace(r) || !unicode.IsGraphic(r)
	})
	if first == "" {
		return false
	}
	_, size := utf8.DecodeRuneInString(first)
	folded := norm.NFKC.String(first[:size])
	return strings.ContainsRune("=+-@", rune(folded[0]))
}
