package xlsx

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// disagreed are the sound workbooks that excelize reads otherwise, with the reason.
var disagreed = map[string]string{
	"escaped-characters.xlsx": "excelize drops escaped characters beyond U+FFFF",
	"extensions.xlsx":         "excelize takes rows of an extension for rows of the sheet",
	"xml-in-utf-16.xlsx":      "excelize reads no row of it and says nothing",
	"row-too-long.xlsx":       "ours are bounded",
	"style-empty.xlsx":        "excelize drops a cell with an empty style",
}

// TestAgreesWithExcelize compares all cells of all sheets of the sound workbooks of
// the collection with what excelize reads of them.
func TestAgreesWithExcelize(t *testing.T) {
	paths, err := filepath.Glob("../testdata/odd/*.xls[xm]")
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			if reason := disagreed[filepath.Base(path)]; reason != "" {
				t.Skip(reason)
			}
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			book, err := Open(io.NewSectionReader(bytes.NewReader(content), 0, int64(len(content))))
			if err != nil {
				t.Skip("not sound:", err)
			}
			foreign, err := excelize.OpenFile(path, excelize.Options{RawCellValue: true})
			if err != nil {
				t.Skip("excelize:", err)
			}
			defer foreign.Close()
			for _, s := range book.Sheets {
				ours, err := allCells(book, s)
				if err != nil {
					t.Skip("not sound:", err)
				}
				theirs, err := foreignCells(foreign, s.Name)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(theirs, ours); diff != "" {
					t.Errorf("sheet %s, excelize - ours +\n%s", s.Name, diff)
				}
				compared++
			}
		})
	}
	if compared < 60 {
		t.Errorf("%d sheets were compared, want 60 at least", compared)
	}
}

// allCells returns the cells of a sheet that hold something, by their reference.
func allCells(book *Book, s Sheet) (map[string]string, error) {
	rows, err := book.Rows(s)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	cells := make(map[string]string)
	for {
		if err := rows.Next(); err == io.EOF {
			return cells, nil
		} else if err != nil {
			return nil, err
		}
		for _, c := range rows.Cells {
			if text := string(rows.Text[c.From:c.To]); text != "" {
				cells[ColumnLetters(c.Column)+strconv.Itoa(rows.Number)] = text
			}
		}
	}
}

// foreignCells returns what excelize reads, with numbers and truth values written as ours are.
func foreignCells(book *excelize.File, sheet string) (map[string]string, error) {
	rows, err := book.Rows(sheet)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	cells := make(map[string]string)
	for number := 1; rows.Next(); number++ {
		columns, err := rows.Columns()
		if err != nil {
			return nil, err
		}
		for i, text := range columns {
			ref := ColumnLetters(i) + strconv.Itoa(number)
			kind, err := book.GetCellType(sheet, ref)
			if err != nil {
				return nil, err
			}
			if text = asOurs(kind, text); text != "" {
				cells[ref] = text
			}
		}
	}
	return cells, rows.Error()
}

func asOurs(kind excelize.CellType, text string) string {
	switch {
	case kind == excelize.CellTypeBool && text == "1":
		return "TRUE"
	case kind == excelize.CellTypeBool:
		return "FALSE"
	case kind == excelize.CellTypeNumber, kind == excelize.CellTypeUnset:
		if number, ok := appendNumber(nil, []byte(text)); ok {
			return string(number)
		}
	}
	return text
}
