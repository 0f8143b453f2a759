package source_test

import "strings"

func oddQuotes() []odd {
	const header = "name,email,password\n"
	long := strings.Repeat("щ", 16_000)
	return []odd{
		{name: "all-quoted.csv", content: []byte("\"name\",\"email\",\"password\"\n\"Anna\",\"a@example.com\",\"x\"\n\"\",\"b@example.com\",\"\"\n"), want: "2 3"},
		{name: "doubled-quotes.csv", content: []byte(header + "\"Anna \"\"A\"\" Lee\",a@example.com,\"\"\"\"\n"), want: "2"},
		{name: "quoted-line-ends.csv", content: []byte(header + "\"Anna\nLee\",a@example.com,x\n\"Boris\r\nKim\",b@example.com,y\n\"Carl\rOm\",c@example.com,z\n"), want: "2 4 6"},
		{name: "quoted-delimiters.csv", content: []byte(header + "\"Lee, Anna\",a@example.com,\"x,;y\"\n"), want: "2"},
		{name: "quote-inside-a-cell.csv", content: []byte(header + "Anna,a@example.com,pa\"ss\nBoris,b@example.com,y\n"), want: "2 3"},
		{name: "quotes-around-words-of-a-cell.csv", content: []byte("ФИО;Почта;Пароль;Организация\nЗуева \"Лиса\" Анна;a@example.com;x\"y\";ООО \"Север\nКот \"\"Б\"\" Борис;b@example.com;\"y\";ООО Юг\"\n"), want: "2 3"},
		{name: "quotes-around-a-delimiter-in-a-cell.csv", content: []byte("Почта;Пароль;Организация\na@example.com;x;ООО \"Рога; копыта\"\nb@example.com;y;ООО \"Юг\"\n"), want: "2:ROW_WIDTH 3"},
		{name: "space-before-a-quote-of-an-ignored-column.csv", content: []byte("email;password;note\na@example.com;x; \"Юг\"\nb@example.com;y;z\n"), want: "2 3"},
		{name: "lines-in-quotes.csv", content: []byte("\"name,\"\"email\"\",password\"\r\n\"\"\"Lee, Anna\"\",a@example.com,\"\"x\"\"\"\"y\"\"\"\r\n\"Boris,b@example.com,z\"\r\nCarl,c@example.com,q\r\n"), want: "2 3 4"},
		{name: "lines-in-quotes-with-line-ends.csv", content: []byte("\"ФИО;Почта;\"\"Пароль\"\"\"\n\"\"\"Зуева\nАнна\"\";a@example.com;x\"\n\"Кот;b@example.com;\"\"y;\"\"\"\n"), want: "2 4"},
		{name: "lines-in-quotes-below-a-title.csv", content: []byte("Список\n\"name,email,\"\"password\"\"\"\n\"Anna,a@example.com,x\"\n"), want: "3"},
		{name: "one-quoted-column.csv", content: []byte("\"email\"\n\"a@example.com\"\n"), want: "2"},
		{name: "text-behind-a-quote.csv", content: []byte(header + "\"Anna\" Lee,a@example.com,x\nBoris,b@example.com,y\n"), want: "2:QUOTE_STRAY 3"},
		{name: "space-before-a-quote.csv", content: []byte(header + "Anna, \"a@example.com\",x\nBoris,b@example.com,y\n"), want: "2:QUOTE_STRAY 3"},
		{name: "unclosed-in-the-middle.csv", content: []byte(header + "Anna,a@example.com,\"x\nBoris,b@example.com,y\nCarl,c@example.com,z\n"), want: "2:QUOTE_UNCLOSED 3 4"},
		{name: "unclosed-in-the-last-row.csv", content: []byte(header + "Anna,a@example.com,x\nBoris,b@example.com,\"y"), want: "2 3:QUOTE_UNCLOSED"},
		{name: "unclosed-then-quoted.csv", content: []byte(header + "Anna,a@example.com,\"x\nBoris,b@example.com,\"y\"\nCarl,c@example.com,z\n"), want: "2:QUOTE_STRAY 3 4"},
		{name: "unclosed-twice.csv", content: []byte(header + "Anna,a@example.com,\"x\nBoris,\"b@example.com,y\nCarl,c@example.com,z\n"), want: "2:QUOTE_STRAY 3:QUOTE_UNCLOSED 4"},
		{name: "unclosed-in-the-header.csv", content: []byte("name,email,\"password\nAnna,a@example.com,x\n"), want: "refused HEADER_FAULTY"},
		{name: "apostrophes.csv", content: []byte(header + "'Anna','a@example.com','x'\n"), want: "2"},
		{name: "guillemets.csv", content: []byte(header + "ООО «Ромашка»,a@example.com,“x”\n"), want: "2"},
		{name: "long-cell.csv", content: []byte(header + "\"" + long + "\",a@example.com,x\nBoris,b@example.com,y\n"), want: "2 3"},
		{name: "backslash-quotes.csv", content: []byte(header + "Anna,a@example.com,\"x\\\"y\"\nBoris,b@example.com,y\\\n"), want: "refused FILE_ESCAPED"},
		{name: "backslash-delimiters.csv", content: []byte("email\tpassword\tnote\na@example.com\tx\\\\y\tn\nb@example.com\ta\\\tb\tn\n"), want: "refused FILE_ESCAPED"},
		{name: "backslashes-that-are-meant.csv", content: []byte("name;account;email;password\nAnna;CORP\\anna;a@example.com;\"x\\\"\nBo;CORP\\bo;b@example.com;y\\\\\nCarl;c\\;c@example.com;\\z\n"), want: "2 3 4"},
		{name: "drawn-by-mysql.txt", content: []byte("+---------------+----------+\n| email         | password |\n+---------------+----------+\n| a@example.com | x        |\n+---------------+----------+\n"), want: "refused FILE_IS_DRAWN"},
		{name: "drawn-by-psql.txt", content: []byte("     email     | password \n---------------+----------\n a@example.com | x\n(1 row)\n"), want: "refused FILE_IS_DRAWN"},
		{name: "drawn-by-sqlcmd.txt", content: []byte("email          password  \r\n-------------- ----------\r\na@example.com  x         \r\n"), want: "refused FILE_IS_DRAWN"},
		{name: "drawn-in-a-box.txt", content: []byte("┌───────────────┬──────────┐\n│     email     │ password │\n├───────────────┼──────────┤\n│ a@example.com │ x        │\n└───────────────┴──────────┘\n"), want: "refused FILE_IS_DRAWN"},
		{name: "drawn-in-markdown.txt", content: []byte("| email | password |\n|---|:--|\n| a@example.com | x |\n"), want: "refused FILE_IS_DRAWN"},
		{name: "dashes-below-a-title.csv", content: []byte("Ящики\n-----\n\nemail;password\na@example.com;--\nb@example.com;---\n"), want: "5 6"},
		{name: "bars-around-cells.txt", content: []byte("|email|password|\n|a@example.com|x|\n"), want: "2"},
	}
}

