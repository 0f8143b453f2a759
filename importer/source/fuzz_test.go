package source_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source"
)

// readable opens what standard input gives and reads it twice: whatever the bytes
// are, rows come with rising numbers and decoded cells, or a refusal, and both times the same.
func readable(t *testing.T, content []byte) {
	t.Helper()
	o := source.Options{Stdin: bytes.NewReader(content), Known: isKnown, MaxBytes: 1 << 20}
	f, err := source.Open(t.Context(), "-", o)
	if err != nil {
		if p := problem(t, err); p.Code.Scope() != diagnosis.File {
			t.Fatalf("refused with %s, which is not about the file", p.Code)
		}
		return
	}
	defer f.Close()
	last := 0
	for r, err := range f.Records(t.Context(), names(f.Columns())) {
		if err != nil {
			problem(t, err)
			break
		}
		if r.Row <= last {
			t.Fatalf("row %d comes behind row %d", r.Row, last)
		}
		last = r.Row
		for field := range account.NumFields {
			if !utf8.ValidString(r.Text(field)) || strings.ContainsRune(r.Text(field), utf8.RuneError) {
				t.Fatalf("row %d: %s is not text", r.Row, field)
			}
		}
	}
	first, _ := readRows(t, f)
	if second, _ := readRows(t, f); first != second {
		t.Fatalf("the second reading gave %q, the first %q", second, first)
	}
}

// addOdd adds the small files of the collection with an extension.
func addOdd(f *testing.F, extensions ...string) {
	f.Helper()
	for _, extension := range extensions {
		paths, err := filepath.Glob("testdata/odd/*" + extension)
		if err != nil || len(paths) == 0 {
			f.Fatalf("odd files %s: %v, %d", extension, err, len(paths))
		}
		for _, path := range paths {
			content, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			if len(content) < 20_000 {
				f.Add(content)
			}
		}
	}
}

func FuzzText(f *testing.F) {
	addOdd(f, ".csv", ".txt", ".tsv")
	f.Fuzz(readable)
}

func FuzzWorkbook(f *testing.F) {
	addOdd(f, ".xlsx", ".xls")
	f.Fuzz(readable)
}

// FuzzSheet reads any bytes as the sheet of a sound workbook.
func FuzzSheet(f *testing.F) {
	for _, tc := range [][]odd{oddSheets(), oddCells(), oddParts()} {
		for _, o := range tc {
			if sheet := partOf(o.content, "xl/worksheets/sheet1.xml"); len(sheet) > 0 && len(sheet) < 10_000 {
				f.Add(sheet)
			}
		}
	}
	f.Fuzz(func(t *testing.T, sheet []byte) {
		readable(t, newBook(part{"xl/worksheets/sheet1.xml", string(sheet)}))
	})
}

// FuzzStrings reads any bytes as the string table of a sound workbook.
func FuzzStrings(f *testing.F) {
	const sheet = worksheet + `<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2" t="s"><v>1</v></c></row></sheetData></worksheet>`
	f.Add([]byte(`<sst><si><t>email</t></si><si><r><t>a@</t></r><r><t>b.c</t></r><rPh><t>x</t></rPh></si></sst>`))
	f.Add([]byte(`<x:sst xmlns:x="u"><x:si><x:t xml:space="preserve"> name </x:t></x:si><x:si/></x:sst>`))
	f.Fuzz(func(t *testing.T, table []byte) {
		readable(t, newBook(part{"xl/worksheets/sheet1.xml", sheet}, part{"xl/sharedStrings.xml", string(table)}))
	})
}
