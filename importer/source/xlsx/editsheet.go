package xlsx

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"io"
	"regexp"
	"slices"
	"strconv"

	"r7import/importer/source/table"
)

// SheetEdit says what becomes of the cells of a sheet.
type SheetEdit struct {
	// Row returns what is to be changed in a row. It is asked for every row the sheet
	// mentions, downwards; what it is given is valid until it returns.
	Row func(r *SheetRow) []Edit
	// New is the first column of those that the sheet gets behind its own, Last the
	// last, less than New if it gets none. They are shown, Width characters wide.
	New, Last int
	Width     float64
}

// Edit is what becomes of one cell.
type Edit struct {
	Column int
	Text   *string // its content, empty for none; nil leaves what is there
	Style  *int    // its index among the cell formats; nil leaves that of the cell
}

// SheetRow is a row of a sheet that is edited.
type SheetRow struct {
	Number int

	cells []oldCell
	raw   []byte
}

// oldCell is a cell as it is written in the raw text of its row.
type oldCell struct {
	column, from, body, to int // body is behind the start tag
	style                  int
	says                   bool
}

// find returns the index of a cell, or where it would stand.
func (r *SheetRow) find(column int) (int, bool) {
	return slices.BinarySearchFunc(r.cells, column, func(c oldCell, column int) int { return cmp.Compare(c.column, column) })
}

// Holds reports whether there is a text, another value or a formula in a cell.
func (r *SheetRow) Holds(column int) bool {
	i, ok := r.find(column)
	return ok && (r.cells[i].says || formula.Match(r.raw[r.cells[i].body:r.cells[i].to]))
}

var formula = regexp.MustCompile(`<([A-Za-z_][\w.-]*:)?f[\s/>]`)

// Style returns the style of a cell, 0 for one that is not there.
func (r *SheetRow) Style(column int) int {
	if i, ok := r.find(column); ok {
		return r.cells[i].style
	}
	return 0
}

// Apply is a [PartEdit] for the part of the sheet.
func (s SheetEdit) Apply(e *editor) error {
	rows := &Rows{x: e.xmlScanner, strings: e.strings}
	shown := s.Last < s.New
	within := "" // the element of the sheet that is open; drawings have rows and columns, too
	for {
		if err := e.next(); err == io.EOF {
			return nil
		} else if err != nil {
			return damaged(err)
		}
		var err error
		name, depth := string(e.name), len(e.depths)
		if e.kind == xmlStart && depth == 2 {
			within = name
		}
		switch {
		case e.kind == xmlEnd && depth == 1 && name == "cols" && !shown:
			shown, err = true, e.insert(s.columns(prefixOf(e.tag())))
		case e.kind != xmlStart:
		case depth == 2 && name == "dimension":
			err = s.dimension(e)
		case depth == 3 && within == "cols" && name == "col":
			shown, err = s.column(e, shown)
		case depth == 2 && name == "sheetData" && !shown:
			shown = true
			p := prefixOf(e.tag())
			err = e.insert("<" + p + "cols>" + s.columns(p) + "</" + p + "cols>")
		case depth == 3 && within == "sheetData" && name == "row":
			err = s.row(e, rows)
		}
		if err == nil {
			err = e.relieve()
		}
		if err != nil {
			return err
		}
	}
}

// insert writes text in front of the tag last read.
func (e *editor) insert(text string) error {
	return e.replace(e.from, append([]byte(text), e.tag()...))
}

// columns writes the element that describes the new columns.
func (s SheetEdit) columns(prefix string) string {
	return "<" + prefix + `col min="` + strconv.Itoa(s.New+1) + `" max="` + strconv.Itoa(s.Last+1) +
		`" width="` + strconv.FormatFloat(s.Width, 'f', -1, 64) + `" customWidth="1"/>`
}

// column cuts the new columns out of a range of columns that is described, and
// describes them where they belong. It reports whether that is done.
func (s SheetEdit) column(e *editor, shown bool) (bool, error) {
	low, lowErr := strconv.Atoi(string(e.attr("min")))
	high, highErr := strconv.Atoi(string(e.attr("max")))
	if lowErr != nil || highErr != nil || high <= s.New || shown && low > s.Last+1 {
		return shown, nil
	}
	prefix, from := prefixOf(e.tag()), e.from
	if err := e.skip(); err != nil {
		return shown, damaged(err)
	}
	whole := e.piece(from, e.at())
	var out []byte
	if low <= s.New {
		out = append(out, setAttr(whole, "max", strconv.Itoa(s.New))...)
	}
	if !shown {
		out = append(out, s.columns(prefix)...)
	}
	if low > s.Last+1 {
		out = append(out, whole...)
	} else if high > s.Last+1 {
		out = append(out, setAttr(whole, "min", strconv.Itoa(s.Last+2))...)
	}
	return true, e.replace(from, out)
}