func oddRows() []odd {
	const header = "name;email;password;port\n"
	const anna, boris = "Anna;a@example.com;x;993\n", "Boris;b@example.com;y;143\n"
	text := func(parts ...string) []byte { return []byte(strings.Join(parts, "")) }
	deep := strings.Repeat("Пояснение к списку\n", 60)
	return []odd{
		{name: "short-row.csv", content: text(header, anna, "Boris;b@example.com;y\n", boris), want: "2 3:ROW_WIDTH 4"},
		{name: "long-row.csv", content: text(header, anna, "Boris;b@example.com;y;z;143\n", boris), want: "2 3:ROW_WIDTH 4"},
		{name: "cells-left-out-at-the-end.csv", content: text("name;email;password;note;room\nAnna;a@example.com;x;n;5\nBoris;b@example.com;y\nCarl;c@example.com;z;n\nDora;d@example.com\n"), want: "2 3 4 5:ROW_WIDTH"},
		{name: "column-without-a-name.csv", content: text("email;;password;\na@example.com;secret note;x;\nb@example.com;;y;note\nc@example.com; ;z\nd@example.com;;z;note;\ne@example.com;;z;note;more\n"), want: "2 3 4 5 6:ROW_WIDTH"},
		{name: "title-rows.csv", content: text("Список сотрудников\n\"ООО \"\"Рога, копыта\"\"\"\n\n", header, anna), want: "5"},
		{name: "title-row-with-delimiters.csv", content: text("Приложение 1;;;\n", header, anna), want: "3"},
		{name: "group-header-above.csv", content: text("Кто;Почта;;Сервер\n", header, anna), want: "3"},
		{name: "groups-above-names.csv", content: text("ФИО;Почта;Пароль;IMAP;;SMTP;;Прочее\n;;;Сервер;Порт;Сервер;Порт;\nАнна;a@example.com;x;imap.example.com;993;smtp.example.com;465;n\n"), want: "3"},
		{name: "names-above-short-data.csv", content: text("name;email;password;port\nport;;;\nAnna;a@example.com;x;993\n"), want: "2 3"},
		{name: "comments.csv", content: text("# made by hand\n", header, "# sales\n", anna, "// stores;;;\n", boris), want: "4 6"},
		{name: "comment-with-an-account.csv", content: text(header, "#", anna, boris), want: "2:ROW_COMMENTED 3"},
		{name: "comment-sign-in-a-password-column.csv", content: text("password;email\n#x;a@example.com\n"), want: "2"},
		{name: "totals.csv", content: text(header, anna, boris, "Итого:;2;;\n", "Всего 2 ящика\n"), want: "2 3"},
		{name: "totals-english.csv", content: text(header, anna, "TOTAL;1;;\n"), want: "2"},
		{name: "names-like-totals.csv", content: text(header, "Всеволод;a@example.com;x;993\nИтогова;b@example.com;y;993\nВсего Доброго;c@example.com;z;993\n"), want: "2 3 4"},
		{name: "header-again.csv", content: text(header, anna, header, boris), want: "2 4"},
		{name: "header-in-row-30.csv", content: text(strings.Repeat("x\n", 29), header, anna), want: "31"},
		{name: "header-too-deep.csv", content: text(deep, header, anna), want: "refused HEADER_NOT_FOUND"},
		{name: "header-too-deep-named.csv", content: text(deep, header, anna), want: "62", with: headerRow(61)},
		{name: "header-row-is-blank.csv", content: text("\n\n", header, anna), want: "refused HEADER_ROW_EMPTY", with: headerRow(2)},
		{name: "header-row-beyond-the-end.csv", content: text(header, anna), want: "refused HEADER_ROW_EMPTY", with: headerRow(9)},
		{name: "no-header.csv", content: text(anna, boris), want: "refused HEADER_NOT_FOUND"},
		{name: "prose.txt", content: text("Dear colleagues,\n\nplease find below what you asked for.\n"), want: "refused HEADER_NOT_FOUND"},
		{name: "header-only.csv", content: text(header), want: "refused FILE_NO_ROWS"},
		{name: "header-and-blanks.csv", content: text(header, ";;;\n\n;;;\n"), want: "refused FILE_NO_ROWS"},
		{name: "header-and-totals.csv", content: text(header, "Итого;0;;\n"), want: "refused FILE_NO_ROWS"},
		{name: "same-header-twice.csv", content: text("name;email;password;password\nAnna;a@example.com;x;y\n"), want: "2"},
		{name: "empty.csv", content: []byte{}, want: "refused FILE_EMPTY"},
		{name: "only-a-mark.csv", content: []byte("\xef\xbb\xbf"), want: "refused FILE_EMPTY"},
		{name: "only-line-ends.csv", content: []byte("\r\n\r\n\n"), want: "refused FILE_EMPTY"},
		{name: "only-blanks.csv", content: []byte("   \t \n   "), want: "refused FILE_EMPTY"},
		{name: "one-byte.csv", content: []byte("x"), want: "refused HEADER_NOT_FOUND"},
		{name: "wide-row.csv", content: text(header, anna, strings.Repeat(";", 20_000), "\n", boris), want: "2 3:ROW_TOO_WIDE 4"},
		{name: "wide-header.csv", content: text(strings.Repeat("a;", 20_000), "\n", anna), want: "refused HEADER_FAULTY"},
	}
}

