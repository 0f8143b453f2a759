package ui

import (
	"strings"

	"github.com/mattn/go-runewidth"
)

// Wrap breaks text between words into lines of at most width columns. Line breaks
// in the text stay, and so does a word that is wider.
func Wrap(text string, width int) []string { return wrapFrom(text, 0, width) }

// wrapFrom is Wrap for a first line of which taken columns are in use already.
func wrapFrom(text string, taken, width int) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		line := ""
		for word := range strings.FieldsSeq(paragraph) {
			switch {
			case line == "":
				line = word
			case taken+runewidth.StringWidth(line)+1+runewidth.StringWidth(word) <= width:
				line += " " + word
			default:
				lines = append(lines, line)
				line, taken = word, 0
			}
		}
		lines = append(lines, line)
		taken = 0
	}
	return lines
}

// narrowest is the width below which a terminal is left to break lines itself.
const narrowest = 30

// Hang puts text behind a lead of a line, and the lines it does not fit on below it,
// indented. A width of 0 is that of a stream which is no terminal: nothing is broken there.
func Hang(lead, text string, indent, width int) string {
	taken := runewidth.StringWidth(lead)
	if width < narrowest || taken+runewidth.StringWidth(text) < width {
		return lead + text
	}
	lines := wrapFrom(text, max(0, taken-indent), width-1-indent)
	return lead + strings.Join(lines, "\n"+strings.Repeat(" ", indent))
}
