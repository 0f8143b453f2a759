package source_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"r7import/importer/source"
)

// TestHugeFiles reads what is too large to be kept in the collection. Time and
// memory are bounded whatever a file holds.
func TestHugeFiles(t *testing.T) {
	const (
		longest = 15 * time.Second
		most    = 400 << 20
	)
	before := systemMemory()
	const header = "name,email,password\n"
	good := "Anna,a@example.com,x\n"
	manyParts := func(n int) []byte {
		parts := make([]part, n)
		for i := range parts {
			parts[i] = part{fmt.Sprintf("x/%d", i), ""}
		}
		return stored(append(parts, wholeBook()...)...)
	}
	for _, tc := range []struct {
		name    string
		file    string
		content func() []byte
		want    string
	}{
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
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), tc.file)
			if err := os.WriteFile(path, tc.content(), 0o600); err != nil {
				t.Fatal(err)
			}
			runtime.GC()
			start := time.Now()
			if got, _ := outcome(t, path, nil); got != tc.want {
				t.Errorf("outcome = %q, want %q", got, tc.want)
			}
			if took := time.Since(start); took > longest {
				t.Errorf("took %v, want %v at most", took, longest)
			}
		})
	}
	if taken := systemMemory() - before; taken > most {
		t.Errorf("%d MiB were taken from the system, want %d at most", taken>>20, most>>20)
	}
}

// systemMemory returns how much memory was taken from the system so far.
func systemMemory() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Sys
}

// TestManyUnclosedQuotes reads rows of which each looks unclosed from where it
// begins: the time must grow with the file and not with its square.
func TestManyUnclosedQuotes(t *testing.T) {
	text := "name,email\n" + strings.Repeat("x,\"a\ny,b\"c\n", 50_000)
	f, err := source.Open(t.Context(), "-", source.Options{Stdin: strings.NewReader(text), Known: isKnown})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	start := time.Now()
	n := 0
	for _, err := range f.Records(t.Context(), names(f.Columns())) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if took := time.Since(start); n != 100_000 || took > 15*time.Second {
		t.Errorf("%d rows in %v, want 100000 in less than 15 s", n, took)
	}
}