func oddValues() []odd {
	const header = "name,email,account,password,port\n"
	row := func(password string) []byte { return []byte(header + "Anna,a@example.com,anna," + password + ",993\n") }
	return []odd{
		{name: "password-with-blanks.csv", content: row("  x y  "), want: "2"},
		{name: "password-with-tab.csv", content: row("\tx\t"), want: "2"},
		{name: "password-of-signs.csv", content: row(`;'<>\/$%^&*(){}[]|~` + "`"), want: "2"},
		{name: "password-like-a-formula.csv", content: row("=cmd|' /C calc'!A0"), want: "2"},
		{name: "password-with-zeros.csv", content: row("000123"), want: "2"},
		{name: "kept-as-text.csv", content: []byte("name;account;email;password\n\"=\"\"Анна\"\"\";=\"00042\";a@example.com;\"=\"\"0012345\"\"\"\nБорис;b;b@example.com;=\"a\"\"b\"\nВера;c;c@example.com;=\"x\nГлеб;d;d@example.com;=\"x\"y\"\n=\"\";e;e@example.com;=x\n"), want: "2 3 4 5 6"},
		{name: "kept-as-text-in-the-header.csv", content: []byte("\"=\"\"email\"\"\",\"=\"\"password\"\"\"\n\"=\"\"a@example.com\"\"\",\"=\"\"007\"\"\"\n"), want: "2"},
		{name: "padded-cells.csv", content: []byte("email, password, note\r\na@example.com, Mak-1, \"a, b\"\r\nb@example.com, \"Mak,2\",\r\nc@example.com,  Mak-3, x\r\nd@example.com, , \r\n"), want: "2 3 4 5"},
		{name: "padded-behind.csv", content: []byte("email ;password\t;port \na@example.com ;Mak-1\t;993 \nb@example.com ;\"Mak;2\"\t;993 \nc@example.com ;Mak-3\t;\"993\" \n"), want: "2 3 4"},
		{name: "padded-by-no-break-blanks.csv", content: []byte("email;\u00a0password\na@example.com;\u00a0Mak-1\nb@example.com;\u00a0Mak-2\nc@example.com;\u00a0\"Mak;3\"\n"), want: "2 3 4"},
		{name: "padded-twice.csv", content: []byte("email, password\na@example.com, x\nb@example.com, y\n"), want: "2 3"},
		{name: "padded-but-for-one.csv", content: []byte("email, password, name\na@example.com, x, A\nb@example.com,y, B\nc@example.com, z, C\n"), want: "2 3 4"},
		{name: "padded-header-only.csv", content: []byte("email, password\na@example.com,x\nb@example.com, \"y\"\nc@example.com,z\n"), want: "2 3:QUOTE_STRAY 4"},
		{name: "password-rounded.csv", content: row(`"1,23457E+11"`), want: "2:NUMBER_ALTERED"},
		{name: "password-rounded-english.csv", content: row("1.23457E+11"), want: "2:NUMBER_ALTERED"},
		{name: "password-almost-rounded.csv", content: row("1.2E+5x"), want: "2"},
		{name: "password-of-question-marks.csv", content: row("??????"), want: "2:TEXT_LOST"},
		{name: "failures-as-text.csv", content: []byte("name;email;password\n#Н/Д;a@example.com;x\nAnna;b@example.com;#REF!\nBo;c@example.com;#1\n"), want: "2:CELL_FAILURE 3:CELL_FAILURE 4"},
		{name: "password-emoji.csv", content: row("🔑ключ"), want: "2"},
		{name: "login-rounded.csv", content: []byte(header + "Anna,a@example.com,\"7,91612E+10\",x,993\n"), want: "2:NUMBER_ALTERED"},
		{name: "bidi-and-zero-width.csv", content: []byte(header + "An\u202ena,a\u200b@example.com,anna,x\u00a0,993\n"), want: "2"},
		{name: "control-characters.csv", content: []byte(header + "An\x1b[31mna,a@example.com,an\x07na,x,993\n"), want: "2"},
		{name: "ports-of-all-kinds.csv", content: []byte(header + "A,a@example.com,a,x,993.0\nB,b@example.com,b,x,+993\nC,c@example.com,c,x,９９３\n"), want: "2 3 4"},
	}
}
