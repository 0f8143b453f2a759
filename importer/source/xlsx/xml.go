package xlsx

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"r7import/importer/source/table"
)

// Bounds of an XML part. The deepest relevant element of a sheet is on
// level 7, and no token of a sound sheet is longer than the longest cell.
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
	xmlStart xmlKind = iota // an empty element is followed by its end
	xmlEnd
	xmlText
)

type xmlAttr struct{ name, value []byte } // local name; value as written

// xmlScanner reads XML 1.0 in UTF-8 token by token. It supports
// what workbooks use: elements, attributes, text, CDATA, comments,
// processing instructions, the predefined entities. Anything else
// is an error, and so is XML that is not well-formed; no other
// entities are expanded. Names are compared without their prefixes.
type xmlScanner struct {
	in         io.Reader
	buf        []byte
	start, end int   // buf[start:end] is read but not scanned
	err        error // what ended the input

	keeps bool // scanned input from kept on stays in buf, for an editor
	kept  int

	// The current token, valid until the next call of next. A text may come in several tokens.
	kind  xmlKind
	from  int    // where it begins, relative to kept
	name  []byte // local name of the element
	attrs []xmlAttr
	text  []byte // as written
	cdata bool   // text is CDATA, which has no escapes

	open    []byte // names of the open elements, concatenated
	depths  []int  // where each name begins in open
	closing bool   // an empty element was started
	rooted  bool   // the root element was seen
}

func newXMLScanner(in io.Reader) *xmlScanner {
	return &xmlScanner{in: in, buf: make([]byte, 32<<10)}
}

// next reads the next token. It returns io.EOF at the
// end of the input if the root element has ended.
func (x *xmlScanner) next() error {
	err := x.token()
	if err == io.EOF && (x.start < x.end || len(x.depths) > 0 || !x.rooted) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// skip reads to the end of the current element.
func (x *xmlScanner) skip() error {
	depth := len(x.depths)
	for len(x.depths) >= depth {
		if err := x.next(); err != nil {
			return err
		}
	}
	return nil
}

// attr returns an attribute of the current start tag as written, nil if there is none.
func (x *xmlScanner) attr(name string) []byte {
	for _, a := range x.attrs {
		if string(a.name) == name {
			return a.value
		}
	}
	return nil
}

// attrText returns an attribute of the current start tag with its entities resolved.
func (x *xmlScanner) attrText(name string) (string, error) {
	text, err := appendXMLText(nil, x.attr(name), false)
	return string(text), err
}

// at returns where the next token begins, relative to kept.
func (x *xmlScanner) at() int { return x.start - x.kept }

// token is next without the check that the input may end here.
func (x *xmlScanner) token() error {
	x.from = x.at()
	if x.closing {
		x.closing = false
		x.leave()
		return nil
	}
	for ; ; x.from = x.at() {
		if x.start == x.end {
			if err := x.fill(); err != nil {
				return err
			}
		}
		if x.buf[x.start] == '<' {
			if isToken, err := x.markup(); isToken || err != nil {
				return err
			}
			continue
		}
		stop, err := x.find("<", 0)
		if err == io.EOF {
			stop = x.end
		} else if err != nil {
			return err
		}
		x.kind, x.name, x.cdata, x.text = xmlText, nil, false, x.buf[x.start:stop]
		x.start = stop
		switch {
		case bytes.Contains(x.text, []byte("]]>")):
			return errXML
		case len(x.depths) > 0:
			return nil
		case len(bytes.Trim(x.text, " \t\r\n\ufeff")) > 0:
			return errXML
		}
	}
}

// markup reads what begins with '<'. It reports false for markup that is no token.
func (x *xmlScanner) markup() (bool, error) {
	for x.end-x.start < 2 {
		if err := x.fill(); err != nil {
			return false, err
		}
	}
	switch x.buf[x.start+1] {
	case '/':
		return true, x.endTag()
	case '?':
		instruction, err := x.enclosed("<?", "?>")
		if err != nil {
			return false, err
		}
		return false, x.checkInstruction(instruction)
	case '!':
		return x.declaration()
	}
	return true, x.startTag()
}

// declaration does the same for what begins with "<!".
func (x *xmlScanner) declaration() (bool, error) {
	switch {
	case x.follows("<![CDATA["):
		text, err := x.enclosed("<![CDATA[", "]]>")
		if len(x.depths) == 0 {
			return false, errXML
		}
		x.kind, x.name, x.cdata, x.text = xmlText, nil, true, text
		return true, err
	case x.follows("<!--"):
		comment, err := x.enclosed("<!--", "-->")
		if bytes.Contains(comment, []byte("--")) || bytes.HasSuffix(comment, []byte{'-'}) {
			return false, errXML
		}
		return false, err
	case x.follows("<!DOCTYPE"):
		return false, errXMLDoctype
	}
	return false, errXML
}

// checkInstruction checks a processing instruction: an
// XML declaration must have version 1.0 and no code
// page. UTF-16 has been converted to UTF-8 before.
func (x *xmlScanner) checkInstruction(text []byte) error {
	end, ok := nameEnd(text, 0)
	if !ok || end < len(text) && !isBlank(text[end]) {
		return errXML
	}
	if string(text[:end]) != "xml" {
		return nil
	}
	_, err := x.parseTag(text)
	encoding := strings.ToLower(string(x.attr("encoding")))
	if err != nil || x.closing || string(x.attr("version")) != "1.0" || !slices.Contains([]string{"", "utf-8", "utf-16"}, encoding) {
		return errXML
	}
	return nil
}

// follows reports whether the input continues with mark.
func (x *xmlScanner) follows(mark string) bool {
	for x.end-x.start < len(mark) && x.fill() == nil {
	}
	return string(x.buf[x.start:min(x.start+len(mark), x.end)]) == mark
}

// enclosed reads from an opening to a closing mark and returns the bytes between.
func (x *xmlScanner) enclosed(opening, closing string) ([]byte, error) {
	stop, err := x.find(closing, len(opening))
	if err != nil {
		return nil, err
	}
	text := x.buf[x.start+len(opening) : stop]
	x.start = stop + len(closing)
	return text, nil
}

// find returns the index of the first mark that begins at least from bytes after start.
func (x *xmlScanner) find(mark string, from int) (int, error) {
	for {
		n := -1
		if rest := x.buf[min(x.start+from, x.end):x.end]; len(mark) == 1 {
			n = bytes.IndexByte(rest, mark[0])
		} else {
			n = bytes.Index(rest, []byte(mark))
		}
		if n >= 0 {
			return x.start + from + n, nil
		}
		from = max(from, x.end-x.start-len(mark)+1)
		if x.end-x.start > maxXMLToken {
			return 0, errXMLLimit
		}
		if err := x.fill(); err != nil {
			return 0, err
		}
	}
}

// fill reads more input. The error is the one that ended the input.
func (x *xmlScanner) fill() error {
	if x.err != nil {
		return x.err
	}
	if !x.keeps {
		x.kept = x.start
	}
	if x.end == len(x.buf) {
		if x.kept < len(x.buf)/2 {
			x.buf = append(x.buf, make([]byte, len(x.buf))...)
		} else {
			x.end = copy(x.buf, x.buf[x.kept:x.end])
			x.start, x.kept = x.start-x.kept, 0
		}
	}
	n, err := io.ReadAtLeast(x.in, x.buf[x.end:], 1)
	x.end, x.err = x.end+n, err
	if n > 0 {
		return nil
	}
	return err
}
