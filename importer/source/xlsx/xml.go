package xlsx

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"r7import/importer/source/table"
)

// Bounds of an XML part. The deepest element of a sheet that matters stands on
// level 7, and no token of a sound one is longer than the longest cell.
const (
	maxXMLDepth = 64
	maxXMLToken = table.MaxRowBytes
)

var (
	errXML        = errors.New("not well-formed XML")
	errXMLLimit   = errors.New("XML beyond the limits")
	errXMLQuote   = errors.New("an attribute's value without an end")
	errXMLDoctype = errors.New("XML with a document type declaration")
)

type xmlKind uint8

const (
	xmlStart xmlKind = iota // of an element; an empty one is followed by its end
	xmlEnd
	xmlText
)

type xmlAttr struct{ name, value []byte } // local name; value as it is written

// xmlScanner reads XML 1.0 in UTF-8 token by token. It knows what parts of a
// workbook consist of: elements, attributes, text, CDATA, comments, processing
// instructions, the predefined entities. Anything else and everything not
// well-formed is an error, and there are no other entities to expand. Names are
// compared without their prefixes.
type xmlScanner struct {
	in         io.Reader
	buf        []byte
	start, end int
	ended      bool
	err        error

	// The token last read, valid until the next. Text may come in several tokens.
	kind  xmlKind
	name  []byte // local name of the element
	attrs []xmlAttr
	text  []byte // as it is written
	cdata bool   // text is CDATA, in which nothing is escaped
	full  []byte // name with its prefix, of the last start tag

	open    []byte // the names of the open elements, one behind the other
	depths  []int  // where in open each begins
	closing bool   // an empty element was started
	rooted  bool   // the root element was seen
}

func newXMLScanner(in io.Reader) *xmlScanner {
	return &xmlScanner{in: in, buf: make([]byte, 32<<10)}
}

// next reads the next token. io.EOF comes behind the end of the root element and
// of the input.
func (x *xmlScanner) next() error {
	if x.closing {
		x.closing = false
		x.kind, x.name = xmlEnd, local(x.full)
		x.leave()
		return nil
	}
	for {
		if x.start == x.end && !x.fill() {
			return x.atEnd()
		}
		if x.buf[x.start] != '<' {
			if ok, err := x.textToken(); ok || err != nil {
				return err
			}
			continue
		}
		if ok, err := x.markup(); ok || err != nil {
			return err
		}
	}
}

func (x *xmlScanner) atEnd() error {
	switch {
	case x.err != nil:
		return x.err
	case len(x.depths) > 0 || !x.rooted:
		return io.ErrUnexpectedEOF
	}
	return io.EOF
}

// textToken takes the text before the next markup. It reports false for blanks
// outside of the root element.
func (x *xmlScanner) textToken() (bool, error) {
	stop, err := x.until('<')
	if err != nil {
		return false, err
	}
	x.kind, x.name, x.cdata, x.text = xmlText, nil, false, x.buf[x.start:stop]
	x.start = stop
	if bytes.IndexByte(x.text, ']') >= 0 && bytes.Contains(x.text, []byte("]]>")) {
		return false, errXML
	}
	if len(x.depths) > 0 {
		return true, nil
	}
	if len(bytes.Trim(x.text, " \t\r\n\ufeff")) > 0 {
		return false, errXML
	}
	return false, nil
}

// until returns the index of a byte, or of the end of the input.
func (x *xmlScanner) until(b byte) (int, error) {
	from := 0
	for {
		if n := bytes.IndexByte(x.buf[x.start+from:x.end], b); n >= 0 {
			return x.start + from + n, nil
		}
		from = x.end - x.start
		if from > maxXMLToken {
			return 0, errXMLLimit
		}
		if !x.fill() {
			if x.err != nil {
				return 0, x.err
			}
			return x.end, nil
		}
	}
}

// markup takes what begins with '<'. It reports false for what says nothing.
func (x *xmlScanner) markup() (bool, error) {
	if !x.need(2) {
		return false, x.cut()
	}
	switch x.buf[x.start+1] {
	case '/':
		return true, x.endTag()
	case '?':
		instruction, err := x.enclosed("<?", "?>")
		if err == nil {
			err = x.checkInstruction(instruction)
		}
		return false, err
	case '!':
		return x.declaration()
	}
	return true, x.startTag()
}

func (x *xmlScanner) declaration() (bool, error) {
	if x.need(len("<![CDATA[")) && string(x.buf[x.start:x.start+9]) == "<![CDATA[" {
		text, err := x.enclosed("<![CDATA[", "]]>")
		if len(x.depths) == 0 {
			return false, errXML
		}
		x.kind, x.name, x.cdata, x.text = xmlText, nil, true, text
		return true, err
	}
	if x.need(4) && string(x.buf[x.start:x.start+4]) == "<!--" {
		comment, err := x.enclosed("<!--", "-->")
		if bytes.Contains(comment, []byte("--")) || bytes.HasSuffix(comment, []byte{'-'}) {
			return false, errXML
		}
		return false, err
	}
	if x.need(9) && string(x.buf[x.start:x.start+9]) == "<!DOCTYPE" {
		return false, errXMLDoctype
	}
	return false, errXML
}

