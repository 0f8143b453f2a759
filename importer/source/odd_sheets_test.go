package source_test

import (
	"fmt"
	"strings"

	"r7import/importer/source"
)

const worksheet = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`

// sheetOf returns a workbook with the rows given, and what comes behind them.
func sheetOf(rows string, behind ...string) []byte {
	return newBook(part{"xl/worksheets/sheet1.xml", worksheet + `<sheetData>` + rows + `</sheetData>` + strings.Join(behind, "") + `</worksheet>`})
}

// inline returns a row of text cells.
func inline(number int, texts ...string) string {
	var out strings.Builder
	fmt.Fprintf(&out, `<row r="%d">`, number)
	for i, text := range texts {
		if text != "" {
			fmt.Fprintf(&out, `<c r="%c%d" t="inlineStr"><is><t>%s</t></is></c>`, 'A'+i, number, text)
		}
	}
	out.WriteString(`</row>`)
	return out.String()
}

var (
	headRow  = inline(1, "name", "email", "password", "port")
	goodRows = headRow + inline(2, "Анна", "a@example.com", "x", "993") + inline(3, "Борис", "b@example.com", "y", "143")
)

// sheets returns the parts of a workbook with several sheets. Each has a name, a
// state and rows.
func sheets(all ...[3]string) []byte {
	book := `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>`
	rels := `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	var parts []part
	for i, s := range all {
		book += fmt.Sprintf(`<sheet name="%s" sheetId="%d" state="%s" r:id="rId%d"/>`, s[0], i+1, s[1], i+1)
		rels += fmt.Sprintf(`<Relationship Id="rId%d" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet%d.xml"/>`, i+1, i+1)
		parts = append(parts, part{fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1), worksheet + `<sheetData>` + s[2] + `</sheetData></worksheet>`})
	}
	return newBook(append(parts, part{"xl/workbook.xml", book + `</sheets></workbook>`}, part{"xl/_rels/workbook.xml.rels", rels + `</Relationships>`})...)
}

func sheetNamed(name string) func(*source.Options) {
	return func(o *source.Options) { o.Sheet = name }
}

