package source_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"r7import/importer/source"
)

// TestHugeFiles reads what is too large to be kept in the collection. Memory is
// bounded whatever a file holds; how long it takes is for BenchmarkHuge to say.
func TestHugeFiles(t *testing.T) {
	const most = 400 << 20
	before := systemMemory()
	for _, tc := range hugeFiles() {
		t.Run(tc.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), tc.file)
			if err := os.WriteFile(path, tc.content(), 0o600); err != nil {
				t.Fatal(err)
			}
			runtime.GC()
			if got, _ := outcome(t, path, nil); got != tc.want {
				t.Errorf("outcome = %q, want %q", got, tc.want)
			}
		})
	}
	if taken := systemMemory() - before; taken > most {
		t.Errorf("%d MiB were taken from the system, want %d at most", taken>>20, most>>20)
	}
}

// huge is a file that is made when it is needed.
type huge struct {
	name    string
	file    string
	content func() []byte
	want    string
}

func hugeFiles() []huge {
	const header = "name,email,password\n"
	good := "Anna,a@example.com,x\n"
	manyParts := func(n int) []byte {
		parts := make([]part, n)
		for i := range parts {
			parts[i] = part{fmt.Sprintf("x/%d", i), ""}
		}
		return stored(append(parts, wholeBook()...)...)
	}
	return []huge{
		{"row of 50 MB", "a.csv", func() []byte {
			return joined([]byte(header+good), bytes.Repeat([]byte("y"), 50<<20), []byte("\n"+good))
		}, "2 3:ROW_TOO_LONG 4"},
		{"quoted row of 50 MB", "a.csv", func() []byte {
			return joined([]byte(header+good+`"`), bytes.Repeat([]byte("y"), 50<<20), []byte("\",b,c\n"+good))
		}, "2 3:ROW_TOO_LONG 4"},
		{"quoted cell of 50 MB in lines", "a.csv", func() []byte {
			return joined([]byte(header+good+`"`), bytes.Repeat([]byte("y\n"), 10), bytes.Repeat([]byte("y"), 50<<20), []byte("\",b,c\n"+good))
		}, "2 3:QUOTE_UNCLOSED 4:ROW_WIDTH 5:ROW_WIDTH 6:ROW_WIDTH 7:ROW_WIDTH 8:ROW_WIDTH 9:ROW_WIDTH 10:ROW_WIDTH 11:ROW_WIDTH 12:ROW_WIDTH 13:ROW_TOO_LONG 14"},
		{"no line end at all", "a.csv", func() []byte { return bytes.Repeat([]byte("name,email,"), 5<<20) }, "refused HEADER_NOT_FOUND"},
		{"header of a million columns", "a.csv", func() []byte {
			return joined(bytes.Repeat([]byte("name,"), 1_000_000), []byte("\n"+good))
		}, "refused HEADER_NOT_FOUND"},
		{"60,000 parts", "a.xlsx", func() []byte { return manyParts(60_000) }, "refused WORKBOOK_LIMITS"},
		{"10,001 parts", "a.xlsx", func() []byte { return manyParts(10_001) }, "refused WORKBOOK_LIMITS"},
		{"100,001 merged cells", "a.xlsx", func() []byte {
			var merges strings.Builder
			for i := range 100_001 {
				fmt.Fprintf(&merges, `<mergeCell ref="C%d:D%d"/>`, i+2, i+2)
			}
			return sheetOf(goodRows, "<mergeCells>"+merges.String()+"</mergeCells>")
		}, "refused WORKBOOK_LIMITS"},
		{"100,000 merged cells, one over the other", "a.xlsx", func() []byte {
			return sheetOf(goodRows, "<mergeCells>"+strings.Repeat(`<mergeCell ref="C2:D1000000"/>`, 100_000)+"</mergeCells>")
		}, "2:CELL_MERGED 3:CELL_MERGED:CELL_MERGED"},
		{"a million empty rows", "a.xlsx", func() []byte {
			return sheetOf(goodRows + strings.Repeat("<row/>", 1_000_000))
		}, "2 3"},
	}
}

// BenchmarkHuge opens and reads the huge files.
func BenchmarkHuge(b *testing.B) {
	for _, tc := range hugeFiles() {
		b.Run(tc.name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), tc.file)
			if err := os.WriteFile(path, tc.content(), 0o600); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				f, err := source.Open(b.Context(), path, source.Options{Known: isKnown})
				if err != nil {
					continue
				}
				for range f.Records(b.Context(), names(f.Columns())) {
				}
				f.Close()
			}
		})
	}
}

// systemMemory returns how much memory was taken from the system so far.
func systemMemory() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Sys
}

// unclosedQuotes is a text of which every other row looks unclosed from where it begins.
func unclosedQuotes(rows int) string {
	return "name,email\n" + strings.Repeat("x,\"a\ny,b\"c\n", rows/2)
}

func TestManyUnclosedQuotes(t *testing.T) {
	const rows = 100_000
	f, err := source.Open(t.Context(), "-", source.Options{Stdin: strings.NewReader(unclosedQuotes(rows)), Known: isKnown})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for _, err := range f.Records(t.Context(), names(f.Columns())) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != rows {
		t.Errorf("%d rows, want %d", n, rows)
	}
}

// BenchmarkUnclosedQuotes shows that the time grows with the file and not with its square.
func BenchmarkUnclosedQuotes(b *testing.B) {
	for _, rows := range []int{25_000, 50_000, 100_000} {
		b.Run(strconv.Itoa(rows), func(b *testing.B) {
			text := unclosedQuotes(rows)
			for b.Loop() {
				f, err := source.Open(b.Context(), "-", source.Options{Stdin: strings.NewReader(text), Known: isKnown})
				if err != nil {
					b.Fatal(err)
				}
				for range f.Records(b.Context(), names(f.Columns())) {
				}
				f.Close()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*rows), "ns/row")
		})
	}
}
