package text

import (
	"bytes"
	"encoding/csv"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// scanAll returns the cells of every row that is not an empty line, and whether none has a fault.
func scanAll(in io.Reader, buffer int) (rows [][]string, whole bool) {
	whole = true
	s := NewScanner(in, ',', buffer)
	for s.Next() == nil {
		var cells []string
		for _, c := range s.Cells {
			cells = append(cells, string(s.Text[c.From:c.To]))
		}
		whole = whole && s.Fault == Sound
		if !isEmptyLine(cells) {
			rows = append(rows, cells)
		}
	}
	return rows, whole
}

// isEmptyLine reports whether a row holds nothing; encoding/csv leaves out empty lines.
func isEmptyLine(cells []string) bool { return slices.Equal(cells, []string{""}) }

// FuzzScanner compares the scanner with encoding/csv wherever that finds no fault,
// and with itself when the input comes byte by byte.
func FuzzScanner(f *testing.F) {
	for _, text := range []string{"a,b\nc,d\n", "\"a\"\"b\",\"c\nd\"\r\n,,\n", "a\"b,c\n\"d\n", "a\rb\r\nc", "\"x\" y,z\n", "\"\"\n\n\"\",\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		rows, whole := scanAll(bytes.NewReader(text), ScanBuffer)
		if again, _ := scanAll(iotest.OneByteReader(bytes.NewReader(text)), 2); !slices.EqualFunc(rows, again, slices.Equal) {
			t.Fatalf("byte by byte, at once - byte by byte +\n%s", cmp.Diff(rows, again))
		}
		r := csv.NewReader(bytes.NewReader(text))
		r.FieldsPerRecord = -1
		want, err := r.ReadAll()
		if err != nil || !whole || bytes.Contains(bytes.ReplaceAll(text, []byte("\r\n"), nil), []byte{'\r'}) {
			return
		}
		want = slices.DeleteFunc(want, isEmptyLine)
		for _, cells := range rows {
			for i := range cells {
				cells[i] = strings.ReplaceAll(cells[i], "\r\n", "\n") // encoding/csv does so within quotes
			}
		}
		if !slices.EqualFunc(want, rows, slices.Equal) {
			t.Fatalf("encoding/csv - scanner +\n%s", cmp.Diff(want, rows))
		}
	})
}
