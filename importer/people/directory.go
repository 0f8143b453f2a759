// Package people signs in the people of a run: the owners of the rows, once for all
// of their rows, and the administrator who acts as others.
//
// A row joins its person in the order of the file ([People.Join]), enters once the
// person is signed in ([People.Enter]), and leaves with its outcome. [Directory] is
// the portal's own list of people.
package people

import (
	"context"
	"slices"
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/portal"
)

// The statuses of people who cannot sign in (ASC.Core.Common/Users/EmployeeStatus.cs).
const (
	personDismissed = 2
	personOnLeave   = 4
)

// Directory is the people of a portal. It is safe for concurrent use once it has been read.
type Directory struct {
	people    []account.Person
	byAddress map[string]int // index of the person
	byID      map[string]int
	byWord    map[string][]int // indexes of the people with that word in their names
}

// ReadDirectory reads the portal's people page by page, including dismissed people
// if the session is an administrator's. It keeps those for whom keep returns true;
// nil keeps all. The answer is Done, or the one that ended the reading.
func ReadDirectory(ctx context.Context, s *portal.Session, keep func(account.Person) bool) (*Directory, portal.Answer) {
	d := &Directory{byAddress: make(map[string]int), byID: make(map[string]int), byWord: make(map[string][]int)}
	for p, answer := range s.People(ctx, false) {
		if answer.Fate != diagnosis.Done {
			return nil, answer
		}
		if keep != nil && !keep(p) {
			continue
		}
		i := len(d.people)
		d.people = append(d.people, p)
		d.byID[strings.ToLower(p.ID)] = i
		words := account.Words(p.FirstName + " " + p.LastName + " " + p.Name)
		slices.Sort(words)
		for _, word := range slices.Compact(words) {
			d.byWord[word] = append(d.byWord[word], i)
		}
		address := account.Address(p.Email).Fold()
		// The address of a dismissed person may have been given to another person since.
		if earlier, twice := d.byAddress[address]; p.Email != "" && (!twice || d.people[earlier].Status == personDismissed) {
			d.byAddress[address] = i
		}
	}
	return d, portal.Answer{Fate: diagnosis.Done}
}

// Find returns the person whose address or GUID is name.
func (d *Directory) Find(name string) (account.Person, bool) {
	i, ok := d.byAddress[account.Address(name).Fold()]
	if !ok {
		i, ok = d.byID[strings.ToLower(name)]
	}
	if !ok {
		return account.Person{}, false
	}
	return d.people[i], true
}

// Named returns the people with that full name, its words in any order. If some of
// them can sign in, it returns only those.
func (d *Directory) Named(name string) []account.Person {
	var all []account.Person
	seen := make(map[int]bool)
	for _, word := range account.Words(name) {
		for _, i := range d.byWord[word] {
			if p := d.people[i]; !seen[i] && account.SameName(p, name) {
				all = append(all, p)
			}
			seen[i] = true
		}
	}
	away := func(p account.Person) bool { return p.Status == personDismissed || p.Status == personOnLeave }
	if active := slices.DeleteFunc(slices.Clone(all), away); len(active) > 0 {
		return active
	}
	return all
}

// unfit returns why no account can be made for a person, nil if one can.
func unfit(p account.Person) *diagnosis.Problem {
	switch {
	case p.Status == personDismissed:
		return diagnosis.New(diagnosis.OwnerDisabled)
	case p.Status == personOnLeave:
		return diagnosis.New(diagnosis.OwnerOnLeave)
	case p.Guest:
		return diagnosis.New(diagnosis.OwnerGuest)
	}
	return nil
}
