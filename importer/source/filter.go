package source

import (
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

type condition struct {
	column  int
	label   string
	pattern string // in lower case
}

// conditionsOf finds the columns that rows are chosen by.
func conditionsOf(all []Where, columns []Column, names []string) (conditions []condition, err error) {
	for _, w := range all {
		column := w.columnIn(columns, names)
		if column < 0 {
			return nil, diagnosis.New(diagnosis.WhereColumn, "Column", w.column)
		}
		conditions = append(conditions, condition{column, columns[column].Label, strings.ToLower(w.pattern)})
	}
	return conditions, nil
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

// nothing says why no row was yielded.
func (f *filter) nothing() error {
	if f.read == 0 {
		return diagnosis.New(diagnosis.FileNoRows)
	}
	return diagnosis.New(diagnosis.NoRowsChosen, "Count", f.read)
}

func (f *filter) asked(r *row) bool {
	if !f.numbers.Has(r.number) {
		return false
	}
	for _, c := range f.where {
		if !matches(c.pattern, strings.ToLower(strings.TrimSpace(r.cells[c.column]))) && !c.unsure(r) {
			return false
		}
	}
	return true
}

// unsure reports whether the cell cannot be relied on. The row may be one that was
// asked for, and is yielded with its problem rather than left out.
func (c condition) unsure(r *row) bool {
	return slices.ContainsFunc(r.problems, func(p diagnosis.Problem) bool { return p.Field == "" || p.Place.Column == c.label })
}

// matches reports whether a text fits a pattern of characters, * and ?.
func matches(pattern, text string) bool {
	p, t := []rune(pattern), []rune(text)
	i, j := 0, 0
	star, resume := -1, 0
	for j < len(t) {
		switch {
		case i < len(p) && p[i] == '*':
			star, resume = i, j
			i++
		case i < len(p) && (p[i] == '?' || p[i] == t[j]):
			i++
			j++
		case star >= 0: // let the last * take one character more
			resume++
			i, j = star+1, resume
		default:
			return false
		}
	}
	return strings.Trim(string(p[i:]), "*") == ""
}
