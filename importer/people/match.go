package people

import (
	"cmp"
	"slices"
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// Match is the portal's person a row is about, as far as one was found.
type Match struct {
	Person account.Person // zero if nobody fits
	// Problem says what is wrong with the match, or what to look at; nil if nothing.
	Problem *diagnosis.Problem
}

// Usable reports whether an account can be made for the person.
func (m Match) Usable() bool {
	return m.Person.ID != "" && (m.Problem == nil || m.Problem.Severity() != diagnosis.Error)
}

// Name returns what a row names the person by.
func (m Match) Name() string { return cmp.Or(m.Person.Email, m.Person.ID) }

// namesakesShown bounds how many people of one name are listed.
const namesakesShown = 5

// Match finds the person a row is about: by what it says of the portal user, else
// by its address, else by the full name if only one person has that.
func (d *Directory) Match(row *account.Row) Match {
	person, found := d.Find(cmp.Or(row.Owner.User, row.Settings.Email))
	if found {
		return Match{Person: person, Problem: unfit(person)}
	}
	var namesakes []account.Person
	if row.Owner.User == "" {
		namesakes = d.Named(row.Settings.Name)
	}
	switch len(namesakes) {
	case 0:
		return Match{Problem: diagnosis.New(diagnosis.OwnerUnknown)}
	case 1:
		m := Match{Person: namesakes[0], Problem: unfit(namesakes[0])}
		if m.Problem == nil {
			m.Problem = diagnosis.New(diagnosis.OwnerByName, "Person", m.Name())
		}
		return m
	}
	var names []string
	for _, p := range namesakes {
		names = append(names, Match{Person: p}.Name())
	}
	slices.Sort(names)
	if len(names) > namesakesShown {
		names = append(names[:namesakesShown], "…")
	}
	return Match{Problem: diagnosis.New(diagnosis.OwnerAmbiguous, "Count", len(namesakes), "People", strings.Join(names, ", "))}
}
