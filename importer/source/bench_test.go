package source_test

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"r7import/importer/source"
)

// benchHeader is a full row of the request's fields.
const benchHeader = "name,email,account,password,port,server,smtp_account,smtp_password,smtp_port,smtp_server,smtp_auth,imap,restrict,incoming_encryption_type,outcoming_encryption_type,auth_type_in,auth_type_smtp"

func benchRow(i int) string {
	return fmt.Sprintf("Иванов Иван %d,user%d@example.com,user%d@example.com,p4ss-%d!,993,imap.example.com,user%d@example.com,p4ss-%d!,465,smtp.example.com,true,true,true,1,1,1,1", i, i, i, i*7919, i, i*7919)
}

func benchCSV(b *testing.B, rows int) string {
	b.Helper()
	var text strings.Builder
	text.WriteString(benchHeader + "\n")
	for i := range rows {
		text.WriteString(benchRow(i) + "\n")
	}
	path := filepath.Join(b.TempDir(), "rows.csv")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}

// BenchmarkCSV compares what a row costs here with encoding/csv alone.
func BenchmarkCSV(b *testing.B) {
	const rows = 100_000
	path := benchCSV(b, rows)
	b.Run("encoding-csv", func(b *testing.B) {
		perRow(b, rows, func() {
			file, err := os.Open(path)
			if err != nil {
				b.Fatal(err)
			}
			defer file.Close()
			r := csv.NewReader(file)
			r.ReuseRecord = true
			for err == nil {
				_, err = r.Read()
			}
			if err != io.EOF {
				b.Fatal(err)
			}
		})
	})
	b.Run("source", func(b *testing.B) {
		perRow(b, rows, func() { readAll(b, path) })
	})
}

func readAll(b *testing.B, path string) {
	b.Helper()
	isField := func(h string) bool { return strings.Contains(benchHeader, h) }
	f, err := source.Open(b.Context(), path, source.Options{Known: isField})
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	n := 0
	for r, err := range f.Records(b.Context(), strings.Split(benchHeader, ",")) {
		if err != nil || len(r.Problems) > 0 {
			b.Fatal(err, r)
		}
		n++
	}
	if n == 0 {
		b.Fatal("no rows")
	}
}

// perRow reports the time and the CPU time of all threads a row.
func perRow(b *testing.B, rows int, read func()) {
	b.ReportAllocs()
	cpu := cpuTime()
	for b.Loop() {
		read()
	}
	n := float64(rows) * float64(b.N)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/n, "ns/row")
	if used := cpuTime() - cpu; used > 0 {
		b.ReportMetric(float64(used.Nanoseconds())/n, "cpu-ns/row")
	}
}

// benchWorkbook writes the rows of benchCSV as a workbook, with the texts in the
// cells or in a shared table as Excel has them.
func benchWorkbook(b *testing.B, rows int, shared bool) string {
	b.Helper()
	var sheet, texts strings.Builder
	numbers := map[string]int{}
	sheet.WriteString(`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`)
	for n := 1; n <= rows+1; n++ {
		cells := strings.Split(benchHeader, ",")
		if n > 1 {
			cells = strings.Split(benchRow(n-2), ",")
		}
		fmt.Fprintf(&sheet, `<row r="%d">`, n)
		for i, text := range cells {
			ref := string(rune('A'+i)) + strconv.Itoa(n)
			if !shared {
				fmt.Fprintf(&sheet, `<c r="%s" t="inlineStr"><is><t>%s</t></is></c>`, ref, text)
				continue
			}
			number, ok := numbers[text]
			if !ok {
				number = len(numbers)
				numbers[text] = number
				fmt.Fprintf(&texts, `<si><t>%s</t></si>`, text)
			}
			fmt.Fprintf(&sheet, `<c r="%s" t="s"><v>%d</v></c>`, ref, number)
		}
		sheet.WriteString(`</row>`)
	}
	sheet.WriteString(`</sheetData></worksheet>`)
	path := filepath.Join(b.TempDir(), "rows.xlsx")
	content := newBook(part{"xl/worksheets/sheet1.xml", sheet.String()}, part{"xl/sharedStrings.xml", `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` + texts.String() + `</sst>`})
	if err := os.WriteFile(path, content, 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}

// BenchmarkWorkbook compares what a row costs here with excelize's own rows.
func BenchmarkWorkbook(b *testing.B) {
	const rows = 20_000
	for _, kind := range []string{"inline", "shared"} {
		path := benchWorkbook(b, rows, kind == "shared")
		b.Run(kind+"/excelize", func(b *testing.B) {
			perRow(b, rows, func() {
				book, err := excelize.OpenFile(path, excelize.Options{RawCellValue: true})
				if err != nil {
					b.Fatal(err)
				}
				defer book.Close()
				it, err := book.Rows("Sheet1")
				if err != nil {
					b.Fatal(err)
				}
				defer it.Close()
				for it.Next() {
					if _, err := it.Columns(); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
		b.Run(kind+"/source", func(b *testing.B) {
			perRow(b, rows, func() { readAll(b, path) })
		})
	}
}
