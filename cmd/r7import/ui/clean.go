package ui

import (
	"math"

	"r7import/importer/diagnosis"
)

// Clean returns text with everything that does not print spelled out: control
// characters including line breaks, bytes that are not UTF-8, and characters that
// reorder or hide text. Names from files and portals may contain such characters,
// which could move the cursor of a terminal or forge a line.
func Clean(text string) string { return diagnosis.Spelled(text, math.MaxInt) }
