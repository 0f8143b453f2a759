package text

import (
	"slices"
	"strings"
	"unicode/utf8"

	"r7import/importer/diagnosis"
	"r7import/importer/source/table"
)

// delimiters are the delimiters that can be detected.
var delimiters = []byte{';', ',', '\t', '|'}

// singleColumn is the score of a header with a single column, which needs no delimiter.
const singleColumn = 1

// findDelimiter returns the delimiter that was asked for, or declared in the
// first line, or detected in the first rows: the one with the most known names in
// the header, then with the most rows as wide as the header. A tie is an error.
func (s sample) findDelimiter(o Options) (byte, error) {
	if d := o.Delimiter; d != 0 {
		if d >= utf8.RuneSelf || d == '"' || d == '\n' || d == '\r' {
			return 0, diagnosis.New(diagnosis.DelimiterForm)
		}
		return byte(d), nil
	}
	if first := s.preview(0, 1); len(first.Rows) > 0 {
		if d, ok := Declared(first.Rows[0]); ok {
			return d, nil
		}
	}
	var found byte
	best, second := -1, -1
	for _, d := range delimiters {
		if score := delimiterScore(s.preview(d, o.Headers.Depth()), o.Headers); score > best {
			found, best, second = d, score, best
		} else {
			second = max(second, score)
		}
	}
	if best > 0 && best == second && best != singleColumn {
		return 0, diagnosis.New(diagnosis.DelimiterUnclear)
	} else if best > 0 {
		return found, nil
	}
	first := s.preview(found, o.Headers.Depth())
	_, err := findHeader(&first, o)
	if p := diagnosis.Or(err, diagnosis.HeaderNotFound); p.Code == diagnosis.HeaderNotFound {
		for _, other := range delimiters { // a delimiter that leaves quoted cells open explains the failure better
			if first := s.preview(other, o.Headers.Depth()); first.Faulty > 0 {
				_, err = findHeader(&first, o)
			}
		}
	}
	return found, err
}

// delimiterScore rates the division of the first rows
// by a delimiter; 0 means that there is no header.
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
		if table.Filled(cells) == 0 {
			continue
		}
		all++
		if len(cells) == len(t.Rows[at]) {
			same++
		}
	}
	return 2 + 100*names + 50*same/max(all, 1)
}

// Declared returns the delimiter that a first line like sep=;
// declares, and false for any other line. Excel writes and honours it.
func Declared(first []string) (byte, bool) {
	if len(first) > 0 && len(first[0]) == len("sep=;") && strings.EqualFold(first[0][:4], "sep=") {
		return first[0][4], true
	}
	return 0, false
}