func oddSheets() []odd {
	help := inline(1, "How to fill in this workbook") + inline(3, "name", "the name shown to others")
	other := strings.ReplaceAll(goodRows, "example.com", "example.org")
	return []odd{
		{name: "plain.xlsx", content: sheetOf(goodRows), want: "2 3"},
		{name: "macros.xlsm", content: newBook(part{"xl/worksheets/sheet1.xml", worksheet + `<sheetData>` + goodRows + `</sheetData></worksheet>`}, part{"xl/vbaProject.bin", "x"}), want: "2 3"},
		{name: "shared-strings.xlsx", content: newBook(
			part{"xl/sharedStrings.xml", `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="4" uniqueCount="4"><si><t>email</t></si><si><t>name</t></si><si><t>a@example.com</t></si><si><r><t>Ан</t></r><r><rPr><b/></rPr><t xml:space="preserve">на </t></r><rPh sb="0" eb="1"><t>лишнее</t></rPh></si></sst>`},
			part{"xl/worksheets/sheet1.xml", worksheet + `<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row><row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2" t="s"><v>3</v></c></row></sheetData></worksheet>`}), want: "2"},
		{name: "no-references.xlsx", content: sheetOf(`<row><c t="inlineStr"><is><t>name</t></is></c><c t="inlineStr"><is><t>email</t></is></c></row><row><c t="inlineStr"><is><t>Анна</t></is></c><c t="inlineStr"><is><t>a@example.com</t></is></c></row>`), want: "2"},
		{name: "rows-apart.xlsx", content: sheetOf(headRow + inline(7, "Анна", "a@example.com") + inline(100, "", "b@example.com")), want: "7 100"},
		{name: "table-from-c5.xlsx", content: sheetOf(inline(5, "", "", "name", "email") + inline(6, "", "", "Анна", "a@example.com")), want: "6"},
		{name: "titles.xlsx", content: sheetOf(inline(1, "Список ящиков")+inline(2, "на 22.11.2026")+inline(4, "name", "email", "password")+inline(5, "Анна", "a@example.com", "x"), `<mergeCells count="1"><mergeCell ref="A1:D1"/></mergeCells>`), want: "5"},
		{name: "header-of-two-rows.xlsx", content: sheetOf(inline(1, "name", "email", "Входящая почта")+inline(2, "", "", "server", "port", "password")+inline(3, "Анна", "a@example.com", "imap.example.com", "993", "x"), `<mergeCells count="3"><mergeCell ref="A1:A2"/><mergeCell ref="B1:B2"/><mergeCell ref="C1:E1"/></mergeCells>`), want: "3"},
		{name: "merged-rows.xlsx", content: sheetOf(headRow+inline(2, "Анна", "a@example.com", "x", "993")+inline(3, "Борис", "b@example.com", "y")+inline(4, "Вера", "c@example.com", "z", "143"), `<mergeCells count="1"><mergeCell ref="D2:D3"/></mergeCells>`), want: "2 3 4"},
		{name: "merged-servers.xlsx", content: sheetOf(inline(1, "email", "password", "server", "port")+inline(2, "a@example.com", "x", "imap.example.com", "993")+inline(3, "b@example.com", "y")+inline(4, "c@example.com", "z", "mail.example.org", "143"), `<mergeCells count="2"><mergeCell ref="C2:C3"/><mergeCell ref="D2:D3"/></mergeCells>`), want: "2 3 4"},
		{name: "merged-passwords.xlsx", content: sheetOf(headRow+inline(2, "Анна", "a@example.com", "x", "993")+inline(3, "Борис", "b@example.com", "", "993"), `<mergeCells count="1"><mergeCell ref="C2:C3"/></mergeCells>`), want: "2 3:CELL_MERGED"},
		{name: "merged-over-two-columns.xlsx", content: sheetOf(inline(1, "email", "server", "port")+inline(2, "a@example.com", "imap.example.com")+inline(3, "b@example.com"), `<mergeCells count="1"><mergeCell ref="B2:C3"/></mergeCells>`), want: "2:CELL_MERGED 3:CELL_MERGED"},
		{name: "merged-with-an-error-above.xlsx", content: sheetOf(inline(1, "email", "server")+`<row r="2"><c r="A2" t="inlineStr"><is><t>a@example.com</t></is></c><c r="B2" t="e"><v>#N/A</v></c></row>`+inline(3, "b@example.com"), `<mergeCells count="1"><mergeCell ref="B2:B3"/></mergeCells>`), want: "2:CELL_FAILURE 3:CELL_MERGED"},
		{name: "merged-with-the-header.xlsx", content: sheetOf(headRow+inline(2, "Анна", "a@example.com", "x"), `<mergeCells count="1"><mergeCell ref="D1:D2"/></mergeCells>`), want: "2:CELL_MERGED"},
		{name: "groups-above-names.xlsx", content: sheetOf(inline(1, "ФИО", "Почта", "Пароль", "IMAP", "", "SMTP")+inline(2, "", "", "", "Сервер", "Порт", "Сервер", "Порт")+inline(3, "Анна", "a@example.com", "x", "imap.example.com", "993", "smtp.example.com", "465"), `<mergeCells count="5"><mergeCell ref="A1:A2"/><mergeCell ref="B1:B2"/><mergeCell ref="C1:C2"/><mergeCell ref="D1:E1"/><mergeCell ref="F1:G1"/></mergeCells>`), want: "3"},
		{name: "groups-above-names-below-a-title.xlsx", content: sheetOf(inline(1, "Ящики") + inline(3, "", "", "IMAP", "", "SMTP") + inline(4, "Почта", "Пароль", "Сервер", "Порт", "Сервер", "Порт") + inline(5, "a@example.com", "x", "imap.example.com", "993", "smtp.example.com", "465")), want: "5"},
		{name: "merged-cells-in-a-row.xlsx", content: sheetOf(headRow+inline(2, "Анна", "", "x", "993"), `<mergeCells count="1"><mergeCell ref="A2:B2"/></mergeCells>`), want: "2:CELL_MERGED"},
		{name: "merged-badly.xlsx", content: sheetOf(headRow+inline(2, "Анна", "a@example.com"), `<mergeCells count="1"><mergeCell ref="B2:A1"/></mergeCells>`), want: "refused WORKBOOK_DAMAGED"},
		{name: "hidden-row.xlsx", content: sheetOf(headRow + strings.Replace(inline(2, "Анна", "a@example.com"), "<row", `<row hidden="1"`, 1) + strings.Replace(inline(3, "Борис", "b@example.com"), "<row", `<row ht="0" customHeight="1"`, 1) + inline(4, "Вера", "c@example.com")), want: "2 3 4"},
		{name: "hidden-columns.xlsx", content: newBook(part{"xl/worksheets/sheet1.xml", worksheet + `<cols><col min="3" max="4" width="9" hidden="1"/></cols><sheetData>` + goodRows + `</sheetData></worksheet>`}), want: "2 3"},
		{name: "hidden-sheets.xlsx", content: sheets([3]string{"Старое", "hidden", other}, [3]string{"Ящики", "visible", goodRows}, [3]string{"Служебное", "veryHidden", other}), want: "2 3"},
		{name: "all-sheets-hidden.xlsx", content: sheets([3]string{"A", "hidden", other}, [3]string{"B", "veryHidden", goodRows}), want: "refused SHEETS_HIDDEN"},
		{name: "hidden-sheet-named.xlsx", content: sheets([3]string{"A", "hidden", other}, [3]string{"B", "visible", goodRows}), want: "2 3", with: sheetNamed("a")},
		{name: "help-sheet-first.xlsx", content: sheets([3]string{"Help", "visible", help}, [3]string{"Accounts", "visible", goodRows}), want: "2 3"},
		{name: "two-tables.xlsx", content: sheets([3]string{"2025", "visible", other}, [3]string{"2026", "visible", goodRows}), want: "refused SHEET_UNCLEAR"},
		{name: "two-tables-named.xlsx", content: sheets([3]string{"2025", "visible", other}, [3]string{"2026", "visible", goodRows}), want: "2 3", with: sheetNamed("2026")},
		{name: "sheet-not-there.xlsx", content: sheetOf(goodRows), want: "refused SHEET_NOT_FOUND", with: sheetNamed("Лист9")},
		{name: "empty-sheet.xlsx", content: sheetOf(""), want: "refused HEADER_NOT_FOUND"},
		{name: "header-only.xlsx", content: sheetOf(headRow), want: "refused FILE_NO_ROWS"},
		{name: "header-row-named.xlsx", content: sheetOf(inline(1, "name", "email") + inline(2, "почта", "имя") + inline(3, "a@example.com", "Анна")), want: "3", with: headerRow(2)},
		{name: "styled-rows-without-text.xlsx", content: sheetOf(goodRows + `<row r="4"><c r="A4" s="1"/><c r="B4" s="1"/></row><row r="1048576"><c r="A1048576" s="1"/></row>`), want: "2 3"},
		{name: "last-row-of-all.xlsx", content: sheetOf(goodRows + inline(1048576, "Вера", "c@example.com")), want: "2 3 1048576"},
		{name: "column-beyond-the-header.xlsx", content: sheetOf(headRow + `<row r="2"><c r="A2" t="inlineStr"><is><t>Анна</t></is></c><c r="XFD2" t="inlineStr"><is><t>note</t></is></c></row>`), want: "2"},
		{name: "totals.xlsx", content: sheetOf(goodRows + inline(4, "Итого", "", "", "2") + inline(5, "# the end")), want: "2 3"},
		{name: "huge-dimension.xlsx", content: newBook(part{"xl/worksheets/sheet1.xml", worksheet + `<dimension ref="A1:XFD1048576"/><sheetData>` + goodRows + `</sheetData></worksheet>`}), want: "2 3"},
	}
}
