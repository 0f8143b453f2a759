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
	// Sample returns the cells of the first rows, every column of them. It is asked
	// where the header alone does not tell what the columns hold. Nil knows none.
	Sample func() [][]string
	// Draft takes a file as far as it is understood: every needed field may be missing.
	Draft bool
}

// Binding knows which column of one file feeds which field. It is not safe for
// concurrent use.
type Binding struct {
	names     []string       // by column, empty for one that is ignored
	fed       account.Fields // those that have a column
	inverse   account.Fields // of them, those whose column says the opposite
	words     map[account.Field]map[string]string
	templates []fieldTemplate
	constants account.Row // values for empty cells that are the same in all rows
	presets   *chooser
	reader    *reader
	places    *[account.NumFields]diagnosis.Place // of the fields, without a row; nil before the first one
	fills     tally
	remarks   remarks
	notices   []diagnosis.Problem
}

// Columns returns for each column the canonical name of its field, or its header if
// only a template reads it, or nothing if it is ignored.
func (b *Binding) Columns() []string { return b.names }

// Notices tells what the columns were taken for, which are ignored, and what was
// made of cells and filled in for the rows seen so far.
func (b *Binding) Notices() []diagnosis.Problem {
	return slices.Concat(b.notices, b.remarks.notices(), b.fills.notices(), b.presets.notices())
}

// Uncounted returns the same binding for one more reading of the file: its rows do not
// count in the notices of b. The two share what they remember of cells and must not be
// used at the same time.
func (b *Binding) Uncounted() *Binding {
	again, presets := *b, *b.presets
	presets.rows = make(map[*Preset]int)
	again.fills, again.presets = tally{}, &presets
	return &again
}

// Row makes an account of a record. What it finds wrong are problems of the
// row, each with its place.
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
	b.remarks.count()
	return row
}

// read takes the cells of a record and returns the fields whose cells are unfit.
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
			b.remarks.add(diagnosis.ValuesVoid, f)
			continue
		}
		var problem *diagnosis.Problem
		if !f.Secret() && !isPlain {
			var cut bool
			text, cut, problem = visible(text)
			if cut && text != "" {
				b.remarks.add(diagnosis.ValuesTrimmed, f)
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
		if says, is := row.At(f).(*bool); is {
			*says = !*says
		}
	}
	return bad
}

// put reads a cell. That of a server may hold the port as well.
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
	b.remarks.add(diagnosis.HostPortSplit, f)
	return nil
}
