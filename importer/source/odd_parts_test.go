package source_test

import (
	"encoding/binary"
	"strings"
)

// written returns a workbook whose sheet part is as given.
func written(sheet string) []byte { return newBook(part{"xl/worksheets/sheet1.xml", sheet}) }

func oddParts() []odd {
	const head = `<?xml version="1.0" encoding="UTF-8"?>`
	const open, shut = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`, `</sheetData></worksheet>`
	whole := head + open + goodRows + shut
	rows := func(text string) []byte { return written(head + open + text + shut) }
	prefixed := strings.NewReplacer("<row", "<x:row", "</row", "</x:row", "<c ", "<x:c ", "</c>", "</x:c>", "<is>", "<x:is>", "</is>", "</x:is>", "<t>", "<x:t>", "</t>", "</x:t>").Replace(goodRows)
	laughs := `<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>`
	strict := strings.NewReplacer(
		"http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main",
		"http://schemas.openxmlformats.org/officeDocument/2006/relationships", "http://purl.oclc.org/ooxml/officeDocument/relationships")
	var strictParts []part
	for _, p := range append([]part{{"xl/worksheets/sheet1.xml", whole}}, bookParts...) {
		strictParts = append(strictParts, part{p.name, strict.Replace(p.content)})
	}
	return []odd{
		{name: "strict-open-xml.xlsx", content: zipped(strictParts...), want: "2 3"},
		{name: "prefixed-elements.xlsx", content: written(head + `<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>` + prefixed + `</x:sheetData></x:worksheet>`), want: "2 3"},
		{name: "byte-order-mark-in-xml.xlsx", content: written("\ufeff" + whole), want: "2 3"},
		{name: "xml-in-utf-16.xlsx", content: written("\xff\xfe" + string(inUTF16(binary.LittleEndian, strings.Replace(whole, "UTF-8", "UTF-16", 1)))), want: "2 3"},
		{name: "xml-in-windows-1251.xlsx", content: written("<?xml version=\"1.0\" encoding=\"windows-1251\"?>" + open + headRow + inline(2, "\xc0\xed\xed\xe0", "a@example.com") + shut), want: "refused WORKBOOK_DAMAGED"},
		{name: "xml-cut.xlsx", content: written(whole[:len(whole)-60]), want: "refused WORKBOOK_DAMAGED"},
		{name: "xml-empty.xlsx", content: written(""), want: "refused WORKBOOK_DAMAGED"},
		{name: "xml-wrong-end-tag.xlsx", content: rows(strings.Replace(goodRows, "</is>", "</si>", 1)), want: "refused WORKBOOK_DAMAGED"},
		{name: "xml-text-behind-the-root.xlsx", content: written(whole + "more"), want: "refused WORKBOOK_DAMAGED"},
		{name: "xml-second-root.xlsx", content: written(whole + "<worksheet/>"), want: "refused WORKBOOK_DAMAGED"},
		{name: "xml-comment-behind-the-root.xlsx", content: written(whole + "<!-- made by hand -->\n"), want: "2 3"},
		{name: "xml-unknown-entity.xlsx", content: rows(headRow + inline(2, "&nbsp;", "a@example.com")), want: "refused WORKBOOK_DAMAGED"},
		{name: "xml-bare-ampersand.xlsx", content: rows(headRow + inline(2, "Rogers & Sons", "a@example.com")), want: "refused WORKBOOK_DAMAGED"},
		{name: "xml-control-character.xlsx", content: rows(headRow + inline(2, "a&#1;b", "a@example.com")), want: "refused WORKBOOK_DAMAGED"},
		{name: "xml-invalid-utf-8.xlsx", content: rows(headRow + inline(2, "a\xff", "a@example.com")), want: "refused WORKBOOK_DAMAGED"},
		{name: "xml-attribute-without-quotes.xlsx", content: rows(strings.Replace(goodRows, `r="2"`, `r=2`, 1)), want: "refused WORKBOOK_DAMAGED"},
		{name: "xml-angle-bracket-in-attribute.xlsx", content: rows(strings.Replace(goodRows, `r="2"`, `r="2" spans="a>b"`, 1)), want: "2 3"},
		{name: "xml-single-quotes.xlsx", content: rows(strings.ReplaceAll(goodRows, `"`, `'`)), want: "2 3"},
		{name: "xml-laughs.xlsx", content: written(head + laughs + open + headRow + inline(2, "&c;", "a@example.com") + shut), want: "refused WORKBOOK_ENTITIES"},
		{name: "xml-outer-entity.xlsx", content: written(head + `<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>` + open + headRow + inline(2, "&x;", "a@example.com") + shut), want: "refused WORKBOOK_ENTITIES"},
		{name: "xml-entities-in-strings.xlsx", content: newBook(part{"xl/worksheets/sheet1.xml", whole}, part{"xl/sharedStrings.xml", head + laughs + "<sst/>"}), want: "refused WORKBOOK_ENTITIES"},
		{name: "xml-deep.xlsx", content: rows(strings.Repeat("<row>", 5000) + strings.Repeat("</row>", 5000)), want: "refused WORKBOOK_LIMITS"},
		{name: "xml-many-attributes.xlsx", content: rows(`<row ` + strings.Repeat(`a="1" `, 300_000) + `/>`), want: "refused WORKBOOK_LIMITS"},
		{name: "xml-long-attribute.xlsx", content: rows(`<row a="` + strings.Repeat(`x`, 3<<20) + `"/>`), want: "refused WORKBOOK_LIMITS"},
		{name: "xml-long-comment.xlsx", content: rows(`<!--` + strings.Repeat(`x`, 3<<20) + `-->`), want: "refused WORKBOOK_LIMITS"},
		{name: "xml-long-text.xlsx", content: rows(headRow + inline(2, strings.Repeat(`x`, 3<<20), "a@example.com")), want: "refused WORKBOOK_LIMITS"},
		{name: "row-too-long.xlsx", content: rows(headRow + inline(2, strings.Repeat("x", 700_000), strings.Repeat("y", 700_000)) + inline(3, "Анна", "a@example.com")), want: "2:ROW_TOO_LONG 3"},
		{name: "rows-going-back.xlsx", content: rows(headRow + inline(5, "Анна", "a@example.com") + inline(4, "Борис", "b@example.com")), want: "refused WORKBOOK_DAMAGED"},
		{name: "row-twice.xlsx", content: rows(headRow + inline(2, "Анна", "a@example.com") + inline(2, "Борис", "b@example.com")), want: "refused WORKBOOK_DAMAGED"},
		{name: "row-zero.xlsx", content: rows(`<row r="0"/>`), want: "refused WORKBOOK_DAMAGED"},
		{name: "row-beyond-the-sheet.xlsx", content: rows(goodRows + `<row r="1048577"/>`), want: "refused WORKBOOK_LIMITS"},
		{name: "row-number-of-letters.xlsx", content: rows(headRow + `<row r="two"/>`), want: "refused WORKBOOK_DAMAGED"},
		{name: "cell-twice.xlsx", content: rows(headRow + `<row r="2"><c r="A2"><v>1</v></c><c r="A2"><v>2</v></c></row>`), want: "refused WORKBOOK_DAMAGED"},
		{name: "cell-of-another-row.xlsx", content: rows(headRow + `<row r="2"><c r="A3"><v>1</v></c></row>`), want: "refused WORKBOOK_DAMAGED"},
		{name: "cell-beyond-the-sheet.xlsx", content: rows(headRow + `<row r="2"><c r="XFE2"><v>1</v></c></row>`), want: "refused WORKBOOK_LIMITS"},
		{name: "cell-lower-case.xlsx", content: rows(headRow + `<row r="2"><c r="a2"><v>1</v></c></row>`), want: "refused WORKBOOK_DAMAGED"},
		{name: "two-tables-in-a-part.xlsx", content: written(head + `<worksheet><sheetData>` + headRow + `</sheetData><sheetData>` + inline(2, "x") + `</sheetData></worksheet>`), want: "refused WORKBOOK_DAMAGED"},
		{name: "no-table-in-a-part.xlsx", content: written(head + `<worksheet><sheetViews/></worksheet>`), want: "refused WORKBOOK_DAMAGED"},
		{name: "chart-instead-of-a-sheet.xlsx", content: written(head + `<chartsheet/>`), want: "refused WORKBOOK_DAMAGED"},
		{name: "extensions.xlsx", content: written(head + open + strings.ReplaceAll(goodRows, "</row>", `<extLst><ext uri="x"><row r="9"><c r="A9"><v>9</v></c></row></ext></extLst></row>`) + `</sheetData><extLst><ext uri="y"><sheetData><row r="9"/></sheetData></ext></extLst></worksheet>`), want: "2 3"},
	}
}
