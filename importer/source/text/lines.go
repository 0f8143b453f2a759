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
	quoted, ended := false, false
	for !ended && len(line) <= table.MaxRowBytes {
		b, err := u.in.ReadByte()
		if err != nil {
			u.err = err
			break
		}
		line = append(line, b)
		quoted = quoted != (b == '"') // a doubled mark switches twice
		ended = (b == '\n' || b == '\r') && (!quoted || line[0] != '"')
	}
	u.out = line
	end := len(bytes.TrimRight(line, "\r\n"))
	if inner, was := unquoted(string(line[:end])); was {
		u.out = append([]byte(inner), line[end:]...)
	}
}
