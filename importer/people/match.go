package people

import (
	"cmp"
	"slices"
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// Match is the portal's person for a row, if one was found.
type Match struct {
	Person account.Person // zero if no person fits
	// Problem is an error or a hint to check the match; nil if there is none.
	Problem *diagnosis.Problem
}

// Usable reports whether an account can be made for the person.
func (m Match) Usable() bool {
	return m.Person.ID != "" && (m.Problem == nil || m.Problem.Severity() != diagnosis.Error)
}

// Name returns the person's address, or the GUID if there is no address.
func (m Match) Name() string { return cmp.Or(m.Person.Email, m.Person.ID) }

// namesakesShown bounds the people of one name that a problem lists.
const namesakesShown = 5

// Match finds the person for a row: by its portal user if it names one, else by its
// address, else by the full name if only one person has it.
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
