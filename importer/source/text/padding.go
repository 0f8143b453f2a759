package text

import (
	"io"
	"slices"
	"strings"
)

// Bounds of the habit of padding cells.
const (
	padRows   = 1000 // that are looked at
	padEnough = 3    // cells of one column that must show it
)

// findPadding returns the blanks that stand around every cell of columns, header
// included, in the first rows: they are a habit of the program that wrote the file
// and no part of the values. It is nil if not one column has enough cells to tell.
func (t *Table) findPadding(header []string) ([]Pad, error) {
	pads := make([]Pad, len(header))
	for i, h := range header {
		if inner := strings.TrimSpace(h); inner != "" {
			begin := strings.Index(h, inner)
			before, _ := t.Charset.Encoded(h[:begin])
			after, _ := t.Charset.Encoded(h[begin+len(inner):])
			pads[i] = Pad{string(before), string(after)}
		}
	}
	for range 2 { // what a column without the habit has in quotation marks is read otherwise then
		if !slices.ContainsFunc(pads, func(p Pad) bool { return p != Pad{} }) {
			return nil, nil
		}
		bare, filled, err := t.countPadded(pads)
		if err != nil {
			return nil, err
		}
		dropped, enough := false, false
		for i, pad := range pads {
			if bare[i] && pad != (Pad{}) {
				pads[i], dropped = Pad{}, true
			}
			enough = enough || pads[i] != (Pad{}) && filled[i] >= padEnough
		}
		if !enough {
			return nil, nil
		} else if !dropped {
			return pads, nil
		}
	}
	return nil, nil
}

// countPadded returns which columns have a cell without their padding in the first rows,
// and how many cells of each hold something.
func (t *Table) countPadded(pads []Pad) (bare []bool, filled []int, err error) {
	s, in, err := t.belowHeader()
	if err != nil {
		return nil, nil, err
	}
	defer in.Close()
	s.pads = pads
	bare, filled = make([]bool, len(pads)), make([]int, len(pads))
	for rows := 0; rows < padRows; {
		if err := s.Next(); err == io.EOF {
			break
		} else if err != nil {
			return nil, nil, err
		}
		if s.Fault != Sound || len(s.Cells) < 2 {
			continue
		}
		rows++
		for i, c := range s.Cells[:min(len(pads), len(s.Cells))] {
			if strings.TrimSpace(t.Charset.Decoded(s.Text[c.From:c.To])) != "" {
				filled[i]++
			}
		}
		for _, i := range s.Bare {
			bare[i] = true
		}
	}
	return bare, filled, nil
}
