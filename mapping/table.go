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
	columns []*column
	nearly  account.Fields // fields that a header nearly names
	joined  *Template      // of a name that stands in two columns, nil for none
	notices []diagnosis.Problem
}

// column is a column with what its header stands for.
type column struct {
	source.Column
	heading
	index   int
	decided bool // the header says no more: the mapping file has spoken of the column, or it is a part of a name
}

func newTable(columns []source.Column) *table {
	t := &table{columns: make([]*column, len(columns))}
	for i, c := range columns {
		t.columns[i] = &column{Column: c, heading: heading{field: account.NumFields}, index: i}
	}
	return t
}

// readTable finds what the columns of a header row are: by the mapping file, by what the
// headers say, and by the cells of the first rows where these do not tell. The problems
// are those of the mapping file with this header row.
func readTable(columns []source.Column, f *FileMapping, sample func() [][]string) (*table, diagnosis.Problems) {
	t := newTable(columns)
	problems := t.bindFile(f)
	if f.Columns[account.Name] == (ColumnName{}) && f.Templates[account.Name] == nil {
		t.joinNames()
	}
	t.bindKnown()
	t.bindServer(sample)
	t.divide()
	return t, problems
}

// bindFile gives columns the fields that a mapping file gives them.
func (t *table) bindFile(f *FileMapping) (problems diagnosis.Problems) {
	for field := range account.NumFields {
		name, ok := f.Columns[field]
		if !ok {
			continue
		}
		switch c := t.find(name); {
		case c == nil:
			problems = append(problems, *diagnosis.New(diagnosis.ColumnAbsent, "Field", field, "Name", name.Header+name.Label))
		case c.decided:
			problems = append(problems, c.about(diagnosis.ColumnShared, "Field", field, "Other", c.field))
		default:
			known, _ := lookup(c.Header)
			c.heading, c.decided = heading{field: field, tls: known.tls && kinds.Has(field)}, true
		}
	}
	read := f.templateHeaders()
	for _, c := range t.columns {
		c.decided = c.decided || read[tidy(c.Header)] || slices.ContainsFunc(f.Ignore, func(n ColumnName) bool { return n.ignores(c.Column) })
	}
	return problems
}

// first returns the first of a list that fits, nil if none does.
func first[T any](list []*T, fits func(*T) bool) *T {
	if i := slices.IndexFunc(list, fits); i >= 0 {
		return list[i]
	}
	return nil
}

// find returns the column that a mapping file means, nil if there is none.
func (t *table) find(name ColumnName) *column {
	return first(t.columns, func(c *column) bool { return name.means(c.Column) })
}

// columnOf returns the first column of a field, nil if it has none.
func (t *table) columnOf(f account.Field) *column {
	return first(t.columns, func(c *column) bool { return c.field == f })
}

// means reports whether the name is that of a column. Headers are compared in any
// language, also ones without letters: "№". A person who looks at a CSV file in a
// spreadsheet program counts in letters, and finds the column all the same.
func (n ColumnName) means(c source.Column) bool {
	if n.Label != "" {
		number := columnNumber(c.Label)
		return number > 0 && number == columnNumber(n.Label)
	}
	a, b := tidy(c.Header), tidy(n.Header)
	return a == b || fold(a) == fold(b) && fold(a) != ""
}

