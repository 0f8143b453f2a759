package table

import (
	"cmp"
	"slices"
	"strings"
)

// grouped joins a row of column names with the row above it that groups them, as in
//
//	Name | Incoming mail |      | Outgoing mail |
//	     | Server        | Port | Server        | Port
//
// A name of the upper row stands for the columns behind it that have none there. A
// column that has one name alone keeps it. The name of a column in a group is what is
// known of both together; one that is known alone, and that no other column has, may do
// without its group.
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

// pair returns the index of the lower one of two rows that are the header together, and
// what they are joined; -1 if one row alone says at least as much.
func (h Headers) pair(rows [][]string) (index int, joined []string) {
	index = -1
	most := 0
	for _, cells := range rows {
		most = max(most, h.Names(cells))
	}
	const longest = 120 // of a column name
	noName := func(c string) bool { return len(c) > longest || strings.Contains(c, "@") }
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
