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
	p := proposal{t: newTable(columns)}
	if f.Columns == nil {
		f.Columns = make(map[account.Field]ColumnName)
	}
	f.Columns[field] = p.name(column)
	if f.Columns[field].Label == "" {
		f.Ignore = slices.DeleteFunc(f.Ignore, func(header string) bool { return header == p.header(column) })
	}
}

// Default makes a text, written as in a cell, the value of a field's empty cells.
// The error is a *[diagnosis.Problem].
func (f *FileMapping) Default(field account.Field, text string) error {
	text = clean(text)
	if field.Secret() {
		return diagnosis.New(diagnosis.SetSecret, "Field", field.String())
	}
	if text == "" {
		return diagnosis.New(diagnosis.SetValue, "Field", field.String())
	}
	if p := newReader().put(new(account.Row), field, text); p != nil {
		return diagnosis.Wrap(p, diagnosis.SetValue, "Field", field.String())
	}
	if f.Defaults == nil {
		f.Defaults = make(map[account.Field]string)
	}
	f.Defaults[field] = text
	return nil
}

// Serve makes a preset, NAME or NAME=HOST, the one of a mail domain.
func (f *FileMapping) Serve(domain, preset string) {
	if f.Presets.Domains == nil {
		f.Presets.Domains = make(map[string]string)
	}
	f.Presets.Domains[domain] = preset
}

// FindAddress makes the one ignored column that holds addresses in all of some
// rows, and nothing else, the one of the address, if the file has none yet. It
// returns a notice about that, nil if there is no such column or more than one.
func (f *FileMapping) FindAddress(columns []source.Column, rows [][]string) *diagnosis.Problem {
	_, given := f.Columns[account.Email]
	if _, made := f.Templates[account.Email]; given || made {
		return nil
	}
	found := -1
	for i, c := range columns {
		if !slices.Contains(f.Ignore, tidy(c.Header)) || !holdsAddresses(rows, i) {
			continue
		}
		if found >= 0 {
			return nil
		}
		found = i
	}
	if found < 0 {
		return nil
	}
	f.Give(account.Email, columns, found)
	notice := newTable(columns).about(found, diagnosis.New(diagnosis.ProposedContent, "Field", account.Email.String()))
	return &notice
}

// FindPassword takes the password from another column whose header says that it
// is one, if the column proposed holds nothing but masks in some rows: so it is in
// the lists of users that mail services give. It returns a notice about that, nil
// if nothing had to be done.
func (f *FileMapping) FindPassword(columns []source.Column, rows [][]string) *diagnosis.Problem {
	t := newTable(columns)
	name, given := f.Columns[account.Password]
	now := t.find(name)
	if !given || now < 0 || !holdsMasks(rows, now) {
		return nil
	}
	for i, c := range columns {
		h, known := lookup(c.Header)
		if i == now || !known || h.field != account.Password || !slices.Contains(f.Ignore, tidy(c.Header)) || holdsMasks(rows, i) {
			continue
		}
		f.Give(account.Password, columns, i)
		f.Ignore = append(f.Ignore, tidy(columns[now].Header))
		notice := t.about(i, diagnosis.New(diagnosis.ProposedUnmasked, "Field", account.Password.String(), "Other", tidy(columns[now].Header)))
		return &notice
	}
	return nil
}

// holdsMasks reports whether no cell of a column holds a secret, and one a mask.
func holdsMasks(rows [][]string, column int) bool {
	some := false
	for _, cells := range rows {
		secret := account.NewSecret(clean(cells[column]))
		if !secret.Empty() && !secret.Masked() {
			return false
		}
		some = some || secret.Masked()
	}
	return some
}

func holdsAddresses(rows [][]string, column int) bool {
	some := false
	for _, cells := range rows {
		text := clean(cells[column])
		if text == "" {
			continue
		}
		if _, err := ParseAddress(text); err != nil {
			return false
		}
		some = true
	}
	return some
}
