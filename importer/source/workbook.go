package source

import (
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"r7import/importer/diagnosis"
)

// sheetTable is one sheet of a workbook that has been looked at.
type sheetTable struct {
	file   *File
	header int
}

func (f *File) workbook() (*excelize.File, error) {
	in, err := f.input.stream()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	book, err := excelize.OpenReader(in, excelize.Options{RawCellValue: true, UnzipXMLSizeLimit: 1 << 30, UnzipSizeLimit: 1 << 30})
	if err != nil {
		return nil, diagnosis.Wrap(err, diagnosis.WorkbookDamaged)
	}
	return book, nil
}

// lookAtWorkbook finds out the sheet and its header.
func (f *File) lookAtWorkbook() error {
	book, err := f.workbook()
	if err != nil {
		return err
	}
	defer book.Close()
	if f.sheet, err = f.chooseSheet(book); err != nil {
		return err
	}
	it, err := book.Rows(f.sheet)
	if err != nil {
		return diagnosis.Wrap(err, diagnosis.WorkbookDamaged)
	}
	defer it.Close()
	var top [][]string
	var numbers []int
	for n := 1; n <= headerDepth && it.Next(); n++ {
		cells, err := it.Columns()
		if err != nil {
			return diagnosis.Wrap(err, diagnosis.WorkbookDamaged)
		}
		top, numbers = append(top, cells), append(numbers, n)
	}
	at, err := f.headerAmong(top, numbers)
	if err != nil {
		return err
	}
	for i, h := range trimmed(top[at]) {
		label, _ := excelize.ColumnNumberToName(i + 1)
		f.columns = append(f.columns, Column{Header: h, Label: label})
	}
	f.table = &sheetTable{file: f, header: numbers[at]}
	f.note(diagnosis.SheetRead, "Sheet", f.sheet, "Row", strconv.Itoa(numbers[at]))
	return nil
}

func (f *File) chooseSheet(book *excelize.File) (string, error) {
	var visible []string
	for _, name := range book.GetSheetList() {
		if strings.EqualFold(name, f.options.Sheet) {
			return name, nil
		}
		if shown, _ := book.GetSheetVisible(name); shown {
			visible = append(visible, name)
		}
	}
	switch {
	case f.options.Sheet != "":
		return "", diagnosis.New(diagnosis.SheetNotFound, "Sheets", joined(book.GetSheetList()))
	case len(visible) != 1:
		return "", diagnosis.New(diagnosis.SheetUnclear, "Sheets", joined(visible))
	}
	return visible[0], nil
}

func (t *sheetTable) open(_ context.Context, l *layout) (rows, error) {
	book, err := t.file.workbook()
	if err != nil {
		return nil, err
	}
	it, err := book.Rows(t.file.sheet)
	if err != nil {
		book.Close()
		return nil, diagnosis.Wrap(err, diagnosis.WorkbookDamaged)
	}
	return &sheetRows{book: book, it: it, header: t.header, width: len(l.columns)}, nil
}

// sheetRows is one pass over a sheet.
type sheetRows struct {
	book   *excelize.File
	it     *excelize.Rows
	header int
	width  int
	row    row
}

func (s *sheetRows) close() {
	s.it.Close()
	s.book.Close()
}

// next implements rows.
func (s *sheetRows) next() (*row, error) {
	for s.it.Next() {
		s.row.number++
		cells, err := s.it.Columns()
		if err != nil {
			return nil, diagnosis.Wrap(err, diagnosis.WorkbookDamaged)
		}
		if s.row.number <= s.header || blank(cells) {
			continue
		}
		for len(cells) < s.width {
			cells = append(cells, "")
		}
		s.row.cells = cells[:s.width]
		return &s.row, nil
	}
	return nil, io.EOF
}
