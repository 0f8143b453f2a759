package source_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
	"pgregory.net/rapid"

	"r7import/importer/account"
	"r7import/importer/source"
)

// roundColumns are the columns of the tables that go round. The address comes
// first: a row that begins with one is no comment and no total.
var roundColumns = []account.Field{account.Email, account.Name, account.Password, account.Account, account.PortalPassword}

// mayEscape are backslashes that other programs put before quotation marks and
// delimiters: a table that may be meant so is refused.
var mayEscape = regexp.MustCompile(`\\(?:[",;|\t]|$)`)

// roundCell is any text that means nothing to the reader.
func roundCell(letters string) *rapid.Generator[string] {
	return rapid.StringOf(rapid.SampledFrom([]rune(letters))).Filter(func(s string) bool {
		return strings.Count(s, "?") < 3 && !strings.Contains(s, "E+") && !strings.Contains(s, "#") &&
			!strings.HasPrefix(s, `="`) && !mayEscape.MatchString(s)
	})
}

// roundTable is a table of such cells.
func roundTable(t *rapid.T, letters string) [][]string {
	rows := rapid.IntRange(1, 20).Draw(t, "rows")
	table := make([][]string, rows)
	for i := range table {
		table[i] = []string{fmt.Sprintf("n%d@example.com", i)}
		for _, f := range roundColumns[1:] {
			table[i] = append(table[i], roundCell(letters).Draw(t, f.String()))
		}
	}
	return table
}

// cellsRead opens what standard input gives and returns the cells of its rows.
func cellsRead(t *rapid.T, content []byte, o source.Options) [][]string {
	o.Stdin, o.Known = bytes.NewReader(content), isKnown
	f, err := source.Open(t.Context(), "-", o)
	if err != nil {
		t.Fatalf("Open = %v of %q", err, content)
	}
	defer f.Close()
	var table [][]string
	for r, err := range f.Records(t.Context(), names(f.Columns())) {
		if err != nil || len(r.Problems) > 0 {
			t.Fatalf("row %v: %v of %q", r, err, content)
		}
		var row []string
		for _, f := range roundColumns {
			row = append(row, r.Text(f))
		}
		table = append(table, row)
	}
	return table
}

const ascii = "abcXYZ019 \t,;|\"'\\/<>&=@_-+.:?!()\n\r"

// TestTextGoesRound writes any table in each encoding and with each delimiter and reads it back.
func TestTextGoesRound(t *testing.T) {
	russian := ascii + "абвгдеёжзиъыьэюяАБВЭЮЯ"
	for _, tc := range []struct {
		encoding string
		letters  string
		encode   func(string) []byte
	}{
		{"utf-8", russian + "№«»—ЇґӘ\u00a0\u200b\u202e😀漢ß", func(s string) []byte { return []byte(s) }},
		{"utf-8", russian, func(s string) []byte { return []byte("\xef\xbb\xbf" + s) }},
		{"utf-16le", russian + "😀漢", func(s string) []byte { return inUTF16(binary.LittleEndian, s) }},
		{"utf-16be", russian + "😀漢", func(s string) []byte { return inUTF16(binary.BigEndian, s) }},
		{"windows-1251", russian + "№«»—Їґ\u00a0", func(s string) []byte { return inCodePage(charmap.Windows1251, s) }},
		{"koi8-r", russian + "═║©", func(s string) []byte { return inCodePage(charmap.KOI8R, s) }},
		{"cp866", russian + "═║№", func(s string) []byte { return inCodePage(charmap.CodePage866, s) }},
	} {
		t.Run(tc.encoding, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				table := roundTable(t, tc.letters)
				text := writeText(t, table)
				got := cellsRead(t, tc.encode(text), source.Options{Encoding: tc.encoding})
				if diff := cmp.Diff(table, got); diff != "" {
					t.Fatalf("written - read +\n%s", diff)
				}
			})
		})
	}
}

func writeText(t *rapid.T, table [][]string) string {
	delimiter := rapid.SampledFrom([]string{",", ";", "\t", "|"}).Draw(t, "delimiter")
	end := rapid.SampledFrom([]string{"\n", "\r\n", "\r"}).Draw(t, "line end")
	always := rapid.Bool().Draw(t, "always quoted")
	var out strings.Builder
	for i, row := range append([][]string{fieldNames()}, table...) {
		if i > 0 {
			out.WriteString(end)
		}
		for j, cell := range row {
			if j > 0 {
				out.WriteString(delimiter)
			}
			if always || strings.ContainsAny(cell, "\"\r\n"+delimiter) {
				cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
			}
			out.WriteString(cell)
		}
	}
	if rapid.Bool().Draw(t, "last line end") {
		out.WriteString(end)
	}
	return out.String()
}

