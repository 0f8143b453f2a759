// Package importer is the engine: it makes a portal agree with a file.
//
// [Input] is the file as one stream of checked rows. [Importer.Prepare] reads it
// once and sends nothing; [Importer.Run] reads it again and creates the accounts
// under one scheduler; [Importer.Look] goes the same way and changes nothing.
// What was sent and what came back is in the journal before anything else
// happens, so that a run can be repeated after any kind of end.
package importer

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
