package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"text/tabwriter"

	"r7import/cmd/r7import/ui"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/people"
)

// ownersFound is what was found out about the people of a file, as `owners
// --json` tells it. Fields are only ever added.
type ownersFound struct {
	Schema    string         `json:"schema"`
	File      string         `json:"file"`
	Portal    string         `json:"portal"`
	Rows      int            `json:"rows"`
	Found     int            `json:"found"`   // by address, GUID or portal_user
	ByName    int            `json:"by_name"` // by the full name alone
	Missing   int            `json:"missing"`
	Disabled  int            `json:"disabled"`
	OnLeave   int            `json:"on_leave"`
	Guests    int            `json:"guests"`
	Ambiguous int            `json:"ambiguous"`
	Written   string         `json:"written"`
	List      []ownerFinding `json:"list"` // rows that somebody should look at
	ExitCode  int            `json:"exit_code"`

	cells map[int]string // for the column portal_user, by row
}

// ownerFinding is a row whose person was not found, or not for certain.
type ownerFinding struct {
	Row     int            `json:"row"`
	Name    string         `json:"name"`
	Email   string         `json:"email"`
	Person  string         `json:"person,omitempty"`
	Code    diagnosis.Code `json:"code"`
	Message string         `json:"message"`

	problem *diagnosis.Problem
}

func (f *ownersFound) add(row *account.Row, match people.Match) {
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
	f.List = append(f.List, ownerFinding{
		Row: row.Number, Name: row.Settings.Name, Email: row.Settings.Email, Person: match.Name(),
		Code: match.Problem.Code, problem: match.Problem,
	})
}

// tellOwners lists the rows to look at and says what was written. Rows without a
// usable person wait for somebody's decision.
func (p *program) tellOwners(f *ownersFound) {
	if open := f.Missing + f.Disabled + f.OnLeave + f.Guests + f.Ambiguous; open > 0 {
		p.ending.statuses = map[diagnosis.Status]int{diagnosis.Held: open}
	}
	for i := range f.List {
		f.List[i].Message = p.console.Lang.Problem(f.List[i].problem)
	}
	f.ExitCode = p.ending.code()
	if p.settings.JSON {
		_ = json.NewEncoder(p.out).Encode(f)
		return
	}
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	for _, line := range f.List {
		_, _ = fmt.Fprintf(w, "%d\t%s\t%s\t%s\n", line.Row, ui.Clean(line.Name), ui.Clean(line.Email), ui.Clean(line.Message))
	}
	_ = w.Flush()
	_, _ = fmt.Fprintln(p.out, p.ownersCounts(f))
	_, _ = fmt.Fprintln(p.out, ui.Clean(p.console.Text("owners.written", "Path", f.Written)))
	p.console.Say("owners.next")
}

// ownersCounts sums up: "50 rows: found 45, by name 2, missing 3".
func (p *program) ownersCounts(f *ownersFound) string {
	text := p.console.Text("summary.rows", "Count", strconv.Itoa(f.Rows))
	for i, part := range []struct {
		id    string
		count int
	}{
		{"owners.found", f.Found}, {"owners.by_name", f.ByName}, {"owners.missing", f.Missing},
		{"owners.disabled", f.Disabled}, {"owners.on_leave", f.OnLeave}, {"owners.guests", f.Guests}, {"owners.ambiguous", f.Ambiguous},
	} {
		separator := ", "
		if i == 0 {
			separator = ": "
		}
		if part.count > 0 || i == 0 {
			text += separator + p.console.Text(part.id) + " " + strconv.Itoa(part.count)
		}
	}
	return text
}
