package mapping_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source"
	"r7import/mapping"
)

// The header is bound once for a file; each record then becomes a row, of which
// the built-in presets and rules have filled what its cells leave out.
func ExampleBind() {
	ctx := context.Background()
	text := "ФИО;Почта;Пароль;Отдел\nАнна Берёзова;anna@yandex.ru;birch-17;Склад\n"
	file, err := source.Open(ctx, "-", source.Options{Stdin: strings.NewReader(text), Known: mapping.Known})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer file.Close()

	binding, err := mapping.Bind(file.Columns(), mapping.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for record, err := range file.Records(ctx, binding.Columns()) {
		if err != nil {
			fmt.Println(err)
			return
		}
		row := binding.Row(record)
		incoming := row.Settings.Incoming
		fmt.Println(row.Number, row.Settings.Name, row.Settings.Email, incoming.Password)
		fmt.Println(incoming.Host, incoming.Port, incoming.Encryption)
		fmt.Println(row.Given.Has(account.Email), row.Fills[account.ServerHost])
	}
	// Output:
	// 2 Анна Берёзова anna@yandex.ru [secret]
	// imap.yandex.com 993 ssl
	// true preset
}

// A mapping file names columns that no header tells, and makes values of others. All
// that is wrong with one is told at once, with its line.
func ExampleParseFile() {
	file, err := mapping.ParseFile("mapping.yaml", []byte(`version: 1
columns:
  password: Пароль ящика
templates:
  email: '{{ index . "Логин" | lower }}@example.org'
`))
	fmt.Println(file != nil, err)

	_, err = mapping.ParseFile("mapping.yaml", []byte("version: 1\ncolumn: {}\n"))
	var problems diagnosis.Problems
	if errors.As(err, &problems) {
		fmt.Println(problems[0].Code, "line", problems[0].Args["Line"])
	}
	// Output:
	// true <nil>
	// YAML_KEY line 2
}
