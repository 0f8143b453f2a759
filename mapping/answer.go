package mapping

import (
	"slices"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source"
)

// What a person, or somebody else who knows, says about a file whose mapping is
// being put together.

// Give makes a column the one of a field. A column that was to be ignored no longer is.
func (f *FileMapping) Give(field account.Field, columns []source.Column, column int) {
	t := newTable(columns)
	if f.Columns == nil {
		f.Columns = make(map[account.Field]ColumnName)
	}
	f.Columns[field] = t.name(column)
	if f.Columns[field].Label == "" {
		f.Ignore = slices.DeleteFunc(f.Ignore, func(header string) bool { return header == tidy(columns[column].Header) })
	}
}

// Default makes a text, written as in a cell, the value of a field's empty cells.
// The error is a *[diagnosis.Problem].
func (f *FileMapping) Default(field account.Field, text string) error {
	text = clean(text)
	if field.Secret() {
		return diagnosis.New(diagnosis.SetSecret, "Field", field)
	}
	if text == "" {
		return diagnosis.New(diagnosis.SetValue, "Field", field)
	}
	if p := newReader().put(new(account.Row), field, text); p != nil {
		return diagnosis.Wrap(p, diagnosis.SetValue, "Field", field)
	}
	if f.Defaults == nil {
		f.Defaults = make(map[account.Field]string)
	}
	f.Defaults[field] = text
	return nil
}

// UsePreset makes a preset, NAME or NAME=HOST, the one of a mail domain.
func (f *FileMapping) UsePreset(domain, preset string) {
	if f.Presets.Domains == nil {
		f.Presets.Domains = make(map[string]string)
	}
	f.Presets.Domains[domain] = preset
}
