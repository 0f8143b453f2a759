package importer

import (
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/report"
)

// NewEntry returns what the journal holds of a row before anything is sent for
// it: invalid if it has errors, else not tried. A file that is only validated
// is reported by the same entries, so that validate and run say the same.
func NewEntry(run string, index int, row *account.Row) journal.Entry {
	e := journal.Entry{
		Run: run, Index: index, Row: row.Number,
		Name: row.Settings.Name, Email: row.Settings.Email, Owner: row.Owner.User,
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

// ReportRow returns the line of the report for an entry.
func ReportRow(e *journal.Entry) report.Row {
	problems := e.Problems
	if e.Status == diagnosis.NotTried && e.Code == "" {
		problems = append(problems[:len(problems):len(problems)], *diagnosis.New(diagnosis.NotReached))
	}
	return report.Row{
		Number: e.Row, Name: e.Name, Email: e.Email, Owner: e.Owner,
		Status: e.Status, Side: e.Side, Host: e.Host, Problems: problems,
		MailboxID: e.MailboxID, Fills: fills(e.Filled), Attempts: e.Attempts,
		StartedAt: e.Started.Local(), Duration: e.Took, Evidence: e.Evidence, Run: e.Run,
	}
}

// fills is the reverse of filled.
func fills(text string) (out [account.NumFields]account.Fill) {
	for pair := range strings.FieldsSeq(text) {
		name, origin, _ := strings.Cut(pair, "=")
		if f, ok := account.FieldNamed(name); ok {
			out[f] = account.FillNamed(origin)
		}
	}
	return out
}
