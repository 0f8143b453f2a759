package rewrite

import (
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"r7import/importer/diagnosis"
	"r7import/importer/source/container"
	"r7import/importer/source/xlsx"
)

// addedWidth is the width of a new column, in characters: enough for an address.
const addedWidth = 32

// copyWorkbook writes the workbook with the cells of one column of one sheet set.
func copyWorkbook(w io.Writer, from Original, add Added) (err error) {
	// The limits are those the sheets have been read with; below them nothing
	// is unpacked to the disk, where passwords would be left behind.
	options := excelize.Options{UnzipSizeLimit: container.MaxPart, UnzipXMLSizeLimit: container.MaxPart}
	book, err := excelize.OpenReader(from.File.Content(), options)
	if err != nil {
		return diagnosis.Wrap(err, diagnosis.FileBroken)
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	if err := fill(book, from.Sheet, add); err != nil {
		return diagnosis.Wrap(err, diagnosis.FileBroken)
	}
	if from.File.Protected() {
		options.Password = from.Password.Reveal()
	}
	return book.Write(w, options)
}

func fill(book *excelize.File, t *xlsx.Table, add Added) error {
	column := add.Column + 1
	if add.Header != "" {
		if err := addColumn(book, t, column, add.Header); err != nil {
			return err
		}
	}
	for _, row := range slices.Sorted(maps.Keys(add.Cells)) {
		cell, err := excelize.CoordinatesToCellName(column, row)
		if err != nil {
			return err
		}
		there, err := book.GetCellValue(t.Sheet.Name, cell)
		if err != nil {
			return err
		}
		if strings.TrimSpace(there) != "" {
			continue
		}
		if err := book.SetCellStr(t.Sheet.Name, cell, add.Cells[row]); err != nil {
			return err
		}
	}
	return nil
}

// addColumn writes the header of a new column in the style of the one before.
func addColumn(book *excelize.File, t *xlsx.Table, column int, header string) error {
	name, err := excelize.ColumnNumberToName(column)
	if err != nil {
		return err
	}
	cell := name + strconv.Itoa(t.Header)
	before, err := excelize.CoordinatesToCellName(max(1, column-1), t.Header)
	if err != nil {
		return err
	}
	style, err := book.GetCellStyle(t.Sheet.Name, before)
	if err != nil {
		return err
	}
	return errors.Join(book.SetCellStr(t.Sheet.Name, cell, header), book.SetCellStyle(t.Sheet.Name, cell, cell, style),
		book.SetColWidth(t.Sheet.Name, name, name, addedWidth))
}
