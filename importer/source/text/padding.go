package text

import (
	"io"
	"slices"
	"strings"
)

// Bounds of the detection of padding.
const (
	padRows   = 1000 // rows to look at
	minPadded = 3    // padded cells that one column must have
)

// findPadding returns the blanks around every cell of a column, header included,
// in the first rows: the program that wrote the file added them, and they are no
// part of the values. It returns nil if no column has enough cells to decide.
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
	for range 2 { // without its padding, a column's quoted cells are parsed differently
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
			enough = enough || pads[i] != (Pad{}) && filled[i] >= minPadded
		}
		if !enough {
			return nil, nil
		} else if !dropped {
			return pads, nil
		}
	}
	return nil, nil
}

// countPadded returns which columns have a cell without their padding
// in the first rows, and how many cells of each are not blank.
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
