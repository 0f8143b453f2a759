package text

import (
	"slices"
	"strings"

	"r7import/importer/source/table"
)

// delimiters are those that are told apart by content.
var delimiters = []byte{';', ',', '\t', '|'}

// guessDelimiter tells the delimiter from the first rows of a text: the one with
// the most known names in the header, then the one that makes the most rows as
// wide as the header. It returns how well that did, 0 if there is no header, and
// is not sure when another does equally well.
func guessDelimiter(read func(delim byte) table.Top, h table.Headers) (delim byte, best int, sure bool) {
	best, second := -1, -1
	for _, d := range delimiters {
		s := delimiterScore(read(d), h)
		if s > best {
			delim, best, second = d, s, best
		} else {
			second = max(second, s)
		}
	}
	return delim, best, best > second || best == singleColumn
}

// singleColumn is the score of a header that no delimiter divides: then none is needed.
const singleColumn = 1

func delimiterScore(t table.Top, h table.Headers) int {
	at, names := h.Find(t.Rows)
	if h.Row > 0 {
		at = slices.Index(t.Numbers, h.Row)
	}
	if at < 0 {
		return 0
	}
	width := len(table.Trimmed(t.Rows[at]))
	if width < 2 {
		return min(names, singleColumn)
	}
	same, all := 0, 0
	for _, cells := range t.Rows[at+1:] {
		if table.Filled(cells) > 0 {
			all++
		}
		if len(cells) == len(t.Rows[at]) && table.Filled(cells) > 0 {
			same++
		}
	}
	return 2 + 100*names + 50*same/max(all, 1)
}

// Declared returns the delimiter that a first line like sep=; declares.
// Excel writes and honours it.
func Declared(first []string) (byte, bool) {
	if len(first) == 0 {
		return 0, false
	}
	line := first[0]
	if len(line) == len("sep=;") && strings.EqualFold(line[:4], "sep=") {
		return line[4], true
	}
	return 0, false
}
