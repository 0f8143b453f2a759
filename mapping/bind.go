package mapping

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source"
)

// Bind finds the column of every field. Columns nobody asked for are ignored and
// listed in [Binding.Notices]. The error is a [diagnosis.Problems] with everything
// that is in the way: headers that are nearly known, fields with two columns,
// needed fields without one, values for empty cells that do not fit.
func Bind(columns []source.Column, o Options) (*Binding, error) {
	b := &Binding{names: make([]string, len(columns)), reader: newReader()}
	t := newTable(columns)
	t.bindKnown()
	problems := t.doubts()
	problems = append(problems, b.set(o.Set)...)
	if p := t.missing(o, b.levels); p != nil {
		problems = append(problems, *p)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	for i, h := range t.headings {
		if h.text == "" {
			continue
		}
		b.names[i] = h.field.String()
		b.fed = append(b.fed, h.field)
		if h.inverse {
			b.inverse = b.inverse.With(h.field)
		}
	}
	slices.Sort(b.fed)
	b.notices = t.notices()
	return b, nil
}

// set reads the values for empty cells that the caller sets.
func (b *Binding) set(texts map[account.Field]string) (problems diagnosis.Problems) {
	l := level{fill: account.FromSet}
	for _, f := range slices.Sorted(maps.Keys(texts)) {
		text := clean(texts[f])
		switch {
		case f.Secret():
			problems = append(problems, *diagnosis.New(diagnosis.SetSecret, "Field", f.String()))
			continue
		case text == "":
			problems = append(problems, *diagnosis.New(diagnosis.SetValue, "Field", f.String()))
			continue
		}
		if p := b.reader.put(&l.values, f, text); p != nil {
			problems = append(problems, *diagnosis.Wrap(p, diagnosis.SetValue, "Field", f.String()))
		}
		l.fields = l.fields.With(f)
	}
	if l.fields != 0 {
		b.levels = append(b.levels, l)
	}
	return problems
}

// table is the header row while it is being understood.
type table struct {
	columns  []source.Column
	headings []heading // of each column, without text while it stands for no field
	known    int       // how many columns stand for a field
}

func newTable(columns []source.Column) *table {
	return &table{columns: columns, headings: make([]heading, len(columns))}
}

// bindKnown gives every column with a known header its field.
func (t *table) bindKnown() {
	for i, c := range t.columns {
		if h, ok := lookup(c.Header); ok && !ownColumn(c.Header) {
			t.headings[i] = h
			t.known++
		}
	}
}

// doubts returns the columns that cannot be left as they are: nearly known ones,
// and several for one field.
func (t *table) doubts() (problems diagnosis.Problems) {
	first := make(map[account.Field]int)
	for i, c := range t.columns {
		h := t.headings[i]
		if h.text == "" {
			if near, ok := t.near(c.Header); ok {
				problems = append(problems, t.about(i, diagnosis.New(diagnosis.HeaderNear, "Field", near.field.String(), "Known", near.text)))
			}
			continue
		}
		if j, twice := first[h.field]; twice {
			problems = append(problems, t.about(i, diagnosis.New(diagnosis.HeaderTwice,
				"Field", h.field.String(), "Other", t.columns[j].Label, "OtherHeader", clean(t.columns[j].Header))))
			continue
		}
		first[h.field] = i
	}
	return problems
}

// near finds what an unknown header was meant to be. A row with no known header
// is data, and data is never repeated.
func (t *table) near(header string) (heading, bool) {
	if t.known == 0 || ownColumn(header) {
		return heading{}, false
	}
	return nearest(header)
}

// about says where a header is.
func (t *table) about(column int, p *diagnosis.Problem) diagnosis.Problem {
	c := t.columns[column]
	p.Place = diagnosis.Place{Column: c.Label, Header: clean(c.Header)}
	return *p
}

// missing names all fields that the rows need and nothing can give.
func (t *table) missing(o Options, levels []level) *diagnosis.Problem {
	if t.known == 0 {
		return diagnosis.New(diagnosis.HeaderNone)
	}
	var have account.Fields
	for _, h := range t.headings {
		if h.text != "" {
			have = have.With(h.field)
		}
	}
	columns := have
	for _, l := range levels {
		have |= l.fields
	}
	lacking := needed(o, columns, have) &^ have
	if lacking == 0 {
		return nil
	}
	return diagnosis.New(diagnosis.ColumnsMissing, "Fields", strings.Join(fieldNames(lacking), ", "))
}

// servers are the fields that a preset gives together.
const servers = account.Fields(1<<account.ServerHost | 1<<account.Port | 1<<account.SMTPServer | 1<<account.SMTPPort)

// needed returns the fields that every row must get from somewhere. A file that
// has no column at all for mail servers leaves them to the presets; one that has
// some must have them all.
func needed(o Options, columns, have account.Fields) account.Fields {
	need := account.Fields(0).With(account.Email)
	if !o.WithoutPasswords {
		need = need.With(account.Password)
	}
	if columns&servers != 0 {
		need |= servers
	}
	if o.OwnerColumns {
		need = need.With(account.PortalUser)
		if !have.Has(account.PortalToken) {
			need = need.With(account.PortalPassword)
		}
	}
	return need
}

func fieldNames(s account.Fields) []string {
	var names []string
	for f := range s.All() {
		names = append(names, f.String())
	}
	return names
}

// notices tells what every column was taken for and which ones are ignored.
func (t *table) notices() (notices []diagnosis.Problem) {
	var taken, ignored []string
	for i, c := range t.columns {
		header := clean(c.Header)
		switch h := t.headings[i]; {
		case h.text != "":
			taken = append(taken, pair(header, h))
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
