package source

import (
	"bytes"
	"errors"
	"io"
)

// Bounds of an XML part. The deepest element of a sheet that matters stands on
// level 7, and no token of a sound one is longer than the longest cell.
const (
	maxXMLDepth = 64
	maxXMLToken = maxRowBytes
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
	if bytes.Contains(x.text, []byte("]]>")) {
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
			err = checkInstruction(instruction)
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

// checkInstruction looks at a processing instruction: the one that declares the
// encoding must not name a code page. UTF-16 has become UTF-8 before it comes here.
func checkInstruction(text []byte) error {
	name, rest := text[:nameEnd(text, 0)], text[nameEnd(text, 0):]
	if !isName(name) {
		return errXML
	}
	if string(name) != "xml" {
		return nil
	}
	_, encoding, declared := bytes.Cut(rest, []byte("encoding"))
	encoding = bytes.ToLower(encoding)
	if declared && !bytes.Contains(encoding, []byte("utf-8")) && !bytes.Contains(encoding, []byte("utf-16")) {
		return errXML
	}
	return nil
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
	x.start = stop + 1
	if len(x.depths) == 0 || !bytes.Equal(x.open[x.depths[len(x.depths)-1]:], name) {
		return errXML
	}
	x.kind, x.name = xmlEnd, local(name)
	x.leave()
	return nil
}

// leave closes the innermost element.
func (x *xmlScanner) leave() {
	last := len(x.depths) - 1
	x.open, x.depths = x.open[:x.depths[last]], x.depths[:last]
}

// startTag takes the start of an element. Its end is nearly always the next
// '>'; where that stands in an attribute's value the end is looked for with care.
func (x *xmlScanner) startTag() error {
	stop, err := x.until('>')
	if err != nil {
		return err
	}
	if stop == x.end {
		return x.cut()
	}
	err = x.parseTag(x.buf[x.start+1 : stop])
	if err == errXMLQuote {
		if stop, err = x.tagEnd(); err != nil {
			return err
		}
		err = x.parseTag(x.buf[x.start+1 : stop])
	}
	if err != nil {
		return err
	}
	x.start = stop + 1
	return x.enter()
}

// tagEnd returns the index of the '>' behind the attributes.
func (x *xmlScanner) tagEnd() (int, error) {
	quote := byte(0)
	for i := 1; ; i++ {
		if x.start+i >= x.end {
			if i > maxXMLToken {
				return 0, errXMLLimit
			}
			if !x.fill() {
				return 0, x.cut()
			}
		}
		b := x.buf[x.start+i]
		switch {
		case quote != 0 && b == quote:
			quote = 0
		case quote == 0 && (b == '"' || b == '\''):
			quote = b
		case quote == 0 && b == '>':
			return x.start + i, nil
		}
	}
}

// parseTag takes apart what is between the angle brackets of a start tag.
func (x *xmlScanner) parseTag(tag []byte) error {
	x.attrs, x.closing = x.attrs[:0], false
	at := nameEnd(tag, 0)
	x.full = tag[:at]
	if !isName(x.full) {
		return errXML
	}
	for {
		blanks := at
		at = blankEnd(tag, at)
		switch {
		case at == len(tag):
			return nil
		case tag[at] == '/' && at == len(tag)-1:
			x.closing = true
			return nil
		case at == blanks:
			return errXML
		}
		end, err := x.attribute(tag, at)
		if err != nil {
			return err
		}
		at = end
	}
}

// attribute takes the attribute at an index of a tag and returns the index behind it.
func (x *xmlScanner) attribute(tag []byte, at int) (int, error) {
	end := nameEnd(tag, at)
	name := tag[at:end]
	at = blankEnd(tag, end)
	if !isName(name) || at == len(tag) || tag[at] != '=' {
		return 0, errXML
	}
	at = blankEnd(tag, at+1)
	if at == len(tag) || tag[at] != '"' && tag[at] != '\'' {
		return 0, errXML
	}
	n := bytes.IndexByte(tag[at+1:], tag[at])
	if n < 0 {
		return 0, errXMLQuote
	}
	value := tag[at+1 : at+1+n]
	if bytes.IndexByte(value, '<') >= 0 {
		return 0, errXML
	}
	x.attrs = append(x.attrs, xmlAttr{local(name), value})
	return at + n + 2, nil
}

// enter opens the element whose tag was taken.
func (x *xmlScanner) enter() error {
	if x.rooted && len(x.depths) == 0 {
		return errXML
	}
	if len(x.depths) == maxXMLDepth {
		return errXMLLimit
	}
	x.rooted = true
	x.depths = append(x.depths, len(x.open))
	x.open = append(x.open, x.full...)
	x.kind, x.name = xmlStart, local(x.full)
	return nil
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

// local returns a name without its namespace prefix.
func local(name []byte) []byte {
	if n := bytes.IndexByte(name, ':'); n >= 0 {
		return name[n+1:]
	}
	return name
}

// nameEnd returns the index behind a name that begins at one.
func nameEnd(tag []byte, from int) int {
	for from < len(tag) && tag[from] != '=' && tag[from] != '/' && !isBlank(tag[from]) {
		from++
	}
	return from
}

// blankEnd returns the index behind the blanks at one.
func blankEnd(tag []byte, from int) int {
	for from < len(tag) && isBlank(tag[from]) {
		from++
	}
	return from
}

func isBlank(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }

// isName reports whether a name of an element or attribute may be written so, with
// one prefix at most. Workbooks use no letters beyond ASCII in names.
func isName(name []byte) bool {
	for _, b := range name {
		if (b|0x20 < 'a' || b|0x20 > 'z') && (b < '0' || b > '9') && b != '_' && b != ':' && b != '-' && b != '.' {
			return false
		}
	}
	prefix, rest, prefixed := bytes.Cut(name, []byte{':'})
	if prefixed && !startsName(rest) || bytes.IndexByte(rest, ':') >= 0 {
		return false
	}
	return startsName(prefix)
}

func startsName(name []byte) bool {
	return len(name) > 0 && (name[0] < '0' || name[0] > '9') && name[0] != '-' && name[0] != '.'
}
