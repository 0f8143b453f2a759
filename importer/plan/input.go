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
}

// Rows reads the file from its start and yields every row, mapped and checked,
// in the order of the file. The row is valid until the next step of the loop; a
// copy of it stays valid. An error ends the stream: the file cannot be read any further.
func (in *Input) Rows(ctx context.Context) iter.Seq2[*account.Row, error] {
	return func(yield func(*account.Row, error) bool) {
		seen := validate.NewSeen()
		var row account.Row
		for rec, err := range in.File.Records(ctx, in.Binding.Columns()) {
			if err != nil {
				yield(nil, err)
				return
			}
			row = in.Binding.Row(rec)
			in.Rules.Check(&row)
			seen.Check(&row)
			if !yield(&row, nil) {
				return
			}
		}
	}
}
