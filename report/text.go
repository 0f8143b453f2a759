package report

import (
	"regexp"
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

// startsFormula reports whether a spreadsheet could take a text of a CSV file
// for a formula: one that begins with = + - @, also in their full-width forms and
// behind blanks or characters that do not print, or with a tab or a line break.
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

// innerFormula is what becomes a cell of its own, and a formula, where a program
// takes another character for the one between cells than the file was written with.
var innerFormula = regexp.MustCompile("([;,|\t]\"?[\\s\"']*)([=+@\uFF1D\uFF0B\uFF20]|[-\uFF0D][^\\s])")

// guardInner puts a ' in front of each of them.
func guardInner(text string) string {
	if !strings.ContainsAny(text, ";,|\t") {
		return text
	}
	return innerFormula.ReplaceAllString(text, "$1'$2")
}
