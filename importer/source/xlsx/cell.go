package xlsx

import (
	"strconv"
	"strings"

	"r7import/importer/source/table"
)

// CellKind is the kind of value in a cell.
type CellKind uint8

// The kinds of cell values.
const (
	Blank CellKind = iota
	Text
	Number
	Truth
	Failure // an error such as #N/A
	Date    // an ISO 8601 date; other dates are numbers with a date style
)

// cellTypes maps the attribute t of cells to the kind of value: "s"
// is an index of a shared string, "str" the result of a formula.
var cellTypes = map[string]CellKind{"": Number, "n": Number, "s": Text, "str": Text, "inlineStr": Text, "b": Truth, "e": Failure, "d": Date}

// Cell is one cell in a sheet part.
type Cell struct {
	Column     int // from 0
	Kind       CellKind
	Style      int
	Formula    bool
	Uncomputed bool // a formula without a result
	From, To   int  // position of its value in the text of the row

	tagStart, contentStart, end int // positions in the part: start tag, content, end
}

// cell reads the cell whose start tag was just read and returns its column; previous is the column of the cell before it.
func (s *Rows) cell(previous int) (column int, err error) {
	c := Cell{Column: previous + 1, From: len(s.Text), tagStart: s.x.from, contentStart: s.x.at()}
	if ref := s.x.attr("r"); ref != nil {
		column, row, ok := parseRef(ref)
		if !ok || row != s.Number || column < c.Column {
			return 0, errXML
		}
		c.Column = column
	}
	if c.Column >= table.MaxColumns {
		return 0, errXMLLimit
	}
	if style := s.x.attr("s"); len(style) > 0 {
		if c.Style, err = strconv.Atoi(string(style)); err != nil || c.Style < 0 {
			return 0, errXML
		}
	}
	t := string(s.x.attr("t"))
	kind, ok := cellTypes[t]
	if !ok {
		return 0, errXML
	}
	valued, inline := false, false
	for {
		if err := s.x.next(); err != nil {
			return 0, err
		}
		if s.x.kind == xmlEnd {
			break
		}
		if s.x.kind == xmlText {
			continue
		}
		name := string(s.x.name)
		switch {
		case name == "v" && valued, name == "is" && (inline || t != "inlineStr"):
			return 0, errXML
		case name == "v" && !inline: // an inline text counts, even if a program also writes a value
			valued = true
			s.Text, err = appendValue(s.Text, s.x)
		case name == "is":
			inline = true
			s.Text, err = appendRichText(s.Text[:c.From], s.x)
		default:
			valued, c.Formula = valued || name == "v", c.Formula || name == "f"
			err = s.x.skip()
		}
		if err != nil {
			return 0, err
		}
	}
	c.end = s.x.at()
	if len(s.Text) == c.From {
		c.Uncomputed = c.Formula && kind == Number
	} else if err := s.convert(t, c.From); err != nil {
		return 0, err
	}
	if c.To = len(s.Text); c.To > c.From {
		c.Kind = kind
	}
	if s.editing || c.Kind != Blank || c.Uncomputed {
		s.Cells = append(s.Cells, c)
	}
	if s.Long = s.Long || len(s.Text) > table.MaxRowBytes; s.Long {
		s.Text = s.Text[:0]
		if !s.editing {
			s.Cells = s.Cells[:0]
		}
	}
	return c.Column, nil
}

// appendValue appends the text of the current element, which must have no child elements.
func appendValue(dst []byte, x *xmlScanner) ([]byte, error) {
	from := len(dst)
	for {
		err := x.next()
		switch {
		case err != nil:
		case x.kind == xmlEnd:
			return dst, nil
		case x.kind == xmlStart:
			err = errXML
		default:
			dst, err = appendXMLText(dst, x.text, x.cdata)
		}
		if err == nil && len(dst)-from > table.MaxRowBytes {
			err = errXMLLimit
		}
		if err != nil {
			return dst, err
		}
	}
}

// convert replaces the stored form of a cell of type t, in the row's text from an index on, by its value.
func (s *Rows) convert(t string, from int) error {
	written, ok := s.Text[from:], true
	switch t {
	case "", "n":
		s.Text, ok = appendNumber(s.Text[:from], written)
	case "s":
		n, err := strconv.Atoi(string(written))
		if err != nil || s.strings == nil {
			return errXML
		}
		var shared []byte
		shared, ok = s.strings.At(n)
		s.Text = append(s.Text[:from], shared...)
	case "b":
		switch string(written) {
		case "1", "true":
			s.Text = append(s.Text[:from], "TRUE"...)
		case "0", "false":
			s.Text = append(s.Text[:from], "FALSE"...)
		default:
			ok = false
		}
	case "str", "inlineStr":
		s.Text = s.Text[:from+len(unescapeCell(written))]
	}
	if !ok {
		return errXML
	}
	return nil
}

// appendNumber appends a number as a person would type it: 993 for
// 993, 993.0 and 9.93E2. A number that is not whole, or too large
// to be exact, is unchanged. dst and written may share memory.
func appendNumber(dst, written []byte) ([]byte, bool) {
	const exact = 1e15
	text := string(written)
	digits := strings.Trim(text, "0123456789") == ""
	n, err := strconv.ParseFloat(text, 64)
	switch {
	case digits && text != "" && (text[0] != '0' || text == "0"):
		return append(dst, text...), true
	case err != nil || strings.Trim(text, "0123456789.-+eE") != "":
		return dst, false
	case n > -exact && n < exact && n == float64(int64(n)):
		return strconv.AppendInt(dst, int64(n), 10), true
	}
	return append(dst, text...), true
}
