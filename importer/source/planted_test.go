package source_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"r7import/importer/source"
)

// secretForms returns the ways in which a file may write a text.
func secretForms(secret string) map[string]string {
	little, _ := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder().String(secret)
	big, _ := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().String(secret)
	ansi, _ := charmap.Windows1251.NewEncoder().String(secret)
	var references, underscores string
	for _, r := range secret {
		references += fmt.Sprintf("&#%d;", r)
		underscores += fmt.Sprintf("_x%04X_", r)
	}
	return map[string]string{
		"UTF-8": secret, "UTF-16LE": little, "UTF-16BE": big, "Windows-1251": ansi, "entities": html.EscapeString(secret), "references": references,
		"escapes of cells": underscores, "URL": url.QueryEscape(secret), "hex": hex.EncodeToString([]byte(secret)),
		"base64": strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(secret)), "="),
	}
}

// searched reports the places whose secret is in content, in any form.
func searched(t *testing.T, content string, secrets map[string]string) (found []string) {
	t.Helper()
	for place, secret := range secrets {
		for form, text := range secretForms(secret) {
			if strings.Contains(content, text) {
				found = append(found, place+" in "+form)
			}
		}
	}
	return found
}

// plantedBook is a workbook with a secret of its own in every place that is known to keep one.
func plantedBook() (content []byte, secrets map[string]string) {
	secrets = make(map[string]string)
	plant := func(place string) string {
		secret := fmt.Sprintf("Канарейка&%03d<", len(secrets))
		secrets[place] = secret
		return html.EscapeString(secret)
	}
	text := func(ref, text string) string {
		return `<c r="` + ref + `" t="inlineStr"><is><t>` + text + `</t></is></c>`
	}
	rich := strings.SplitN(plant("a cell in two runs"), "&amp;", 2)
	sheet := `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetPr codeName="` + plant("the code name of a sheet") + `"/><sheetData>` +
		`<row r="1">` + text("A1", plant("a title")) + `</row>` +
		`<row r="2">` + text("A2", "email") + text("B2", "Пароль") + text("C2", "Kennwort") + text("D2", "Код") + text("E2", "Отдел") + text("F2", "Порт") + `</row>` +
		`<row r="3">` + text("A3", "a@b.ru") + `<c r="B3" t="s"><v>0</v></c>` + text("C3", plant("a column in German")) + text("D3", plant("a column of codes")) + text("E3", "Склад") + `</row>` +
		`<row r="4">` + text("A4", "b@b.ru") + `<c r="B4" t="str"><f>"` + plant("a formula") + `"</f><v>` + plant("the result of a formula") + `</v></c><c r="D4"><f>IF(A1="` + plant("a formula of another column") + `",1,0)</f><v>1</v></c></row>` +
		`<row r="5">` + text("A5", "c@b.ru") + text("B5", plant("a cell")) + text("E5", "новый: "+html.EscapeString(secrets["a cell"])) + text("H5", plant("a cell beside the table")) + `</row>` +
		`<row r="6">` + text("A6", "d@b.ru") + `<c r="B6" t="inlineStr"><is><r><t>` + rich[0] + `&amp;</t></r><r><t>` + rich[1] + `</t></r><rPh><t>` + plant("how to pronounce a cell") + `</t></rPh></is></c></row>` +
		`<row r="7">` + text("A7", "# "+plant("a remark")) + `</row>` +
		`<row r="8">` + text("A8", "Итого") + text("B8", plant("a sum")) + `</row>` +
		`<row r="9">` + text("A9", plant("a row astray")) + text("F9", "993") + `</row>` +
		`</sheetData><autoFilter ref="A2:E9"><filterColumn colId="1"><filters><filter val="` + plant("a value of the filter") + `"/></filters></filterColumn></autoFilter>` +
		`<conditionalFormatting sqref="B3:B9"><cfRule type="containsText" text="` + plant("a conditional format") + `"><formula>"` + plant("the formula of a conditional format") + `"</formula></cfRule></conditionalFormatting>` +
		`<dataValidations><dataValidation type="list" prompt="` + plant("a tooltip") + `" error="` + plant("an error message") + `" sqref="B3"><formula1>"` + plant("a validation") + `"</formula1></dataValidation></dataValidations>` +
		`<hyperlinks><hyperlink ref="A3" tooltip="` + plant("the tooltip of a link") + `" display="` + plant("the text of a link") + `"/></hyperlinks>` +
		`<headerFooter><oddHeader>` + plant("a page header") + `</oddHeader><oddFooter>` + plant("a page footer") + `</oddFooter></headerFooter></worksheet>`
	parts := []part{
		{"xl/worksheets/sheet1.xml", sheet},
		{"xl/sharedStrings.xml", `<sst><si><t>` + plant("a shared text") + `</t></si><si><t>` + plant("a shared text nobody shares any more") + `</t></si></sst>`},
		{"xl/styles.xml", `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="&quot;` + plant("a number format") + `&quot;"/></numFmts><cellXfs><xf numFmtId="164"/></cellXfs></styleSheet>`},
	}
	for _, name := range []string{
		"docProps/core.xml", "docProps/app.xml", "docProps/custom.xml", "customXml/item1.xml", "xl/comments1.xml", "xl/threadedComments/threadedComment1.xml",
		"xl/persons/person.xml", "xl/drawings/drawing1.xml", "xl/drawings/vmlDrawing1.vml", "xl/charts/chart1.xml", "xl/tables/table1.xml", "xl/calcChain.xml",
		"xl/pivotCache/pivotCacheDefinition1.xml", "xl/pivotCache/pivotCacheRecords1.xml", "xl/externalLinks/externalLink1.xml", "xl/connections.xml",
		"xl/worksheets/sheet2.xml", "xl/worksheets/_rels/sheet1.xml.rels", "xl/printerSettings/printerSettings1.bin", "xl/vbaProject.bin", "xl/media/image1.png", "xl/embeddings/oleObject1.bin",
	} {
		parts = append(parts, part{name, `<a b="` + plant(name) + `">` + plant(name+", its text") + `</a>`})
	}
	for i, name := range []string{"xl/drawings/", "xl/media/"} { // the name of a part, in a form that names allow
		secrets[name] = fmt.Sprintf("kanarienvogel-%d", i)
		parts = append(parts, part{name + secrets[name] + ".xml", "<a/>"})
	}
	return newBook(parts...), secrets
}

