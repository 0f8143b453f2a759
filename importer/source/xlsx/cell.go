package xlsx

import (
	"strconv"

	"r7import/importer/source/table"
)

// CellKind is what a cell of a sheet holds.
type CellKind uint8

// What a cell can hold.
const (
	Blank CellKind = iota
	Text
	Number
	Truth
	Failure // an error such as #N/A
	Date    // an ISO 8601 date; others are numbers whose style shows a date
)

// Cell is one cell that a sheet mentions.
type Cell struct {
	Column     int // from 0
	Kind       CellKind
	Style      int
	Uncomputed bool // a formula without a result
	From, To   int  // of its value in the text of the row
}

// cell reads the cell just started, which stands behind a column, and returns its column.
func (s *Rows) cell(behind int) (column int, err error) {
	column = behind + 1
	if ref := s.x.attr("r"); ref != nil {
		c, row, ok := ParseRef(ref)
		if !ok || row != s.Number || c < column {
			return 0, errXML
		}
		column = c
	}
	if column >= table.MaxColumns {
		return 0, errXMLLimit
	}
	c := Cell{Column: column}
	if style := s.x.attr("s"); len(style) > 0 {
		if c.Style, err = strconv.Atoi(string(style)); err != nil || c.Style < 0 {
			return 0, errXML
		}
	}
	kind, ok := kindOfCell(string(s.x.attr("t")))
	if !ok {
		return 0, errXML
	}
	if err := s.value(&c, kind); err != nil {
		return 0, err
	}
	if c.Kind != Blank || c.Uncomputed {
		s.keep(c)
	}
	return column, nil
}

func (s *Rows) keep(c Cell) {
	if s.Long = s.Long || len(s.Text) > table.MaxRowBytes; s.Long {
		s.Cells, s.Text = s.Cells[:0], s.Text[:0]
		return
	}
	s.Cells = append(s.Cells, c)
}

// valueKind is how a cell writes its value.
type valueKind uint8

const (
	valueNumber valueKind = iota
	valueShared           // a number of the string table
	valueText             // of a formula
	valueInline
	valueTruth
	valueFailure
	valueDate
)

func kindOfCell(t string) (valueKind, bool) {
	switch t {
	case "", "n":
		return valueNumber, true
	case "s":
		return valueShared, true
	case "str":
		return valueText, true
	case "inlineStr":
		return valueInline, true
	case "b":
		return valueTruth, true
	case "e":
		return valueFailure, true
	case "d":
		return valueDate, true
	}
	return 0, false
}

// value reads the elements of a cell to its end.
func (s *Rows) value(c *Cell, kind valueKind) error {
	from := len(s.Text)
	formula, valued, inline := false, false, false
	for {
		if err := s.x.next(); err != nil {
			return err
		}
		if s.x.kind == xmlText {
			continue
		}
		if s.x.kind == xmlEnd {
			break
		}
		var err error
		switch string(s.x.name) {
		case "v":
			if valued {
				return errXML
			}
			valued = true
			if inline { // an inline text counts, whatever else some programs write beside it
				err = s.x.skip()
			} else {
				err = s.appendValue()
			}
		case "is":
			if inline || kind != valueInline {
				return errXML
			}
			inline = true
			s.Text, err = appendRichText(s.Text[:from], s.x)
		case "f":
			formula, s.formula = true, true
			err = s.x.skip()
		default:
			err = s.x.skip()
		}
		if err != nil {
			return err
		}
	}
	c.From, c.To = from, len(s.Text)
	if (valued || inline) && len(s.Text) > from {
		return s.finish(c, kind)
	}
	c.Uncomputed = formula && kind == valueNumber
	return nil
}

// appendValue appends the text of the element just started, which has no elements in it.
func (s *Rows) appendValue() error {
	from := len(s.Text)
	for {
		if err := s.x.next(); err != nil {
			return err
		}
		switch s.x.kind {
		case xmlEnd:
			return nil
		case xmlStart:
			return errXML
		}
		var err error
		if s.Text, err = appendXMLText(s.Text, s.x.text, s.x.cdata); err != nil {
			return err
		}
		if len(s.Text)-from > table.MaxRowBytes {
			return errXMLLimit
		}
	}
}

// finish turns what a cell writes into what it holds.
func (s *Rows) finish(c *Cell, kind valueKind) error {
	written := s.Text[c.From:]
	ok := true
	switch kind {
	case valueNumber:
		c.Kind = Number
		s.Text, ok = appendNumber(s.Text[:c.From], written)
	case valueShared:
		c.Kind = Text
		var shared []byte
		if shared, ok = s.strings.numbered(written); ok {
			s.Text = append(s.Text[:c.From], shared...)
		}
	case valueTruth:
		c.Kind = Truth
		s.Text, ok = appendTruth(s.Text[:c.From], written)
	case valueFailure:
		c.Kind = Failure
	case valueDate:
		c.Kind = Date
	default:
		c.Kind = Text
		s.Text = s.Text[:c.From+len(unescapeCell(written))]
	}
	if !ok {
		return errXML
	}
	c.To = len(s.Text)
	if c.From == c.To {
		c.Kind = Blank
	}
	return nil
}

// numbered returns the text whose number is written in decimal.
func (t *Strings) numbered(digits []byte) ([]byte, bool) {
	n, err := strconv.Atoi(string(digits))
	if err != nil || t == nil {
		return nil, false
	}
	return t.At(n)
}

func appendTruth(dst, written []byte) ([]byte, bool) {
	switch string(written) {
	case "1", "true":
		return append(dst, "TRUE"...), true
	case "0", "false":
		return append(dst, "FALSE"...), true
	}
	return dst, false
}

// appendNumber appends a number as a person would type it: 993 for 993, 993.0 and
// 9.93E2. One that is not whole, or too large to be exact, stays as it is written.
// dst and written may share their beginning.
func appendNumber(dst, written []byte) ([]byte, bool) {
	if isDigits(written) && (written[0] != '0' || len(written) == 1) {
		return append(dst, written...), true
	}
	text := string(written)
	for _, b := range written {
		if (b < '0' || b > '9') && b != '.' && b != '-' && b != '+' && b != 'e' && b != 'E' {
			return dst, false
		}
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return dst, false
	}
	const exact = 1e15
	if n > -exact && n < exact && n == float64(int64(n)) {
		return strconv.AppendInt(dst, int64(n), 10), true
	}
	return append(dst, text...), true
}
