package source_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"r7import/importer/account"
	"r7import/importer/source"
)

// A file says how it was understood, and then yields its rows; which column feeds
// which field the caller says.
func ExampleOpen() {
	ctx := context.Background()
	text := "Почта;Пароль;Отдел\r\nanna@example.org;birch-17;Склад\r\npetr@example.org;\"9;maple\";Бухгалтерия\r\n"
	file, err := source.Open(ctx, "-", source.Options{Stdin: strings.NewReader(text)})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer file.Close()

	for _, notice := range file.Notices() {
		fmt.Println(notice.Code, notice.Args["Encoding"], notice.Args["Delimiter"])
	}
	names := []string{"email", "password", ""}
	for record, err := range file.Records(ctx, names) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(record.Row, record.Text(account.Email), len(record.Text(account.Password)))
	}
	// Output:
	// TEXT_READ utf-8 ;
	// 2 anna@example.org 8
	// 3 petr@example.org 7
}

// What is wrong with a row is said in its record and ends nothing.
func ExampleFile_Records() {
	folder, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "accounts.csv")
	if err := os.WriteFile(path, []byte("email,password\nanna@example.org\npetr@example.org,maple\n"), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	known := func(header string) bool { return header == "email" || header == "password" }
	file, err := source.Open(ctx, path, source.Options{Known: known})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer file.Close()

	for record, err := range file.Records(ctx, []string{"email", "password"}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, problem := range record.Problems {
			fmt.Println(problem.Place.File, problem.Place.Row, problem.Error())
		}
		if len(record.Problems) == 0 {
			fmt.Println(record.Row, record.Text(account.Email))
		}
	}
	// Output:
	// accounts.csv 2 ROW_WIDTH Count="1" Want="2"
	// 3 petr@example.org
}
