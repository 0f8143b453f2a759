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
	headings []heading          // of each column; the field is account.NumFields while it stands for none
	settled  []bool             // columns whose header says no more: the mapping file has spoken of them, or they are parts of a name
	joined   *diagnosis.Problem // notice of a name that is joined, nil for none
	nearly   account.Fields     // fields that a header nearly names
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
			problems = append(problems, *diagnosis.New(diagnosis.ColumnAbsent, "Field", field, "Name", name.Header+name.Label))
		case t.settled[i]:
			problems = append(problems, t.about(i, diagnosis.New(diagnosis.ColumnShared, "Field", field, "Other", t.headings[i].field)))
		default:
			known, _ := lookup(t.columns[i].Header)
			t.headings[i], t.settled[i] = heading{field: field, tls: known.tls && isKind(field)}, true
		}
	}
	made := f.templateHeaders()
	for i, c := range t.columns {
		if made[tidy(c.Header)] && t.headings[i].field == account.NumFields {
			t.settled[i] = true
		}
		if !t.settled[i] && (slices.ContainsFunc(f.Ignore, func(pattern string) bool { return ignores(pattern, c.Header) }) ||
			slices.ContainsFunc(f.IgnoreColumns, func(label string) bool { return sameLabel(c.Label, label) })) {
			t.settled[i] = true
		}
	}
	return problems
}

// find returns the column that a mapping file means, -1 if there is none.
func (t *table) find(name ColumnName) int {
	return slices.IndexFunc(t.columns, func(c source.Column) bool {
		if name.Label != "" {
			return sameLabel(c.Label, name.Label)
		}
		return sameHeader(c.Header, name.Header)
	})
}

// sameLabel compares columns by their letters, or by their numbers: a person who
// looks at a CSV file in a spreadsheet program counts in letters.
func sameLabel(a, b string) bool {
	n := columnNumber(a)
	return n > 0 && n == columnNumber(b)
}

// columnNumber returns the number of a column, from 1, given by it or by its
// letters; 0 for any other text.
func columnNumber(label string) int {
	label = strings.ToUpper(strings.TrimSpace(label))
	if n, err := strconv.Atoi(label); err == nil {
		return max(n, 0)
	}
	const lastLetters = 3 // XFD is the last column of a sheet
	number := 0
	for _, r := range label {
		if r < 'A' || r > 'Z' || len(label) > lastLetters {
			return 0
		}
		number = number*26 + int(r-'A') + 1
	}
	return number
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

// bindNames returns the template of a name that stands in two columns, unless the
// mapping file says what the name is.
func (t *table) bindNames(f *FileMapping) (joined *Template) {
	if f != nil && (f.Columns[account.Name] != (ColumnName{}) || f.Templates[account.Name] != nil) {
		return nil
	}
	joined, t.joined = t.joinNames()
	return joined
}

// bindKnown gives every other column with a known header its field, unless the
// mapping file names another column for it.
func (t *table) bindKnown() {
	said := t.fields()
	if t.joined != nil {
		said = said.With(account.Name)
	}
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

// bindServer gives a column named IMAP or POP3 the incoming server, if there is no
// other column for it and the cells are names of hosts and not a yes or no.
func (t *table) bindServer(sample func() [][]string) {
	i := slices.IndexFunc(t.headings, func(h heading) bool { return h.field == account.IMAP })
	if i < 0 || t.settled[i] || t.fields().Has(account.ServerHost) || sample == nil {
		return
	}
	if isMostly(sample(), i, account.ServerHost, func(text string) bool {
		host, _, split := splitHost(text)
		if !split {
			host = text
		}
		_, problem := parseHost(host)
		return problem == nil && strings.Contains(host, ".")
	}) {
		t.headings[i] = heading{field: account.ServerHost}
	}
}

// isMostly reports whether more than half of the cells of a column that hold
// something are of one kind.
func isMostly(rows [][]string, column int, f account.Field, kind func(text string) bool) bool {
	held, of := 0, 0
	for _, cells := range rows {
		if text := clean(cells[column]); text != "" && !isVoid(f, text) {
			held++
			if kind(text) {
				of++
			}
		}
	}
	return 2*of > held
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
					problems = append(problems, t.about(i, diagnosis.New(diagnosis.HeaderNear, "Field", near.field, "Known", known)))
				}
			}
			continue
		}
		if j, twice := first[h.field]; twice {
			second := t.otherSide(h.field)
			t.nearly = t.nearly.With(second)
			problems = append(problems, t.about(i, diagnosis.New(diagnosis.HeaderTwice, "Field", h.field, "Other", t.columns[j].Label,
				"OtherHeader", short(t.columns[j].Header), "Column", c.Label, "Second", second)))
			continue
		}
		first[h.field] = i
	}
	return problems
}

// otherSide returns the field of the outgoing server that a second column for one of
// the incoming one may be, NumFields if there is none or it has a column.
func (t *table) otherSide(f account.Field) account.Field {
	for _, of := range sided {
		if of[0] == f && !t.fields().Has(of[1]) {
			return of[1]
		}
	}
	return account.NumFields
}

// holdsPorts reports whether most cells of a server's column have a port behind the
// name, so that none of the ports' own is needed.
func (t *table) holdsPorts(server account.Field, rows [][]string) bool {
	column := slices.IndexFunc(t.headings, func(h heading) bool { return h.field == server })
	if column < 0 {
		return false
	}
	return isMostly(rows, column, server, func(text string) bool {
		_, _, split := splitHost(text)
		return split
	})
}

// about says where a header is.
func (t *table) about(column int, p *diagnosis.Problem) diagnosis.Problem {
	c := t.columns[column]
	p.Place = diagnosis.Place{Column: c.Label, Header: short(c.Header)}
	return *p
}

// name returns how a mapping file names a column: by its letters or number where
// the header leads to another one.
func (t *table) name(column int) ColumnName {
	name := ColumnName{Header: tidy(t.columns[column].Header)}
	if t.find(name) != column {
		return ColumnName{Label: t.columns[column].Label}
	}
	return name
}

// names returns what each column is read as: its field, its header if a template
// reads it, or nothing.
func (t *table) names(templates []fieldTemplate) []string {
	read := make(map[string]bool)
	for _, of := range templates {
		for _, name := range of.names {
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
	if t.joined != nil {
		notices = append(notices, *t.joined)
	}
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
	notices = append(notices, *diagnosis.New(diagnosis.ColumnsTaken, "Count", len(taken), "Columns", taken))
	if len(ignored) > 0 {
		notices = append(notices, *diagnosis.New(diagnosis.ColumnsIgnored, "Count", len(ignored), "Columns", ignored))
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
