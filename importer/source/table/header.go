// Package table knows the usual forms of tables: which row holds the
// column names, which rows below it are no accounts, which texts lost
// their letters in a conversion. It reads no files and knows no fields.
package table

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"r7import/importer/diagnosis"
)

// Bounds of one row. A spreadsheet cell holds 32,767 characters and
// a sheet 16,384 columns; anything beyond is damage or an attack.
const (
	MaxRowBytes = 1 << 20
	MaxColumns  = 16384
)

// headerDepth is how many rows from the top are searched for the header.
const headerDepth = 50

// maxName is the maximum length of a column name, in bytes.
const maxName = 120

// Headers say how to find the header row.
type Headers struct {
	// Row is the number of the header row, 0 to search for it.
	Row int
	// Known reports whether a text is a known column name.
	Known func(header string) bool
}

// Depth returns how many rows from the top must be read to find the header.
func (h Headers) Depth() int { return max(headerDepth, h.Row) }

// Top holds the first rows of a table as text, with their numbers.
type Top struct {
	Rows    [][]string
	Numbers []int
	Faulty  int // number of the first faulty row, 0 for none
	Upper   int // number of the upper row of a header of two rows, 0 for none
}

// Cell returns the cell of a column in the row with that number, "" if there is none.
func (t Top) Cell(number, column int) string {
	if i, ok := slices.BinarySearch(t.Numbers, number); ok && column < len(t.Rows[i]) {
		return t.Rows[i][column]
	}
	return ""
}

// Among returns the index of the header among the first rows. For
// a header of two rows it is the index of the lower row; Among
// puts the joined names into that row and empties the upper one.
func (h Headers) Among(t *Top) (int, error) {
	from, to := 0, len(t.Rows)
	if h.Row > 0 { // only that row, or it and the one above
		to, _ = slices.BinarySearch(t.Numbers, h.Row+1)
		from = max(0, to-2)
	}
	if lower, joined := h.findPair(t.Rows[from:to]); lower > 0 {
		at := from + lower
		t.Upper = t.Numbers[at-1]
		t.Rows[at-1], t.Rows[at] = nil, joined
		return at, nil
	}
	if h.Row == 0 {
		at, _ := h.Find(t.Rows)
		switch {
		case at < 0:
			return 0, noHeader(*t)
		case lostNames(t.Rows[at]):
			return 0, diagnosis.New(diagnosis.HeaderLost)
		}
		return at, nil
	}
	if at, ok := slices.BinarySearch(t.Numbers, h.Row); ok && Filled(t.Rows[at]) > 0 {
		return at, nil
	}
	return 0, diagnosis.New(diagnosis.HeaderRowEmpty, "Row", h.Row)
}

// findPair returns the index of the lower of two adjacent rows that form the header
// together, and their joined names; -1 if a single row has at least as many known names.
func (h Headers) findPair(rows [][]string) (index int, joined []string) {
	index = -1
	most := 0
	for _, cells := range rows {
		most = max(most, h.Names(cells))
	}
	noName := func(c string) bool { return len(c) > maxName || strings.Contains(c, "@") }
	for i := 1; i < len(rows); i++ {
		if Filled(rows[i-1]) < 2 || Filled(rows[i]) == 0 || slices.ContainsFunc(rows[i], noName) {
			continue
		}
		both := h.grouped(rows[i-1], rows[i])
		if n := h.Names(both); n > most {
			index, joined, most = i, both, n
		}
	}
	return index, joined
}

// grouped joins a row of column names with the row above it that groups them, as in
//
//	Name | Incoming mail |      | Outgoing mail |
//	     | Server        | Port | Server        | Port
//
// A name in the upper row also counts for the following columns that have
// none there. A column with only one name keeps it. In a group, the name
// of a column is group and name together, in the known order; a name that
// is known alone and used by no other column may do without its group.
func (h Headers) grouped(upper, lower []string) []string {
	joined := make([]string, max(len(upper), len(lower)))
	times := make(map[string]int)
	for _, c := range lower {
		times[strings.TrimSpace(c)]++
	}
	group := ""
	for i := range joined {
		above, below := "", ""
		if i < len(upper) {
			above = strings.TrimSpace(upper[i])
		}
		if i < len(lower) {
			below = strings.TrimSpace(lower[i])
		}
		group = cmp.Or(above, group)
		both, turned := group+" "+below, below+" "+group
		switch {
		case below == "":
			joined[i] = above
		case group == "":
			joined[i] = below
		case h.Known(both):
			joined[i] = both
		case h.Known(turned):
			joined[i] = turned
		case times[below] == 1 && h.Known(below):
			joined[i] = below
		default:
			joined[i] = both
		}
	}
	return joined
}

// noHeader returns the problem that explains best why no header was found.
func noHeader(t Top) error {
	for _, cells := range t.Rows {
		switch {
		case len(cells) > 1 && slices.ContainsFunc(cells, Lost):
			return diagnosis.New(diagnosis.HeaderLost)
		case slices.ContainsFunc(cells, Garbled):
			return diagnosis.New(diagnosis.HeaderGarbled)
		}
	}
	if t.Faulty > 0 {
		return diagnosis.New(diagnosis.HeaderFaulty, "Row", t.Faulty)
	}
	return diagnosis.New(diagnosis.HeaderNotFound)
}

// lostNames reports whether several column names have question
// marks in place of words, and no letter beyond ASCII is left.
func lostNames(cells []string) bool {
	lost := 0
	for _, c := range cells {
		if LostWord(c) {
			lost++
		}
	}
	return lost > 1 && !strings.ContainsFunc(strings.Join(cells, ""), func(r rune) bool { return r >= utf8.RuneSelf })
}

// Find returns the index of the header among the first rows of a table,
// and the number of known column names in it. If there is no known name,
// it returns the first row that looks like a header, -1 if none does.
func (h Headers) Find(rows [][]string) (index, names int) {
	index = -1
	for i, cells := range rows {
		if n := h.Names(cells); n > names {
			index, names = i, n
		}
	}
	if index >= 0 {
		return index, names
	}
	for i, cells := range rows {
		if looksHeader(cells) && i+1 < len(rows) && Filled(rows[i+1]) > 1 {
			return i, 0
		}
	}
	return -1, 0
}

// Names counts the distinct known column names in a row. It returns 0 for
// a row with an @, because a row of accounts may hold such a word too.
func (h Headers) Names(cells []string) int {
	seen := make(map[string]bool)
	for _, c := range cells {
		c = strings.TrimSpace(c)
		if strings.Contains(c, "@") {
			return 0
		}
		if c != "" && h.Known(c) {
			seen[c] = true
		}
	}
	return len(seen)
}

// looksHeader reports whether the cells are at least two
// distinct short texts with letters, none of them an address.
func looksHeader(cells []string) bool {
	cells = Trimmed(cells)
	seen := make(map[string]bool)
	for _, c := range cells {
		if c = strings.TrimSpace(c); len(c) > maxName || strings.Contains(c, "@") || !strings.ContainsFunc(c, unicode.IsLetter) || Lost(c) || Garbled(c) || seen[c] {
			return false
		}
		seen[c] = true
	}
	return len(seen) > 1
}

// Filled counts the cells that are not blank.
func Filled(cells []string) int {
	n := 0
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			n++
		}
	}
	return n
}

// Trimmed returns the cells without the blank ones at the end.
func Trimmed(cells []string) []string {
	for len(cells) > 0 && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	return cells
}
