package source

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"unicode/utf8"

	"r7import/importer/diagnosis"
)

// Added is a column for a copy of a file: a new one behind the table, or one
// that is there and whose blank cells are filled.
type Added struct {
	// Column is the index among [File.Columns] of the column to fill, -1 for a new one.
	Column int
	// Header is the name of a new column.
	Header string
	// Cells are the texts by row number. A cell that is not blank is left alone.
	Cells map[int]string
}

// Copy writes the file once more with a column added. A text keeps encoding,
// delimiter, line ends and every byte of what was there; a workbook keeps its
// sheets and its password. What it was packed or encrypted in besides is taken
// off. The error is a *[diagnosis.Problem], that of ctx, or that of w.
func (f *File) Copy(ctx context.Context, w io.Writer, add Added) error {
	if add.Column < 0 {
		add.Column = len(f.columns)
	} else {
		add.Header = ""
	}
	switch t := f.table.(type) {
	case *textTable:
		return f.placed(t.copy(ctx, w, add))
	case *sheetTable:
		return f.placed(f.copyWorkbook(w, t, add))
	}
	return nil
}

// Encrypted reports whether the file as it is stored cannot be read without a
// key that its copy would not need.
func (f *File) Encrypted() bool {
	head := make([]byte, 64)
	n, _ := f.input.stored.ReadAt(head, 0) // an error here has come when the file was opened
	return kindOf(head[:n]) == kindAge
}

// copy writes the text as it is, but for the one cell of each row.
func (t *textTable) copy(ctx context.Context, w io.Writer, add Added) error {
	return t.rewrite(ctx, w, func(row []byte, number int, f fault) ([]byte, error) {
		if f != sound {
			return row, nil
		}
		return t.filled(row, number, add)
	})
}

// rewrite goes over the text twice side by side: a scanner tells where rows end,
// and of the lines it has passed that is written which change makes of them. It is
// called for every row from the top of the text, with the number of the line it begins on.
func (t *textTable) rewrite(ctx context.Context, w io.Writer, change func(row []byte, number int, f fault) ([]byte, error)) error {
	rows, err := t.fromTop(nil)
	if err != nil {
		return err
	}
	defer rows.close()
	out := bufio.NewWriterSize(w, scanBuffer)
	raw, err := t.fromTop(out)
	if err != nil {
		return err
	}
	defer raw.close()
	scan, lines := newScanner(rows, t.delim, scanBuffer), bufio.NewReaderSize(raw, scanBuffer)
	to := t.charset.writer(out)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := scan.next(); err == io.EOF {
			return out.Flush()
		} else if err != nil {
			return unreadable(err)
		}
		row, err := readLines(lines, scan.nextLine-scan.line, scan.fault == sound)
		if err != nil {
			return unreadable(err)
		}
		if row, err = change(row, scan.line, scan.fault); err != nil {
			return err
		}
		if _, err := to.Write(row); err != nil {
			return err
		}
	}
}

// passage is the text from its top, as UTF-8 unless it is in a code page.
type passage struct {
	io.Reader
	in io.Closer
}

func (p passage) close() { _ = p.in.Close() }

// fromTop begins to read the text behind its byte order mark, which goes to mark
// if that is not nil.
func (t *textTable) fromTop(mark io.Writer) (passage, error) {
	in, err := t.input.stream()
	if err != nil {
		return passage{}, err
	}
	if mark == nil {
		mark = io.Discard
	}
	if _, err := io.CopyN(mark, in, int64(t.mark)); err != nil {
		in.Close()
		return passage{}, unreadable(err)
	}
	return passage{t.charset.reader(in), in}, nil
}

// readLines reads so many lines with their ends; the last of a text may have
// none and is then not counted. In a sound row quotation marks come in pairs.
func readLines(in *bufio.Reader, count int, sound bool) ([]byte, error) {
	var lines []byte
	for n := 0; n < max(1, count) || sound && bytes.Count(lines, []byte(`"`))%2 != 0; n++ {
		for {
			b, err := in.ReadByte()
			if err == io.EOF {
				return lines, nil
			} else if err != nil {
				return nil, err
			}
			lines = append(lines, b)
			if b == '\r' {
				if next, _ := in.Peek(1); len(next) == 1 && next[0] == '\n' {
					continue
				}
			}
			if b == '\n' || b == '\r' {
				break
			}
		}
	}
	return lines, nil
}

// filled puts the text for a row into its cell.
func (t *textTable) filled(row []byte, number int, add Added) ([]byte, error) {
	text := add.Cells[number]
	if number == t.header {
		text = add.Header
	}
	if text == "" && (add.Header == "" || number <= t.header) {
		return row, nil
	}
	cell, ok := t.charset.encoded(t.quoted(text))
	if !ok {
		p := diagnosis.New(diagnosis.TextUnwritable, "Encoding", t.charset.name)
		p.Place.Row = number
		return nil, p
	}
	end := bytes.TrimRight(row, "\r\n")
	cells := t.cellsOf(end)
	if add.Column < len(cells) {
		at := cells[add.Column]
		if len(bytes.Trim(end[at.from:at.to], " \t\"")) > 0 {
			return row, nil
		}
		return bytes.Join([][]byte{row[:at.from], cell, row[at.to:]}, nil), nil
	}
	if text == "" && (len(cells) != add.Column || len(end) == 0) {
		return row, nil // of a row as wide as the table the new cell is empty, any other is left as it is
	}
	gap := bytes.Repeat([]byte{t.delim}, add.Column-len(cells)+1)
	return bytes.Join([][]byte{end, gap, cell, row[len(end):]}, nil), nil
}

// cellsOf returns where the cells of a sound row lie, with their quotation marks.
func (t *textTable) cellsOf(row []byte) []span {
	var cells []span
	from, quoted := 0, false
	for i, b := range row {
		switch {
		case b == '"':
			quoted = !quoted // a doubled mark switches twice
		case b == t.delim && !quoted:
			cells = append(cells, span{from, i})
			from = i + 1
		}
	}
	return append(cells, span{from, len(row)})
}

// quoted returns a text as a cell.
func (t *textTable) quoted(text string) string {
	if !bytes.ContainsAny([]byte(text), "\"\r\n"+string(rune(t.delim))) {
		return text
	}
	return `"` + string(bytes.ReplaceAll([]byte(text), []byte(`"`), []byte(`""`))) + `"`
}

// encoded returns a text in the form in which rows are scanned, and whether the
// charset has all of its characters.
func (c charset) encoded(text string) ([]byte, bool) {
	if c.high == nil {
		return []byte(text), true
	}
	out := make([]byte, 0, len(text))
	for _, r := range text {
		if r < utf8.RuneSelf {
			out = append(out, byte(r))
			continue
		}
		i := 0
		for i < len(c.high) && c.high[i] != r {
			i++
		}
		if i == len(c.high) {
			return nil, false
		}
		out = append(out, byte(i+utf8.RuneSelf))
	}
	return out, true
}

// writer is the reverse of reader.
func (c charset) writer(out io.Writer) io.Writer {
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

var errNotText = errors.New("source: bytes that are no text")

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
