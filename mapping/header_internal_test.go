package mapping

import (
	"encoding/json"
	"strings"
	"testing"

	"r7import/importer/account"
)

// TestNamesAreUnambiguous finds a name that stands in aliases.json for two
// fields, or that looks like the name of another field in other letters.
func TestNamesAreUnambiguous(t *testing.T) {
	var data struct {
		Sets    map[string][]string
		Fields  map[string][]string
		Inverse map[string][]string
	}
	if err := json.Unmarshal(aliasData, &data); err != nil {
		t.Fatal(err)
	}
	looks := make(map[string]account.Field) // what names mean by their skeletons
	for f := range account.NumFields {
		looks[skeleton(fold(f.String()))] = f
	}
	for inverse, list := range map[bool]map[string][]string{false: data.Fields, true: data.Inverse} {
		for field, patterns := range list {
			f, _ := account.FieldNamed(field)
			for _, pattern := range patterns {
				for _, name := range expand(pattern, data.Sets) {
					h, ok := lookup(name)
					if !ok || h.field != f || h.inverse != inverse {
						t.Errorf("lookup(%q) = %s, inverse %v, %v; the list has it for %s, inverse %v", name, h.field, h.inverse, ok, field, inverse)
					}
					like := skeleton(fold(name))
					if other, twice := looks[like]; twice && other != f {
						t.Errorf("%q of %s looks like a name of %s", name, field, other)
					}
					looks[like] = f
				}
			}
		}
	}
}

// expand replaces each {set} of a pattern by every word of that set.
func expand(pattern string, sets map[string][]string) []string {
	before, rest, found := strings.Cut(pattern, "{")
	if !found {
		return []string{pattern}
	}
	set, after, _ := strings.Cut(rest, "}")
	var all []string
	for _, word := range sets[set] {
		for _, tail := range expand(after, sets) {
			all = append(all, before+word+tail)
		}
	}
	return all
}
