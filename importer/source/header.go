package source

import (
	"strings"
	"unicode"
)

// headerDepth is how many rows from the top the header is looked for in.
const headerDepth = 50

// findHeader returns the index of the header among the first rows of a table, and
// how many of its cells are column names that are known. Without any known name
// it takes the first row that looks like one; -1 if none does.
func findHeader(top [][]string, known func(string) bool) (index, names int) {
	index = -1
	for i, cells := range top {
		if n := countKnown(cells, known); n > names {
			index, names = i, n
		}
	}
	if index >= 0 {
		return index, names
	}
	for i, cells := range top {
		if looksHeader(cells) && i+1 < len(top) && filled(top[i+1]) > 1 {
			return i, 0
		}
	}
	return -1, 0
}

func countKnown(cells []string, known func(string) bool) int {
	n := 0
	for _, c := range cells {
		if c = strings.TrimSpace(c); c != "" && known(c) {
			n++
		}
	}
	return n
}

// looksHeader reports whether every cell is a short text of its own with a
// letter in it that is not an address.
func looksHeader(cells []string) bool {
	seen := make(map[string]bool)
	for _, c := range trimmed(cells) {
		c = strings.ToLower(strings.TrimSpace(c))
		if len(c) > 120 || strings.Contains(c, "@") || !strings.ContainsFunc(c, unicode.IsLetter) || seen[c] {
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
