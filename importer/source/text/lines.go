package text

import (
	"bufio"
	"bytes"
	"io"

	"r7import/importer/source/table"
)

// lineUnquoter takes the quotation marks off lines that are one quoted cell each. A
// spreadsheet program writes them so when the list separator of the system is not
// the delimiter of the file it was given: every line was one cell to it.
type lineUnquoter struct {
	in  *bufio.Reader
	out []byte // not yet read
	err error
}

func newLineUnquoter(in io.Reader) *lineUnquoter {
	return &lineUnquoter{in: bufio.NewReaderSize(in, ScanBuffer)}
}

// Read implements io.Reader.
func (u *lineUnquoter) Read(p []byte) (int, error) {
	for len(u.out) == 0 {
		if u.err != nil {
			return 0, u.err
		}
		u.next()
	}
	n := copy(p, u.out)
	u.out = u.out[n:]
	return n, nil
}

// next reads a line, or as many as one cell has.
func (u *lineUnquoter) next() {
	var line []byte
	quoted := false
	for len(line) <= table.MaxRowBytes {
		b, err := u.in.ReadByte()
		if err != nil {
			u.err = err
			break
		}
		line = append(line, b)
		if b == '"' {
			quoted = !quoted // a doubled mark switches twice
		}
		if !quoted && (b == '\n' || b == '\r') || line[0] != '"' && (b == '\n' || b == '\r') {
			break
		}
	}
	u.out = unquotedLine(line)
}

// unquotedLine returns what a line says that is one quoted cell, and any other as it is.
func unquotedLine(line []byte) []byte {
	text := bytes.TrimRight(line, "\r\n")
	inner, opens := bytes.CutPrefix(text, []byte{'"'})
	inner, closes := bytes.CutSuffix(inner, []byte{'"'})
	if !opens || !closes || bytes.Contains(bytes.ReplaceAll(inner, []byte(`""`), nil), []byte{'"'}) {
		return line
	}
	return append(bytes.ReplaceAll(inner, []byte(`""`), []byte{'"'}), line[len(text):]...)
}
