package xlsx

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
	"strings"

	"r7import/importer/source/container"
)

// Shape is how a cell style shows a number.
type Shape uint8

// The shapes that show how a typed text was changed.
const (
	ShownPlain  Shape = iota // unchanged: General, 0, text
	ShownDate                // as a date or a time
	ShownFormed              // in a special format: leading zeros, spaces, a currency
)

// ShownWhole reports whether a number is shown digit by digit as it
// is stored. Spreadsheet programs show longer ones with an exponent.
func ShownWhole(s Shape, number string) bool {
	const most = 11
	return s == ShownPlain && len(number) <= most && strings.Trim(number, "0123456789") == ""
}

// format describes a cell format.
type format struct {
	shape Shape
	fill  Fill // one of our fills, or None
}

// Shape returns the shape in which a cell style shows numbers.
func (w *Book) Shape(style int) Shape {
	if style < len(w.formats) {
		return w.formats[style].shape
	}
	return ShownPlain
}

// readStyles reads the cell formats of a workbook.
func (w *Book) readStyles() error {
	w.ourFills = make(map[Fill]int)
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
			w.fillCount++
		case list == "fills" && name == "fgColor":
			if fill := Fill(x.attr("rgb")); fill == Red || fill == Yellow {
				w.ourFills[fill] = w.fillCount - 1
				byFill[strconv.Itoa(w.fillCount-1)] = fill
			}
		case list == "cellXfs" && name == "xf":
			w.formats = append(w.formats, format{shapeOf(string(x.attr("numFmtId")), custom), byFill[string(x.attr("fillId"))]})
		}
		return nil
	})
}

// shapeOf returns the shape of a number format, built in (ECMA-376, 18.8.30) or custom.
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

// shapeOfCode returns the shape of a format code. Letters
// for day, month, year, hour or second outside of
// quotation marks, brackets and escapes make it a date.
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

// Fill is a background that we set on cells: a colour that
// no palette has, so that it can be recognised later.
type Fill string

// The fills. None means that a cell keeps its own background.
const (
	None   Fill = ""
	Red    Fill = "FFFFC7CD"
	Yellow Fill = "FFFFEB9B"
)

// Fills changes the background of cell formats. It copies a
// format to change it, so that other cells with that format stay
// as they are. In a workbook without formats it does nothing.
type Fills struct {
	book   *Book
	copies []formatCopy
}

// formatCopy is an added format: a copy of another one with a fill.
type formatCopy struct {
	of   int
	fill Fill
}

// NewFills returns a Fills for the workbook.
func (w *Book) NewFills() *Fills { return &Fills{book: w} }

// Of returns the index of a format that equals the given one but has that fill, or none of ours.
func (f *Fills) Of(format int, fill Fill) int {
	formats := f.book.formats
	if format >= len(formats) || f.book.fillCount == 0 || formats[format].fill == fill {
		return format
	}
	wanted := formatCopy{format, fill}
	i := slices.Index(f.copies, wanted)
	if i < 0 {
		i = len(f.copies)
		f.copies = append(f.copies, wanted)
	}
	return len(formats) + i
}

// Apply is a [PartEdit] for the styles part. Call it after all calls of Of.
func (f *Fills) Apply(e *editor) func() error {
	ours, count := maps.Clone(f.book.ourFills), f.book.fillCount
	var added []Fill
	for _, c := range f.copies {
		if _, there := ours[c.fill]; !there && c.fill != None {
			ours[c.fill] = count
			added, count = append(added, c.fill), count+1
		}
	}
	formats := make(map[int][]byte)
	list, number := "", 0
	return func() error {
		name, depth := string(e.name), len(e.depths)
		switch {
		case e.kind == xmlStart && depth == 2:
			list = name
			if name == "fills" {
				e.replace(e.from, setAttr(e.tag(), "count", strconv.Itoa(count)))
			} else if name == "cellXfs" {
				e.replace(e.from, setAttr(e.tag(), "count", strconv.Itoa(len(f.book.formats)+len(f.copies))))
			}
		case e.kind == xmlEnd && depth == 1 && name == "fills":
			p, all := prefixOf(e.tag()), ""
			for _, fill := range added {
				all += "<" + p + "fill><" + p + `patternFill patternType="solid"><` + p + `fgColor rgb="` + string(fill) + `"/><` +
					p + `bgColor indexed="64"/></` + p + "patternFill></" + p + "fill>"
			}
			e.insert(all)
		case e.kind == xmlEnd && depth == 1 && name == "cellXfs":
			var all []byte
			for _, c := range f.copies {
				format := formats[c.of]
				end := bytes.IndexByte(format, '>') + 1
				tag := setAttr(format[:end:end], "fillId", strconv.Itoa(ours[c.fill])) // None is 0, the empty pattern
				all = append(append(all, setAttr(tag, "applyFill", "1")...), format[end:]...)
			}
			e.insert(string(all))
		case e.kind == xmlStart && list == "cellXfs" && depth == 3 && name == "xf":
			from := e.from
			if err := e.skip(); err != nil {
				return err
			}
			if slices.ContainsFunc(f.copies, func(c formatCopy) bool { return c.of == number }) {
				formats[number] = bytes.Clone(e.piece(from, e.at()))
			}
			number++
		}
		return nil
	}
}
