package xlsx

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"

	"r7import/importer/source/table"
)

// parseRef parses a cell reference like F12; columns count from 0, rows from 1.
func parseRef(ref []byte) (column, row int, ok bool) {
	i := 0
	for ; i < len(ref) && ref[i] >= 'A' && ref[i] <= 'Z' && column < table.MaxColumns; i++ {
		column = column*26 + int(ref[i]-'A') + 1
	}
	if i == 0 || i == len(ref) || ref[i] == '0' {
		return 0, 0, false
	}
	for ; i < len(ref) && row <= maxRows; i++ {
		if ref[i] < '0' || ref[i] > '9' {
			return 0, 0, false
		}
		row = row*10 + int(ref[i]-'0')
	}
	return column - 1, row, i == len(ref)
}

// ColumnLetters returns the letters of a column, which counts from 0.
func ColumnLetters(column int) (letters string) {
	for n := column + 1; n > 0; n = (n - 1) / 26 {
		letters = string(rune('A'+(n-1)%26)) + letters
	}
	return letters
}

// maxMerges bounds the merged ranges of a sheet, which are held in memory.
const maxMerges = 100_000

// merge is a range of merged cells, of which only the first one has a value.
type merge struct{ top, left, bottom, right int }

// parseRange parses a range like A1:B12.
func parseRange(ref []byte) (m merge, ok bool) {
	first, last, isRange := bytes.Cut(ref, []byte(":"))
	if !isRange {
		last = first
	}
	var other bool
	m.left, m.top, ok = parseRef(first)
	m.right, m.bottom, other = parseRef(last)
	return m, ok && other && m.left <= m.right && m.top <= m.bottom && (!isRange || m.bottom <= maxRows && m.right < table.MaxColumns)
}

// Coverage finds the merged cells of a column: in a merged range all cells but
// the first have lost their value. Rows must be looked up from top to bottom.
type Coverage struct {
	ranges []merge // of one column, from the top
	Column int
}

// Covered returns the coverage of a column,
// and false if it has no merged cells.
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

// At returns the row and column of the cell with the value of the merged
// range in a row, and false if the cell in that row is not merged.
func (c *Coverage) At(row int) (top, left int, merged bool) {
	for len(c.ranges) > 0 && c.ranges[0].bottom < row {
		c.ranges = c.ranges[1:]
	}
	if len(c.ranges) == 0 || c.ranges[0].top > row {
		return 0, 0, false
	}
	return c.ranges[0].top, c.ranges[0].left, true
}

// Merged returns the corners of the merged ranges that are below the header and within the first columns.
func (t *Table) Merged(columns int) (corners [][2]string) {
	for _, m := range t.merges {
		if m.top > t.Header && m.right < columns {
			first, last := ColumnLetters(m.left)+strconv.Itoa(m.top), ColumnLetters(m.right)+strconv.Itoa(m.bottom)
			corners = append(corners, [2]string{first, last})
		}
	}
	return corners
}
