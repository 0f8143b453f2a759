package ui

import (
	"math"

	"r7import/importer/diagnosis"
)

// Clean returns text with everything spelled out that does not print: control
// characters, line breaks included, bytes that are no UTF-8, and characters that
// reorder or hide text. Files, portals and people put such things into names;
// on a terminal they could move the cursor or forge a line.
func Clean(text string) string { return diagnosis.Spelled(text, math.MaxInt) }
