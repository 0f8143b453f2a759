package rewrite

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"strings"

	"r7import/importer/diagnosis"
	"r7import/importer/source/text"
)

// line is a row of a text.
type line struct {
	table  *text.Table
	number int    // of the line it begins on
	row    []byte // as it is written
	text   []byte // the same without its end
	end    []byte // of the line
	sound  bool   // it can be read

	// The cells of a sound row. Any other has one, which is empty.
	at    []text.Span // where they are in text, with their quotation marks
	cells []string    // what they say
}

// eachLine goes over the text twice side by side: a scanner tells where rows end,
// and of the lines it has passed that is written which change makes of them. It is
// called for every row from the top of the text.
func eachLine(ctx context.Context, w io.Writer, t *text.Table, change func(l *line) ([]byte, error)) error {
	rows, closer, err := t.Top(io.Discard)
	if err != nil {
		return err
	}
	defer closer.Close()
	out := bufio.NewWriterSize(w, text.ScanBuffer)
	raw, closer, err := t.Top(out)
	if err != nil {
		return err
	}
	defer closer.Close()
	scan, lines := t.Scanner(rows), bufio.NewReaderSize(raw, text.ScanBuffer)
	to := t.Charset.Writer(out)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := scan.Next(); err == io.EOF {
			return out.Flush()
		} else if err != nil {
			return diagnosis.Or(err, diagnosis.FileBroken)
		}
		row, err := readLines(lines, scan.NextLine-scan.Line)
		if err != nil {
			return diagnosis.Or(err, diagnosis.FileBroken)
		}
		l := &line{table: t, number: scan.Line, row: row, text: bytes.TrimRight(row, "\r\n"), sound: scan.Fault == text.Sound}
		l.end = row[len(l.text):]
		l.takeApart()
		if row, err = change(l); err != nil {
			return err
		}
		if _, err := to.Write(row); err != nil {
			return err
		}
	}
}

// readLines reads count lines with their ends; the last of a text may have none.
func readLines(in *bufio.Reader, count int) ([]byte, error) {
	var lines []byte
	for count > 0 {
		b, err := in.ReadByte()
		if err == io.EOF {
			break
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
			count--
		}
	}
	return lines, nil
}

// takeApart finds the cells of the row.
func (l *line) takeApart() {
	if !l.sound {
		l.at, l.cells = []text.Span{{}}, []string{""}
		return
	}
	l.at = l.table.Spans(l.text)
	for _, c := range l.at {
		cell := l.text[c.From:c.To]
		if inner, quoted := bytes.CutPrefix(cell, []byte{'"'}); quoted {
			cell = bytes.ReplaceAll(bytes.TrimSuffix(inner, []byte{'"'}), []byte(`""`), []byte{'"'})
		}
		l.cells = append(l.cells, l.table.Charset.Decoded(cell))
	}
}

// with returns the row with other cells as they are to be written, and with more of them
// behind its own up to a width.
func (l *line) with(changes map[int][]byte, width int) []byte {
	var out []byte
	from := 0
	for i, c := range l.at {
		if with, is := changes[i]; is {
			out = append(append(out, l.text[from:c.From]...), with...)
			from = c.To
		}
	}
	out = append(out, l.text[from:]...)
	for i := len(l.at); i < width; i++ {
		if with, is := changes[i]; is {
			out = append(append(out, l.table.Delimiter), with...)
		}
	}
	return append(out, l.end...)
}

// quoted returns a text as a cell.
func quoted(text string, delim byte) string {
	if !strings.ContainsAny(text, "\"\r\n"+string(rune(delim))) {
		return text
	}
	return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
}
