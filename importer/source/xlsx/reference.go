package xlsx

import "r7import/importer/source/table"

// ParseRef reads a cell's name like F12; the column counts from 0, the row from 1.
func ParseRef(ref []byte) (column, row int, ok bool) {
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

// parseRange reads a range like A1:B12.
func parseRange(ref []byte) (m merge, ok bool) {
	for i, b := range ref {
		if b == ':' {
			var first, last bool
			m.left, m.top, first = ParseRef(ref[:i])
			m.right, m.bottom, last = ParseRef(ref[i+1:])
			return m, first && last && m.left <= m.right && m.top <= m.bottom && m.bottom <= maxRows && m.right < table.MaxColumns
		}
	}
	m.left, m.top, ok = ParseRef(ref)
	m.right, m.bottom = m.left, m.top
	return m, ok
}

// ColumnLetters returns the letters of a column, counted from 0.
func ColumnLetters(column int) string {
	var letters [8]byte
	i := len(letters)
	for n := column + 1; n > 0; n = (n - 1) / 26 {
		i--
		letters[i] = byte('A' + (n-1)%26)
	}
	return string(letters[i:])
}
