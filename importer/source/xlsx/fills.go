package xlsx

import (
	"bytes"
	"io"
	"slices"
	"strconv"

	"r7import/importer/source/container"
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

// Fills gives cell formats another background. A format is copied for that, so that
// cells which share it stay as they are. The zero value, and that of a workbook
// without formats, leaves every format alone.
type Fills struct {
	part    string
	formats []Fill // of each cell format: the fill of ours it has
	fills   int    // how many backgrounds there are
	ours    map[Fill]int
	copies  []copied
}

// copied is a format that is added: another one with a fill.
type copied struct {
	of   int
	fill Fill
}

// NewFills reads the formats of a workbook.
func (w *Book) NewFills() (*Fills, error) {
	f := &Fills{part: w.stylesPart, ours: make(map[Fill]int)}
	if f.part == "" {
		return f, nil
	}
	byFill := make(map[string]Fill)
	err := read(w.Archive, f.part, container.MaxSmallPart, func(x *xmlScanner) error {
		list := ""
		for {
			if err := x.next(); err != nil {
				return atEnd(err)
			}
			name := string(x.name)
			switch {
			case x.kind != xmlStart:
			case len(x.depths) == 2:
				list = name
			case list == "fills" && name == "fill":
				f.fills++
			case list == "fills" && name == "fgColor":
				if fill := Fill(x.attr("rgb")); fill == Red || fill == Yellow {
					f.ours[fill] = f.fills - 1
					byFill[strconv.Itoa(f.fills-1)] = fill
				}
			case list == "cellXfs" && name == "xf":
				f.formats = append(f.formats, byFill[string(x.attr("fillId"))])
			}
		}
	})
	return f, err
}

// Of returns the format that is the given one with a fill, or without one of ours.
func (f *Fills) Of(format int, fill Fill) int {
	if format >= len(f.formats) || f.fills == 0 || f.formats[format] == fill {
		return format
	}
	wanted := copied{format, fill}
	i := slices.Index(f.copies, wanted)
	if i < 0 {
		i = len(f.copies)
		f.copies = append(f.copies, wanted)
	}
	return len(f.formats) + i
}

// Apply is a [PartEdit] for the part with the formats. It comes behind all calls of Of.
func (f *Fills) Apply(e *editor) error {
	var added []Fill
	for _, c := range f.copies {
		if _, there := f.ours[c.fill]; !there && c.fill != None {
			f.ours[c.fill] = f.fills + len(added)
			added = append(added, c.fill)
		}
	}
	formats := make(map[int][]byte)
	list, number := "", 0
	for {
		if err := e.next(); err == io.EOF {
			return nil
		} else if err != nil {
			return damaged(err)
		}
		name, depth := string(e.name), len(e.depths)
		var err error
		switch {
		case e.kind == xmlStart && depth == 2:
			list = name
			if name == "fills" || name == "cellXfs" {
				n := f.fills + len(added)
				if name == "cellXfs" {
					n = len(f.formats) + len(f.copies)
				}
				err = e.replace(e.from, setAttr(e.tag(), "count", strconv.Itoa(n)))
			}
		case e.kind == xmlEnd && depth == 1 && name == "fills":
			p := prefixOf(e.tag())
			var all []byte
			for _, fill := range added {
				all = append(all, "<"+p+"fill><"+p+`patternFill patternType="solid"><`+p+`fgColor rgb="`+string(fill)+`"/><`+p+`bgColor indexed="64"/></`+p+"patternFill></"+p+"fill>"...)
			}
			err = e.insert(string(all))
		case e.kind == xmlEnd && depth == 1 && name == "cellXfs":
			var all []byte
			for _, c := range f.copies {
				all = append(all, f.copy(formats[c.of], c.fill)...)
			}
			err = e.insert(string(all))
		case e.kind == xmlStart && list == "cellXfs" && depth == 3 && name == "xf":
			from := e.from
			if err := e.skip(); err != nil {
				return damaged(err)
			}
			if slices.ContainsFunc(f.copies, func(c copied) bool { return c.of == number }) {
				formats[number] = bytes.Clone(e.piece(from, e.at()))
			}
			number++
		}
		if err == nil {
			err = e.relieve()
		}
		if err != nil {
			return err
		}
	}
}

// copy returns a format as it is written with another fill.
func (f *Fills) copy(format []byte, fill Fill) []byte {
	end := bytes.IndexByte(format, '>') + 1
	tag := setAttr(format[:end:end], "fillId", strconv.Itoa(f.ours[fill])) // that of None is 0, which is no pattern everywhere
	return append(setAttr(tag, "applyFill", "1"), format[end:]...)
}
