package source_test

import (
	"encoding/binary"
	"strings"

	"r7import/importer/source"
)

func delimiter(d rune) func(*source.Options) {
	return func(o *source.Options) { o.Delimiter = d }
}

func headerRow(n int) func(*source.Options) {
	return func(o *source.Options) { o.HeaderRow = n }
}

func oddDelimiters() []odd {
	with := func(d string) []byte { return []byte(strings.ReplaceAll(english, ",", d)) }
	return []odd{
		{name: "semicolons.csv", content: with(";"), want: "2 3"},
		{name: "tabs.tsv", content: with("\t"), want: "2 3"},
		{name: "bars.txt", content: with("|"), want: "2 3"},
		{name: "colons.csv", content: with(":"), want: "refused HEADER_NOT_FOUND"},
		{name: "colons-named.csv", content: with(":"), want: "2 3", with: delimiter(':')},
		{name: "delimiter-is-a-quotation-mark.csv", content: with(":"), want: "refused DELIMITER_FORM", with: delimiter('"')},
		{name: "delimiter-beyond-ascii.csv", content: with(":"), want: "refused DELIMITER_FORM", with: delimiter('¦')},
		{name: "sep-line.csv", content: []byte("sep=;\nname;email;password\nLee, Anna;a@example.com;x,y\n"), want: "3"},
		{name: "sep-line-quoted.csv", content: []byte("\"sep=|\"\r\nname|email|password\r\nAnna|a@example.com|x\r\n"), want: "3"},
		{name: "sep-line-against-the-look.csv", content: []byte("sep=,\nname,email,password\nA,a@example.com,\"x;y;z\"\n"), want: "3"},
		{name: "sep-line-tab-utf-16.csv", content: joined([]byte{0xff, 0xfe}, inUTF16(binary.LittleEndian, "SEP=\t\r\nname\temail\r\nАнна\ta@example.com\r\n")), want: "3"},
		{name: "semicolons-with-commas-inside.csv", content: []byte("name;email;password\nLee, Anna;a@example.com;a,b,c\nKim, Bo;b@example.com;d,e,f\n"), want: "2 3"},
		{name: "commas-with-semicolons-inside.csv", content: []byte("name,email,password\nAnna; Lee,a@example.com,a;b;c\n"), want: "2"},
		{name: "one-known-column.csv", content: []byte("email\na@example.com\nb@example.com\n"), want: "2 3"},
		{name: "unknown-headers.csv", content: []byte("Ящик сотрудника;Отдел;Кабинет\na@example.com;Склад;12\nb@example.com;Цех;13\n"), want: "2 3"},
		{name: "unknown-headers-two-delimiters.csv", content: []byte("aa;bb,cc\nx;y,z\nu;v,w\n"), want: "refused DELIMITER_UNCLEAR"},
		{name: "headers-end-with-delimiters.csv", content: []byte("name;email;password;;;\nAnna;a@example.com;x;;;\nBoris;b@example.com;y\n"), want: "2 3"},
		{name: "rows-end-with-delimiters.csv", content: []byte("name;email;password\nAnna;a@example.com;x;\nBoris;b@example.com;y;;;;\n"), want: "2 3"},
		{name: "empty-first-columns.csv", content: []byte(";;name;email;password\n;;Anna;a@example.com;x\n;;Boris;b@example.com;y\n"), want: "2 3"},
		{name: "lone-cr.csv", content: []byte(strings.ReplaceAll(english, "\n", "\r")), want: "2 3"},
		{name: "crlf.csv", content: []byte(strings.ReplaceAll(english, "\n", "\r\n")), want: "2 3"},
		{name: "crcrlf.csv", content: []byte(strings.ReplaceAll(english, "\n", "\r\r\n")), want: "3 5"},
		{name: "mixed-line-ends.csv", content: []byte("name,email\r\nAnna,a@example.com\rBoris,b@example.com\nCarl,c@example.com\r\n"), want: "2 3 4"},
		{name: "no-last-line-end.csv", content: []byte("name,email\nAnna,a@example.com"), want: "2"},
		{name: "blank-lines.csv", content: []byte("\n\nname,email\n\nAnna,a@example.com\n\n\n  \nBoris,b@example.com\n\n"), want: "5 9"},
		{name: "blank-rows.csv", content: []byte("name;email\nAnna;a@example.com\n;\n;\n;;;;\n"), want: "2"},
		{name: "dos-end-mark.csv", content: []byte("name;email\r\nAnna;a@example.com\r\n\x1a"), want: "2"},
		{name: "spaces-around.csv", content: []byte(" name ; email ;password\n Anna ; a@example.com ; x \n"), want: "2"},
		{name: "line-end-in-header.csv", content: []byte("name;\"e-mail\";\"password\n(new)\"\nAnna;a@example.com;x\n"), want: "3"},
	}
}
