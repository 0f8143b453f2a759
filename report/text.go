package report

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The greatest lengths of texts in a cell, in characters. A spreadsheet cell can hold
// 32,767 UTF-16 units.
const (
	maxIdentity = 320  // names, addresses, hosts
	maxSentence = 8000 // messages, hints, evidence
)

// startsFormula reports whether a spreadsheet could read a text of a CSV file as a
// formula: it begins with = + - or @, possibly full-width, possibly after blanks
// or characters that do not print, or it begins with a tab or a line break.
func startsFormula(text string) bool {
	if strings.IndexAny(text, "\t\r\n") == 0 {
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

// innerFormula matches a part of a text that a program would read as a cell with a
// formula if it split the file at another delimiter than the one it was written with.
var innerFormula = regexp.MustCompile("([;,|\t]\"?[\\s\"']*)([=+@\uFF1D\uFF0B\uFF20]|[-\uFF0D][^\\s])")

// guardInner puts a ' before each inner formula.
func guardInner(text string) string {
	if !strings.ContainsAny(text, ";,|\t") {
		return text
	}
	return innerFormula.ReplaceAllString(text, "$1'$2")
}
