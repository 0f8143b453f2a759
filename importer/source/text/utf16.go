package text

import (
	"encoding/binary"
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/transform"

	"r7import/importer/diagnosis"
)

type byteOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// Reader returns text with UTF-16 turned into UTF-8, and any other as it is.
func (c Charset) Reader(in io.Reader) io.Reader {
	if c.wide == nil {
		return in
	}
	return transform.NewReader(in, utf16Decoder{order: c.wide})
}

// Writer is the reverse of Reader. Each write has to be of whole characters.
func (c Charset) Writer(out io.Writer) io.Writer {
	if c.wide == nil {
		return out
	}
	return &utf16Writer{out, c.wide}
}

// utf16Decoder turns UTF-16 into UTF-8. A lone surrogate is written as if it were a
// character, and a last odd byte as 0xFF: neither is UTF-8, so that whoever checks the
// text finds them in their place, and the writer can make the same of them again. The
// decoder of golang.org/x/text puts U+FFFD there, which may stand in a text by itself.
type utf16Decoder struct {
	transform.NopResetter
	order byteOrder
}

// Transform implements transform.Transformer.
func (d utf16Decoder) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		rest := src[nSrc:]
		switch {
		case len(dst)-nDst < utf8.UTFMax:
			return nDst, nSrc, transform.ErrShortDst
		case len(rest) < 2 && !atEOF:
			return nDst, nSrc, transform.ErrShortSrc
		case len(rest) < 2:
			dst[nDst] = 0xFF
			return nDst + 1, nSrc + 1, nil
		}
		r, size := rune(d.order.Uint16(rest)), 2
		if utf16.IsSurrogate(r) && len(rest) < 4 && !atEOF {
			return nDst, nSrc, transform.ErrShortSrc
		} else if utf16.IsSurrogate(r) && len(rest) >= 4 {
			if pair := utf16.DecodeRune(r, rune(d.order.Uint16(rest[2:]))); pair != utf8.RuneError {
				r, size = pair, 4
			}
		}
		if utf16.IsSurrogate(r) {
			nDst += copy(dst[nDst:], []byte{0xE0 | byte(r>>12), 0x80 | byte(r>>6)&0x3F, 0x80 | byte(r)&0x3F})
		} else {
			nDst += utf8.EncodeRune(dst[nDst:], r)
		}
		nSrc += size
	}
	return nDst, nSrc, nil
}

// utf16Writer writes what utf16Decoder gives as UTF-16.
type utf16Writer struct {
	out   io.Writer
	order byteOrder
}

var errNotText = errors.New("text: bytes that are no text")

// Write implements io.Writer.
func (u *utf16Writer) Write(text []byte) (int, error) {
	units := make([]byte, 0, 2*len(text))
	for rest := text; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		if r == utf8.RuneError && size == 1 {
			if len(rest) < 3 || rest[0] != 0xED || rest[1]&0xE0 != 0xA0 || rest[2]&0xC0 != 0x80 {
				return 0, diagnosis.Wrap(errNotText, diagnosis.FileBroken)
			}
			r, size = 0xD000|rune(rest[1]&0x3F)<<6|rune(rest[2]&0x3F), 3
		}
		if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
			units = u.order.AppendUint16(u.order.AppendUint16(units, uint16(high)), uint16(low))
		} else {
			units = u.order.AppendUint16(units, uint16(r))
		}
		rest = rest[size:]
	}
	_, err := u.out.Write(units)
	return len(text), err
}
