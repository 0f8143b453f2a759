package plan

import (
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

// NewEntry returns what the journal holds of a row before anything is sent for
// it: invalid if it has errors, else not tried. A file that is only validated
// is reported by the same entries, so that validate and run say the same.
// owner is whose account the row asks for, as far as that is known.
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

// filled names the fields no cell gave, with where their values came from.
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
