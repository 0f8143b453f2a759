package xlsx

import (
	"bytes"
)

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
	at, ok := nameEnd(tag, 0)
	if !ok {
		return errXML
	}
	x.full = tag[:at]
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
	end, ok := nameEnd(tag, at)
	if !ok {
		return 0, errXML
	}
	name := tag[at:end]
	at = blankEnd(tag, end)
	if at == len(tag) || tag[at] != '=' {
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

// local returns a name without its namespace prefix.
func local(name []byte) []byte {
	if n := bytes.IndexByte(name, ':'); n >= 0 {
		return name[n+1:]
	}
	return name
}

// nameByte tells the bytes that names consist of. Workbooks use no letters beyond ASCII in them.
var nameByte = func() (is [256]bool) {
	for _, b := range []byte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:-.") {
		is[b] = true
	}
	return is
}()

// nameEnd returns the index behind a name that begins at one, and whether it may
// be written so: with one prefix at most.
func nameEnd(text []byte, from int) (end int, ok bool) {
	colon := -1
	end = from
	for end < len(text) && nameByte[text[end]] {
		if text[end] == ':' {
			if colon >= 0 {
				return end, false
			}
			colon = end
		}
		end++
	}
	return end, startsName(text[from:end]) && (colon < 0 || startsName(text[colon+1:end]))
}

func startsName(name []byte) bool {
	return len(name) > 0 && (name[0] < '0' || name[0] > '9') && name[0] != '-' && name[0] != '.' && name[0] != ':'
}

// blankEnd returns the index behind the blanks at one.
func blankEnd(tag []byte, from int) int {
	for from < len(tag) && isBlank(tag[from]) {
		from++
	}
	return from
}

func isBlank(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }
