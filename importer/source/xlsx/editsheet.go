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

	"r7import/importer/source/table"
)

// SheetEdit says what becomes of the cells of a sheet.
type SheetEdit struct {
	// Row returns what is to be changed in a row. It is asked for every row the sheet
	// mentions, downwards; what it is given is valid until it returns.
	Row func(r *SheetRow) []Edit
	// New is the first column of those that the sheet gets behind its own, as many as
	// there are widths, in characters. They are shown.
	New    int
	Widths []float64
	// Drop reports whether a row is left out. An empty hidden one stands in its place,
	// so that the others keep their numbers. Nil drops none.
	Drop func(number int) bool
	// Frozen is the row from which on formulas become their results, 0 for none:
	// the rows they were filled down from may be left out.
	Frozen int
}

// last returns the last of the new columns, the one before the first if there are none.
func (s SheetEdit) last() int { return s.New + len(s.Widths) - 1 }

// Edit is what becomes of one cell.
type Edit struct {
	Column int
	Text   *string // its content, empty for none; nil leaves what is there
	Style  *int    // its index among the cell formats; nil leaves that of the cell
	// Unvalued takes the result of a formula away and leaves the formula.
	Unvalued bool
}

// SheetRow is a row of a sheet that is edited.
type SheetRow struct {
	Number int
	Long   bool // it has more than table.MaxRowBytes: what its cells say is not known

	cells []oldCell
	raw   []byte
	text  []byte
}

// oldCell is a cell as it is written in the raw text of its row.
type oldCell struct {
	column, from, body, to int // body is behind the start tag
	style                  int
	textFrom, textTo       int // what it says, in the text of the row
	formula                bool
}

// find returns the index of a cell, or where it would stand.
func (r *SheetRow) find(column int) (int, bool) {
	return slices.BinarySearchFunc(r.cells, column, func(c oldCell, column int) int { return cmp.Compare(c.column, column) })
}

// Holds reports whether there is a text, another value or a formula in a cell.
func (r *SheetRow) Holds(column int) bool {
	i, ok := r.find(column)
	return ok && (r.cells[i].formula || !table.Blank([]string{r.Text(column)}))
}

// Text returns what a cell says.
func (r *SheetRow) Text(column int) string {
	if i, ok := r.find(column); ok {
		return string(r.text[r.cells[i].textFrom:r.cells[i].textTo])
	}
	return ""
}

// Formula reports whether there is a formula in a cell.
func (r *SheetRow) Formula(column int) bool {
	i, ok := r.find(column)
	return ok && r.cells[i].formula
}

// Columns returns the columns of the cells that the row mentions.
func (r *SheetRow) Columns() []int {
	columns := make([]int, len(r.cells))
	for i := range r.cells {
		columns[i] = r.cells[i].column
	}
	return columns
}

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
	shown := len(s.Widths) == 0
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

// Walk shows every row that a sheet mentions, downwards; what it shows is valid until
// see returns.
func (w *Book) Walk(ctx context.Context, sheet Sheet, see func(r *SheetRow)) error {
	edit := SheetEdit{Row: func(r *SheetRow) []Edit {
		see(r)
		return nil
	}}
	return w.edit(ctx, sheet.Part, io.Discard, edit.Apply)
}

// insert writes text in front of the tag last read.
func (e *editor) insert(text string) error {
	return e.replace(e.from, append([]byte(text), e.tag()...))
}

// columns writes the elements that describe the new columns.
func (s SheetEdit) columns(prefix string) (all string) {
	for i, width := range s.Widths {
		number := strconv.Itoa(s.New + i + 1)
		all += "<" + prefix + `col min="` + number + `" max="` + number +
			`" width="` + strconv.FormatFloat(width, 'f', -1, 64) + `" customWidth="1"/>`
	}
	return all
}

