package source

import (
	"slices"
	"strconv"
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source/table"
)

// Column is one column of the table.
type Column struct {
	Header string // as the file has it, with its blanks
	Label  string // what a person finds it by: letters in a workbook, a number in a CSV file
}

// Record is one row of the table. What [File.Records] yields is valid until the
// next step of the loop; text taken out of it stays valid.
type Record struct {
	// Row is the number the spreadsheet shows; in a CSV file the line the row begins on.
	Row int
	// Problems are what the reader found wrong with the row. One without a
	// field is about the row as a whole.
	Problems []diagnosis.Problem

	cells  [account.NumFields]string
	others []string // of the columns that are read and feed no field
	bad    account.Fields
	layout *layout
}

// Text returns the cell of a field byte for byte, empty if the file has no column
// for it or the cell is [Record.Bad].
func (r *Record) Text(f account.Field) string { return r.cells[f] }

// Other returns the cell of a column that feeds no field, by the name it was asked
// for with, empty if it was not asked for.
func (r *Record) Other(name string) string {
	if i := slices.Index(r.layout.others, name); i >= 0 && i < len(r.others) {
		return r.others[i]
	}
	return ""
}

// Has reports whether the file has a column for the field.
func (r *Record) Has(f account.Field) bool { return r.layout.column[f] >= 0 }

// Bad reports whether the cell of the field could not be read. There is a
// problem that says so already.
func (r *Record) Bad(f account.Field) bool { return r.bad.Has(f) }

// Place returns where the cell of the field is, without a column if the file has none for it.
func (r *Record) Place(f account.Field) diagnosis.Place {
	return r.layout.place(r.Row, r.layout.column[f])
}

// layout says which columns of the table are read in one pass, and what for.
type layout struct {
	file    string
	sheet   string
	columns []Column
	fields  []account.Field        // of each column; NumFields for one that feeds none
	column  [account.NumFields]int // of each field, -1 for none
	read    []int                  // columns: those of the fields in their order, then the others
	asked   []int                  // columns that rows are chosen by
	keys    []string               // what gocsv knows the columns of read by
	others  []string               // names of the columns that feed no field
	// nameless are the columns without a name that are not read.
	nameless []int
	// takeNumbers makes passwords of numbers that are shown whole.
	takeNumbers bool
	asides      table.Asides
	passed      tally // the rows passed over so far
}

func newLayout(file, sheet string, columns []Column, names []string) *layout {
	l := &layout{file: file, sheet: sheet, columns: columns}
	for f := range l.column {
		l.column[f] = -1
	}
	var others []int
	for i, c := range columns {
		name, feeds := "", account.NumFields
		if i < len(names) {
			name = names[i]
		}
		if f, ok := account.FieldNamed(name); ok {
			feeds, l.column[f] = f, i
		} else if name != "" {
			others, l.others = append(others, i), append(l.others, name)
		} else if strings.TrimSpace(c.Header) == "" {
			l.nameless = append(l.nameless, i)
		}
		l.fields = append(l.fields, feeds)
		l.asides.Headers, l.asides.Secret = append(l.asides.Headers, c.Header), append(l.asides.Secret, feeds.Secret())
	}
	for f, column := range l.column {
		if column >= 0 {
			l.read, l.keys = append(l.read, column), append(l.keys, account.Field(f).String())
		}
	}
	for i, column := range others {
		l.read, l.keys = append(l.read, column), append(l.keys, otherKey+strconv.Itoa(i))
	}
	return l
}

// place returns where a column stands in a row; -1 is the row as a whole.
func (l *layout) place(row, column int) diagnosis.Place {
	at := diagnosis.Place{File: l.file, Sheet: l.sheet, Row: row}
	if column >= 0 {
		at.Column, at.Header = l.columns[column].Label, l.columns[column].Header
	}
	return at
}
