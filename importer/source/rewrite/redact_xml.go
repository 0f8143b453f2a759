package rewrite

import (
	"bufio"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"

	"r7import/importer/diagnosis"
	"r7import/importer/source/container"
	"r7import/importer/source/text"
	"r7import/importer/source/xlsx"
)

var errXML = errors.New("not well-formed XML")

// xmlEditor reads a part token by token and writes it again as it is, byte for
// byte, but for the pieces that are replaced.
type xmlEditor struct {
	ctx  context.Context
	in   *xml.Decoder
	raw  recorder
	out  io.Writer
	open int // elements
}

// recorder keeps what was read through it until it is written or dropped.
type recorder struct {
	in   io.Reader
	held []byte
	from int64 // where in the part held begins
}

// Read implements io.Reader.
func (r *recorder) Read(p []byte) (int, error) {
	n, err := r.in.Read(p)
	r.held = append(r.held, p[:n]...)
	return n, err
}

// take returns what is held up to a place in the part, and holds it no more.
func (r *recorder) take(to int64) []byte {
	piece := r.held[:to-r.from]
	r.held, r.from = r.held[to-r.from:], to
	return piece
}

// edit reads a part and writes what change leaves of it. UTF-16 stays UTF-16.
func edit(ctx context.Context, a *container.Archive, name string, w io.Writer, change func(*xmlEditor) error) error {
	in, err := a.Open(name, container.MaxPart)
	if err != nil {
		return err
	}
	defer in.Close()
	head := bufio.NewReaderSize(in, text.ScanBuffer)
	mark, err := head.Peek(2)
	if err != nil && err != io.EOF {
		return diagnosis.Or(err, diagnosis.WorkbookDamaged)
	}
	c, _ := text.ByMark(mark)
	out := bufio.NewWriterSize(w, text.ScanBuffer)
	e := &xmlEditor{ctx: ctx, raw: recorder{in: c.Reader(head)}, out: c.Writer(out)}
	e.in = xml.NewDecoder(&e.raw)
	e.in.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // UTF-8 by now
	if err := change(e); err != nil {
		return err
	}
	if _, err := e.out.Write(e.raw.take(e.in.InputOffset())); err != nil {
		return err
	}
	return out.Flush()
}

// next reads a token and returns where it begins. Tokens before it are passed on
// with the next piece that is replaced, or at the end.
func (e *xmlEditor) next() (token xml.Token, from int64, err error) {
	if err := e.ctx.Err(); err != nil {
		return nil, 0, err
	}
	from = e.in.InputOffset()
	token, err = e.in.RawToken()
	switch token.(type) {
	case xml.StartElement:
		e.open++
	case xml.EndElement:
		e.open--
	}
	if err != nil && err != io.EOF {
		if _, ok := errors.AsType[*xml.SyntaxError](err); ok {
			err = errXML // that of the decoder quotes what it has read
		}
		err = diagnosis.Or(err, diagnosis.WorkbookDamaged)
	}
	return token, from, err
}

// pass writes everything before a place.
func (e *xmlEditor) pass(to int64) error {
	_, err := e.out.Write(e.raw.take(to))
	return err
}

// replace writes text in place of everything from a place to where the reading is.
func (e *xmlEditor) replace(from int64, text string) error {
	if err := e.pass(from); err != nil {
		return err
	}
	e.raw.take(e.in.InputOffset())
	_, err := io.WriteString(e.out, text)
	return err
}

// eachElement calls visit behind each element of a name, with its start and where that is.
// Elements within it are not visited.
func (e *xmlEditor) eachElement(name string, visit func(start xml.StartElement, from int64) error) error {
	for {
		token, from, err := e.next()
		if err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != name {
			if err := e.relieve(); err != nil {
				return err
			}
			continue
		}
		start = start.Copy()
		for depth := e.open; e.open >= depth; {
			if _, _, err := e.next(); err != nil {
				return unexpected(err)
			}
		}
		if err := visit(start, from); err != nil {
			return err
		}
	}
}

// relieve passes on what is held, once that is much.
func (e *xmlEditor) relieve() error {
	if e.in.InputOffset()-e.raw.from < text.ScanBuffer {
		return nil
	}
	return e.pass(e.in.InputOffset())
}

// unexpected makes the end of the input an error.
func unexpected(err error) error {
	if err == io.EOF {
		return diagnosis.Wrap(io.ErrUnexpectedEOF, diagnosis.WorkbookDamaged)
	}
	return err
}

