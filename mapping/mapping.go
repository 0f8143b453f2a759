// Package mapping turns the cells of a row into the settings of an account.
//
// [Bind] finds the column for every field by the header, once for a
// file. The [Binding] then makes an [account.Row] from each record: it
// parses the cells and fills empty fields from the mapping file, from
// values the caller sets, from known mail providers, from other cells
// of the row, and finally from a secure rule. The package does no I/O.
package mapping

import (
	"slices"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source"
)

// Options say how columns are understood and which values empty cells
// get. The zero value uses the built-in headers, presets and rules.
type Options struct {
	// File is the mapping file, nil for none.
	File *FileMapping
	// Set holds values for empty cells, in the form of a cell. Secrets are refused.
	Set map[account.Field]string
	// Preset is NAME or NAME=HOST of the preset for all rows, empty for none.
	Preset string
	// Presets are the organisation's own presets. They come before the built-in ones.
	Presets Presets
	// OwnerColumns requires columns for each row's portal user and for their password or token.
	OwnerColumns bool
	// WithoutPasswords allows the column of passwords to be absent.
	WithoutPasswords bool
	// Sample returns the first rows with the cells of every column. It is called
	// where the header alone does not show what the columns hold. It may be nil.
	Sample func() [][]string
	// Draft accepts a file in which any needed field is missing.
	Draft bool
}

// Binding knows which column of one file feeds which field. It is not safe for
// concurrent use.
type Binding struct {
	names     []string       // by column, empty for an ignored one
	fed       account.Fields // fields that have a column
	inverse   account.Fields // fields whose column means the opposite
	words     map[account.Field]map[string]string
	templates []fieldTemplate
	constants account.Row // values for empty cells, the same in all rows
	presets   *chooser
	reader    *reader
	places    *[account.NumFields]diagnosis.Place // places of the fields, without a row; nil before the first row
	fills     tally
	remarks   remarks
	notices   []diagnosis.Problem
}

// Columns returns for each column the canonical name of its field,
// its header if only a template reads it, or "" if it is ignored.
func (b *Binding) Columns() []string { return b.names }

// Notices returns how the columns were understood, which ones are ignored,
// and which values were interpreted or filled in for the rows so far.
func (b *Binding) Notices() []diagnosis.Problem {
	return slices.Concat(b.notices, b.remarks.notices(), b.fills.notices(), b.presets.notices())
}

// Uncounted returns a copy of the binding for another reading
// of the file: its rows do not count in the notices of b. The
// two share caches and must not be used at the same time.
func (b *Binding) Uncounted() *Binding {
	uncounted, presets := *b, *b.presets
	presets.rows = make(map[*Preset]int)
	uncounted.fills, uncounted.presets = tally{}, &presets
	return &uncounted
}

// Row makes an account.Row from a record. Problems
// are added to the row, each with its place.
func (b *Binding) Row(rec *source.Record) account.Row {
	if b.places == nil {
		b.places = new([account.NumFields]diagnosis.Place)
		for f := range account.NumFields {
			b.places[f] = rec.Place(f)
			b.places[f].Row = 0
		}
	}
	row := account.Row{Number: rec.Row, Columns: b.places}
	row.Problems = append(row.Problems, rec.Problems...)
	bad := b.read(rec, &row)
	bad = b.fromTemplates(rec, &row, bad)
	b.fill(&row, bad)
	b.fills.count(&row)
	b.remarks.endRow()
	return row
}

// read parses the cells of a record and returns the fields whose cells are invalid.
func (b *Binding) read(rec *source.Record, row *account.Row) (bad account.Fields) {
	for f := range b.fed.All() {
		if rec.Bad(f) {
			bad = bad.With(f)
			continue
		}
		text := rec.Text(f)
		cleaned, isPlain := text, isClean(text) // as nearly all are
		if !isPlain {
			cleaned = clean(text)
		}
		if known := b.words[f]; known != nil {
			if meaning, ok := known[foldWord(cleaned)]; ok {
				text, cleaned, isPlain = meaning, meaning, false
			}
		}
		if isVoid(f, cleaned) {
			row.Void = row.Void.With(f)
			b.remarks.record(diagnosis.ValuesVoid, f)
			continue
		}
		var problem *diagnosis.Problem
		if !f.Secret() && !isPlain {
			var cut bool
			text, cut, problem = visible(text)
			if cut && text != "" {
				b.remarks.record(diagnosis.ValuesTrimmed, f)
			}
		}
		if text == "" && problem == nil {
			continue
		}
		row.Given = row.Given.With(f)
		if problem == nil {
			problem = b.put(row, f, text)
		}
		if problem != nil {
			bad = bad.With(f)
			row.Report(f, *problem)
		}
	}
	for f := range (b.inverse & row.Given &^ bad).All() {
		if value, ok := row.At(f).(*bool); ok {
			*value = !*value
		}
	}
	return bad
}

// put parses a cell. A server's cell may also hold the port.
func (b *Binding) put(row *account.Row, f account.Field, text string) *diagnosis.Problem {
	if f != account.ServerHost && f != account.SMTPServer {
		return b.reader.put(row, f, text)
	}
	host, digits, split := splitHost(text)
	if !split {
		return b.reader.put(row, f, text)
	}
	side := account.Incoming
	if f == account.SMTPServer {
		side = account.Outgoing
	}
	port := &row.Settings.Server(side).Port
	n, problem := parsePort(digits)
	switch {
	case problem != nil:
		return problem
	case row.Given.Has(side.Port) && *port != 0 && *port != n:
		return diagnosis.New(diagnosis.HostPortOther, "Field", side.Port)
	}
	if problem := b.reader.put(row, f, host); problem != nil {
		return problem
	}
	if !row.Given.Has(side.Port) {
		row.Given, *port = row.Given.With(side.Port), n
	}
	b.remarks.record(diagnosis.HostPortSplit, f)
	return nil
}
