package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// called calls the program and returns how it ended and what it said.
func called(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, messages bytes.Buffer
	code = run(t.Context(), args, strings.NewReader(""), &out, &messages, []string{"LC_ALL=C", "HOME=" + t.TempDir()})
	return code, out.String(), messages.String()
}

// fillIn opens a workbook, lets change fill it in, and saves it.
func fillIn(t *testing.T, path string, change func(f *excelize.File, sheet string)) {
	t.Helper()
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	change(f, f.GetSheetList()[0])
	if err := f.Save(); err != nil {
		t.Fatal(err)
	}
}

// TestTemplateExampleImports fills in the example of the help sheet: it is read
// without a mapping and has nothing wrong, in every language and for every kind of owner.
func TestTemplateExampleImports(t *testing.T) {
	for _, language := range []string{"en", "ru"} {
		for _, owner := range []string{"self", "column", "impersonate"} {
			t.Run(language+" "+owner, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "accounts.xlsx")
				if code, _, said := called(t, "template", "-o", path, "--lang", language, "--owner", owner); code != exitDone {
					t.Fatalf("template ended with %d:\n%s", code, said)
				}
				if code, _, said := called(t, "validate", path); code != exitFile || !strings.Contains(said, "not a single row") {
					t.Errorf("validate of an empty template ended with %d, want %d for want of rows:\n%s", code, exitFile, said)
				}
				fillIn(t, path, func(f *excelize.File, sheet string) {
					help, err := f.GetRows(f.GetSheetList()[1])
					if err != nil {
						t.Fatal(err)
					}
					at := len(help)
					for at > 0 && len(help[at-1]) == 5 {
						at--
					}
					for i, line := range help[at+1:] {
						cell, _ := excelize.CoordinatesToCellName(i+1, 2)
						if err := f.SetCellStr(sheet, cell, line[4]); err != nil {
							t.Fatal(err)
						}
					}
				})
				code, result, said := called(t, "validate", path, "--fail-on-warning")
				if code != exitDone || !strings.Contains(result, "valid 1") {
					t.Errorf("validate of the example ended with %d, %s\n%s", code, result, said)
				}
			})
		}
	}
}

// TestTemplateCSVIsUnderstood fills in every header row that a template can have:
// each of its columns is known.
func TestTemplateCSVIsUnderstood(t *testing.T) {
	for _, language := range []string{"en", "ru"} {
		for owner, columns := range map[string]int{"auto": 17, "self": 17, "impersonate": 18, "column": 19} {
			path := filepath.Join(t.TempDir(), "accounts.csv")
			if code, _, said := called(t, "template", "--csv", "-o", path, "--lang", language, "--owner", owner); code != exitDone {
				t.Fatalf("template ended with %d:\n%s", code, said)
			}
			head, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			delimiter := map[string]string{"en": ",", "ru": ";"}[language]
			row := "Anna" + delimiter + "anna@example.org" + delimiter + "secret-1" + strings.Repeat(delimiter, columns-3)
			if err := os.WriteFile(path, append(head, row...), 0o600); err != nil {
				t.Fatal(err)
			}
			_, _, said := called(t, "validate", path, "--preset", "yandex360")
			if !strings.Contains(said, strconv.Itoa(columns)+" columns are read") || strings.Contains(said, "ignored") {
				t.Errorf("validate of the template in %s for %s, want %d columns read and none ignored:\n%s", language, owner, columns, said)
			}
		}
	}
}

// TestTemplateWordsAreKnown fills in a row for every word of every list.
func TestTemplateWordsAreKnown(t *testing.T) {
	for _, language := range []string{"en", "ru"} {
		path := filepath.Join(t.TempDir(), "accounts.xlsx")
		if code, _, said := called(t, "template", "-o", path, "--lang", language); code != exitDone {
			t.Fatalf("template ended with %d:\n%s", code, said)
		}
		row := 2
		fillIn(t, path, func(f *excelize.File, sheet string) {
			lists, err := f.GetDataValidations(sheet)
			if err != nil {
				t.Fatal(err)
			}
			for _, list := range lists {
				if list.Type != "list" {
					continue
				}
				for _, word := range strings.Split(strings.Trim(list.Formula1, `"`), ",") {
					number := strconv.Itoa(row)
					for cell, text := range map[string]string{
						"B": "a" + number + "@example.org", "C": "secret-1", "E": "imap.example.org", "F": "993", "H": "smtp.example.org", "I": "465",
						strings.TrimRight(strings.Split(list.Sqref, ":")[0], "0123456789"): word,
					} {
						if err := f.SetCellStr(sheet, cell+number, text); err != nil {
							t.Fatal(err)
						}
					}
					row++
				}
			}
		})
		code, _, said := called(t, "validate", path)
		for _, wrong := range []string{"neither", "not a kind"} {
			if strings.Contains(said, wrong) {
				t.Errorf("%s: a word of a drop-down is not known; validate ended with %d:\n%s", language, code, said)
			}
		}
		if row < 20 {
			t.Errorf("%s: %d words were tried, want all", language, row-2)
		}
	}
}

// TestTemplateSavedByLibreOffice reads a template that was filled in and saved by
// LibreOffice 7: no mapping is needed, what was typed is what is read, and the
// drop-downs are still there.
func TestTemplateSavedByLibreOffice(t *testing.T) {
	const path = "testdata/template-by-libreoffice.xlsx"
	code, result, said := called(t, "validate", path, "--owner", "column")
	if code != exitDone || !strings.Contains(result, "valid 3") || strings.Contains(said, "error") {
		t.Errorf("validate %s ended with %d, %s\n%s", path, code, result, said)
	}
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sheet := f.GetSheetList()[0]
	if password, err := f.GetCellValue(sheet, "C2"); err != nil || password != "007" {
		t.Errorf("the password in C2 is %q, %v; want what was typed, 007", password, err)
	}
	rules, err := f.GetDataValidations(sheet)
	if err != nil || len(rules) != 9 {
		t.Fatalf("%d validations, %v; want the 9 of the template", len(rules), err)
	}
	for _, rule := range rules {
		if rule.Type == "list" && !strings.Contains(rule.Formula1, ",") || !rule.ShowErrorMessage {
			t.Errorf("the validation of %s is %q and says so: %v", rule.Sqref, rule.Formula1, rule.ShowErrorMessage)
		}
	}
}