// TestRedactedWorkbookHoldsNoPlantedSecret: of everything a workbook can keep a text
// in, the copy has the cells that may be shown.
func TestRedactedWorkbookHoldsNoPlantedSecret(t *testing.T) {
	content, secrets := plantedBook()
	if found := searched(t, everything(t, content)+string(content), secrets); len(found) < len(secrets)-1 { // one is in two pieces
		t.Fatalf("of %d secrets the original has %d", len(secrets), len(found))
	}
	got, done, err := redacted(t, "a.xlsx", content, source.Options{Sheet: "Sheet1"})
	if err != nil {
		t.Fatal(err)
	}
	if found := searched(t, everything(t, got)+string(got), secrets); len(found) > 0 {
		t.Errorf("the copy holds %q", found)
	}
	if done.Alike[4] != 1 {
		t.Errorf("the text of a secret was masked in other columns: %v, want it once in column E", done.Alike)
	}
	if rows := sheetRows(t, got, "Sheet1"); len(rows) != 9 || strings.Join(rows[2], "|") != "a@b.ru|***|***|***|Склад" {
		t.Errorf("the copy has the rows %q", rows)
	}
}

func TestRedactedTextHoldsNoPlantedSecret(t *testing.T) {
	secrets := make(map[string]string)
	plant := func(place string) string {
		secrets[place] = fmt.Sprintf("Канарейка-%03d", len(secrets))
		return secrets[place]
	}
	in := "sep=;\r\n" + plant("a title") + "\r\n// " + plant("a remark above") + "\r\n\r\nemail;Пароль;Kennwort;Отдел;;Порт\r\n" +
		"a@b.ru;" + plant("a cell") + ";" + plant("a column in German") + ";старый (" + secrets["a cell"] + ");" + plant("a column without a name") + ";993\r\n" +
		"b@b.ru;\"" + plant("a quoted cell") + ";\r\n" + plant("its second line") + "\";;;;993\r\n" +
		"c@b.ru;;;;;993;" + plant("a cell beyond the table") + "\r\n" +
		"d@b.ru;\"x\"" + plant("a stray quotation mark") + ";;;;993\r\n" +
		"# " + plant("a remark") + ";;;;;\r\n" +
		plant("a row astray") + ";;;;;993\r\n" +
		"e@b.ru;\"" + plant("an unclosed quotation mark") + ";;;;993\r\n"
	for name, encoding := range encodings {
		content, err := encoding.NewEncoder().Bytes([]byte(in))
		if err != nil {
			t.Fatal(err)
		}
		if found := searched(t, string(content), secrets); len(found) != len(secrets) && name != "koi8-r" {
			t.Fatalf("%s: of %d secrets the original has %d", name, len(secrets), len(found))
		}
		got, _, err := redacted(t, "a.csv", content, source.Options{Encoding: name})
		if err != nil {
			t.Fatal(err)
		}
		text, _ := encoding.NewDecoder().Bytes(got)
		if found := searched(t, string(got)+string(text), secrets); len(found) > 0 {
			t.Errorf("%s: the copy holds %q:\n%s", name, found, text)
		}
		if lines := bytes.Count(text, []byte("\r\n")); lines != strings.Count(in, "\r\n")-1 { // one is within a cell
			t.Errorf("%s: the copy has %d lines:\n%s", name, lines, text)
		}
	}
}