// xmlCell is a cell of a sheet as it is written.
type xmlCell struct {
	row, column int
	from        int64
	start       xml.StartElement
	formula     *xml.StartElement
	spoken      bool   // the formula has a text
	value       string // what v holds
	text        string // what is holds
}

// eachCell calls visit behind each cell of a sheet.
func (e *xmlEditor) eachCell(visit func(*xmlCell) error) error {
	row, column := 0, -1
	for {
		token, from, err := e.next()
		if err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		start, ok := token.(xml.StartElement)
		switch {
		case !ok:
		case start.Name.Local == "row":
			row, column = row+1, -1
			if n, err := strconv.Atoi(attribute(start, "r")); err == nil {
				row = n
			}
		case start.Name.Local == "c":
			column++
			if c, _, ok := xlsx.ParseRef([]byte(attribute(start, "r"))); ok {
				column = c
			}
			cell := &xmlCell{row: row, column: column, from: from, start: start.Copy()}
			if err := e.readCell(cell); err != nil {
				return err
			}
			if err := visit(cell); err != nil {
				return err
			}
		}
		if err := e.relieve(); err != nil {
			return err
		}
	}
}

// readCell reads the elements of the cell just started.
func (e *xmlEditor) readCell(c *xmlCell) error {
	var within string
	for depth := e.open; e.open >= depth; {
		token, _, err := e.next()
		if err != nil {
			return unexpected(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			within = token.Name.Local
			if within == "f" {
				start := token.Copy()
				c.formula = &start
			}
		case xml.EndElement:
			within = ""
		case xml.CharData:
			switch within {
			case "f":
				c.spoken = c.spoken || len(token) > 0
			case "v":
				c.value += string(token)
			case "t":
				c.text += string(token)
			}
		}
	}
	return nil
}

// filled reports whether there is anything in the cell.
func (c *xmlCell) filled() bool { return c.formula != nil || c.value != "" || c.text != "" }

// sharedText returns the number of the text that the cell shares, and false if it has one of its own.
func (c *xmlCell) sharedText() (int, bool) {
	if attribute(c.start, "t") != "s" {
		return 0, false
	}
	n, err := strconv.Atoi(strings.TrimSpace(c.value))
	return n, err == nil
}

// masked writes the cell with a mask as its text. A formula stays one, because
// other parts of the workbook may count on it, and gives nothing but the mask.
func (c *xmlCell) masked(mask string) string {
	var b strings.Builder
	kind := "inlineStr"
	if c.formula != nil {
		kind = "str"
	}
	prefix := prefixOf(c.start)
	writeStart(&b, c.start, kind)
	if c.formula == nil {
		b.WriteString("<" + prefix + "is><" + prefix + "t>" + mask + "</" + prefix + "t></" + prefix + "is>")
	} else {
		writeStart(&b, *c.formula, "")
		if c.spoken {
			b.WriteString(`"` + mask + `"`)
		}
		b.WriteString("</" + prefix + "f><" + prefix + "v>" + mask + "</" + prefix + "v>")
	}
	b.WriteString("</" + prefix + "c>")
	return b.String()
}

// writeStart writes a start tag, with another kind of cell if one is given.
func writeStart(b *strings.Builder, start xml.StartElement, kind string) {
	b.WriteString("<" + qualified(start.Name))
	for _, attr := range start.Attr {
		if kind != "" && attr.Name.Local == "t" {
			continue
		}
		var value bytes.Buffer
		_ = xml.EscapeText(&value, []byte(attr.Value)) // a buffer takes everything
		b.WriteString(" " + qualified(attr.Name) + `="` + value.String() + `"`)
	}
	if kind != "" {
		b.WriteString(` t="` + kind + `"`)
	}
	b.WriteString(">")
}

// A raw token has the prefix of a name in place of its namespace.

func qualified(name xml.Name) string {
	if name.Space == "" {
		return name.Local
	}
	return name.Space + ":" + name.Local
}

func prefixOf(start xml.StartElement) string {
	return strings.TrimSuffix(qualified(start.Name), start.Name.Local)
}

func attribute(start xml.StartElement, name string) string {
	for _, attr := range start.Attr {
		if attr.Name.Local == name && attr.Name.Space == "" {
			return attr.Value
		}
	}
	return ""
}
