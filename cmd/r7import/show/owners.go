package show

import (
	"fmt"
	"io"
	"text/tabwriter"

	"r7import/cmd/r7import/ui"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/people"
)

// Owners is the output of `owners --json`: how many people of a file were found in
// the portal. Fields may be added but not changed.
type Owners struct {
	Schema    string  `json:"schema"`
	File      string  `json:"file"`
	Portal    string  `json:"portal"`
	Rows      int     `json:"rows"`
	Found     int     `json:"found"`   // by address, GUID or portal_user
	ByName    int     `json:"by_name"` // by the full name alone
	Missing   int     `json:"missing"`
	Disabled  int     `json:"disabled"`
	OnLeave   int     `json:"on_leave"`
	Guests    int     `json:"guests"`
	Ambiguous int     `json:"ambiguous"`
	Written   string  `json:"written"`
	List      []Owner `json:"list"` // rows that need a decision
	ExitCode  int     `json:"exit_code"`
}

// Owner is a row whose person was not found, is not usable, or is not certain.
type Owner struct {
	Row     int            `json:"row"`
	Name    string         `json:"name"`
	Email   string         `json:"email"`
	Person  string         `json:"person,omitempty"`
	Code    diagnosis.Code `json:"code"`
	Message string         `json:"message"`
}

// Add counts the match of a row, and lists the row if the match has a problem.
func (f *Owners) Add(c *ui.Console, row *account.Row, match people.Match) {
	f.Rows++
	if match.Problem == nil {
		f.Found++
		return
	}
	counts := map[diagnosis.Code]*int{
		diagnosis.OwnerByName: &f.ByName, diagnosis.OwnerUnknown: &f.Missing, diagnosis.OwnerDisabled: &f.Disabled,
		diagnosis.OwnerOnLeave: &f.OnLeave, diagnosis.OwnerGuest: &f.Guests, diagnosis.OwnerAmbiguous: &f.Ambiguous,
	}
	*counts[match.Problem.Code]++
	f.List = append(f.List, Owner{
		Row: row.Number, Name: row.Settings.Name, Email: row.Settings.Email, Person: match.Name(),
		Code: match.Problem.Code, Message: c.Lang.Problem(match.Problem),
	})
}

// Open returns the number of rows without a usable person. They need a decision.
func (f *Owners) Open() int { return f.Missing + f.Disabled + f.OnLeave + f.Guests + f.Ambiguous }

// Show writes the listed rows, the counts, and the path of the copy.
func (f *Owners) Show(out io.Writer, c *ui.Console) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, line := range f.List {
		_, _ = fmt.Fprintf(w, "%d\t%s\t%s\t%s\n", line.Row, ui.Clean(line.Name), ui.Clean(line.Email), ui.Clean(line.Message))
	}
	_ = w.Flush()
	text := fmt.Sprintf("%s: %s %d", c.Text("summary.rows", "Count", f.Rows), c.Text("owners.found"), f.Found)
	for _, part := range []struct {
		id    string
		count int
	}{
		{"owners.by_name", f.ByName}, {"owners.missing", f.Missing}, {"owners.disabled", f.Disabled},
		{"owners.on_leave", f.OnLeave}, {"owners.guests", f.Guests}, {"owners.ambiguous", f.Ambiguous},
	} {
		if part.count > 0 {
			text += fmt.Sprintf(", %s %d", c.Text(part.id), part.count)
		}
	}
	Line(out, text)
	Line(out, c.Text("owners.written", "Path", f.Written))
	c.Say("owners.next")
}
