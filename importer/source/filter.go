package source

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"r7import/importer/diagnosis"
)

// Rows is a set of row numbers. The zero value stands for all.
type Rows []rowRange

type rowRange struct{ from, to int }

// ParseRows reads row numbers like "5,10-20,100-": single rows, ranges, and a
// range to the end.
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

// ParseWhere reads a condition like "Отдел=Бухгалтерия": the header, canonical
// name or label of a column and a pattern for the whole cell, in which * stands
// for any characters and ? for one. Case and blanks around a cell do not count.
func ParseWhere(text string) (Where, error) {
	column, pattern, ok := strings.Cut(text, "=")
	column = strings.TrimSpace(column)
	if !ok || column == "" {
		return Where{}, diagnosis.New(diagnosis.WhereSyntax)
	}
	return Where{column: column, pattern: strings.TrimSpace(pattern)}, nil
}

// columnIn returns the column meant among those of the table; names are their
// canonical field names.
func (w Where) columnIn(columns []Column, names []string) int {
	if i := slices.IndexFunc(columns, func(c Column) bool { return strings.EqualFold(strings.TrimSpace(c.Header), w.column) }); i >= 0 {
		return i
	}
	if i := slices.Index(names, strings.ToLower(w.column)); i >= 0 {
		return i
	}
	return slices.IndexFunc(columns, func(c Column) bool { return strings.EqualFold(c.Label, w.column) })
}

// filter passes over rows that were not asked for.
type filter struct {
	rows
	numbers Rows
	where   []condition
	read    int // rows of the table
	yielded int // rows asked for among them
}

// wild makes of a quoted pattern of [ParseWhere] a regular expression.
var wild = strings.NewReplacer(`\*`, `.*`, `\?`, `.`)

type condition struct {
	column  int
	label   string
	pattern *regexp.Regexp // of the whole cell in lower case
}

// next implements rows.
func (f *filter) next() (*row, error) {
	for {
		r, err := f.rows.next()
		if err != nil {
			return nil, err
		}
		f.read++
		if f.asked(r) {
			f.yielded++
			return r, nil
		}
	}
}

// asked reports whether a row was asked for. One with a cell that cannot be relied on may
// be, and is yielded with its problem rather than left out.
func (f *filter) asked(r *row) bool {
	for _, c := range f.where {
		unsure := func(p diagnosis.Problem) bool { return p.Field == "" || p.Place.Column == c.label }
		cell := strings.ToLower(strings.TrimSpace(r.cells[c.column]))
		if !c.pattern.MatchString(cell) && !slices.ContainsFunc(r.problems, unsure) {
			return false
		}
	}
	return f.numbers.Has(r.number)
}
