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
	Header string // as the file has it, blanks included
	Label  string // letters in a workbook, a number in a CSV file
}

// Record is one row of the table. A record that [File.Records] yields
// is valid until the next step of the loop; its strings stay valid.
type Record struct {
	// Row is the number in the spreadsheet; in a CSV file the line on which the row begins.
	Row int
	// Problems are the problems of reading the row. A
	// problem without a field concerns the row as a whole.
	Problems []diagnosis.Problem

	cells  [account.NumFields]string
	others []string // cells of the columns that are read but feed no field
	bad    account.Fields
	layout *layout
}

// Text returns the cell of a field byte for byte; "" if the
// file has no column for it or the cell is [Record.Bad].
func (r *Record) Text(f account.Field) string { return r.cells[f] }

// Other returns the cell of a column that feeds no field, by the
// name given to [File.Records]; "" if that name was not given.
func (r *Record) Other(name string) string {
	if i := slices.Index(r.layout.others, name); i >= 0 && i < len(r.others) {
		return r.others[i]
	}
	return ""
}

// Has reports whether the file has a column for the field.
func (r *Record) Has(f account.Field) bool { return r.layout.column[f] >= 0 }

// Bad reports whether the cell of the field could
// not be read. The record has a problem for it.
func (r *Record) Bad(f account.Field) bool { return r.bad.Has(f) }

// Place returns the place of the field's cell, without a column if the file has none for it.
func (r *Record) Place(f account.Field) diagnosis.Place {
	return r.layout.place(r.Row, r.layout.column[f])
}

// layout defines which columns of the table are read in one pass, and for which fields.
type layout struct {
	file         string
	sheet        string
	columns      []Column
	fields       []account.Field        // by column; NumFields for one that feeds none
	column       [account.NumFields]int // by field, -1 for none
	read         []int                  // indexes of the columns to read: those of the fields in their order, then the others
	whereColumns []int                  // columns of the row conditions
	keys         []string               // keys in gocsv of the columns in read
	others       []string               // names of the read columns that feed no field
	// nameless are the columns without a header and without a name for the record.
	nameless []int
	// takeNumbers accepts numbers that are shown in full as passwords.
	takeNumbers bool
	asides      table.Asides
	passed      tally // counts of the pass so far
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

// place returns the place of a column in a row; column -1 means the row as a whole.
func (l *layout) place(row, column int) diagnosis.Place {
	at := diagnosis.Place{File: l.file, Sheet: l.sheet, Row: row}
	if column >= 0 {
		at.Column, at.Header = l.columns[column].Label, l.columns[column].Header
	}
	return at
}
