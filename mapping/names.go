package mapping

import (
	"slices"
	"strconv"
	"strings"
	"text/template/parse"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// joinNames makes the template of a display name from a given name and a surname
// that stand in two columns, nil if they do not or another column has the whole
// name. A patronymic is left out: few people sign their mail with it.
func (t *table) joinNames() (*Template, *diagnosis.Problem) {
	given, surname, whole := t.namePair()
	if given < 0 {
		return nil, nil
	}
	if whole {
		t.settled[given], t.settled[surname] = true, true
		return nil, nil
	}
	first, last := tidy(t.columns[given].Header), tidy(t.columns[surname].Header)
	joined, err := ParseTemplate(account.Name, "{{ "+reference(first)+" }} {{ "+reference(last)+" }}")
	if err != nil { // a header that no template can name
		return nil, nil
	}
	t.settled[given], t.settled[surname] = true, true
	return joined, diagnosis.New(diagnosis.ProposedName, "Given", short(first), "Surname", short(last))
}

// namePair returns the columns of a given name and a surname of the same person, -1
// if there is no such pair, and whether another column has the whole name.
func (t *table) namePair() (given, surname int, whole bool) {
	v := headers()
	type part struct {
		column int
		person string // what the header has beside the word, folded
	}
	parts := func(words []string) (found []part) {
		for i := range t.columns {
			if t.settled[i] {
				continue
			}
			folded := fold(bracketed.ReplaceAllString(tidy(t.columns[i].Header), " "))
			for _, word := range words {
				before, after, ok := strings.Cut(folded, word)
				if ok && (before == "" || slices.Contains(v.person, before)) && (after == "" || slices.Contains(v.person, after)) {
					found = append(found, part{i, before + " " + after})
					break
				}
			}
		}
		return found
	}
	givens, surnames := parts(v.given), parts(v.surname)
	if len(givens) == 0 {
		givens = parts([]string{fold(account.Name.String())}) // beside a surname it means the given one
	}
	for i, c := range t.columns {
		isPart := func(p part) bool { return p.column == i }
		h, ok := lookup(c.Header)
		whole = whole || ok && h.field == account.Name && !t.settled[i] && !slices.ContainsFunc(givens, isPart)
	}
	for _, g := range givens {
		for _, s := range surnames {
			if g.person == s.person && g.column != s.column {
				return g.column, s.column, whole
			}
		}
	}
	return -1, -1, false
}

// reference writes how a template names a column.
func reference(header string) string {
	if tree, err := parse.New("").Parse("{{ ."+header+" }}", "", "", map[string]*parse.Tree{}); err == nil {
		action, ok := tree.Root.Nodes[0].(*parse.ActionNode)
		if ok && action.Pipe.String() == "."+header && !strings.Contains(header, ".") {
			return "." + header
		}
	}
	return "index . " + strconv.Quote(header)
}
