package mapping

import (
	"maps"
	"slices"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source"
)

// Bind finds the column of every field. Columns nobody asked for are ignored and
// listed in [Binding.Notices]. The error is a [diagnosis.Problems] with everything
// that is in the way: headers that are nearly known, fields with two columns,
// needed fields without one, values for empty cells that do not fit.
func Bind(columns []source.Column, o Options) (*Binding, error) {
	b := &Binding{reader: newReader()}
	t := newTable(columns)
	problems := t.bindFile(o.File)
	joined := t.bindNames(o.File)
	t.bindKnown()
	t.bindServer(o.Sample)
	t.divide()
	problems = append(problems, t.doubts()...)
	problems = append(problems, b.useFile(o.File, t, joined)...)
	problems = append(problems, b.set(o.Set)...)
	presets, wrong := newChooser(o)
	problems = append(problems, wrong...)
	b.presets = presets
	if p := b.missing(o, t); p != nil && !o.Draft {
		problems = append(problems, *p)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	b.take(t)
	return b, nil
}

// take keeps what the header row was understood to be.
func (b *Binding) take(t *table) {
	b.names = t.names(b.templates)
	for _, h := range t.headings {
		if h.field == account.NumFields {
			continue
		}
		b.fed = append(b.fed, h.field)
		if h.inverse {
			b.inverse = b.inverse.With(h.field)
		}
		if h.tls {
			b.reader.switched = b.reader.switched.With(h.field)
		}
	}
	slices.Sort(b.fed)
	b.notices = t.notices(b.names)
	for _, r := range b.templates {
		b.fills.mixed = b.fills.mixed.With(r.field)
	}
}

// useFile takes templates, defaults and words of a mapping file, and the template of
// a joined name, nil for none.
func (b *Binding) useFile(f *FileMapping, t *table, joined *Template) (problems diagnosis.Problems) {
	templates := make(map[account.Field]*Template)
	if joined != nil {
		templates[account.Name] = joined
	}
	if f != nil {
		maps.Copy(templates, f.Templates)
	}
	b.templates, problems = arrange(templates, t.fields(), t.others())
	for i := range b.templates {
		if b.templates[i].Template == joined {
			b.templates[i].fill = account.FromRow
		}
	}
	if f == nil {
		return problems
	}
	b.words = f.Words
	if len(f.Defaults) > 0 {
		l := level{fill: account.FromMapping}
		for _, field := range slices.Sorted(maps.Keys(f.Defaults)) {
			if p := b.reader.put(&l.values, field, f.Defaults[field]); p != nil {
				problems = append(problems, *diagnosis.Wrap(p, diagnosis.SetValue, "Field", field))
			}
			l.fields = l.fields.With(field)
		}
		b.levels = append(b.levels, l)
	}
	return problems
}

// set reads the values for empty cells that the caller sets.
func (b *Binding) set(texts map[account.Field]string) (problems diagnosis.Problems) {
	l := level{fill: account.FromSet}
	for _, f := range slices.Sorted(maps.Keys(texts)) {
		text := clean(texts[f])
		switch {
		case f.Secret():
			problems = append(problems, *diagnosis.New(diagnosis.SetSecret, "Field", f))
			continue
		case text == "":
			problems = append(problems, *diagnosis.New(diagnosis.SetValue, "Field", f))
			continue
		}
		if p := b.reader.put(&l.values, f, text); p != nil {
			problems = append(problems, *diagnosis.Wrap(p, diagnosis.SetValue, "Field", f))
		}
		l.fields = l.fields.With(f)
	}
	if l.fields != 0 {
		b.levels = append(b.levels, l)
	}
	return problems
}

// missing names all fields that the rows need and nothing can give. One that a
// header nearly names is told with that header.
func (b *Binding) missing(o Options, t *table) *diagnosis.Problem {
	columns := t.fields()
	if columns == 0 {
		return diagnosis.New(diagnosis.HeaderNone)
	}
	have := columns
	for _, l := range b.levels {
		have |= l.fields
	}
	for _, r := range b.templates {
		have = have.With(r.field)
	}
	lacking := b.needed(o, columns, have) &^ have &^ t.nearly
	for _, pair := range [...][2]account.Field{{account.Port, account.ServerHost}, {account.SMTPPort, account.SMTPServer}} {
		if lacking.Has(pair[0]) && o.Sample != nil && t.holdsPorts(pair[1], o.Sample()) {
			lacking = lacking.Without(pair[0])
		}
	}
	if lacking == 0 {
		return nil
	}
	return diagnosis.New(diagnosis.ColumnsMissing, "Fields", lacking)
}

// servers are the fields that a preset gives together.
const servers = account.Fields(1<<account.ServerHost | 1<<account.Port | 1<<account.SMTPServer | 1<<account.SMTPPort)

// needed returns the fields that every row must get from somewhere. A file that
// has no column at all for mail servers leaves them to the presets; one that has
// some must have them all, unless a preset was asked for.
func (b *Binding) needed(o Options, columns, have account.Fields) account.Fields {
	need := account.Fields(0).With(account.Email)
	if !o.WithoutPasswords {
		need = need.With(account.Password)
	}
	if !b.presets.asked() && (columns&servers != 0 || len(b.presets.automatic) == 0) {
		need |= servers
	}
	if o.OwnerColumns {
		need = need.With(account.PortalUser)
		if !have.Has(account.PortalToken) && !o.WithoutPasswords {
			need = need.With(account.PortalPassword)
		}
	}
	return need
}
