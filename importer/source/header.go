package source

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"r7import/importer/diagnosis"
)

// headerDepth is how many rows from the top the header is looked for in.
const headerDepth = 50

// top is the first rows of a table as text, with their numbers.
type top struct {
	rows    [][]string
	numbers []int
	faulty  int // number of the first row with a fault, 0 for none
}

// cell returns the cell in a row given by its number.
func (t top) cell(number, column int) string {
	if i, ok := slices.BinarySearch(t.numbers, number); ok && column < len(t.rows[i]) {
		return t.rows[i][column]
	}
	return ""
}

// headerAmong returns the index of the header among the first rows.
func (f *File) headerAmong(t top) (int, error) {
	want := f.options.HeaderRow
	if want == 0 {
		at, _ := findHeader(t.rows, f.options.Known)
		looked := t.rows
		if at >= 0 {
			looked = t.rows[at : at+1]
		}
		switch {
		case f.options.Encoding != "" && slices.ContainsFunc(looked, misread):
			return 0, diagnosis.New(diagnosis.EncodingWrong, "Encoding", f.options.Encoding, "Encodings", joined(Encodings()))
		case at < 0:
			return 0, noHeader(t)
		case lostNames(t.rows[at]):
			return 0, diagnosis.New(diagnosis.HeaderLost)
		}
		return at, nil
	}
	if at, ok := slices.BinarySearch(t.numbers, want); ok && filled(t.rows[at]) > 0 {
		return at, nil
	}
	return 0, diagnosis.New(diagnosis.HeaderRowEmpty, "Row", strconv.Itoa(want))
}

// noHeader says why no header was found, as far as the text tells.
func noHeader(t top) error {
	for _, cells := range t.rows {
		switch {
		case len(cells) > 1 && slices.ContainsFunc(cells, isLost):
			return diagnosis.New(diagnosis.HeaderLost)
		case slices.ContainsFunc(cells, isGarbled):
			return diagnosis.New(diagnosis.HeaderGarbled)
		}
	}
	if t.faulty > 0 {
		return diagnosis.New(diagnosis.HeaderFaulty, "Row", strconv.Itoa(t.faulty))
	}
	return diagnosis.New(diagnosis.HeaderNotFound)
}

// misread reports whether a cell holds bytes that stand for no character.
func misread(cells []string) bool {
	return slices.ContainsFunc(cells, func(c string) bool { return undecodable(c) >= 0 })
}

// lostNames reports whether question marks stand in several column names, and not
// one letter beyond ASCII has survived beside them.
func lostNames(cells []string) bool {
	lost := 0
	for _, c := range cells {
		switch {
		case strings.ContainsFunc(c, func(r rune) bool { return r >= utf8.RuneSelf }):
			return false
		case hasLostWord(c):
			lost++
		}
	}
	return lost > 1
}

// findHeader returns the index of the header among the first rows of a table, and
// how many of its cells are column names that are known. Without any known name
// it takes the first row that looks like one; -1 if none does.
func findHeader(rows [][]string, known func(string) bool) (index, names int) {
	index = -1
	for i, cells := range rows {
		if n := countKnown(cells, known); n > names {
			index, names = i, n
		}
	}
	if index >= 0 {
		return index, names
	}
	for i, cells := range rows {
		if looksHeader(cells) && i+1 < len(rows) && filled(rows[i+1]) > 1 {
			return i, 0
		}
	}
	return -1, 0
}

// countKnown counts the column names that are known, each once: a row of
// accounts may hold a word that is also a column name.
func countKnown(cells []string, known func(string) bool) int {
	seen := make(map[string]bool)
	for _, c := range cells {
		c = strings.TrimSpace(c)
		if strings.Contains(c, "@") {
			return 0
		}
		if c != "" && !seen[c] && known(c) {
			seen[c] = true
		}
	}
	return len(seen)
}

// looksHeader reports whether every cell is a short text of its own with a
// letter in it, and none an address.
func looksHeader(cells []string) bool {
	cells = trimmed(cells)
	seen := make(map[string]bool)
	for _, c := range cells {
		if c = strings.TrimSpace(c); len(c) > 120 || strings.Contains(c, "@") || !strings.ContainsFunc(c, unicode.IsLetter) || isLost(c) || isGarbled(c) || seen[c] {
			return false
		}
		seen[c] = true
	}
	return len(seen) > 1
}

// filled counts the cells that hold something.
func filled(cells []string) int {
	n := 0
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			n++
		}
	}
	return n
}

// trimmed returns the cells without the empty ones at the end.
func trimmed(cells []string) []string {
	for len(cells) > 0 && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	return cells
}
