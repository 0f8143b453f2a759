package text

import (
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"r7import/importer/diagnosis"
)

// utf16Reader turns UTF-16 into UTF-8. A lone surrogate or a last odd byte comes
// out as bytes that are not UTF-8, so that whoever checks the text finds them in
// their place.
type utf16Reader struct {
	in    io.Reader
	order byteOrder

	raw  [8 << 10]byte
	have int // bytes of raw not yet turned
	out  []byte
	done []byte // backs out
	high rune   // a high surrogate that waits for its other half, or 0
	err  error
}

// Reader returns text with UTF-16 turned into UTF-8, and any other as it is.
func (c Charset) Reader(in io.Reader) io.Reader {
	if c.wide != narrow {
		return newUTF16Reader(in, c.wide)
	}
	return in
}

func newUTF16Reader(in io.Reader, order byteOrder) *utf16Reader {
	return &utf16Reader{in: in, order: order}
}

// Read implements io.Reader.
func (u *utf16Reader) Read(p []byte) (int, error) {
	for len(u.out) == 0 {
		if u.err != nil {
			return 0, u.err
		}
		u.turn()
	}
	n := copy(p, u.out)
	u.out = u.out[n:]
	return n, nil
}

func (u *utf16Reader) turn() {
	n, err := u.in.Read(u.raw[u.have:])
	u.have += n
	u.done = u.done[:0]
	whole := u.have &^ 1
	for i := 0; i < whole; i += 2 {
		u.unit(u.codeUnit(i))
	}
	u.have = copy(u.raw[:], u.raw[whole:u.have])
	if err != nil {
		u.err = err
		u.flushHigh()
		if u.have > 0 && err == io.EOF {
			u.done = append(u.done, 0xFF)
		}
	}
	u.out = u.done
}

func (u *utf16Reader) codeUnit(i int) rune {
	if u.order == littleEndian {
		return rune(u.raw[i]) | rune(u.raw[i+1])<<8
	}
	return rune(u.raw[i])<<8 | rune(u.raw[i+1])
}

func (u *utf16Reader) unit(r rune) {
	switch {
	case u.high != 0 && r >= 0xDC00 && r < 0xE000:
		u.done = utf8.AppendRune(u.done, utf16.DecodeRune(u.high, r))
		u.high = 0
	case r >= 0xD800 && r < 0xDC00:
		u.flushHigh()
		u.high = r
	case r >= 0xDC00 && r < 0xE000:
		u.flushHigh()
		u.done = appendSurrogate(u.done, r)
	default:
		u.flushHigh()
		u.done = utf8.AppendRune(u.done, r)
	}
}

func (u *utf16Reader) flushHigh() {
	if u.high != 0 {
		u.done = appendSurrogate(u.done, u.high)
		u.high = 0
	}
}

// appendSurrogate writes a surrogate as if it were a character, which is not UTF-8.
func appendSurrogate(dst []byte, r rune) []byte {
	return append(dst, 0xE0|byte(r>>12), 0x80|byte(r>>6)&0x3F|0x80, 0x80|byte(r)&0x3F)
}

// Writer is the reverse of Reader.
func (c Charset) Writer(out io.Writer) io.Writer {
	if c.wide == narrow {
		return out
	}
	return &utf16Writer{out, c.wide}
}

// utf16Writer writes UTF-8 as UTF-16. Each write is of whole characters.
type utf16Writer struct {
	out   io.Writer
	order byteOrder
}

var errNotText = errors.New("text: bytes that are no text")

// Write implements io.Writer.
func (u *utf16Writer) Write(text []byte) (int, error) {
	units := make([]byte, 0, 2*len(text))
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size == 1 {
			if r, size = surrogateAt(text[at:]); size == 0 {
				return 0, diagnosis.Wrap(errNotText, diagnosis.FileBroken)
			}
		}
		units = u.appendRune(units, r)
		at += size
	}
	_, err := u.out.Write(units)
	return len(text), err
}

// surrogateAt reads what appendSurrogate writes; size is 0 if that is not there.
func surrogateAt(text []byte) (r rune, size int) {
	if len(text) < 3 || text[0] != 0xED || text[1]&0xE0 != 0xA0 || text[2]&0xC0 != 0x80 {
		return 0, 0
	}
	return 0xD000 | rune(text[1]&0x3F)<<6 | rune(text[2]&0x3F), 3
}

func (u *utf16Writer) appendRune(units []byte, r rune) []byte {
	if r >= 0x10000 {
		r -= 0x10000
		return u.appendUnit(u.appendUnit(units, 0xD800|r>>10), 0xDC00|r&0x3FF)
	}
	return u.appendUnit(units, r)
}

func (u *utf16Writer) appendUnit(units []byte, r rune) []byte {
	if u.order == littleEndian {
		return append(units, byte(r), byte(r>>8))
	}
	return append(units, byte(r>>8), byte(r))
}
