package mapping

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// joinNames makes a template for the display name if given name and surname
// of one person stand in two columns and no other column has the whole
// name. A patronymic is left out: few people sign their mail with it.
func (t *table) joinNames() {
	v := headers()
	parts := func(words []string) (columns []*column, persons []string) { // persons: what the headers say beside the words
		for _, c := range t.columns {
			folded := fold(withoutBrackets(tidy(c.Header)))
			for _, word := range words {
				before, after, ok := strings.Cut(folded, word)
				if ok && !c.decided && (before == "" || slices.Contains(v.Person, before)) && (after == "" || slices.Contains(v.Person, after)) {
					columns, persons = append(columns, c), append(persons, before+" "+after)
					break
				}
			}
		}
		return columns, persons
	}
	givens, ofGiven := parts(v.Given)
	surnames, ofSurname := parts(v.Surname)
	if len(givens) == 0 {
		givens, ofGiven = parts([]string{fold(account.Name.String())}) // beside a surname, "name" means the given name
	}
	isWhole := func(c *column) bool {
		h, _ := lookup(c.Header)
		return h.field == account.Name && !c.decided && !slices.Contains(givens, c)
	}
	whole := slices.ContainsFunc(t.columns, isWhole)
	for i, given := range givens {
		for j, surname := range surnames {
			if ofGiven[i] != ofSurname[j] || given == surname {
				continue
			}
			first, last := tidy(given.Header), tidy(surname.Header)
			joined, err := ParseTemplate(account.Name, "{{ "+reference(first)+" }} {{ "+reference(last)+" }}")
			if err != nil && !whole { // a header that a template cannot name
				return
			}
			if !whole {
				t.joined = joined
				p := diagnosis.New(diagnosis.ProposedName, "Given", shortHeader(first), "Surname", shortHeader(last))
				t.notices = append(t.notices, *p)
			}
			given.decided, surname.decided = true, true
			return
		}
	}
}

// reference returns the expression by which a template names a column.
func reference(header string) string {
	isSign := func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	if header == "" || isDigit(rune(header[0])) || strings.ContainsFunc(header, isSign) {
		return "index . " + strconv.Quote(header)
	}
	return "." + header
}
