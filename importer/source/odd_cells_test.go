package source_test

import (
	"fmt"
	"strings"

	"r7import/importer/source"
)

// cellsOf returns a workbook with one account of which some cells are given as
// they are written; the columns are name, email, account, password, port, server.
func cellsOf(cells map[string]string) []byte {
	columns := []string{"name", "email", "account", "password", "port", "server"}
	row := `<row r="2">`
	for i, column := range columns {
		ref := fmt.Sprintf("%c2", 'A'+i)
		if cell, ok := cells[column]; ok {
			row += strings.Replace(cell, "<c", `<c r="`+ref+`"`, 1)
			continue
		}
		row += fmt.Sprintf(`<c r="%s" t="inlineStr"><is><t>%s</t></is></c>`, ref, column)
	}
	return sheetOf(inline(1, columns...) + row + `</row>`)
}

// numericRow is an account whose password is a number.
func numericRow(number int, address, password string) string {
	row := inline(number, address, "", "imap.example.com", "993", "smtp.example.com", "465", address, "portal-1")
	return strings.Replace(row, `<c r="C`, fmt.Sprintf(`<c r="B%d"><v>%s</v></c><c r="C`, number, password), 1)
}

func numericPasswords(o *source.Options) { o.NumericPasswords = true }

func oddCells() []odd {
	one := func(column, cell string) []byte { return cellsOf(map[string]string{column: cell}) }
	text := func(t string) string { return `<c t="inlineStr"><is><t>` + t + `</t></is></c>` }
	return []odd{
		{name: "port-993.xlsx", content: one("port", `<c><v>993</v></c>`), want: "2"},
		{name: "port-993.0.xlsx", content: one("port", `<c><v>993.0</v></c>`), want: "2"},
		{name: "port-9.93e2.xlsx", content: one("port", `<c t="n"><v>9.93E2</v></c>`), want: "2"},
		{name: "port-with-thousands.xlsx", content: one("port", `<c s="3"><v>5870</v></c>`), want: "2"},
		{name: "port-not-whole.xlsx", content: one("port", `<c><v>993.5</v></c>`), want: "2"},
		{name: "port-as-date.xlsx", content: one("port", `<c s="2"><v>993</v></c>`), want: "2:CELL_DATE"},
		{name: "port-true.xlsx", content: one("port", `<c t="b"><v>1</v></c>`), want: "2"},
		{name: "password-number.xlsx", content: one("password", `<c><v>12345678</v></c>`), want: "2:PASSWORD_NUMBER"},
		{name: "password-number-taken.xlsx", content: one("password", `<c><v>20261126</v></c>`), want: "2", with: numericPasswords},
		{name: "password-number-of-12-digits.xlsx", content: one("password", `<c><v>123456789012</v></c>`), want: "2:PASSWORD_NOT_TEXT", with: numericPasswords},
		{name: "password-number-not-whole.xlsx", content: one("password", `<c><v>12.5</v></c>`), want: "2:PASSWORD_NOT_TEXT", with: numericPasswords},
		{name: "password-number-negative.xlsx", content: one("password", `<c><v>-5</v></c>`), want: "2:PASSWORD_NOT_TEXT", with: numericPasswords},
		{name: "password-number-with-zeros.xlsx", content: one("password", `<c s="3"><v>123</v></c>`), want: "2:PASSWORD_NOT_TEXT", with: numericPasswords},
		{name: "password-number-as-date.xlsx", content: one("password", `<c s="2"><v>46146</v></c>`), want: "2:CELL_DATE", with: numericPasswords},
		{name: "numeric-passwords.xlsx", content: sheetOf(inline(1, "email", "password", "server", "port", "smtp_server", "smtp_port", "portal_user", "portal_password") +
			numericRow(2, "anna@example.com", "8812345") + numericRow(3, "boris@example.com", "20251224")), want: "2:PASSWORD_NUMBER 3:PASSWORD_NUMBER"},
		{name: "inline-with-value-behind.xlsx", content: one("port", `<c t="inlineStr"><is><t>993</t></is><v>993.0</v></c>`), want: "2"},
		{name: "inline-with-value-before.xlsx", content: one("port", `<c t="inlineStr"><v>0</v><is><t>993</t></is></c>`), want: "2"},
		{name: "inline-with-value-and-no-text.xlsx", content: one("name", `<c t="inlineStr"><v>0</v><is/></c>`), want: "2"},
		{name: "inline-twice.xlsx", content: one("name", `<c t="inlineStr"><is><t>a</t></is><is><t>b</t></is></c>`), want: "refused WORKBOOK_DAMAGED"},
		{name: "style-empty.xlsx", content: one("port", `<c s=""><v>993</v></c>`), want: "2"},
		{name: "password-rounded.xlsx", content: one("password", `<c><v>1.2345678901234567E+19</v></c>`), want: "2:PASSWORD_NOT_TEXT"},
		{name: "password-date.xlsx", content: one("password", `<c s="4"><v>46146</v></c>`), want: "2:CELL_DATE"},
		{name: "password-iso-date.xlsx", content: one("password", `<c t="d"><v>2026-05-04T00:00:00</v></c>`), want: "2:CELL_DATE"},
		{name: "password-true.xlsx", content: one("password", `<c t="b"><v>0</v></c>`), want: "2:PASSWORD_NOT_TEXT"},
		{name: "password-digits-as-text.xlsx", content: one("password", `<c s="1" t="inlineStr"><is><t>00012345</t></is></c>`), want: "2"},
		{name: "password-blanks.xlsx", content: one("password", `<c t="inlineStr"><is><t xml:space="preserve">  x  </t></is></c>`), want: "2"},
		{name: "password-formula.xlsx", content: one("password", `<c t="str"><f>CONCATENATE("a","b")</f><v>ab</v></c>`), want: "2"},
		{name: "login-number.xlsx", content: one("account", `<c><v>79161234567</v></c>`), want: "2"},
		{name: "login-leading-zeros.xlsx", content: one("account", `<c s="3"><v>123</v></c>`), want: "2:NUMBER_ALTERED"},
		{name: "login-rounded.xlsx", content: one("account", `<c><v>12345678901234568</v></c>`), want: "2:NUMBER_ALTERED"},
		{name: "login-not-whole.xlsx", content: one("account", `<c><v>12.5</v></c>`), want: "2:NUMBER_ALTERED"},
		{name: "formula-computed.xlsx", content: one("port", `<c><f>1000-7</f><v>993</v></c>`), want: "2"},
		{name: "formula-uncomputed.xlsx", content: one("email", `<c><f>A2&amp;"@example.com"</f></c>`), want: "2:FORMULA_UNCOMPUTED"},
		{name: "formula-uncomputed-empty.xlsx", content: one("email", `<c><f>A2</f><v></v></c>`), want: "2:FORMULA_UNCOMPUTED"},
		{name: "formula-of-nothing.xlsx", content: one("email", `<c t="str"><f>""</f><v></v></c>`), want: "2"},
		{name: "formula-dde.xlsx", content: one("name", `<c t="str"><f>cmd|'/C calc'!A0</f><v>0</v></c>`), want: "2"},
		{name: "error-na.xlsx", content: one("server", `<c t="e"><f>VLOOKUP(1,A:A,1)</f><v>#N/A</v></c>`), want: "2:CELL_FAILURE"},
		{name: "error-of-no-name.xlsx", content: one("server", `<c t="e"><v>s3cret</v></c>`), want: "2:CELL_FAILURE"},
		{name: "several-problems.xlsx", content: cellsOf(map[string]string{"server": `<c t="e"><v>#REF!</v></c>`, "password": `<c><v>1</v></c>`, "port": `<c s="2"><v>1</v></c>`}), want: "2:PASSWORD_NUMBER:CELL_DATE:CELL_FAILURE"},
		{name: "rich-text.xlsx", content: one("name", `<c t="inlineStr"><is><r><rPr><b/></rPr><t>Ан</t></r><r><t>на</t></r></is></c>`), want: "2"},
		{name: "escaped-characters.xlsx", content: one("name", text("a_x000D_b_x005F_x0041_c_x0041_d_xD83D__xDE00_e_xD83D_f_x00")), want: "2"},
		{name: "entities.xlsx", content: one("password", text("&lt;&amp;&gt;&quot;&apos;&#65;&#x42;&#128273;")), want: "2"},
		{name: "cdata.xlsx", content: one("password", text("<![CDATA[<&]]>x<!-- no -->y<?no?>z")), want: "2"},
		{name: "line-ends-in-cells.xlsx", content: one("name", text("a\r\nb\nc\rd&#13;e")), want: "2"},
		{name: "question-marks.xlsx", content: one("name", text("????? ????")), want: "2:TEXT_LOST"},
		{name: "longest-cell.xlsx", content: one("name", text(strings.Repeat("щ", 32_767))), want: "2"},
		{name: "unknown-cell-type.xlsx", content: one("name", `<c t="x"><v>1</v></c>`), want: "refused WORKBOOK_DAMAGED"},
		{name: "number-of-letters.xlsx", content: one("port", `<c><v>abc</v></c>`), want: "refused WORKBOOK_DAMAGED"},
		{name: "number-like-go.xlsx", content: one("port", `<c><v>0x1p4</v></c>`), want: "refused WORKBOOK_DAMAGED"},
		{name: "truth-of-2.xlsx", content: one("port", `<c t="b"><v>2</v></c>`), want: "refused WORKBOOK_DAMAGED"},
		{name: "string-number-beyond.xlsx", content: one("name", `<c t="s"><v>7</v></c>`), want: "refused WORKBOOK_DAMAGED"},
		{name: "string-number-negative.xlsx", content: one("name", `<c t="s"><v>-1</v></c>`), want: "refused WORKBOOK_DAMAGED"},
		{name: "two-values.xlsx", content: one("port", `<c><v>9</v><v>93</v></c>`), want: "refused WORKBOOK_DAMAGED"},
		{name: "value-with-elements.xlsx", content: one("port", `<c><v>9<b>9</b>3</v></c>`), want: "refused WORKBOOK_DAMAGED"},
		{name: "style-unknown.xlsx", content: one("port", `<c s="999"><v>993</v></c>`), want: "2"},
		{name: "style-negative.xlsx", content: one("port", `<c s="-1"><v>993</v></c>`), want: "refused WORKBOOK_DAMAGED"},
	}
}
