package account

import (
	"slices"
	"strings"
)

// SameName reports whether a display name is the person's: the same words in
// any order, whatever the case and with ё as е. A patronymic that one side
// leaves out does no harm, as long as two words agree.
func SameName(p Person, name string) bool {
	want := Words(name)
	if len(want) < 2 {
		return false
	}
	for _, have := range [][]string{Words(p.FirstName + " " + p.LastName), Words(p.Name)} {
		if len(have) >= 2 && (within(have, want) || within(want, have)) {
			return true
		}
	}
	return false
}

// Words returns the words of a name in the form in which they are compared.
func Words(name string) []string {
	return strings.Fields(strings.ReplaceAll(strings.ToLower(name), "ё", "е"))
}

// within reports whether every word of few is among many.
func within(few, many []string) bool {
	return !slices.ContainsFunc(few, func(w string) bool { return !slices.Contains(many, w) })
}
