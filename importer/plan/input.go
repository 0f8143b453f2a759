// Package plan is one reading of the file before anything is sent: how many rows
// there are, whose they are, what earlier runs leave to do, and how long a run will
// take. [Summary] is what a person is shown, [Plan] what the run goes by.
package plan

import (
	"context"
	"iter"

	"r7import/importer/account"
	"r7import/importer/source"
	"r7import/importer/validate"
	"r7import/mapping"
)

// Input is a file whose columns are bound to fields and whose rows are checked
// by rules. It is not safe for concurrent use: its rows are read by one reader at a time.
type Input struct {
	File    *source.File
	Binding *mapping.Binding
	Rules   validate.Rules
	// Done reports whether earlier runs have done what a row without passwords asks for,
	// so that nobody need know them. Nil knows of none. The rows are counted from 0.
	Done func(index int, row *account.Row) bool
	// Only reports whether a row is read at all. Nil reads all.
	Only func(row *account.Row) bool
}

// Rows reads the file from its start and yields every row, mapped and checked,
// in the order of the file. The row is valid until the next step of the loop; a
// copy of it stays valid. An error ends the stream: the file cannot be read any further.
func (in *Input) Rows(ctx context.Context) iter.Seq2[*account.Row, error] {
	return func(yield func(*account.Row, error) bool) {
		seen := validate.NewSeen()
		var row account.Row
		index := 0
		for rec, err := range in.File.Records(ctx, in.Binding.Columns()) {
			if err != nil {
				yield(nil, err)
				return
			}
			row = in.Binding.Row(rec)
			if in.Only != nil && !in.Only(&row) {
				continue
			}
			rules := in.Rules
			if in.Done != nil && !row.Invalid() && lacksPasswords(&row) && in.Done(index, &row) {
				rules.WithoutPasswords = true
			}
			index++
			rules.Check(&row)
			seen.Check(&row)
			if !yield(&row, nil) {
				return
			}
		}
	}
}

// lacksPasswords reports whether nobody could log in to the mailbox, or as its owner, with
// what the row says.
func lacksPasswords(row *account.Row) bool {
	return row.Settings.WithoutPasswords() || row.Owner.User != "" && row.Owner.Password.Empty() && row.Owner.Token.Empty()
}
