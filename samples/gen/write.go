package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"slices"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
)

// writeCSV writes a table as UTF-8 with commas.
func writeCSV(path string, t *table) error {
	var b bytes.Buffer
	if err := t.encode(csv.NewWriter(&b)); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}

// writeRussianCSV writes a table the way Excel saves CSV on Russian Windows.
func writeRussianCSV(path string, t *table) error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Comma = ';'
	w.UseCRLF = true
	if err := t.encode(w); err != nil {
		return err
	}
	text, err := charmap.Windows1251.NewEncoder().Bytes(b.Bytes())
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o644)
}

func (t *table) encode(w *csv.Writer) error {
	if t.title != nil {
		if err := w.WriteAll([][]string{t.title, {""}}); err != nil {
			return err
		}
	}
	if err := w.Write(t.header); err != nil {
		return err
	}
	for _, row := range t.rows {
		cells := make([]string, len(row))
		for i, value := range row {
			cells[i] = fmt.Sprint(value)
		}
		if err := w.Write(cells); err != nil {
			return err
		}
	}
	if t.footer != nil {
		if err := w.Write(t.footer); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

const sheetName = "Сотрудники"

// writeWorkbook writes a table as a personnel office would: a bold header that
// stays in sight, a filter, passwords formatted as text.
func writeWorkbook(path string, t *table) error {
	f := excelize.NewFile()
	defer f.Close()
	s := &sheet{file: f}
	s.check(f.SetSheetName("Sheet1", sheetName))
	s.check(f.SetDocProps(&excelize.DocProperties{Creator: "Отдел кадров", Created: "2026-02-02T09:00:00Z", Modified: "2026-02-02T09:00:00Z"}))
	s.header(t)
	for i, row := range t.rows {
		for j, value := range row {
			s.set(j+1, i+2, value)
		}
	}
	if s.err != nil {
		return s.err
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		return err
	}
	book, err := patch(b.Bytes(), t)
	if err != nil {
		return err
	}
	return os.WriteFile(path, book, 0o644)
}

// sheet is a worksheet being filled. After an error it does nothing more.
type sheet struct {
	file *excelize.File
	err  error
}

func (s *sheet) check(err error) {
	if s.err == nil {
		s.err = err
	}
}

func (s *sheet) style(style excelize.Style) int {
	id, err := s.file.NewStyle(&style)
	s.check(err)
	return id
}

func (s *sheet) header(t *table) {
	bold := s.style(excelize.Style{
		Font:      &excelize.Font{Family: "Calibri", Size: 11, Bold: true},
		Fill:      excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"DCE6F1"}},
		Border:    []excelize.Border{{Type: "bottom", Style: 1, Color: "7F9DB9"}},
		Alignment: &excelize.Alignment{Vertical: "center", WrapText: true},
	})
	text := s.style(excelize.Style{NumFmt: 49})
	for i, title := range t.header {
		column, err := excelize.ColumnNumberToName(i + 1)
		s.check(err)
		s.check(s.file.SetColWidth(sheetName, column, column, t.widths[i]))
		if slices.Contains(t.secret, title) {
			s.check(s.file.SetColStyle(sheetName, column, text))
		}
		s.set(i+1, 1, title)
		s.check(s.file.SetCellStyle(sheetName, column+"1", column+"1", bold))
	}
	last, err := excelize.CoordinatesToCellName(len(t.header), len(t.rows)+1)
	s.check(err)
	s.check(s.file.SetRowHeight(sheetName, 1, 32))
	s.check(s.file.AutoFilter(sheetName, "A1:"+last, nil))
	s.check(s.file.SetPanes(sheetName, &excelize.Panes{Freeze: true, XSplit: 1, YSplit: 1, TopLeftCell: "B2", ActivePane: "bottomRight"}))
}

// set writes a cell; an empty text leaves it alone.
func (s *sheet) set(column, row int, value any) {
	cell, err := excelize.CoordinatesToCellName(column, row)
	s.check(err)
	switch v := value.(type) {
	case formula:
		s.check(s.file.SetCellFormula(sheetName, cell, v.text))
	case mergedAbove:
		above, err := excelize.CoordinatesToCellName(column, row-1)
		s.check(err)
		s.check(s.file.MergeCell(sheetName, above, cell))
	case string:
		if v != "" {
			s.check(s.file.SetCellStr(sheetName, cell, v))
		}
	default:
		s.check(s.file.SetCellValue(sheetName, cell, v))
	}
}
