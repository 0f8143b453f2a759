package text

import (
	"io"
	"slices"
	"strings"
	"unicode"
)

// Bounds of the habit of padding cells.
const (
	padRows   = 1000 // that are looked at
	padEnough = 3    // cells of one column that must show it
)

// findPadding returns the blanks that stand around every cell of columns, header
// included, in the first rows: they are a habit of the program that wrote the file
// and no part of the values.
func (t *Table) findPadding(header []string) ([]Pad, error) {
	pads := make([]Pad, len(header))
	for i, h := range header {
		inner := strings.TrimSpace(h)
		if inner == "" {
			continue
		}
		begin := strings.Index(h, inner)
		before, _ := t.Charset.Encoded(h[:begin])
		after, _ := t.Charset.Encoded(h[begin+len(inner):])
		pads[i] = Pad{string(before), string(after)}
	}
	for range 2 { // what a column without the habit has in quotation marks is read otherwise then
		if !slices.ContainsFunc(pads, func(p Pad) bool { return p != Pad{} }) {
			return nil, nil
		}
		dropped, err := t.dropUnpadded(pads)
		if err != nil || !dropped {
			return pads, err
		}
	}
	return nil, nil
}

// dropUnpadded takes the padding from columns with a cell that lacks it, and from all
// if not one column has enough cells to tell.
func (t *Table) dropUnpadded(pads []Pad) (dropped bool, err error) {
	s, in, err := t.belowHeader()
	if err != nil {
		return false, err
	}
	defer in.Close()
	s.pads = pads
	bare, filled := make([]bool, len(pads)), make([]int, len(pads))
	for rows := 0; rows < padRows; {
		if err := s.Next(); err == io.EOF {
			break
		} else if err != nil {
			return false, err
		}
		if s.Fault != Sound || len(s.Cells) < 2 {
			continue
		}
		rows++
		for i := range min(len(pads), len(s.Cells)) {
			if c := s.Cells[i]; strings.ContainsFunc(t.Charset.Decoded(s.Text[c.From:c.To]), func(r rune) bool { return !unicode.IsSpace(r) }) {
				filled[i]++
			}
		}
		for _, i := range s.Bare {
			bare[i] = true
		}
	}
	enough := false
	for i := range pads {
		if bare[i] && pads[i] != (Pad{}) {
			pads[i], dropped = Pad{}, true
		}
		enough = enough || pads[i] != (Pad{}) && filled[i] >= padEnough
	}
	if !enough {
		clear(pads)
		return true, nil
	}
	return dropped, nil
}
