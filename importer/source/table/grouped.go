package table

import (
	"slices"
	"strings"
)

// grouped joins a row of column names with the row above it that groups them, as in
//
//	Name | Incoming mail |      | Outgoing mail |
//	     | Server        | Port | Server        | Port
//
// A name of the upper row stands for the columns behind it that have none there. A
// column that has one name alone keeps it.
func (h Headers) grouped(upper, lower []string) []string {
	joined := make([]string, max(len(upper), len(lower)))
	group := ""
	for i := range joined {
		above, below := cellAt(upper, i), cellAt(lower, i)
		if above != "" {
			group = above
		}
		switch {
		case below == "":
			joined[i] = above
		case group == "":
			joined[i] = below
		default:
			joined[i] = h.join(group, below, count(lower, below) > 1)
		}
	}
	return joined
}

// join returns the name of a column in a group: what is known of both together. A name
// that is known alone, and that no other column has, may do without its group.
func (h Headers) join(group, name string, shared bool) string {
	for _, both := range []string{group + " " + name, name + " " + group} {
		if h.Known(both) {
			return both
		}
	}
	if !shared && h.Known(name) {
		return name
	}
	return group + " " + name
}

// pair returns the index of the lower one of two rows that are the header together, and
// what they are joined; -1 if one row alone says at least as much.
func (h Headers) pair(rows [][]string) (index int, joined []string) {
	index = -1
	most := 0
	for _, cells := range rows {
		most = max(most, h.Names(cells))
	}
	for i := 1; i < len(rows); i++ {
		if Filled(rows[i-1]) < 2 || !areNames(rows[i]) {
			continue
		}
		both := h.grouped(rows[i-1], rows[i])
		if n := h.Names(both); n > most {
			index, joined, most = i, both, n
		}
	}
	return index, joined
}

// areNames reports whether no cell of a row is longer than a column name or an address.
func areNames(cells []string) bool {
	const longest = 120
	return Filled(cells) > 0 && !slices.ContainsFunc(cells, func(c string) bool { return len(c) > longest || strings.Contains(c, "@") })
}

func cellAt(cells []string, i int) string {
	if i < len(cells) {
		return strings.TrimSpace(cells[i])
	}
	return ""
}

func count(cells []string, name string) (n int) {
	for _, c := range cells {
		if strings.TrimSpace(c) == name {
			n++
		}
	}
	return n
}