// ignores reports whether the name, as one of those to ignore, is that of a column.
func (n ColumnName) ignores(c source.Column) bool {
	begin, open := strings.CutSuffix(n.Header, "*")
	switch header := tidy(c.Header); {
	case !open:
		return n.means(c)
	case fold(begin) == "": // "*" alone, or signs that are no letters: "#*"
		return strings.HasPrefix(header, tidy(begin))
	default:
		return strings.HasPrefix(fold(header), fold(begin))
	}
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

// bindKnown gives every other column with a known header its field, unless the
// mapping file names another column for it.
func (t *table) bindKnown() {
	said := t.fields()
	if t.joined != nil {
		said = said.With(account.Name)
	}
	for _, c := range t.columns {
		h, ok := lookup(c.Header)
		switch {
		case !ok || c.decided || ownColumn(c.Header):
		case said.Has(h.field):
			c.decided = true
		default:
			c.heading = h
		}
	}
}

// bindServer gives a column named IMAP or POP3 the incoming server, if there is no
// other column for it and the cells are names of hosts and not a yes or no.
func (t *table) bindServer(sample func() [][]string) {
	c := t.columnOf(account.IMAP)
	if c == nil || c.decided || t.fields().Has(account.ServerHost) || sample == nil {
		return
	}
	held, hosts := countCells(sample(), c.index, account.ServerHost, func(text string) bool {
		host, _, _ := splitHost(text)
		_, problem := parseHost(host)
		return problem == nil && strings.Contains(host, ".")
	})
	if 2*hosts > held {
		c.heading = heading{field: account.ServerHost}
	}
}

// countCells returns how many cells of a column hold something, and how many of these are of one kind.
func countCells(rows [][]string, column int, f account.Field, isOfKind func(text string) bool) (held, good int) {
	for _, cells := range rows {
		if text := clean(cells[column]); text != "" && !isVoid(f, text) {
			held++
			if isOfKind(text) {
				good++
			}
		}
	}
	return held, good
}

// divide gives columns that share one field, and whose headers name no side, to
// the sides of the neighbours before them: of "IMAP server, Port, SMTP server,
// Port" the second port is the outgoing one. Where that does not give each column
// a field of its own, all stay as they are, and [table.doubts] reports them.
func (t *table) divide() {
	for _, fields := range sided {
		divided := make(map[*column]account.Field)
		others := t.fields().Without(fields[0])
		fits, name := true, ""
		for _, c := range t.columns {
			if c.field != fields[0] {
				continue
			}
			divided[c] = fields[0]
			if folded := fold(c.Header); headers().sidesIn(folded) == 0 && !c.decided {
				side := t.sideBefore(c.index)
				if side == outgoing {
					divided[c] = fields[1]
				}
				fits = fits && side != onPortal && (name == "" || name == folded) // two names may be two things: a login and a UPN
				name = folded
			}
			fits = fits && !others.Has(divided[c])
			others = others.With(divided[c])
		}
		if fits && len(divided) > 1 {
			for c, f := range divided {
				c.field = f
			}
		}
	}
}

// sided lists the fields that there are once for each server of a row: that of the
// incoming one, whose name needs no word for the side, and that of the outgoing one.
var sided = func(in, out account.Side) [][2]account.Field {
	return [][2]account.Field{{in.Login, out.Login}, {in.Password, out.Password}, {in.Host, out.Host}, {in.Port, out.Port},
		{in.Encryption, out.Encryption}, {in.Auth, out.Auth}}
}(account.Incoming, account.Outgoing)

// sideBefore returns the side of the nearest column before one whose header names a
// side: incoming if there is none, or if a column stands between that belongs to none.
func (t *table) sideBefore(column int) sideSet {
	v := headers()
	for _, c := range slices.Backward(t.columns[:column]) {
		folded := fold(c.Header)
		isSide := func(words []string) bool { return slices.Contains(words, folded) }
		h, known := lookup(c.Header)
		switch s := v.sidesIn(folded); {
		case (s == incoming || s == outgoing || s == onPortal) && (known || slices.ContainsFunc(v.sides[:], isSide)):
			return s
		case known && sideOf(h.field) == 0:
			return incoming
		}
	}
	return incoming
}

// fields returns the fields that have a column.
func (t *table) fields() (fields account.Fields) {
	for _, c := range t.columns {
		if c.known() {
			fields = fields.With(c.field)
		}
	}
	return fields
}

// doubts returns the columns that cannot be left as they are: nearly known ones,
// and several for one field.
func (t *table) doubts() (problems diagnosis.Problems) {
	fields := t.fields() // if there are none the row is data, and data is never repeated
	for _, c := range t.columns {
		switch first := t.columnOf(c.field); {
		case c.known() && first != c:
			second := account.NumFields // the field of the outgoing server that the column may be
			for _, pair := range sided {
				if pair[0] == c.field && !fields.Has(pair[1]) {
					second = pair[1]
				}
			}
			t.nearly = t.nearly.With(second)
			problems = append(problems, c.about(diagnosis.HeaderTwice, "Field", c.field, "Other", first.Label,
				"OtherHeader", short(first.Header), "Column", c.Label, "Second", second))
		case !c.known() && fields != 0 && !c.decided && !ownColumn(c.Header):
			if near, known, ok := nearest(c.Header); ok {
				t.nearly = t.nearly.With(near.field)
				problems = append(problems, c.about(diagnosis.HeaderNear, "Field", near.field, "Known", known))
			}
		}
	}
	return problems
}

// holdsPorts reports whether most cells of a server's column have a port behind the
// name, so that none of the ports' own is needed.
func (t *table) holdsPorts(server account.Field, rows [][]string) bool {
	c := t.columnOf(server)
	if c == nil {
		return false
	}
	held, ported := countCells(rows, c.index, server, func(text string) bool {
		_, _, split := splitHost(text)
		return split
	})
	return 2*ported > held
}

// about returns a problem with the header.
func (c *column) about(code diagnosis.Code, facts ...any) diagnosis.Problem {
	p := diagnosis.New(code, facts...)
	p.Place = diagnosis.Place{Column: c.Label, Header: short(c.Header)}
	return *p
}

// name returns how a mapping file names a column: by its letters or number where
// the header leads to another one.
func (t *table) name(c *column) ColumnName {
	name := ColumnName{Header: tidy(c.Header)}
	if t.find(name) != c {
		return ColumnName{Label: c.Label}
	}
	return name
}

// names returns what each column is read as: its field, its header if a template
// reads it, or nothing.
func (t *table) names(templates []fieldTemplate) []string {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		header := tidy(c.Header)
		reads := func(of fieldTemplate) bool { return slices.Contains(of.names, header) }
		switch {
		case c.known():
			names[i] = c.field.String()
		case slices.ContainsFunc(templates, reads) && !slices.Contains(names, header):
			names[i] = header
		}
	}
	return names
}

// noticesOf tells what every column was taken for and which ones are ignored.
func (t *table) noticesOf(names []string) []diagnosis.Problem {
	notices := slices.Clone(t.notices)
	var taken, ignored []string
	for i, c := range t.columns {
		header := short(c.Header)
		quoted := strconv.Quote(header)
		switch {
		case c.known() && header == names[i]:
			taken = append(taken, header)
		case c.inverse:
			taken = append(taken, quoted+" = !"+names[i])
		case c.known():
			taken = append(taken, quoted+" = "+names[i])
		case names[i] != "":
			taken = append(taken, quoted)
		case header != "" && !ownColumn(header):
			ignored = append(ignored, quoted)
		}
	}
	notices = append(notices, *diagnosis.New(diagnosis.ColumnsTaken, "Count", len(taken), "Columns", taken))
	if len(ignored) > 0 {
		notices = append(notices, *diagnosis.New(diagnosis.ColumnsIgnored, "Count", len(ignored), "Columns", ignored))
	}
	return notices
}
