package source

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"r7import/importer/diagnosis"
)

// Rows is a set of row numbers. The zero value contains all rows.
type Rows []rowRange

type rowRange struct{ from, to int }

// ParseRows parses row numbers like "5,10-20,100-":
// single rows, ranges, and a range to the last row.
func ParseRows(text string) (Rows, error) {
	var set Rows
	for part := range strings.SplitSeq(text, ",") {
		first, last, isRange := strings.Cut(strings.TrimSpace(part), "-")
		from, err := strconv.Atoi(strings.TrimSpace(first))
		to := from
		if isRange && err == nil {
			if to, err = strconv.Atoi(strings.TrimSpace(last)); strings.TrimSpace(last) == "" {
				to, err = 1<<62, nil
			}
		}
		if err != nil || from < 1 || to < from {
			return nil, diagnosis.New(diagnosis.RowsSyntax)
		}
		set = append(set, rowRange{from, to})
	}
	return set, nil
}

// Has reports whether a row is in the set.
func (s Rows) Has(row int) bool {
	for _, r := range s {
		if r.from <= row && row <= r.to {
			return true
		}
	}
	return len(s) == 0
}

// Where selects rows by one of their cells.
type Where struct {
	column  string
	pattern string
}

// ParseWhere parses a condition like "Отдел=Бухгалтерия": the header, canonical
// name or label of a column, and a pattern for the whole cell, in which * matches
// any characters and ? exactly one. Case and blanks around a cell are ignored.
func ParseWhere(text string) (Where, error) {
	column, pattern, ok := strings.Cut(text, "=")
	column = strings.TrimSpace(column)
	if !ok || column == "" {
		return Where{}, diagnosis.New(diagnosis.WhereSyntax)
	}
	return Where{column: column, pattern: strings.TrimSpace(pattern)}, nil
}

// columnIn returns the index of the column among those of the table, -1
// if there is none; names are the canonical field names of the columns.
func (w Where) columnIn(columns []Column, names []string) int {
	if i := slices.IndexFunc(columns, func(c Column) bool { return strings.EqualFold(strings.TrimSpace(c.Header), w.column) }); i >= 0 {
		return i
	}
	if i := slices.Index(names, strings.ToLower(w.column)); i >= 0 {
		return i
	}
	return slices.IndexFunc(columns, func(c Column) bool { return strings.EqualFold(c.Label, w.column) })
}

// filter skips rows that were not asked for.
type filter struct {
	rows
	numbers Rows
	where   []condition
	read    int // number of rows of the table so far
	yielded int // number of rows that passed the filter
}

// wildcards turns a quoted pattern of [ParseWhere] into a regular expression.
var wildcards = strings.NewReplacer(`\*`, `.*`, `\?`, `.`)

type condition struct {
	column  int
	label   string
	pattern *regexp.Regexp // matches the whole cell in lower case
}

// next implements rows.
func (f *filter) next() (*row, error) {
	for {
		r, err := f.rows.next()
		if err != nil {
			return nil, err
		}
		f.read++
		if f.matches(r) {
			f.yielded++
			return r, nil
		}
	}
}

// matches reports whether a row was asked for. A row with an unreliable cell in
// the condition passes, so that it is yielded with its problem and not left out.
func (f *filter) matches(r *row) bool {
	for _, c := range f.where {
		unsure := func(p diagnosis.Problem) bool { return p.Field == "" || p.Place.Column == c.label }
		cell := strings.ToLower(strings.TrimSpace(r.cells[c.column]))
		if !c.pattern.MatchString(cell) && !slices.ContainsFunc(r.problems, unsure) {
			return false
		}
	}
	return f.numbers.Has(r.number)
}
