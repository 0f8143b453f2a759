package xlsx

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
)

// Fill is a background of ours for cells: a colour no palette has, by which it is
// known again.
type Fill string

// The fills. None is the background a cell has without one of ours.
const (
	None   Fill = ""
	Red    Fill = "FFFFC7CD"
	Yellow Fill = "FFFFEB9B"
)

// Fills gives cell formats of a workbook another background. A format is copied for
// that, so that cells which share it stay as they are. In a workbook without formats
// every format is left alone.
type Fills struct {
	book   *Book
	copies []copied
}

// copied is a format that is added: another one with a fill.
type copied struct {
	of   int
	fill Fill
}

// NewFills returns the fills of a workbook.
func (w *Book) NewFills() *Fills { return &Fills{book: w} }

// Of returns the format that is the given one with a fill, or without one of ours.
func (f *Fills) Of(format int, fill Fill) int {
	formats := f.book.formats
	if format >= len(formats) || f.book.fills == 0 || formats[format].fill == fill {
		return format
	}
	wanted := copied{format, fill}
	i := slices.Index(f.copies, wanted)
	if i < 0 {
		i = len(f.copies)
		f.copies = append(f.copies, wanted)
	}
	return len(formats) + i
}

// Apply is a [PartEdit] for the part with the formats. It comes behind all calls of Of.
func (f *Fills) Apply(e *editor) error {
	ours, count := maps.Clone(f.book.ours), f.book.fills
	var added []Fill
	for _, c := range f.copies {
		if _, there := ours[c.fill]; !there && c.fill != None {
			ours[c.fill] = count
			added, count = append(added, c.fill), count+1
		}
	}
	formats := make(map[int][]byte)
	list, number := "", 0
	return e.each(func() error {
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
				tag := setAttr(format[:end:end], "fillId", strconv.Itoa(ours[c.fill])) // that of None is 0, which is no pattern everywhere
				all = append(append(all, setAttr(tag, "applyFill", "1")...), format[end:]...)
			}
			e.insert(string(all))
		case e.kind == xmlStart && list == "cellXfs" && depth == 3 && name == "xf":
			from := e.from
			if err := e.skip(); err != nil {
				return err
			}
			if slices.ContainsFunc(f.copies, func(c copied) bool { return c.of == number }) {
				formats[number] = bytes.Clone(e.piece(from, e.at()))
			}
			number++
		}
		return nil
	})
}
