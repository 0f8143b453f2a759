package xlsx

import (
	"io"
	"strconv"

	"r7import/importer/source/table"
)

// maxRows is how many rows a sheet can have.
const maxRows = 1 << 20

// merge is a range of merged cells, of which only the first has a value.
type merge struct{ top, left, bottom, right int }

// Rows reads a sheet part row by row, from its first byte to its last.
// Anything a spreadsheet program would not write is an error.
type Rows struct {
	x       *xmlScanner
	part    io.Closer
	strings *Strings

	hiddenColumns []span  // known before the first row
	merges        []merge // known at the end

	// The row last read, valid until the next.
	Number int
	Hidden bool
	Long   bool // it has more than table.MaxRowBytes and no cells
	Cells  []Cell
	Text   []byte

	stage   sheetStage
	formula bool // the cell last read has one
}

type sheetStage uint8

const (
	beforeSheet sheetStage = iota
	beforeRows
	amongRows
	behindRows
)

// span is a range of columns, counted from 0, the last included.
type span struct{ from, to int }

// Close ends the pass.
func (s *Rows) Close() error { return s.part.Close() }

// Next reads the next row that mentions cells. io.EOF comes when the whole part
// was read and is sound.
func (s *Rows) Next() error {
	err := s.next()
	if err != nil && err != io.EOF {
		err = damaged(err)
	}
	return err
}

func (s *Rows) next() error {
	for {
		if err := s.x.next(); err != nil {
			return s.end(err)
		}
		name := string(s.x.name)
		switch {
		case s.x.kind == xmlEnd && name == "sheetData" && s.stage == amongRows:
			s.stage = behindRows
		case s.x.kind != xmlStart:
		case s.stage == amongRows && name == "row":
			if err := s.row(); err != nil {
				return err
			}
			if len(s.Cells) > 0 || s.Long {
				return nil
			}
		case s.stage == amongRows:
			if err := s.x.skip(); err != nil {
				return err
			}
		default:
			if err := s.around(name); err != nil {
				return err
			}
		}
	}
}

func (s *Rows) end(err error) error {
	if err == io.EOF && s.stage != behindRows {
		return errXML
	}
	return err
}

// around takes an element outside of the rows.
func (s *Rows) around(name string) error {
	switch {
	case s.stage == beforeSheet && name == "worksheet":
		s.stage = beforeRows
	case s.stage == beforeSheet:
		return errXML
	case name == "sheetData" && s.stage == beforeRows && len(s.x.depths) == 2:
		s.stage = amongRows
	case name == "sheetData" && len(s.x.depths) == 2:
		return errXML
	case name == "col" && s.stage == beforeRows:
		return s.takeColumns()
	case name == "mergeCell" && s.stage == behindRows:
		return s.takeMerge()
	}
	return nil
}

func (s *Rows) takeColumns() error {
	if !isTrue(s.x.attr("hidden")) {
		return nil
	}
	from, err := strconv.Atoi(string(s.x.attr("min")))
	if err != nil {
		return errXML
	}
	to, err := strconv.Atoi(string(s.x.attr("max")))
	if err != nil || from < 1 || to < from || len(s.hiddenColumns) > table.MaxColumns {
		return errXML
	}
	s.hiddenColumns = append(s.hiddenColumns, span{from - 1, to - 1})
	return nil
}

func (s *Rows) takeMerge() error {
	m, ok := parseRange(s.x.attr("ref"))
	if !ok {
		return errXML
	}
	if len(s.merges) == maxMerges {
		return errXMLLimit
	}
	s.merges = append(s.merges, m)
	return nil
}

// row reads the row just started.
func (s *Rows) row() error {
	number := s.Number + 1
	if r := s.x.attr("r"); r != nil {
		n, err := strconv.Atoi(string(r))
		if err != nil || n < number {
			return errXML
		}
		number = n
	}
	if number > maxRows {
		return errXMLLimit
	}
	s.Number, s.Long, s.Cells, s.Text = number, false, s.Cells[:0], s.Text[:0]
	s.Hidden = isTrue(s.x.attr("hidden")) || string(s.x.attr("ht")) == "0"
	column := -1
	for {
		if err := s.x.next(); err != nil {
			return err
		}
		switch {
		case s.x.kind == xmlEnd:
			return nil
		case s.x.kind == xmlText:
		case string(s.x.name) == "c":
			var err error
			if column, err = s.cell(column); err != nil {
				return err
			}
		default:
			if err := s.x.skip(); err != nil {
				return err
			}
		}
	}
}

func isDigits(text []byte) bool {
	for _, b := range text {
		if b < '0' || b > '9' {
			return false
		}
	}
	return len(text) > 0
}

func isTrue(value []byte) bool { return string(value) == "1" || string(value) == "true" }
