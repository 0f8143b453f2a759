package xlsx

import (
	"bytes"
	"cmp"
	"context"
	"encoding/xml"
	"io"
	"regexp"
	"slices"
	"strconv"
)

// SheetEdit describes the changes to a sheet.
type SheetEdit struct {
	// Row returns the changes to a row. It is called for every row in
	// the sheet part, from top to bottom; r is valid during the call.
	Row func(r *Rows) []Edit
	// New is the index of the first column added after those of the sheet. Widths
	// has a width for each added column, in characters. They are not hidden.
	New    int
	Widths []float64
	// Drop reports whether a row is left out. It is replaced by an empty
	// hidden one, so that other rows keep their numbers. Nil drops none.
	Drop func(number int) bool
	// Frozen is the first row in which formulas are replaced by their results,
	// 0 for none: rows that a shared formula refers to may be left out.
	Frozen int
}

// Edit is the change of one cell.
type Edit struct {
	Column int
	Text   *string // new content, empty for none; nil keeps the content
	Style  *int    // new index of its cell format; nil keeps the format
	// Unvalued removes the result of a formula but keeps the formula.
	Unvalued bool
}

// Apply is a [PartEdit] for the sheet's part.
func (s SheetEdit) Apply(e *editor) func() error {
	rows := &Rows{x: e.xmlScanner, strings: e.strings, editing: true}
	shown := len(s.Widths) == 0
	within := "" // the open element of the sheet; drawings have rows and columns too
	return func() (err error) {
		name, depth := string(e.name), len(e.depths)
		if e.kind == xmlStart && depth == 2 {
			within = name
		}
		switch {
		case e.kind == xmlEnd && depth == 1 && name == "cols" && !shown:
			shown = true
			e.insert(s.columns(prefixOf(e.tag())))
		case e.kind != xmlStart:
		case depth == 2 && name == "dimension":
			s.dimension(e)
		case depth == 3 && within == "cols" && name == "col":
			shown, err = s.column(e, shown)
		case depth == 2 && name == "sheetData" && !shown:
			shown = true
			p := prefixOf(e.tag())
			e.insert("<" + p + "cols>" + s.columns(p) + "</" + p + "cols>")
		case depth == 3 && within == "sheetData" && name == "row":
			err = s.row(e, rows)
		}
		return err
	}
}

// Walk calls see for every row in a sheet part with all its
// cells, from top to bottom. r is valid until see returns.
func (w *Book) Walk(ctx context.Context, sheet Sheet, see func(r *Rows)) error {
	edit := SheetEdit{Row: func(r *Rows) []Edit {
		see(r)
		return nil
	}}
	return w.edit(ctx, sheet.Part, io.Discard, edit.Apply)
}

// columns returns the elements that describe the added columns.
func (s SheetEdit) columns(prefix string) (all string) {
	for i, width := range s.Widths {
		number := strconv.Itoa(s.New + i + 1)
		all += "<" + prefix + `col min="` + number + `" max="` + number +
			`" width="` + strconv.FormatFloat(width, 'f', -1, 64) + `" customWidth="1"/>`
	}
	return all
}

// column removes the added columns from an existing range of columns, and inserts
// their own elements in place. It reports whether these have been written.
func (s SheetEdit) column(e *editor, shown bool) (bool, error) {
	low, lowErr := strconv.Atoi(string(e.attr("min")))
	high, highErr := strconv.Atoi(string(e.attr("max")))
	last := s.New + len(s.Widths) // the last of the new columns, counted from 1
	if lowErr != nil || highErr != nil || high <= s.New || shown && low > last {
		return shown, nil
	}
	prefix, from := prefixOf(e.tag()), e.from
	if err := e.skip(); err != nil {
		return shown, err
	}
	whole := e.piece(from, e.at())
	var out []byte
	if low <= s.New {
		out = append(out, setAttr(whole, "max", strconv.Itoa(s.New))...)
	}
	if !shown {
		out = append(out, s.columns(prefix)...)
	}
	if low > last {
		out = append(out, whole...)
	} else if high > last {
		out = append(out, setAttr(whole, "min", strconv.Itoa(last+1))...)
	}
	e.replace(from, out)
	return true, nil
}

// dimension extends the stated extent of the sheet, on which some readers rely, to the added columns.
func (s SheetEdit) dimension(e *editor) {
	m, ok := parseRange(e.attr("ref"))
	if last := s.New + len(s.Widths) - 1; ok && m.right < last && len(s.Widths) > 0 {
		ref := ColumnLetters(m.left) + strconv.Itoa(m.top) + ":" + ColumnLetters(last) + strconv.Itoa(m.bottom)
		e.replace(e.from, setAttr(e.tag(), "ref", ref))
	}
}

