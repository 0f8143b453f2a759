package mapping

import (
	"slices"
	"strconv"
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source"
)

// table is the header row while it is being understood.
type table struct {
	columns  []source.Column
	headings []heading      // of each column; the field is account.NumFields while it stands for none
	settled  []bool         // columns that the mapping file has spoken of
	nearly   account.Fields // fields that a header nearly names
}

func newTable(columns []source.Column) *table {
	t := &table{columns: columns, headings: make([]heading, len(columns)), settled: make([]bool, len(columns))}
	for i := range t.headings {
		t.headings[i].field = account.NumFields
	}
	return t
}

// bindFile gives columns the fields that a mapping file gives them.
func (t *table) bindFile(f *FileMapping) (problems diagnosis.Problems) {
	if f == nil {
		return nil
	}
	for field := range account.NumFields {
		name, ok := f.Columns[field]
		if !ok {
			continue
		}
		i := t.find(name)
		switch {
		case i < 0:
			problems = append(problems, *diagnosis.New(diagnosis.ColumnAbsent, "Field", field.String(), "Name", name.Header+name.Label))
		case t.settled[i]:
			problems = append(problems, t.about(i, diagnosis.New(diagnosis.ColumnShared, "Field", field.String(), "Other", t.headings[i].field.String())))
		default:
			t.headings[i], t.settled[i] = heading{field: field}, true
		}
	}
	made := f.ingredients()
	for i, c := range t.columns {
		if made[tidy(c.Header)] && t.headings[i].field == account.NumFields {
			t.settled[i] = true
		}
		if !t.settled[i] && slices.ContainsFunc(f.Ignore, func(pattern string) bool { return ignores(pattern, c.Header) }) {
			t.settled[i] = true
		}
	}
	return problems
}

// find returns the column that a mapping file means, -1 if there is none.
func (t *table) find(name ColumnName) int {
	return slices.IndexFunc(t.columns, func(c source.Column) bool {
		if name.Label != "" {
			return strings.EqualFold(c.Label, name.Label)
		}
		return sameHeader(c.Header, name.Header)
	})
}

// sameHeader compares headers of any language, also ones without letters: "№".
func sameHeader(a, b string) bool {
	a, b = tidy(a), tidy(b)
	return a == b || fold(a) == fold(b) && fold(a) != ""
}

// ignores reports whether a pattern of the mapping file's list of columns to ignore means a header.
func ignores(pattern, header string) bool {
	begin, open := strings.CutSuffix(pattern, "*")
	if !open {
		return sameHeader(pattern, header)
	}
	if fold(begin) == "" { // "*" alone, or signs that are no letters: "#*"
		return strings.HasPrefix(tidy(header), tidy(begin))
	}
	return strings.HasPrefix(fold(tidy(header)), fold(begin))
}

// bindKnown gives every other column with a known header its field, unless the
// mapping file names another column for it.
func (t *table) bindKnown() {
	said := t.fields()
	for i, c := range t.columns {
		if t.settled[i] || ownColumn(c.Header) {
			continue
		}
		if h, ok := lookup(c.Header); ok {
			if said.Has(h.field) {
				t.settled[i] = true
				continue
			}
			t.headings[i] = h
		}
	}
}

// fields returns the fields that have a column.
func (t *table) fields() (fields account.Fields) {
	for _, h := range t.headings {
		if h.field < account.NumFields {
			fields = fields.With(h.field)
		}
	}
	return fields
}

// others returns the headers of the columns that stand for no field.
func (t *table) others() map[string]bool {
	others := make(map[string]bool)
	for i, c := range t.columns {
		if header := tidy(c.Header); t.headings[i].field == account.NumFields && header != "" {
			others[header] = true
		}
	}
	return others
}

// doubts returns the columns that cannot be left as they are: nearly known ones,
// and several for one field.
func (t *table) doubts() (problems diagnosis.Problems) {
	header := t.fields() != 0 // a row with no known header is data, and data is never repeated
	first := make(map[account.Field]int)
	for i, c := range t.columns {
		h := t.headings[i]
		if h.field == account.NumFields {
			if header && !t.settled[i] && !ownColumn(c.Header) {
				if near, known, ok := nearest(c.Header); ok {
					t.nearly = t.nearly.With(near.field)
					problems = append(problems, t.about(i, diagnosis.New(diagnosis.HeaderNear, "Field", near.field.String(), "Known", known)))
				}
			}
			continue
		}
		if j, twice := first[h.field]; twice {
			problems = append(problems, t.about(i, diagnosis.New(diagnosis.HeaderTwice,
				"Field", h.field.String(), "Other", t.columns[j].Label, "OtherHeader", short(t.columns[j].Header))))
			continue
		}
		first[h.field] = i
	}
	return problems
}

// about says where a header is.
func (t *table) about(column int, p *diagnosis.Problem) diagnosis.Problem {
	c := t.columns[column]
	p.Place = diagnosis.Place{Column: c.Label, Header: short(c.Header)}
	return *p
}

// names returns what each column is read as: its field, its header if a template
// reads it, or nothing.
func (t *table) names(recipes []recipe) []string {
	read := make(map[string]bool)
	for _, r := range recipes {
		for _, name := range r.template.names {
			read[name] = true
		}
	}
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		switch header := tidy(c.Header); {
		case t.headings[i].field < account.NumFields:
			names[i] = t.headings[i].field.String()
		case read[header] && !slices.Contains(names, header):
			names[i] = header
		}
	}
	return names
}

// notices tells what every column was taken for and which ones are ignored.
func (t *table) notices(names []string) (notices []diagnosis.Problem) {
	var taken, ignored []string
	for i, c := range t.columns {
		header := short(c.Header)
		switch h := t.headings[i]; {
		case h.field < account.NumFields:
			taken = append(taken, pair(header, h))
		case names[i] != "":
			taken = append(taken, strconv.Quote(header))
		case header != "" && !ownColumn(header):
			ignored = append(ignored, strconv.Quote(header))
		}
	}
	notices = append(notices, *diagnosis.New(diagnosis.ColumnsTaken, "Count", strconv.Itoa(len(taken)), "Columns", strings.Join(taken, ", ")))
	if len(ignored) > 0 {
		notices = append(notices, *diagnosis.New(diagnosis.ColumnsIgnored, "Count", strconv.Itoa(len(ignored)), "Columns", strings.Join(ignored, ", ")))
	}
	return notices
}

// pair writes a header and its field, or the field alone if they are the same.
func pair(header string, h heading) string {
	switch name := h.field.String(); {
	case header == name:
		return name
	case h.inverse:
		return strconv.Quote(header) + " = !" + name
	default:
		return strconv.Quote(header) + " = " + name
	}
}