// checkInstruction looks at a processing instruction: the one that declares version
// and encoding must name XML 1.0 and no code page. UTF-16 has become UTF-8 before it
// comes here.
func (x *xmlScanner) checkInstruction(text []byte) error {
	end, ok := nameEnd(text, 0)
	if !ok || end < len(text) && !isBlank(text[end]) {
		return errXML
	}
	if string(text[:end]) != "xml" {
		return nil
	}
	if x.parseTag(text) != nil || x.closing || string(x.attr("version")) != "1.0" {
		return errXML
	}
	switch strings.ToLower(string(x.attr("encoding"))) {
	case "", "utf-8", "utf-16":
		return nil
	}
	return errXML
}

// enclosed takes everything from an opening to a closing mark and returns what is between.
func (x *xmlScanner) enclosed(opening, closing string) ([]byte, error) {
	from := len(opening)
	for {
		if x.start+from <= x.end {
			if n := bytes.Index(x.buf[x.start+from:x.end], []byte(closing)); n >= 0 {
				text := x.buf[x.start+len(opening) : x.start+from+n]
				x.start += from + n + len(closing)
				return text, nil
			}
			from = max(len(opening), x.end-x.start-len(closing)+1)
		}
		if x.end-x.start > maxXMLToken {
			return nil, errXMLLimit
		}
		if !x.fill() {
			return nil, x.cut()
		}
	}
}

func (x *xmlScanner) endTag() error {
	if len(x.depths) == 0 {
		return errXML
	}
	last := x.open[x.depths[len(x.depths)-1]:]
	if rest := x.buf[x.start+2 : x.end]; len(rest) > len(last) && rest[len(last)] == '>' && bytes.Equal(rest[:len(last)], last) {
		x.start += len("</>") + len(last)
		x.kind, x.name = xmlEnd, local(last)
		x.leave()
		return nil
	}
	return x.wideEndTag(last)
}

// wideEndTag takes the end of the innermost element, written with blanks or not
// wholly in the buffer.
func (x *xmlScanner) wideEndTag(last []byte) error {
	stop, err := x.until('>')
	if err != nil {
		return err
	}
	if stop == x.end {
		return x.cut()
	}
	name := x.buf[x.start+2 : stop]
	for len(name) > 0 && isBlank(name[len(name)-1]) {
		name = name[:len(name)-1]
	}
	if !bytes.Equal(last, name) {
		return errXML
	}
	x.start = stop + 1
	x.kind, x.name = xmlEnd, local(last)
	x.leave()
	return nil
}

// leave closes the innermost element.
func (x *xmlScanner) leave() {
	last := len(x.depths) - 1
	x.open, x.depths = x.open[:x.depths[last]], x.depths[:last]
}

// attr returns an attribute of the element just started, as it is written.
func (x *xmlScanner) attr(name string) []byte {
	for _, a := range x.attrs {
		if string(a.name) == name {
			return a.value
		}
	}
	return nil
}

// attrText returns an attribute of the element just started with its entities resolved.
func (x *xmlScanner) attrText(name string) (string, error) {
	text, err := appendXMLText(nil, x.attr(name), false)
	return string(text), err
}

// skip reads to the end of the element just started.
func (x *xmlScanner) skip() error {
	depth := len(x.depths)
	for {
		if err := x.next(); err != nil {
			return err
		}
		if x.kind == xmlEnd && len(x.depths) < depth {
			return nil
		}
	}
}

// need reads until that many bytes can be seen.
func (x *xmlScanner) need(n int) bool {
	for x.end-x.start < n {
		if !x.fill() {
			return false
		}
	}
	return true
}

func (x *xmlScanner) cut() error {
	if x.err != nil {
		return x.err
	}
	return io.ErrUnexpectedEOF
}

func (x *xmlScanner) fill() bool {
	if x.ended {
		return false
	}
	if x.end == len(x.buf) {
		if x.start < len(x.buf)/2 {
			x.buf = append(x.buf, make([]byte, len(x.buf))...)
		} else {
			x.end = copy(x.buf, x.buf[x.start:x.end])
			x.start = 0
		}
	}
	n, err := io.ReadAtLeast(x.in, x.buf[x.end:], 1)
	x.end += n
	if err != nil {
		x.ended = true
		if err != io.EOF {
			x.err = err
		}
	}
	return n > 0
}