// column cuts the new columns out of a range of columns that is described, and
// describes them where they belong. It reports whether that is done.
func (s SheetEdit) column(e *editor, shown bool) (bool, error) {
	low, lowErr := strconv.Atoi(string(e.attr("min")))
	high, highErr := strconv.Atoi(string(e.attr("max")))
	if lowErr != nil || highErr != nil || high <= s.New || shown && low > s.last()+1 {
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
	if low > s.last()+1 {
		out = append(out, whole...)
	} else if high > s.last()+1 {
		out = append(out, setAttr(whole, "min", strconv.Itoa(s.last()+2))...)
	}
	return true, e.replace(from, out)
}

// dimension makes the extent of the sheet, which some readers rely on, hold the new columns.
func (s SheetEdit) dimension(e *editor) error {
	m, ok := parseRange(e.attr("ref"))
	if !ok || m.right >= s.last() || len(s.Widths) == 0 {
		return nil
	}
	ref := ColumnLetters(m.left) + strconv.Itoa(m.top) + ":" + ColumnLetters(s.last()) + strconv.Itoa(m.bottom)
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
			rows.Cells, rows.formula = rows.Cells[:0], false
			column, err = rows.cell(column)
			c.column, c.to, c.formula = column, int(e.at()-start), rows.formula
			if len(rows.Cells) > 0 {
				c.textFrom, c.textTo = rows.Cells[0].From, rows.Cells[0].To
			}
			r.cells = append(r.cells, c)
		default:
			err = e.skip()
		}
		if err != nil {
			return damaged(err)
		}
	}
	if s.Drop != nil && s.Drop(r.Number) {
		return e.replace(start, []byte("<"+prefix+`row r="`+strconv.Itoa(r.Number)+`" hidden="1"/>`))
	}
	if r.Long = rows.Long; r.Long {
		for i := range r.cells {
			r.cells[i].textFrom, r.cells[i].textTo = 0, 0
		}
	}
	r.raw, r.text = e.piece(start, e.at()), rows.Text
	changes := s.Row(r)
	if s.Frozen > 0 && r.Number >= s.Frozen {
		changes = r.frozen(changes)
	}
	if len(changes) == 0 {
		return nil
	}
	return e.replace(start, r.with(changes, prefix, tag, int(e.from-start), s.Frozen > 0 && r.Number >= s.Frozen))
}

// frozen adds changes for the cells with formulas that have none.
func (r *SheetRow) frozen(changes []Edit) []Edit {
	for i := range r.cells {
		column := r.cells[i].column
		if r.cells[i].formula && !slices.ContainsFunc(changes, func(e Edit) bool { return e.Column == column }) {
			changes = append(changes, Edit{Column: column})
		}
	}
	return changes
}

// with returns the row as it is written after changes; its start tag ends at body, and
// its cells end at end. Frozen changes leave the results of formulas alone.
func (r *SheetRow) with(changes []Edit, prefix string, body, end int, frozen bool) []byte {
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
			out = append(out, setAttr(r.raw[c.from:c.body:c.body], "s", styleAttr(c.style))...)
			content := r.raw[c.body:c.to]
			if frozen {
				content = without(content, "f")
			}
			if change.Unvalued {
				content = without(content, "v")
			}
			out = append(out, content...)
			continue
		}
		out = appendCell(out, prefix, r.Number, c, change.Text)
	}
	if empty {
		return append(out, "</"+prefix+"row>"...)
	}
	return append(out, r.raw[at:]...)
}

func styleAttr(style int) string {
	if style == 0 {
		return ""
	}
	return strconv.Itoa(style)
}

// without returns the content of a cell without one of its elements, which has none in it.
func without(content []byte, name string) []byte {
	for at := 0; ; {
		n := bytes.IndexByte(content[at:], '<')
		if n < 0 {
			return content
		}
		at += n
		end, ok := nameEnd(content, at+1)
		if !ok || string(local(content[at+1:end])) != name {
			at++
			continue
		}
		full := content[at+1 : end]
		stop := at + bytes.IndexByte(content[at:], '>') + 1
		if content[stop-2] != '/' {
			closing := append([]byte("</"), full...)
			stop += bytes.Index(content[stop:], closing)
			stop += bytes.IndexByte(content[stop:], '>') + 1
		}
		return append(append([]byte(nil), content[:at]...), content[stop:]...)
	}
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
