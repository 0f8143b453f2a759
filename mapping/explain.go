package mapping

import (
	"r7import/importer/account"
	"r7import/importer/source"
)

// PresetOf returns the preset that a row was filled from, nil if no field was.
func (b *Binding) PresetOf(row *account.Row) *Preset {
	for _, fill := range row.Fills {
		if fill == account.FromPreset {
			return b.presets.of(row.Settings.Email)
		}
	}
	return nil
}

// TemplateOf returns the template that has made the value of a field of a row from its
// record, nil if none has.
func (b *Binding) TemplateOf(rec *source.Record, row *account.Row, f account.Field) *Template {
	if row.Fills[f] != account.FromMapping && row.Fills[f] != account.FromRow {
		return nil
	}
	again := account.Row{Given: row.Given}
	b.fromTemplates(rec, &again, 0)
	for _, t := range b.templates {
		if t.field == f && again.Fills[f] != account.NotFilled {
			return t.Template
		}
	}
	return nil
}

// Reads returns the names of the fields and columns that the template is made of.
func (t *Template) Reads() []string { return t.names }