func fieldNames() []string {
	var out []string
	for _, f := range roundColumns {
		out = append(out, f.String())
	}
	return out
}

const workbookLetters = ascii + "абвЭЮЯ№😀漢_x0041\x01\x1f"

// TestWorkbookGoesRound writes any table as one of the many forms a workbook has and
// reads it back, as excelize does.
func TestWorkbookGoesRound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := roundTable(t, workbookLetters)
		referenced := rapid.Bool().Draw(t, "references") // excelize needs them
		book := writeWorkbook(t, table, referenced)
		if diff := cmp.Diff(table, cellsRead(t, book, source.Options{})); diff != "" {
			t.Fatalf("written - read +\n%s", diff)
		}
		if !referenced {
			return
		}
		if diff := cmp.Diff(table, excelizeRead(t, book)); diff != "" {
			t.Fatalf("written - read by excelize +\n%s", diff)
		}
	})
}

// excelizeRead returns the cells of the rows below the header as excelize reads them.
func excelizeRead(t *rapid.T, content []byte) [][]string {
	book, err := excelize.OpenReader(bytes.NewReader(content), excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		for len(rows[i]) < len(roundColumns) {
			rows[i] = append(rows[i], "")
		}
	}
	return rows[1:]
}

// TestExcelizeGoesRound reads what excelize has written.
func TestExcelizeGoesRound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := roundTable(t, ascii+"абвЭЮЯ№😀漢")
		book := excelize.NewFile()
		defer book.Close()
		for i, row := range append([][]string{fieldNames()}, table...) {
			for j, cell := range row {
				ref, err := excelize.CoordinatesToCellName(j+1, i+1)
				if err == nil {
					err = book.SetCellStr("Sheet1", ref, cell)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		out, err := book.WriteToBuffer()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(table, cellsRead(t, out.Bytes(), source.Options{})); diff != "" {
			t.Fatalf("written - read +\n%s", diff)
		}
	})
}

// writeWorkbook writes a table with references or without, inline or shared,
// prefixed or not, with text escaped in any way there is.
func writeWorkbook(t *rapid.T, table [][]string, referenced bool) []byte {
	shared := rapid.Bool().Draw(t, "shared strings")
	var sheet, texts strings.Builder
	sheet.WriteString(worksheet + `<sheetData>`)
	n := 0
	for i, row := range append([][]string{fieldNames()}, table...) {
		if referenced {
			fmt.Fprintf(&sheet, `<row r="%d">`, i+1)
		} else {
			sheet.WriteString("<row>")
		}
		for j, cell := range row {
			sheet.WriteString("<c")
			if referenced {
				fmt.Fprintf(&sheet, ` r="%c%d"`, 'A'+j, i+1)
			}
			text := writeTextElements(t, cell)
			if shared {
				fmt.Fprintf(&sheet, ` t="s"><v>%d</v></c>`, n)
				texts.WriteString("<si>" + text + "</si>")
				n++
				continue
			}
			sheet.WriteString(` t="inlineStr"><is>` + text + "</is></c>")
		}
		sheet.WriteString("</row>\n")
	}
	sheet.WriteString("</sheetData></worksheet>")
	return newBook(part{"xl/worksheets/sheet1.xml", sheet.String()}, part{"xl/sharedStrings.xml", `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` + texts.String() + "</sst>"})
}

// writeTextElements writes a text as one run or several.
func writeTextElements(t *rapid.T, text string) string {
	text = escapeCell(text)
	if rapid.Bool().Draw(t, "rich") && len(text) > 1 {
		runes := []rune(text)
		at := rapid.IntRange(0, len(runes)).Draw(t, "at")
		return "<r><t>" + escapeXML(t, string(runes[:at])) + `</t></r><r><rPr><b/></rPr><t xml:space="preserve">` + escapeXML(t, string(runes[at:])) + "</t></r>"
	}
	return "<t>" + escapeXML(t, text) + "</t>"
}

// escapeCell writes what XML cannot hold, or what looks as if it were escaped, as a workbook does.
func escapeCell(text string) string {
	var out strings.Builder
	for i, r := range text {
		switch {
		case r == '\r' || r < ' ' && r != '\n' && r != '\t':
			fmt.Fprintf(&out, "_x%04X_", r)
		case r == '_' && strings.HasPrefix(text[i:], "_x"):
			out.WriteString("_x005F_")
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}

func escapeXML(t *rapid.T, text string) string {
	switch rapid.IntRange(0, 2).Draw(t, "escape") {
	case 0:
		return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
	case 1:
		return "<![CDATA[" + strings.ReplaceAll(text, "]]>", "]]]]><![CDATA[>") + "]]>"
	}
	var out strings.Builder
	for _, r := range text {
		fmt.Fprintf(&out, "&#x%X;", r)
	}
	return out.String()
}
