// Package plan reads the file once before anything is sent. It finds how many rows
// there are, whose they are, what earlier runs leave to do, and how long a run will
// take. [Summary] is for display, [Plan] is the input of the run.
package plan

import (
	"context"
	"iter"

	"r7import/importer/account"
	"r7import/importer/source"
	"r7import/importer/validate"
	"r7import/mapping"
)

// Input is a file with its columns bound to fields and rules that check its rows. It is
// not safe for concurrent use.
type Input struct {
	File    *source.File
	Binding *mapping.Binding
	Rules   validate.Rules
	// Done reports whether earlier runs have done what a row without passwords asks for;
	// then the passwords are not required. index counts rows from 0. It may be nil.
	Done func(index int, row *account.Row) bool
	// Only reports whether Rows yields a row. If it is nil, all rows are yielded.
	Only func(row *account.Row) bool
}

// Rows reads the file from its start and yields the rows, mapped and checked, in the
// order of the file. A row is valid until the next iteration; a copy of it stays
// valid. An error ends the sequence: the file cannot be read any further.
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

// lacksPasswords reports whether the row has no passwords for the mailbox, or names its
// owner without password or token.
func lacksPasswords(row *account.Row) bool {
	return row.Settings.WithoutPasswords() || row.Owner.User != "" && row.Owner.Password.Empty() && row.Owner.Token.Empty()
}
