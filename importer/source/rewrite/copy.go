// Package rewrite writes a table once more: with a column added, or with everything
// masked that may be a secret. A text keeps encoding, delimiter and line ends. A copy
// with a column added keeps every byte of a text, and of a workbook every part but the
// sheet. A workbook keeps its password; what a file was packed or encrypted in besides
// is taken off.
package rewrite

import (
	"bufio"
	"bytes"
	"context"
	"io"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source/container"
	"r7import/importer/source/text"
	"r7import/importer/source/xlsx"
)

// Original is the file to write once more: a text or a sheet.
type Original struct {
	File     *container.File
	Password account.Secret // of the workbook
	Headers  []string       // of the columns of the table
	Text     *text.Table
	Sheet    *xlsx.Table
}

// Added is a column for a copy of a file: a new one behind the table, or one
// that is there and whose blank cells are filled.
type Added struct {
	// Column is the index of the column to fill, -1 for a new one.
	Column int
	// Header is the name of a new column.
	Header string
	// Cells are the texts by row number. A cell that is not blank is left alone.
	Cells map[int]string
}

// Copy writes the file once more with a column added. The error is a
// *[diagnosis.Problem], that of ctx, or that of w.
func Copy(ctx context.Context, w io.Writer, from Original, add Added) error {
	if add.Column < 0 {
		add.Column = len(from.Headers)
	} else {
		add.Header = ""
	}
	if from.Text != nil {
		return copyText(ctx, w, from.Text, add)
	}
	return copyWorkbook(ctx, w, from, add)
}

// copyText writes the text as it is, but for the one cell of each row.
func copyText(ctx context.Context, w io.Writer, t *text.Table, add Added) error {
	return eachRow(ctx, w, t, func(row []byte, number int, f text.Fault) ([]byte, error) {
		if f != text.Sound {
			return row, nil
		}
		return filled(t, row, number, add)
	})
}

// eachRow goes over the text twice side by side: a scanner tells where rows end,
// and of the lines it has passed that is written which change makes of them. It is
// called for every row from the top of the text, with the number of the line it begins on.
func eachRow(ctx context.Context, w io.Writer, t *text.Table, change func(row []byte, number int, f text.Fault) ([]byte, error)) error {
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
		if row, err = change(row, scan.Line, scan.Fault); err != nil {
			return err
		}
		if _, err := to.Write(row); err != nil {
			return err
		}
	}
}

// readLines reads so many lines with their ends; the last of a text may have none.
func readLines(in *bufio.Reader, count int) ([]byte, error) {
	var lines []byte
	for range count {
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
func filled(t *text.Table, row []byte, number int, add Added) ([]byte, error) {
	wanted := add.Cells[number]
	if number == t.Header {
		wanted = add.Header
	}
	if wanted == "" && (add.Header == "" || number <= t.Header) {
		return row, nil
	}
	cell, ok := t.Charset.Encoded(quoted(wanted, t.Delimiter))
	if !ok {
		p := diagnosis.New(diagnosis.TextUnwritable, "Encoding", t.Charset.Name())
		p.Place.Row = number
		return nil, p
	}
	end := bytes.TrimRight(row, "\r\n")
	cells := t.Spans(end)
	if add.Column < len(cells) {
		at := cells[add.Column]
		if len(bytes.Trim(end[at.From:at.To], " \t\"")) > 0 {
			return row, nil
		}
		return bytes.Join([][]byte{row[:at.From], cell, row[at.To:]}, nil), nil
	}
	if wanted == "" && (len(cells) != add.Column || len(end) == 0) {
		return row, nil // of a row as wide as the table the new cell is empty, any other is left as it is
	}
	gap := bytes.Repeat([]byte{t.Delimiter}, add.Column-len(cells)+1)
	return bytes.Join([][]byte{end, gap, cell, row[len(end):]}, nil), nil
}

// quoted returns a text as a cell.
func quoted(text string, delim byte) string {
	if !bytes.ContainsAny([]byte(text), "\"\r\n"+string(rune(delim))) {
		return text
	}
	return `"` + string(bytes.ReplaceAll([]byte(text), []byte(`"`), []byte(`""`))) + `"`
}
