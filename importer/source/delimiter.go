package source

import (
	"bytes"
	"strings"
)

// delimiters are those that are told apart by content.
var delimiters = []byte{';', ',', '\t', '|'}

// guessDelimiter tells the delimiter from the first rows of a text: the one that
// gives a header with the most known names, then the one that makes the most rows
// as wide as the header.
func guessDelimiter(top func(delim byte) [][]string, known func(string) bool) (delim byte, sure bool) {
	best := -1
	for _, d := range delimiters {
		if s := delimiterScore(top(d), known); s > best {
			delim, best = d, s
		}
	}
	return delim, best > 0
}

func delimiterScore(rows [][]string, known func(string) bool) int {
	at, names := findHeader(rows, known)
	if at < 0 {
		return 0
	}
	width, same := len(trimmed(rows[at])), 0
	if width < 2 {
		return names
	}
	for _, cells := range rows[at:] {
		if len(cells) == len(rows[at]) {
			same++
		}
	}
	return 10*names + 5*same/len(rows[at:])
}

// declaredDelimiter returns the delimiter of a first line like sep=; which Excel
// writes and honours, and the length of the line.
func declaredDelimiter(text []byte) (delim byte, length int) {
	line, _, _ := bytes.Cut(text, []byte{'\n'})
	trimmed := strings.Trim(string(line), "\r\"")
	if len(trimmed) == len("sep=;") && strings.EqualFold(trimmed[:4], "sep=") {
		return trimmed[4], len(line)
	}
	return 0, 0
}
