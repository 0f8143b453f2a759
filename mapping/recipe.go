package mapping

import (
	"maps"
	"slices"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source"
)

// recipe is a template that is ready for the rows of one file.
type recipe struct {
	field    account.Field
	template *Template
}

// arrange orders the templates of a mapping file so that each stands behind those
// it refers to. Names that are neither a field with a value nor a column, and
// templates that refer to each other, are problems.
func arrange(templates map[account.Field]*Template, given account.Fields, columns map[string]bool) (order []recipe, problems diagnosis.Problems) {
	const open, done = 1, 2
	state := make(map[account.Field]int)
	var visit func(f account.Field)
	visit = func(f account.Field) {
		state[f] = open
		for _, name := range templates[f].names {
			g, isField := account.FieldNamed(name)
			switch {
			case isField && templates[g] != nil && state[g] == open:
				problems = append(problems, *diagnosis.New(diagnosis.TemplateCycle, "Field", f.String()))
			case isField && templates[g] != nil && state[g] != done:
				visit(g)
			case isField && (templates[g] != nil || given.Has(g)), !isField && columns[name]:
			default:
				problems = append(problems, *diagnosis.New(diagnosis.TemplateName, "Field", f.String(), "Name", name))
			}
		}
		state[f] = done
		order = append(order, recipe{f, templates[f]})
	}
	for _, f := range slices.Sorted(maps.Keys(templates)) {
		if state[f] == 0 {
			visit(f)
		}
	}
	return order, problems
}

// cook fills empty fields by the templates of the mapping file and returns the
// unfit fields. What is made of an unfit cell is unfit as well.
func (b *Binding) cook(rec *source.Record, row *account.Row, bad account.Fields) account.Fields {
	if len(b.recipes) == 0 {
		return bad
	}
	made := make(map[string]string)
	value := func(name string) string {
		if text, ok := made[name]; ok {
			return text
		}
		return named(rec, name)
	}
	for _, r := range b.recipes {
		if row.Given.Has(r.field) || bad.Has(r.field) {
			continue
		}
		if r.uses(bad) || !b.serve(row, r, value, made) {
			bad = bad.With(r.field)
		}
	}
	return bad
}

// serve puts what one template makes into the row. It reports whether that was fit, or nothing.
func (b *Binding) serve(row *account.Row, r recipe, value func(string) string, made map[string]string) bool {
	text, ok, err := r.template.execute(value)
	if err != nil { // its text could hold that of a cell
		row.Report(r.field, *diagnosis.New(diagnosis.TemplateFailed, "Field", r.field.String()))
		return false
	}
	if !r.field.Secret() {
		text = clean(text)
	}
	if !ok || text == "" {
		return true
	}
	if p := b.reader.put(row, r.field, text); p != nil {
		row.Report(r.field, *p)
		return false
	}
	made[r.field.String()] = text
	row.Fills[r.field] = account.FromMapping
	return true
}

// named returns the cell of a field or, for any other name, of the column with that header.
func named(rec *source.Record, name string) string {
	f, ok := account.FieldNamed(name)
	switch {
	case !ok:
		return clean(rec.Other(name))
	case f.Secret():
		return rec.Text(f)
	}
	return clean(rec.Text(f))
}

// uses reports whether the template is made of one of the fields.
func (r *recipe) uses(fields account.Fields) bool {
	return slices.ContainsFunc(r.template.names, func(name string) bool {
		f, ok := account.FieldNamed(name)
		return ok && fields.Has(f)
	})
}
