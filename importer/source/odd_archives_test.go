package source_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"strings"
)

// without returns the usual workbook without one of its parts.
func without(name string) []byte {
	var parts []part
	for _, p := range wholeBook() {
		if p.name != name {
			parts = append(parts, p)
		}
	}
	return zipped(parts...)
}

// central changes the entry of a part in a zip's directory: size is the offset of
// a number in it.
func central(content []byte, name string, offset int, number uint32, bytesLong int) []byte {
	out := bytes.Clone(content)
	at := bytes.LastIndex(out, []byte(name)) - 46
	if bytesLong == 2 {
		binary.LittleEndian.PutUint16(out[at+offset:], uint16(number))
	} else {
		binary.LittleEndian.PutUint32(out[at+offset:], number)
	}
	return out
}

// Offsets in an entry of a zip's directory.
const (
	zipFlags    = 8
	zipMethod   = 10
	zipChecksum = 16
	zipUnpacked = 24
)

// stored returns parts as a zip that packs nothing, with a comment at its end.
func stored(parts ...part) []byte {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, p := range parts {
		w, err := z.CreateHeader(&zip.FileHeader{Name: p.name, Method: zip.Store})
		if err != nil {
			panic(err)
		}
		if _, err := w.Write([]byte(p.content)); err != nil {
			panic(err)
		}
	}
	if err := z.SetComment("made by hand"); err != nil {
		panic(err)
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// wholeBook returns the parts of a workbook with the usual rows.
func wholeBook() []part {
	return append([]part{{"xl/worksheets/sheet1.xml", worksheet + `<sheetData>` + goodRows + `</sheetData></worksheet>`}}, bookParts...)
}

func renamed(from, to string) []byte {
	var parts []part
	for _, p := range wholeBook() {
		p.name = strings.Replace(p.name, from, to, 1)
		parts = append(parts, p)
	}
	return zipped(parts...)
}

func withRelation(from, to string) []byte {
	good := part{"xl/worksheets/sheet1.xml", worksheet + `<sheetData>` + goodRows + `</sheetData></worksheet>`}
	for _, p := range bookParts {
		if strings.Contains(p.content, from) && strings.HasSuffix(p.name, ".rels") {
			return newBook(good, part{p.name, strings.Replace(p.content, from, to, 1)})
		}
	}
	panic("no part has " + from)
}

func oddArchives() []odd {
	good := sheetOf(goodRows)
	const sheet = "xl/worksheets/sheet1.xml"
	bomb := func() []byte {
		return newBook(part{sheet, worksheet + `<sheetData>` + goodRows + strings.Repeat(" ", 100<<20) + `</sheetData></worksheet>`})
	}
	stringBomb := func() []byte {
		return newBook(part{sheet, worksheet + `<sheetData>` + goodRows + `</sheetData></worksheet>`}, part{"xl/sharedStrings.xml", `<sst><si><t>` + strings.Repeat("x", 100<<20) + `</t></si></sst>`})
	}
	return []odd{
		{name: "stored-with-a-comment.xlsx", content: stored(wholeBook()...), want: "2 3"},
		{name: "junk-before-the-archive.xlsx", content: joined([]byte("PK\x03\x04 this is no entry "), good), want: "2 3"},
		{name: "cut-archive.xlsx", content: good[:len(good)/2], want: "refused WORKBOOK_DAMAGED"},
		{name: "cut-directory.xlsx", content: good[:len(good)-30], want: "refused WORKBOOK_DAMAGED"},
		{name: "zeros-in-the-middle.xlsx", content: joined(good[:900], make([]byte, 300), good[1200:]), want: "refused WORKBOOK_DAMAGED"},
		{name: "wrong-checksum.xlsx", content: central(good, sheet, zipChecksum, 0xdeadbeef, 4), want: "refused WORKBOOK_DAMAGED"},
		{name: "wrong-checksum-of-strings.xlsx", content: central(good, "xl/sharedStrings.xml", zipChecksum, 0xdeadbeef, 4), want: "refused WORKBOOK_DAMAGED"},
		{name: "states-more-than-it-has.xlsx", content: central(good, sheet, zipUnpacked, 100_000, 4), want: "refused WORKBOOK_DAMAGED"},
		{name: "states-less-than-it-has.xlsx", content: central(good, sheet, zipUnpacked, 100, 4), want: "refused WORKBOOK_DAMAGED"},
		{name: "states-4-gigabytes.xlsx", content: central(good, sheet, zipUnpacked, 0xfffffff0, 4), want: "refused WORKBOOK_LIMITS"},
		{name: "unknown-method.xlsx", content: central(good, sheet, zipMethod, 98, 2), want: "refused WORKBOOK_DAMAGED"},
		{name: "encrypted-part.xlsx", content: central(good, sheet, zipFlags, 9, 2), want: "refused WORKBOOK_DAMAGED"},
		{name: "part-twice.xlsx", content: zipped(append(bookParts, part{sheet, worksheet + `<sheetData>` + goodRows + `</sheetData></worksheet>`}, part{"XL/worksheets/Sheet1.xml", worksheet + `<sheetData/></worksheet>`})...), want: "refused WORKBOOK_DAMAGED"},
		{name: "parts-in-capitals.xlsx", content: renamed("xl/sharedStrings", "XL/SharedStrings"), want: "2 3"},
		{name: "backslashes.xlsx", content: renamed("xl/worksheets/sheet1", `xl\worksheets\sheet1`), want: "2 3"},
		{name: "absolute-target.xlsx", content: withRelation(`Target="worksheets/sheet1.xml"`, `Target="/xl/worksheets/sheet1.xml"`), want: "2 3"},
		{name: "target-outside.xlsx", content: withRelation(`Target="worksheets/sheet1.xml"`, `Target="../../../etc/passwd"`), want: "refused WORKBOOK_DAMAGED"},
		{name: "external-target.xlsx", content: withRelation(`Target="worksheets/sheet1.xml"`, `Target="http://example.com/sheet1.xml" TargetMode="External"`), want: "refused WORKBOOK_DAMAGED"},
		{name: "external-link.xlsx", content: withRelation(`</Relationships>`, `<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLinkPath" Target="file:///\\example.com\share\book.xlsx" TargetMode="External"/></Relationships>`), want: "2 3"},
		{name: "path-out-of-the-archive.xlsx", content: newBook(part{sheet, worksheet + `<sheetData>` + goodRows + `</sheetData></worksheet>`}, part{"../../outside.txt", "x"}), want: "2 3"},
		{name: "no-sheet-part.xlsx", content: without(sheet), want: "refused WORKBOOK_DAMAGED"},
		{name: "no-workbook-part.xlsx", content: without("xl/workbook.xml"), want: "refused WORKBOOK_DAMAGED"},
		{name: "no-relations.xlsx", content: without("xl/_rels/workbook.xml.rels"), want: "refused WORKBOOK_DAMAGED"},
		{name: "no-string-part-but-used.xlsx", content: zipped(append([]part{{sheet, worksheet + `<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData></worksheet>`}}, bookParts[:4]...)...), want: "refused WORKBOOK_DAMAGED"},
		{name: "no-string-part-not-used.xlsx", content: without("xl/sharedStrings.xml"), want: "refused WORKBOOK_DAMAGED"},
		{name: "bomb-in-the-sheet.xlsx", make: bomb, want: "refused WORKBOOK_LIMITS"},
		{name: "bomb-in-the-strings.xlsx", make: stringBomb, want: "refused WORKBOOK_LIMITS"},
	}
}

// oddForeign are files that LibreOffice 7.4 has saved, all of one table: a merged
// title, a hidden row and a hidden sheet, a login and a password that are numbers, a
// line end in a name, formulas, an error, a date for a password, a row of totals.
func oddForeign() []odd {
	const rows = "3 4 5:PASSWORD_NUMBER 6 7:CELL_DATE"
	return []odd{
		{name: "libreoffice.xlsx", want: rows},
		{name: "libreoffice-open-xml.xlsx", want: rows},
		{name: "libreoffice-locked.xlsx", want: rows, with: withPassword(oddPassword)},
		{name: "libreoffice.ods", want: "refused FILE_IS_OPEN_DOCUMENT"},
		{name: "libreoffice-97.xls", want: "refused FILE_IS_OLD_EXCEL"},
		{name: "libreoffice-2003.xml", want: "refused FILE_IS_XML_EXCEL"},
		{name: "libreoffice-html.xls", want: "refused FILE_IS_HTML"},
		{name: "libreoffice-windows-1251.csv", want: "3 4 5 7 8"},
		{name: "libreoffice-utf-16.csv", want: "3 4 5 7 8"},
		{name: "libreoffice-letters-lost.csv", want: "refused HEADER_LOST"},
	}
}
