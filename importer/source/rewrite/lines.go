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

// line is one row of a text.
type line struct {
	table  *text.Table
	number int    // line on which it begins
	row    []byte // the bytes as written
	text   []byte // row without its line end
	end    []byte // the line end
	sound  bool   // the row can be parsed

	// The cells of a sound row. Any other row has one empty cell.
	spans []text.Span // positions in text, including quotation marks
	cells []string    // decoded texts
}

// eachLine reads the text twice in parallel: a scanner finds the ends
// of rows, and the lines of each row are passed to change, whose result
// is written. change is called for every row from the first line on.
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
		l.parse()
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

// parse finds the cells of the row.
func (l *line) parse() {
	if !l.sound {
		l.spans, l.cells = []text.Span{{}}, []string{""}
		return
	}
	l.spans = l.table.Spans(l.text)
	for _, c := range l.spans {
		cell := l.text[c.From:c.To]
		if inner, quoted := bytes.CutPrefix(cell, []byte{'"'}); quoted {
			cell = bytes.ReplaceAll(bytes.TrimSuffix(inner, []byte{'"'}), []byte(`""`), []byte{'"'})
		}
		l.cells = append(l.cells, l.table.Charset.Decoded(cell))
	}
}

// with returns the row with the given cells, already encoded, in
// place of its own. Cells past its end are appended up to width.
func (l *line) with(changes map[int][]byte, width int) []byte {
	var out []byte
	from := 0
	for i, c := range l.spans {
		if with, ok := changes[i]; ok {
			out = append(append(out, l.text[from:c.From]...), with...)
			from = c.To
		}
	}
	out = append(out, l.text[from:]...)
	for i := len(l.spans); i < width; i++ {
		if with, ok := changes[i]; ok {
			out = append(append(out, l.table.Delimiter), with...)
		}
	}
	return append(out, l.end...)
}

// quoted returns a text as a cell, in quotation marks if it needs them.
func quoted(text string, delim byte) string {
	if !strings.ContainsAny(text, "\"\r\n"+string(rune(delim))) {
		return text
	}
	return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
}
