package text

import (
	"bytes"
	"io"
	"regexp"

	"r7import/importer/diagnosis"
	"r7import/importer/source/table"
)

// ruleLine matches a line that programs draw below column names or around
// a table: dashes with crosses, bars or gaps between them, or a frame.
var ruleLine = regexp.MustCompile(`^[ \t]*(?:[+|]?:?[-=]{2,}:?[ \t]*(?:[+|][ \t]*:?[-=]+:?[ \t]*)+[+|]?|\+[-=]{2,}\+|-{3,}(?:[ \t]+-{3,})+|[─━═┌┬┐├┼┤└┴┘╔╦╗╠╬╣╚╩╝╭╮╰╯]{3,})[ \t]*$`)

// ruleLines is how many lines from the top are searched for a rule.
const ruleLines = 10

// refuseDrawn refuses a table drawn with lines for people to read: the
// blanks that pad its columns cannot be told from those of the values.
func (s sample) refuseDrawn() error {
	for number, line := range s.lines() {
		if number < ruleLines && ruleLine.MatchString(s.charset.Decoded(line)) {
			return diagnosis.New(diagnosis.FileIsDrawn, "Row", number+1)
		}
	}
	return nil
}

// maxCellLines is the number of lines that refuseEscaped reads to parse a quoted cell.
const maxCellLines = 20

// refuseEscaped refuses a table with backslashes before quotation marks or delimiters:
// such files double other backslashes, so that a password with one would be wrong.
func (s sample) refuseEscaped(delim byte, first table.Top, header int) error {
	width, within := len(first.Rows[header]), false // inside a cell of several lines
	lines := s.lines()
	for number, line := range lines {
		begun := within
		within = within != (bytes.Count(line, []byte{'"'})%2 == 1)
		if begun || number < first.Numbers[header] || !bytes.Contains(line, []byte{'\\', '"'}) && !bytes.Contains(line, []byte{'\\', delim}) {
			continue
		}
		whole := bytes.Join(lines[number:min(number+maxCellLines, len(lines))], []byte{'\n'})
		row := NewScanner(bytes.NewReader(whole), delim, len(whole)+1)
		plain := row.Next() == nil && row.Fault == Sound && len(row.Cells) == width
		if !plain && escapedWidth(line, delim) == width {
			return diagnosis.New(diagnosis.FileEscaped, "Row", number+1)
		}
	}
	return nil
}

// lines returns the lines of the sample without their ends; the last one may be incomplete.
func (s sample) lines() [][]byte {
	text, _ := io.ReadAll(s.charset.Reader(bytes.NewReader(s.head))) // reads from memory
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte{'\n'})
	return bytes.Split(bytes.ReplaceAll(text, []byte{'\r'}, []byte{'\n'}), []byte{'\n'})
}

// escapedWidth counts the cells of a line in which a backslash
// escapes the next character, 0 if a quotation mark stays open.
func escapedWidth(line []byte, delim byte) int {
	cells, quoted := 1, false
	for i := 0; i < len(line); i++ {
		switch b := line[i]; {
		case b == '\\':
			i++
		case b == '"':
			quoted = !quoted
		case b == delim && !quoted:
			cells++
		}
	}
	if quoted {
		return 0
	}
	return cells
}
