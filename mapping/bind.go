package mapping

import (
	"cmp"
	"maps"
	"slices"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source"
)

// Bind finds the column of every field. Other columns are ignored and
// listed in [Binding.Notices]. The error is a [diagnosis.Problems] with
// all obstacles: headers that are nearly known, fields with two columns,
// needed fields without a column, invalid values for empty cells.
func Bind(columns []source.Column, o Options) (*Binding, error) {
	o.File = cmp.Or(o.File, &FileMapping{})
	b := &Binding{reader: newReader(), words: o.File.Words}
	t, problems := readTable(columns, o.File, o.Sample)
	problems = append(problems, t.doubts()...)
	problems = append(problems, b.useTemplates(o.File, t)...)
	problems = append(problems, b.addConstants(account.FromSet, o.Set)...)
	problems = append(problems, b.addConstants(account.FromMapping, o.File.Defaults)...) // override --set
	presets, wrong := newChooser(o)
	problems = append(problems, wrong...)
	b.presets = presets
	if p := b.missing(o, t); p != nil && !o.Draft {
		problems = append(problems, *p)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	for _, c := range t.columns {
		if c.inverse {
			b.inverse = b.inverse.With(c.field)
		}
		if c.tls {
			b.reader.encryptions[c.field] = newMemo(parseSwitch)
		}
	}
	b.fed = t.fields()
	b.names = t.names(b.templates)
	b.notices = t.noticesOf(b.names)
	return b, nil
}

// useTemplates adopts the templates of a mapping file and the template of a joined name.
func (b *Binding) useTemplates(f *FileMapping, t *table) (problems diagnosis.Problems) {
	templates := make(map[account.Field]*Template)
	if t.joined != nil {
		templates[account.Name] = t.joined
	}
	maps.Copy(templates, f.Templates)
	b.templates, problems = arrange(templates, t)
	for i := range b.templates {
		if b.templates[i].Template == t.joined {
			b.templates[i].fill = account.FromRow
		}
		b.fills.mixed = b.fills.mixed.With(b.templates[i].field)
	}
	return problems
}

// addConstants reads the values for empty cells, from the mapping file or the caller.
func (b *Binding) addConstants(fill account.Fill, texts map[account.Field]string) (problems diagnosis.Problems) {
	for _, f := range slices.Sorted(maps.Keys(texts)) {
		text := clean(texts[f])
		if p := b.reader.putForEmpty(&b.constants, f, text); p != nil {
			problems = append(problems, *p)
		}
		if text != "" && !f.Secret() {
			b.constants.Given, b.constants.Fills[f] = b.constants.Given.With(f), fill
		}
	}
	return problems
}

// missing reports the fields that the rows need and that have no source. Fields that
// a header nearly names are left out: the problem with that header covers them.
func (b *Binding) missing(o Options, t *table) *diagnosis.Problem {
	columns := t.fields()
	if columns == 0 {
		return diagnosis.New(diagnosis.HeaderNone)
	}
	have := columns | b.constants.Given
	for _, r := range b.templates {
		have = have.With(r.field)
	}
	lacking := b.needed(o, columns, have) &^ have &^ t.nearlyNamed
	for _, side := range sides {
		if lacking.Has(side.Port) && o.Sample != nil && t.holdsPorts(side.Host, o.Sample()) {
			lacking = lacking.Without(side.Port)
		}
	}
	if lacking == 0 {
		return nil
	}
	return diagnosis.New(diagnosis.ColumnsMissing, "Fields", lacking)
}

// servers are the fields that a preset fills together.
const servers account.Fields = 1<<account.ServerHost | 1<<account.Port | 1<<account.SMTPServer | 1<<account.SMTPPort

// needed returns the fields that must have a source. A file without
// any column for mail servers leaves them to the presets; a file
// with some must have them all, unless a preset was asked for.
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
