package mapping

import (
	"maps"
	"slices"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source"
)

// fieldTemplate is the template of a field, ready for the rows of one file.
type fieldTemplate struct {
	field account.Field
	fill  account.Fill // what its values count as
	*Template
}

// arrange orders the templates of a mapping file so that each stands behind those
// it refers to. Names that are neither a field with a value nor a column, and
// templates that refer to each other, are problems.
func arrange(templates map[account.Field]*Template, given account.Fields, columns map[string]bool) (order []fieldTemplate, problems diagnosis.Problems) {
	const open, done = 1, 2
	state := make(map[account.Field]int)
	var visit func(f account.Field)
	visit = func(f account.Field) {
		state[f] = open
		for _, name := range templates[f].names {
			g, isField := account.FieldNamed(name)
			switch {
			case g == f && columns[name]: // a part of the name in a column that is called so
			case isField && templates[g] != nil && state[g] == open:
				problems = append(problems, *diagnosis.New(diagnosis.TemplateCycle, "Field", f))
			case isField && templates[g] != nil && state[g] != done:
				visit(g)
			case isField && (templates[g] != nil || given.Has(g)), !isField && columns[name]:
			default:
				problems = append(problems, *diagnosis.New(diagnosis.TemplateName, "Field", f, "Name", name))
			}
		}
		state[f] = done
		order = append(order, fieldTemplate{f, account.FromMapping, templates[f]})
	}
	for _, f := range slices.Sorted(maps.Keys(templates)) {
		if state[f] == 0 {
			visit(f)
		}
	}
	return order, problems
}

// fromTemplates fills empty fields by the templates and returns the unfit fields.
// What is made of an unfit cell is unfit as well.
func (b *Binding) fromTemplates(rec *source.Record, row *account.Row, bad account.Fields) account.Fields {
	if len(b.templates) == 0 {
		return bad
	}
	made := make(map[string]string)
	value := func(name string) string {
		if text, ok := made[name]; ok {
			return text
		}
		return named(rec, name)
	}
	for _, t := range b.templates {
		f := t.field
		switch {
		case row.Given.Has(f) || bad.Has(f):
			continue
		case t.uses(bad):
			bad = bad.With(f)
			continue
		}
		text, ok, err := t.execute(value)
		if err != nil { // its text could hold that of a cell
			bad = bad.With(f)
			row.Report(f, *diagnosis.New(diagnosis.TemplateFailed, "Field", f))
			continue
		}
		if !f.Secret() {
			text = clean(text)
		}
		if !ok || text == "" {
			continue
		}
		if p := b.reader.put(row, f, text); p != nil {
			bad = bad.With(f)
			row.Report(f, *p)
			continue
		}
		made[f.String()] = text
		row.Fills[f] = t.fill
	}
	return bad
}

// named returns the cell of a field or, for any other name, of the column with
// that header; nothing where it holds a word for no value.
func named(rec *source.Record, name string) string {
	f, isField := account.FieldNamed(name)
	if !isField {
		f = account.Name
	}
	text := rec.Text(f)
	if !isField {
		text = rec.Other(name)
	}
	if isVoid(f, clean(text)) {
		return ""
	}
	if f.Secret() {
		return text
	}
	return clean(text)
}

// uses reports whether the template is made of one of the fields.
func (t *fieldTemplate) uses(fields account.Fields) bool {
	return slices.ContainsFunc(t.names, func(name string) bool {
		f, ok := account.FieldNamed(name)
		return ok && fields.Has(f)
	})
}
