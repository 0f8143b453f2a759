package plan

import (
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

// NewEntry returns the journal entry of a row before anything is sent for it:
// invalid if the row has errors, else not tried. A file that is only validated
// is reported by the same entries, so that validate and run agree.
// owner names whose account the row asks for, empty if unknown.
func NewEntry(run string, index int, row *account.Row, owner string) journal.Entry {
	e := journal.Entry{
		Run: run, Index: index, Row: row.Number,
		Name: row.Settings.Name, Email: row.Settings.Email, Owner: owner,
		Status: diagnosis.NotTried, Problems: row.Problems, Filled: filled(row),
	}
	if row.Invalid() {
		worst, _ := diagnosis.Worst(row.Problems)
		e.Status, e.Code, e.Side = diagnosis.Invalid, worst.Code, diagnosis.OnFile
	}
	return e
}

// filled lists the fields that no cell gave, with the origins of their values.
func filled(row *account.Row) string {
	var b strings.Builder
	for f, origin := range row.Fills {
		if origin == account.NotFilled {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(account.Field(f).String())
		b.WriteByte('=')
		b.WriteString(origin.String())
	}
	return b.String()
}
