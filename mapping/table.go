package mapping

import (
	"slices"
	"strconv"
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source"
)

// table is a header row that is being interpreted.
type table struct {
	columns     []*column
	nearlyNamed account.Fields // fields that a header nearly names
	joined      *Template      // template of a name in two columns, nil for none
	notices     []diagnosis.Problem
}

// column is a column and the meaning of its header.
type column struct {
	source.Column
	heading
	index   int
	decided bool // the header no longer counts: the mapping file decides about the column, or it is part of a name
}

func newTable(columns []source.Column) *table {
	t := &table{columns: make([]*column, len(columns))}
	for i, c := range columns {
		t.columns[i] = &column{Column: c, heading: heading{field: account.NumFields}, index: i}
	}
	return t
}

// readTable finds the fields of the columns: by the mapping file, by the
// headers, and by the cells of the first rows where the headers do not decide.
// The problems are those of applying the mapping file to this header row.
func readTable(columns []source.Column, f *FileMapping, sample func() [][]string) (*table, diagnosis.Problems) {
	t := newTable(columns)
	problems := t.bindFile(f)
	if f.Columns[account.Name] == (ColumnName{}) && f.Templates[account.Name] == nil {
		t.joinNames()
	}
	t.bindKnown()
	t.bindServer(sample)
	t.assignSides()
	return t, problems
}

// bindFile assigns columns to fields as the mapping file says.
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

// firstWhere returns the first element that fits, nil if none does.
func firstWhere[T any](list []*T, fits func(*T) bool) *T {
	if i := slices.IndexFunc(list, fits); i >= 0 {
		return list[i]
	}
	return nil
}

// find returns the column that a mapping file names, nil if there is none.
func (t *table) find(name ColumnName) *column {
	return firstWhere(t.columns, func(c *column) bool { return name.means(c.Column) })
}

// columnOf returns the first column of a field, nil if there is none.
func (t *table) columnOf(f account.Field) *column {
	return firstWhere(t.columns, func(c *column) bool { return c.field == f })
}

// means reports whether the name denotes a column. Headers are compared as shown or folded,
// so that "№", which has no letters, works too. Letters and numbers are interchangeable,
// because a spreadsheet program shows the columns of a CSV file as letters.
func (n ColumnName) means(c source.Column) bool {
	if n.Label != "" {
		number := columnNumber(c.Label)
		return number > 0 && number == columnNumber(n.Label)
	}
	a, b := tidy(c.Header), tidy(n.Header)
	return a == b || fold(a) == fold(b) && fold(a) != ""
}

// ignores reports whether the name, as an entry of the ignore list, covers a column.
func (n ColumnName) ignores(c source.Column) bool {
	begin, open := strings.CutSuffix(n.Header, "*")
	switch header := tidy(c.Header); {
	case !open:
		return n.means(c)
	case fold(begin) == "": // "*" alone, or signs without letters: "#*"
		return strings.HasPrefix(header, tidy(begin))
	default:
		return strings.HasPrefix(fold(header), fold(begin))
	}
}

// columnNumber returns the number of a column, from 1,
// given as digits or letters, and 0 for any other text.
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

// bindKnown assigns the other columns with known headers to their
// fields, unless the mapping file names another column for the field.
func (t *table) bindKnown() {
	assigned := t.fields()
	if t.joined != nil {
		assigned = assigned.With(account.Name)
	}
	for _, c := range t.columns {
		h, ok := lookup(c.Header)
		switch {
		case !ok || c.decided || ownColumn(c.Header):
		case assigned.Has(h.field):
			c.decided = true
		default:
			c.heading = h
		}
	}
}

// bindServer assigns a column named IMAP or POP3 to the incoming server if that
// has no other column and most of the cells are host names, not yes or no.
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

// countCells returns how many cells of a column have a value, and for how many of these isOfKind is true.
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

// assignSides handles columns that share a field and whose headers name no side: each
// gets the side of the nearest column before it, so that in "IMAP server, Port, SMTP
// server, Port" the second port is the outgoing one. If that does not give each
// column its own field, nothing changes, and [table.doubts] reports the columns.
func (t *table) assignSides() {
	for _, fields := range sidePairs {
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

// sidePairs lists the fields that exist once for each server of a row: the
// incoming one, whose header need not name the side, and the outgoing one.
var sidePairs = func(in, out account.Side) [][2]account.Field {
	return [][2]account.Field{{in.Login, out.Login}, {in.Password, out.Password}, {in.Host, out.Host}, {in.Port, out.Port},
		{in.Encryption, out.Encryption}, {in.Auth, out.Auth}}
}(account.Incoming, account.Outgoing)

// sideBefore returns the side that the nearest column before the given one names;
// incoming if there is none, or if the column of a field without a side stands between.
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

// doubts returns the problems with columns that have no clear
// meaning: nearly known headers, and several columns for one field.
func (t *table) doubts() (problems diagnosis.Problems) {
	fields := t.fields() // if empty, the row is data, and data is never repeated
	for _, c := range t.columns {
		switch first := t.columnOf(c.field); {
		case c.known() && first != c:
			second := account.NumFields // the outgoing server's field, which the column may be
			for _, pair := range sidePairs {
				if pair[0] == c.field && !fields.Has(pair[1]) {
					second = pair[1]
				}
			}
			t.nearlyNamed = t.nearlyNamed.With(second)
			problems = append(problems, c.about(diagnosis.HeaderTwice, "Field", c.field, "Other", first.Label,
				"OtherHeader", shortHeader(first.Header), "Column", c.Label, "Second", second))
		case !c.known() && fields != 0 && !c.decided && !ownColumn(c.Header):
			if near, known, ok := nearest(c.Header); ok {
				t.nearlyNamed = t.nearlyNamed.With(near.field)
				problems = append(problems, c.about(diagnosis.HeaderNear, "Field", near.field, "Known", known))
			}
		}
	}
	return problems
}

// holdsPorts reports whether most cells of a server's
// column include a port, so that no port column is needed.
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

// about returns a problem with the column's header.
func (c *column) about(code diagnosis.Code, facts ...any) diagnosis.Problem {
	p := diagnosis.New(code, facts...)
	p.Place = diagnosis.Place{Column: c.Label, Header: shortHeader(c.Header)}
	return *p
}

// name returns how a mapping file names a column: by its header,
// or by its letters or number if the header finds another column.
func (t *table) name(c *column) ColumnName {
	name := ColumnName{Header: tidy(c.Header)}
	if t.find(name) != c {
		return ColumnName{Label: c.Label}
	}
	return name
}

// names returns for each column the name under which records give
// its cells: its field, its header if a template reads it, or "".
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

// noticesOf returns how every column was understood and which ones are ignored.
func (t *table) noticesOf(names []string) []diagnosis.Problem {
	notices := slices.Clone(t.notices)
	var taken, ignored []string
	for i, c := range t.columns {
		header := shortHeader(c.Header)
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
