package source

import (
	"strconv"
)

// cellKind is what a cell of a sheet holds.
type cellKind uint8

const (
	cellBlank cellKind = iota
	cellText
	cellNumber
	cellTruth
	cellFailure // an error such as #N/A
	cellDate    // an ISO 8601 date; others are numbers whose style shows a date
)

// sheetCell is one cell that a sheet mentions.
type sheetCell struct {
	column     int // from 0
	kind       cellKind
	style      int
	uncomputed bool // a formula without a result
	span            // of its value in the text of the row
}

// cell reads the cell just started, which stands behind a column, and returns its column.
func (s *sheetScanner) cell(behind int) (column int, err error) {
	column = behind + 1
	if ref := s.x.attr("r"); ref != nil {
		c, row, ok := parseRef(ref)
		if !ok || row != s.number || c < column {
			return 0, errXML
		}
		column = c
	}
	if column >= maxColumns {
		return 0, errXMLLimit
	}
	c := sheetCell{column: column}
	if style := s.x.attr("s"); style != nil {
		if c.style, err = strconv.Atoi(string(style)); err != nil || c.style < 0 {
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
	if c.kind != cellBlank || c.uncomputed {
		s.keep(c)
	}
	return column, nil
}

func (s *sheetScanner) keep(c sheetCell) {
	if s.long = s.long || len(s.text) > maxRowBytes; s.long {
		s.cells, s.text = s.cells[:0], s.text[:0]
		return
	}
	s.cells = append(s.cells, c)
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
func (s *sheetScanner) value(c *sheetCell, kind valueKind) error {
	from := len(s.text)
	formula, valued := false, false
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
			err = s.appendValue()
		case "is":
			if valued || kind != valueInline {
				return errXML
			}
			valued = true
			s.text, err = appendRichText(s.text, s.x)
		case "f":
			formula = true
			err = s.x.skip()
		default:
			err = s.x.skip()
		}
		if err != nil {
			return err
		}
	}
	c.span = span{from, len(s.text)}
	if valued && len(s.text) > from {
		return s.finish(c, kind)
	}
	c.uncomputed = formula && kind == valueNumber
	return nil
}

// appendValue appends the text of the element just started, which has no elements in it.
func (s *sheetScanner) appendValue() error {
	from := len(s.text)
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
		if s.text, err = appendXMLText(s.text, s.x.text, s.x.cdata); err != nil {
			return err
		}
		if len(s.text)-from > maxRowBytes {
			return errXMLLimit
		}
	}
}

// finish turns what a cell writes into what it holds.
func (s *sheetScanner) finish(c *sheetCell, kind valueKind) error {
	written := s.text[c.from:]
	ok := true
	switch kind {
	case valueNumber:
		c.kind = cellNumber
		s.text, ok = appendNumber(s.text[:c.from], written)
	case valueShared:
		c.kind = cellText
		var shared []byte
		if shared, ok = s.strings.numbered(written); ok {
			s.text = append(s.text[:c.from], shared...)
		}
	case valueTruth:
		c.kind = cellTruth
		s.text, ok = appendTruth(s.text[:c.from], written)
	case valueFailure:
		c.kind = cellFailure
	case valueDate:
		c.kind = cellDate
	default:
		c.kind = cellText
		s.text = s.text[:c.from+len(unescapeCell(written))]
	}
	if !ok {
		return errXML
	}
	c.to = len(s.text)
	if c.from == c.to {
		c.kind = cellBlank
	}
	return nil
}

// numbered returns the text whose number is written in decimal.
func (t *stringTable) numbered(digits []byte) ([]byte, bool) {
	n, err := strconv.Atoi(string(digits))
	if err != nil || t == nil {
		return nil, false
	}
	return t.at(n)
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
