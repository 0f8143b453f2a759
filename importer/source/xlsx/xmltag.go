package xlsx

import "bytes"

// startTag reads a start tag. It nearly always ends at the next '>'; if that
// is inside an attribute's value, the end is found by parsing the quotes.
func (x *xmlScanner) startTag() error {
	stop, err := x.find(">", 1)
	if err != nil {
		return err
	}
	name, err := x.parseTag(x.buf[x.start+1 : stop])
	if err == errXMLQuote {
		if stop, err = x.tagEnd(); err == nil {
			name, err = x.parseTag(x.buf[x.start+1 : stop])
		}
	}
	switch {
	case err != nil:
		return err
	case x.rooted && len(x.depths) == 0:
		return errXML
	case len(x.depths) == maxXMLDepth:
		return errXMLLimit
	}
	x.start, x.rooted = stop+1, true
	x.depths = append(x.depths, len(x.open))
	x.open = append(x.open, name...)
	x.kind, x.name = xmlStart, local(name)
	return nil
}

// tagEnd returns the index of the '>' after the attributes.
func (x *xmlScanner) tagEnd() (int, error) {
	quote := byte(0)
	for i := 1; ; i++ {
		if x.start+i >= x.end {
			if i > maxXMLToken {
				return 0, errXMLLimit
			}
			if err := x.fill(); err != nil {
				return 0, err
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

// parseTag parses the text between the angle brackets
// of a start tag and returns the name with its prefix.
func (x *xmlScanner) parseTag(tag []byte) (name []byte, err error) {
	x.attrs, x.closing = x.attrs[:0], false
	at, ok := nameEnd(tag, 0)
	if !ok {
		return nil, errXML
	}
	name = tag[:at]
	for {
		from := blankEnd(tag, at)
		switch {
		case from == len(tag):
			return name, nil
		case tag[from] == '/' && from == len(tag)-1:
			x.closing = true
			return name, nil
		case from == at:
			return nil, errXML
		}
		end, ok := nameEnd(tag, from)
		at = blankEnd(tag, end)
		if !ok || at == len(tag) || tag[at] != '=' {
			return nil, errXML
		}
		at = blankEnd(tag, at+1)
		if at == len(tag) || tag[at] != '"' && tag[at] != '\'' {
			return nil, errXML
		}
		n := bytes.IndexByte(tag[at+1:], tag[at])
		if n < 0 {
			return nil, errXMLQuote
		}
		value := tag[at+1 : at+1+n]
		if bytes.IndexByte(value, '<') >= 0 {
			return nil, errXML
		}
		x.attrs = append(x.attrs, xmlAttr{local(tag[from:end]), value})
		at += n + 2
	}
}

// endTag reads the end tag of the innermost element, which nearly always has no blanks.
func (x *xmlScanner) endTag() (err error) {
	if len(x.depths) == 0 {
		return errXML
	}
	open := x.open[x.depths[len(x.depths)-1]:]
	stop := x.start + len("</") + len(open)
	if stop >= x.end || x.buf[stop] != '>' {
		if stop, err = x.find(">", 2); err != nil {
			return err
		}
	}
	name := x.buf[x.start+2 : stop]
	for len(name) > 0 && isBlank(name[len(name)-1]) {
		name = name[:len(name)-1]
	}
	if !bytes.Equal(name, open) {
		return errXML
	}
	x.start = stop + 1
	x.leave()
	return nil
}

// leave closes the innermost element and makes its end the current token.
func (x *xmlScanner) leave() {
	last := len(x.depths) - 1
	from := x.depths[last]
	x.kind, x.name = xmlEnd, local(x.open[from:])
	x.open, x.depths = x.open[:from], x.depths[:last]
}

// local returns a name without its namespace prefix.
func local(name []byte) []byte {
	if n := bytes.IndexByte(name, ':'); n >= 0 {
		return name[n+1:]
	}
	return name
}

// nameByte marks the bytes allowed in names. Workbooks use only ASCII in them.
var nameByte = func() (is [256]bool) {
	for _, b := range []byte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:-.") {
		is[b] = true
	}
	return is
}()

// nameEnd returns the index after the name at from, and
// whether the name is valid: it may have one prefix.
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

// blankEnd returns the index after the blanks at from.
func blankEnd(tag []byte, from int) int {
	for from < len(tag) && isBlank(tag[from]) {
		from++
	}
	return from
}

func isBlank(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }
