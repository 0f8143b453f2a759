package xlsx

import (
	"strconv"
	"strings"

	"r7import/importer/source/container"
)

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

// format is what is known of a cell format.
type format struct {
	shape Shape
	fill  Fill // of ours
}

// Shape returns how a cell style shows numbers.
func (w *Book) Shape(style int) Shape {
	if style < len(w.formats) {
		return w.formats[style].shape
	}
	return ShownPlain
}

// readStyles reads the cell formats of a workbook.
func (w *Book) readStyles() error {
	w.ours = make(map[Fill]int)
	custom, byFill := make(map[string]Shape), make(map[string]Fill)
	list := ""
	return w.read(w.stylesPart, container.MaxSmallPart, func(x *xmlScanner) error {
		switch name := string(x.name); {
		case len(x.depths) == 2:
			list = name
		case name == "numFmt":
			code, err := x.attrText("formatCode")
			if err != nil {
				return err
			}
			custom[string(x.attr("numFmtId"))] = shapeOfCode(code)
		case list == "fills" && name == "fill":
			w.fills++
		case list == "fills" && name == "fgColor":
			if fill := Fill(x.attr("rgb")); fill == Red || fill == Yellow {
				w.ours[fill] = w.fills - 1
				byFill[strconv.Itoa(w.fills-1)] = fill
			}
		case list == "cellXfs" && name == "xf":
			w.formats = append(w.formats, format{shapeOf(string(x.attr("numFmtId")), custom), byFill[string(x.attr("fillId"))]})
		}
		return nil
	})
}

// shapeOf returns the shape of a number format, built in (ECMA-376, 18.8.30) or a workbook's own.
func shapeOf(id string, custom map[string]Shape) Shape {
	if shape, ok := custom[id]; ok {
		return shape
	}
	n, err := strconv.Atoi(id)
	switch {
	case id == "", id == "0", id == "1", id == "49":
		return ShownPlain
	case err == nil && (14 <= n && n <= 22 || 27 <= n && n <= 36 || 45 <= n && n <= 47 || 50 <= n && n <= 58):
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
	for code != "" {
		first, rest := code[0], code[1:]
		switch first {
		case '"':
			_, rest, _ = strings.Cut(rest, `"`)
		case '\\', '_', '*':
			rest = rest[min(1, len(rest)):]
		case '[':
			var inner string
			if inner, rest, _ = strings.Cut(rest, "]"); inner != "" && strings.Trim(strings.ToLower(inner), "hms") == "" {
				return ShownDate // elapsed time
			}
		case 'd', 'D', 'm', 'M', 'y', 'Y', 'h', 'H', 's', 'S':
			return ShownDate
		}
		code = rest
	}
	return ShownFormed
}
