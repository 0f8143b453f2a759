package xlsx

import (
	"cmp"
	"slices"
	"strconv"
)

// maxMerges bounds the merged ranges of a sheet, which are held in memory.
const maxMerges = 100_000

// Coverage finds the merged cells of a column: all of a merged range but its first
// have lost their value. It is asked row by row, downwards.
type Coverage struct {
	ranges []merge // of one column, from the top
	Column int
}

// Covered returns the coverage of a column, and false if none of its cells is
// merged with others.
func (t *Table) Covered(column int) (Coverage, bool) {
	c := Coverage{Column: column}
	for _, m := range t.merges {
		if m.left <= column && column <= m.right {
			c.ranges = append(c.ranges, m)
		}
	}
	slices.SortFunc(c.ranges, func(a, b merge) int { return cmp.Compare(a.top, b.top) })
	return c, len(c.ranges) > 0
}

// At returns the row and the column of the cell that has the value of the cell in a
// row, and false if that is merged with no other.
func (c *Coverage) At(row int) (top, left int, merged bool) {
	for len(c.ranges) > 0 && c.ranges[0].bottom < row {
		c.ranges = c.ranges[1:]
	}
	if len(c.ranges) == 0 || c.ranges[0].top > row {
		return 0, 0, false
	}
	return c.ranges[0].top, c.ranges[0].left, true
}

// mergedFromAbove returns, for the columns in which a cell of a row is covered by a
// range that begins further up, the row its value stands in.
func mergedFromAbove(merges []merge, row int) map[int]int {
	tops := make(map[int]int)
	for _, m := range merges {
		if m.top < row && row <= m.bottom {
			tops[m.left] = m.top
		}
	}
	return tops
}

// Merged returns the corners of the merged ranges below the header within the first columns.
func (t *Table) Merged(columns int) (corners [][2]string) {
	for _, m := range t.merges {
		if m.top > t.Header && m.right < columns {
			first, last := ColumnLetters(m.left)+strconv.Itoa(m.top), ColumnLetters(m.right)+strconv.Itoa(m.bottom)
			corners = append(corners, [2]string{first, last})
		}
	}
	return corners
}
