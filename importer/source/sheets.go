package source

import (
	"errors"
	"strings"

	"r7import/importer/diagnosis"
)

// chooseSheet returns the sheet to read and its first rows: the one asked for,
// else the only visible one, else the only visible one with column names that
// are known.
func (f *File) chooseSheet(book *workbook) (sheet, top, error) {
	if f.options.Sheet != "" {
		return f.sheetNamed(book, f.options.Sheet)
	}
	var visible []sheet
	for _, s := range book.sheets {
		if !s.hidden {
			visible = append(visible, s)
		}
	}
	switch {
	case len(book.sheets) == 0:
		return sheet{}, top{}, damaged(errors.New("no sheets"))
	case len(visible) == 0:
		return sheet{}, top{}, diagnosis.New(diagnosis.SheetsHidden, "Sheets", sheetNames(book.sheets))
	case len(visible) == 1:
		first, err := f.topOf(book, visible[0])
		return visible[0], first, err
	}
	return f.likelySheet(book, visible)
}

func (f *File) sheetNamed(book *workbook, name string) (sheet, top, error) {
	for _, s := range book.sheets {
		if strings.EqualFold(strings.TrimSpace(s.name), strings.TrimSpace(name)) {
			first, err := f.topOf(book, s)
			return s, first, err
		}
	}
	return sheet{}, top{}, diagnosis.New(diagnosis.SheetNotFound, "Sheets", sheetNames(book.sheets))
}

func (f *File) likelySheet(book *workbook, visible []sheet) (chosen sheet, first top, err error) {
	fits := 0
	for _, s := range visible {
		t, err := f.topOf(book, s)
		if err != nil {
			return sheet{}, top{}, err
		}
		if _, names := findHeader(t.rows, f.options.Known); names > 1 {
			chosen, first = s, t
			fits++
		}
	}
	if fits != 1 {
		return sheet{}, top{}, diagnosis.New(diagnosis.SheetUnclear, "Sheets", sheetNames(visible))
	}
	return chosen, first, nil
}

func sheetNames(sheets []sheet) string {
	names := make([]string, len(sheets))
	for i, s := range sheets {
		names[i] = s.name
	}
	return joined(names)
}