// dimension makes the extent of the sheet, which some readers rely on, hold the new columns.
func (s SheetEdit) dimension(e *editor) error {
	m, ok := parseRange(e.attr("ref"))
	if !ok || m.right >= s.Last || s.Last < s.New {
		return nil
	}
	ref := ColumnLetters(m.left) + strconv.Itoa(m.top) + ":" + ColumnLetters(s.Last) + strconv.Itoa(m.bottom)
	return e.replace(e.from, setAttr(e.tag(), "ref", ref))
}

// row reads the row just started and writes it with its changes.
func (s SheetEdit) row(e *editor, rows *Rows) error {
	rows.Number++
	if n, err := strconv.Atoi(string(e.attr("r"))); err == nil {
		rows.Number = n
	}
	rows.Long, rows.Text = false, rows.Text[:0]
	r := &SheetRow{Number: rows.Number}
	prefix, start, tag, column := prefixOf(e.tag()), e.from, len(e.tag()), -1
	for {
		if err := e.next(); err != nil {
			return damaged(err)
		}
		if e.kind == xmlEnd {
			break
		}
		var err error
		switch {
		case e.kind == xmlText:
		case string(e.name) == "c":
			c := oldCell{from: int(e.from - start), body: int(e.at() - start)}
			c.style, _ = strconv.Atoi(string(e.attr("s")))
			rows.Cells = rows.Cells[:0]
			column, err = rows.cell(column)
			c.column, c.to = column, int(e.at()-start)
			c.says = len(rows.Cells) > 0 && !table.Blank([]string{string(rows.Text[rows.Cells[0].From:rows.Cells[0].To])})
			r.cells = append(r.cells, c)
		default:
			err = e.skip()
		}
		if err != nil {
			return damaged(err)
		}
	}
	if rows.Long {
		return nil
	}
	r.raw = e.piece(start, e.at())
	changes := s.Row(r)
	if len(changes) == 0 {
		return nil
	}
	return e.replace(start, r.with(changes, prefix, tag, int(e.from-start)))
}

// with returns the row as it is written after changes; its start tag ends at body, and
// its cells end at end.
func (r *SheetRow) with(changes []Edit, prefix string, body, end int) []byte {
	slices.SortFunc(changes, func(a, b Edit) int { return cmp.Compare(a.Column, b.Column) })
	tag := setAttr(r.raw[:body:body], "spans", "") // which cells there are at most: a hint that may not hold any more
	empty := bytes.HasSuffix(tag, []byte("/>"))
	if empty {
		tag = append(tag[:len(tag)-2], '>')
	}
	out, at := tag, body
	for _, change := range changes {
		i, there := r.find(change.Column)
		c := oldCell{column: change.Column, from: end, body: end, to: end}
		if there {
			c = r.cells[i]
		} else if i < len(r.cells) {
			c.from = r.cells[i].from
			c.body, c.to = c.from, c.from
		}
		if change.Style != nil {
			c.style = *change.Style
		}
		out = append(out, r.raw[at:c.from]...)
		at = c.to
		if change.Text == nil && there {
			out = append(append(out, setAttr(r.raw[c.from:c.body:c.body], "s", strconv.Itoa(c.style))...), r.raw[c.body:c.to]...)
			continue
		}
		out = appendCell(out, prefix, r.Number, c, change.Text)
	}
	if empty {
		return append(out, "</"+prefix+"row>"...)
	}
	return append(out, r.raw[at:]...)
}

// appendCell appends a cell with a text of its own, or none.
func appendCell(out []byte, prefix string, row int, c oldCell, content *string) []byte {
	out = append(out, "<"+prefix+`c r="`+ColumnLetters(c.column)+strconv.Itoa(row)+`"`...)
	if c.style != 0 {
		out = append(out, ` s="`+strconv.Itoa(c.style)+`"`...)
	}
	if content == nil || *content == "" {
		return append(out, "/>"...)
	}
	var escaped bytes.Buffer
	_ = xml.EscapeText(&escaped, []byte(escape.ReplaceAllString(*content, "_x005F_$1"))) // a buffer takes everything
	out = append(out, ` t="inlineStr"><`+prefix+"is><"+prefix+`t xml:space="preserve">`...)
	out = append(out, escaped.Bytes()...)
	return append(out, "</"+prefix+"t></"+prefix+"is></"+prefix+"c>"...)
}

// escape is what looks like the escape of a character; see [unescapeCell].
var escape = regexp.MustCompile(`_(x[0-9A-Fa-f]{4}_)`)
