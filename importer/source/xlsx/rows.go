package xlsx

import (
	"cmp"
	"io"
	"slices"
	"strconv"
	"strings"

	"r7import/importer/source/table"
)

// maxRows is the greatest number of rows of a sheet.
const maxRows = 1 << 20

// Rows reads a sheet part row by row, from its first byte to its
// last. Content that no spreadsheet program writes is an error.
type Rows struct {
	x       *xmlScanner
	part    io.Closer
	strings *Strings

	// The current row, valid until the next call of Next.
	Number int
	Hidden bool
	Long   bool // it exceeds table.MaxRowBytes, so its texts are unknown
	Cells  []Cell
	Text   []byte

	stage         sheetStage
	hiddenColumns []span  // complete before the first row
	merges        []merge // complete at the end
	editing       bool    // for [SheetEdit]: empty cells are included, and rows may come in any order
}

type sheetStage uint8

const (
	beforeSheet sheetStage = iota
	beforeRows
	inRows
	afterRows
)

// span is a range of columns, counted from 0, including both ends.
type span struct{ from, to int }

// Close ends the pass.
func (s *Rows) Close() error { return s.part.Close() }

// Next reads the next row with cells. It returns io.EOF
// after the whole part was read and found sound.
func (s *Rows) Next() error {
	for {
		err := s.x.next()
		switch {
		case err == io.EOF && s.stage != afterRows:
			err = errXML
		case err == io.EOF:
			return err
		case err != nil:
		case s.x.kind == xmlEnd && s.stage == inRows && string(s.x.name) == "sheetData":
			s.stage = afterRows
		case s.x.kind != xmlStart:
		case s.stage == inRows && string(s.x.name) == "row":
			err = s.row()
			if err == nil && (len(s.Cells) > 0 || s.Long) {
				return nil
			}
		case s.stage == inRows:
			err = s.x.skip()
		default:
			err = s.outsideRow()
		}
		if err != nil {
			return damaged(err)
		}
	}
}

// outsideRow handles an element outside of the rows.
func (s *Rows) outsideRow() error {
	name, data := string(s.x.name), string(s.x.name) == "sheetData" && len(s.x.depths) == 2
	switch {
	case s.stage == beforeSheet && name != "worksheet", s.stage == afterRows && data:
		return errXML
	case s.stage == beforeSheet:
		s.stage = beforeRows
	case data:
		s.stage = inRows
	case s.stage == beforeRows && name == "col" && isTrue(s.x.attr("hidden")):
		from, fromErr := strconv.Atoi(string(s.x.attr("min")))
		to, toErr := strconv.Atoi(string(s.x.attr("max")))
		if fromErr != nil || toErr != nil || from < 1 || to < from || len(s.hiddenColumns) > table.MaxColumns {
			return errXML
		}
		s.hiddenColumns = append(s.hiddenColumns, span{from - 1, to - 1})
	case s.stage == afterRows && name == "mergeCell":
		m, ok := parseRange(s.x.attr("ref"))
		if !ok {
			return errXML
		}
		if len(s.merges) == maxMerges {
			return errXMLLimit
		}
		s.merges = append(s.merges, m)
	}
	return nil
}

// row reads the row whose start tag was just read.
func (s *Rows) row() error {
	number := s.Number + 1
	if r := s.x.attr("r"); r != nil {
		n, err := strconv.Atoi(string(r))
		if !s.editing && (err != nil || n < number) {
			return errXML
		}
		if err == nil {
			number = n
		}
	}
	if number > maxRows && !s.editing {
		return errXMLLimit
	}
	s.Number, s.Long, s.Cells, s.Text = number, false, s.Cells[:0], s.Text[:0]
	s.Hidden = isTrue(s.x.attr("hidden")) || string(s.x.attr("ht")) == "0"
	column := -1
	for {
		err := s.x.next()
		switch {
		case err != nil:
		case s.x.kind == xmlEnd:
			return nil
		case s.x.kind == xmlText:
		case string(s.x.name) == "c":
			column, err = s.cell(column)
		default:
			err = s.x.skip()
		}
		if err != nil {
			return err
		}
	}
}

// TextOf returns the text of a cell, "" in a row that is too long.
func (s *Rows) TextOf(c Cell) string {
	if s.Long {
		return ""
	}
	return string(s.Text[c.From:c.To])
}

// Texts returns the texts of the cells in the first columns.
func (s *Rows) Texts(columns int) []string {
	texts := make([]string, columns)
	for _, c := range s.Cells {
		if c.Column < columns {
			texts[c.Column] = s.TextOf(c)
		}
	}
	return texts
}

// find returns the index of a cell, or the index where it would be inserted and false.
func (s *Rows) find(column int) (int, bool) {
	return slices.BinarySearchFunc(s.Cells, column, func(c Cell, column int) int { return cmp.Compare(c.Column, column) })
}

// Holds reports whether the cell of a column has a value or a formula.
func (s *Rows) Holds(column int) bool {
	i, ok := s.find(column)
	return ok && (s.Cells[i].Formula || strings.TrimSpace(s.TextOf(s.Cells[i])) != "")
}

// Style returns the style of a column's cell, 0 if there is none.
func (s *Rows) Style(column int) int {
	if i, ok := s.find(column); ok {
		return s.Cells[i].Style
	}
	return 0
}

func isTrue(value []byte) bool { return string(value) == "1" || string(value) == "true" }
