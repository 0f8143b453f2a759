package ui

import (
	"strings"

	"github.com/mattn/go-runewidth"
)

// Wrap breaks text between words into lines of at most width columns. It keeps line
// breaks in the text, and puts a word that is wider on a line of its own.
func Wrap(text string, width int) []string { return wrapFrom(text, 0, width) }

// wrapFrom is Wrap for a first line on which taken columns are already in use.
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

// narrowest is the width below which Hang leaves line breaks to the terminal.
const narrowest = 30

// Hang returns lead followed by text, broken into lines of width columns that are indented
// after the first. A width of 0 means a stream that is not a terminal: it breaks nothing.
func Hang(lead, text string, indent, width int) string {
	taken := runewidth.StringWidth(lead)
	if width < narrowest || taken+runewidth.StringWidth(text) < width {
		return lead + text
	}
	lines := wrapFrom(text, max(0, taken-indent), width-1-indent)
	return lead + strings.Join(lines, "\n"+strings.Repeat(" ", indent))
}