// row reads the current row and writes it with its changes.
func (s SheetEdit) row(e *editor, rows *Rows) error {
	prefix, start, body := prefixOf(e.tag()), e.from, e.at()
	if err := rows.row(); err != nil {
		return err
	}
	if s.Drop != nil && s.Drop(rows.Number) {
		e.replace(start, []byte("<"+prefix+`row r="`+strconv.Itoa(rows.Number)+`" hidden="1"/>`))
		return nil
	}
	changes := s.Row(rows)
	frozen := s.Frozen > 0 && rows.Number >= s.Frozen
	for _, c := range rows.Cells {
		if frozen && c.Formula && !slices.ContainsFunc(changes, func(e Edit) bool { return e.Column == c.Column }) {
			changes = append(changes, Edit{Column: c.Column})
		}
	}
	if len(changes) == 0 {
		return nil
	}
	slices.SortFunc(changes, func(a, b Edit) int { return cmp.Compare(a.Column, b.Column) })
	out := setAttr(e.piece(start, body), "spans", "") // the range of cells in the row: a hint that may no longer hold
	empty := bytes.HasSuffix(out, []byte("/>"))
	if empty {
		out = append(out[:len(out)-2], '>')
	}
	at := body
	for _, change := range changes {
		i, there := rows.find(change.Column)
		c := Cell{Column: change.Column, tagStart: e.from, end: e.from} // before the end of the row
		if there {
			c = rows.Cells[i]
		} else if i < len(rows.Cells) {
			c.tagStart, c.end = rows.Cells[i].tagStart, rows.Cells[i].tagStart
		}
		if change.Style != nil {
			c.Style = *change.Style
		}
		out = append(out, e.piece(at, c.tagStart)...)
		at = c.end
		if change.Text != nil || !there {
			out = appendCell(out, prefix, rows.Number, c, change.Text)
			continue
		}
		style := "" // the default style
		if c.Style != 0 {
			style = strconv.Itoa(c.Style)
		}
		content := e.piece(c.contentStart, c.end)
		if frozen {
			content = without(content, "f")
		}
		if change.Unvalued {
			content = without(content, "v")
		}
		out = append(append(out, setAttr(e.piece(c.tagStart, c.contentStart), "s", style)...), content...)
	}
	out = append(out, e.piece(at, e.at())...)
	if empty {
		out = append(out, "</"+prefix+"row>"...)
	}
	e.replace(start, out)
	return nil
}

// without returns the content of a cell without one of its elements, which must have no children.
func without(content []byte, name string) []byte {
	for at := 0; ; at++ {
		n := bytes.IndexByte(content[at:], '<')
		if n < 0 {
			return content
		}
		at += n
		end, ok := nameEnd(content, at+1)
		if !ok || string(local(content[at+1:end])) != name {
			continue
		}
		stop := at + bytes.IndexByte(content[at:], '>') + 1
		if content[stop-2] != '/' {
			stop += bytes.Index(content[stop:], append([]byte("</"), content[at+1:end]...))
			stop += bytes.IndexByte(content[stop:], '>') + 1
		}
		return slices.Concat(content[:at], content[stop:])
	}
}

// appendCell appends a cell with an inline text, or an empty one.
func appendCell(out []byte, prefix string, row int, c Cell, content *string) []byte {
	out = append(out, "<"+prefix+`c r="`+ColumnLetters(c.Column)+strconv.Itoa(row)+`"`...)
	if c.Style != 0 {
		out = append(out, ` s="`+strconv.Itoa(c.Style)+`"`...)
	}
	if content == nil || *content == "" {
		return append(out, "/>"...)
	}
	var escaped bytes.Buffer
	_ = xml.EscapeText(&escaped, []byte(escape.ReplaceAllString(*content, "_x005F_$1"))) // a buffer accepts every write
	out = append(out, ` t="inlineStr"><`+prefix+"is><"+prefix+`t xml:space="preserve">`...)
	out = append(out, escaped.Bytes()...)
	return append(out, "</"+prefix+"t></"+prefix+"is></"+prefix+"c>"...)
}

// escape matches text that looks like an escaped character; see [unescapeCell].
var escape = regexp.MustCompile(`_(x[0-9A-Fa-f]{4}_)`)
