// Package mapping turns the cells of a row into the settings of an account.
//
// [Bind] finds the column for every field by the header, once for a file. The
// [Binding] then makes an [account.Row] of each record: it reads the cells and
// fills what they leave out, from the mapping file, from values the caller sets,
// from what is known of mail providers, from other cells of the row, and at last
// from a secure rule. The package does no I/O.
package mapping

import (
	"slices"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source"
)

// Options say what the columns may mean and where values come from that no cell
// gives. The zero value knows the built-in headers, presets and rules.
type Options struct {
	// File is what a mapping file says, nil for none.
	File *FileMapping
	// Set are texts for empty cells, as a cell would have them. Secrets are refused.
	Set map[account.Field]string
	// Preset is NAME or NAME=HOST of the preset for all rows, empty for none.
	Preset string
	// Presets are the organisation's own. They are asked before the built-in ones.
	Presets Presets
	// OwnerColumns asks that the file names each row's portal user and a password or token of theirs.
	OwnerColumns bool
	// WithoutPasswords lets the column of passwords be absent.
	WithoutPasswords bool
	// Draft takes a file as far as it is understood: every needed field may be missing.
	Draft bool
}

// Binding knows which column of one file feeds which field. It is not safe for
// concurrent use.
type Binding struct {
	names   []string        // by column, empty for one that is ignored
	fed     []account.Field // fields that have a column
	inverse account.Fields  // of them, those whose column says the opposite
	words   map[account.Field]map[string]string
	recipes []recipe
	levels  []level
	presets *chooser
	reader  *reader
	places  *[account.NumFields]diagnosis.Place
	fills   tally
	notices []diagnosis.Problem
}

// level is one source of values for empty cells. Levels stand in the order they are asked.
type level struct {
	fill   account.Fill
	fields account.Fields
	values account.Row
}

// Columns returns for each column the canonical name of its field, or its header if
// only a template reads it, or nothing if it is ignored.
func (b *Binding) Columns() []string { return b.names }

// Notices tells what the columns were taken for, which are ignored, and what was
// filled in for the rows seen so far.
func (b *Binding) Notices() []diagnosis.Problem {
	return slices.Concat(b.notices, b.fills.notices(), b.presets.notices())
}

// Row makes an account of a record. What it finds wrong is among the problems of
// the row, each with its place.
func (b *Binding) Row(rec *source.Record) account.Row {
	row := account.Row{Number: rec.Row, Columns: b.columns(rec)}
	row.Problems = append(row.Problems, rec.Problems...)
	bad := b.read(rec, &row)
	bad = b.cook(rec, &row, bad)
	b.fill(&row, bad)
	b.fills.count(&row)
	return row
}

// read takes the cells of a record and returns the fields whose cells are unfit.
func (b *Binding) read(rec *source.Record, row *account.Row) (bad account.Fields) {
	trimmed := false
	for _, f := range b.fed {
		if rec.Bad(f) {
			bad = bad.With(f)
			continue
		}
		text := rec.Text(f)
		if !f.Secret() {
			inner, cut, problem := seen(text)
			if problem != nil {
				row.Given, bad = row.Given.With(f), bad.With(f)
				row.Report(f, *problem)
				continue
			}
			text, trimmed = inner, trimmed || cut && inner != ""
		}
		if text == "" {
			continue
		}
		if known := b.words[f]; known != nil {
			if meaning, ok := known[foldWord(text)]; ok {
				text = meaning
			}
		}
		row.Given = row.Given.With(f)
		if p := b.reader.put(row, f, text); p != nil {
			bad = bad.With(f)
			row.Report(f, *p)
		}
	}
	if trimmed {
		b.fills.trimmed++
	}
	b.invert(row, bad)
	return bad
}

// invert turns the values of columns that say the opposite of their field.
func (b *Binding) invert(row *account.Row, bad account.Fields) {
	turn := b.inverse & row.Given &^ bad
	if turn.Has(account.Restrict) {
		row.Settings.Restrict = !row.Settings.Restrict
	}
	if turn.Has(account.IMAP) {
		row.Settings.IMAP = !row.Settings.IMAP
	}
}

// columns returns where the fields of the file stand.
func (b *Binding) columns(rec *source.Record) *[account.NumFields]diagnosis.Place {
	if b.places == nil {
		b.places = new([account.NumFields]diagnosis.Place)
		for f := range account.NumFields {
			b.places[f] = rec.Place(f)
			b.places[f].Row = 0
		}
	}
	return b.places
}
