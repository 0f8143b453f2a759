package source

import (
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"r7import/importer/diagnosis"
)

// addedWidth is the width of a new column, in characters: enough for an address.
const addedWidth = 32

// copyWorkbook writes the workbook with the cells of one column of one sheet set.
func (f *File) copyWorkbook(w io.Writer, t *sheetTable, add Added) (err error) {
	// The limits are those the sheets have been read with; below them nothing
	// is unpacked to the disk, where passwords would be left behind.
	options := excelize.Options{UnzipSizeLimit: maxPartBytes, UnzipXMLSizeLimit: maxPartBytes}
	book, err := excelize.OpenReader(io.NewSectionReader(f.input.at, 0, f.input.size), options)
	if err != nil {
		return diagnosis.Wrap(err, diagnosis.FileBroken)
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	column, err := t.columnFor(f.columns, add.Column)
	if err != nil {
		return err
	}
	if err := t.fill(book, column, add); err != nil {
		return diagnosis.Wrap(err, diagnosis.FileBroken)
	}
	if f.protected() {
		options.Password = f.options.WorkbookPassword.Reveal()
	}
	return book.Write(w, options)
}

// protected reports whether the workbook as it is stored has a password.
func (f *File) protected() bool {
	head := make([]byte, 16)
	n, _ := f.input.stored.ReadAt(head, 0)
	return kindOf(head[:n]) == kindCompound
}

// columnFor returns the number of the column of the sheet that a column of the
// table is, or would be.
func (t *sheetTable) columnFor(columns []Column, index int) (int, error) {
	if index < len(columns) {
		return excelize.ColumnNameToNumber(columns[index].Label)
	}
	last, err := excelize.ColumnNameToNumber(columns[len(columns)-1].Label)
	return last + 1, err
}

func (t *sheetTable) fill(book *excelize.File, column int, add Added) error {
	if add.Header != "" {
		if err := t.addColumn(book, column, add.Header); err != nil {
			return err
		}
	}
	for _, row := range slices.Sorted(maps.Keys(add.Cells)) {
		cell, err := excelize.CoordinatesToCellName(column, row)
		if err != nil {
			return err
		}
		there, err := book.GetCellValue(t.sheet.name, cell)
		if err != nil {
			return err
		}
		if strings.TrimSpace(there) != "" {
			continue
		}
		if err := book.SetCellStr(t.sheet.name, cell, add.Cells[row]); err != nil {
			return err
		}
	}
	return nil
}

// addColumn writes the header of a new column in the style of the one before.
func (t *sheetTable) addColumn(book *excelize.File, column int, header string) error {
	name, err := excelize.ColumnNumberToName(column)
	if err != nil {
		return err
	}
	cell := name + strconv.Itoa(t.header)
	before, err := excelize.CoordinatesToCellName(max(1, column-1), t.header)
	if err != nil {
		return err
	}
	style, err := book.GetCellStyle(t.sheet.name, before)
	if err != nil {
		return err
	}
	return errors.Join(book.SetCellStr(t.sheet.name, cell, header), book.SetCellStyle(t.sheet.name, cell, cell, style),
		book.SetColWidth(t.sheet.name, name, name, addedWidth))
}
