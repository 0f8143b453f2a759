package xlsx

import "strings"

// Shape is how a cell style shows a number.
type Shape uint8

// The shapes that differ in what a typed text became.
const (
	ShownPlain  Shape = iota // as it is: General, 0, text
	ShownDate                // as a date or a time
	ShownFormed              // with a format of its own: zeros in front, spaces, a currency
)

// ShownWhole reports whether a number is shown digit by digit as it is stored: of more
// digits a spreadsheet program shows an exponent.
func ShownWhole(s Shape, number string) bool {
	const most = 11
	return s == ShownPlain && len(number) <= most && strings.Trim(number, "0123456789") == ""
}

// readStyles returns the shape of each cell style of a workbook.
func readStyles(x *xmlScanner) ([]Shape, error) {
	custom := make(map[string]Shape)
	var shapes []Shape
	inCells := false
	for {
		if err := x.next(); err != nil {
			return shapes, atEnd(err)
		}
		switch string(x.name) {
		case "cellXfs":
			inCells = x.kind == xmlStart
		case "numFmt":
			if x.kind == xmlStart {
				code, err := x.attrText("formatCode")
				if err != nil {
					return nil, err
				}
				custom[string(x.attr("numFmtId"))] = shapeOfCode(code)
			}
		case "xf":
			if x.kind == xmlStart && inCells {
				shapes = append(shapes, shapeOf(string(x.attr("numFmtId")), custom))
			}
		}
	}
}

// shapeOf returns the shape of a number format, built in (ECMA-376, 18.8.30) or a workbook's own.
func shapeOf(id string, custom map[string]Shape) Shape {
	if shape, ok := custom[id]; ok {
		return shape
	}
	switch id {
	case "", "0", "1", "49":
		return ShownPlain
	case "14", "15", "16", "17", "18", "19", "20", "21", "22", "45", "46", "47",
		"27", "28", "29", "30", "31", "32", "33", "34", "35", "36",
		"50", "51", "52", "53", "54", "55", "56", "57", "58":
		return ShownDate
	}
	return ShownFormed
}

// shapeOfCode tells from a format code what becomes of a number: letters for day,
// month, year, hour or second outside of quotation marks, brackets and escapes
// make it a date.
func shapeOfCode(code string) Shape {
	if strings.EqualFold(code, "General") || code == "0" || code == "@" {
		return ShownPlain
	}
	for i := 0; i < len(code); i++ {
		switch code[i] {
		case '"':
			i = skipTo(code, i+1, '"')
		case '\\', '_', '*':
			i++
		case '[':
			end := skipTo(code, i+1, ']')
			if inner := strings.ToLower(code[i+1 : min(end, len(code))]); strings.Trim(inner, "hms") == "" && inner != "" {
				return ShownDate // elapsed time
			}
			i = end
		case 'd', 'D', 'm', 'M', 'y', 'Y', 'h', 'H', 's', 'S':
			return ShownDate
		}
	}
	return ShownFormed
}

func skipTo(text string, from int, b byte) int {
	if n := strings.IndexByte(text[from:], b); n >= 0 {
		return from + n
	}
	return len(text)
}
