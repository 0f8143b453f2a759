package mapping

import (
	_ "embed"
	"encoding/json"
	"maps"
	"math/bits"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"r7import/importer/account"
)

//go:embed aliases.json
var aliasData []byte

// heading is what a known header stands for.
type heading struct {
	field   account.Field
	inverse bool   // a yes in this column is a no for the field
	text    string // as the list of names writes it, for "did you mean"
}

// vocabulary is every header this program knows.
type vocabulary struct {
	byKey      map[string]heading // by folded text
	bySkeleton map[string]heading
	sides      []string // folded words that tell which server or whose account a header is about
}

// headers is parsed when the first header is looked at.
var headers = sync.OnceValue(func() *vocabulary {
	var data struct {
		Sets    map[string][]string `json:"sets"`
		Fields  map[string][]string `json:"fields"`
		Inverse map[string][]string `json:"inverse"`
	}
	if err := json.Unmarshal(aliasData, &data); err != nil {
		panic("mapping: aliases.json: " + err.Error())
	}
	v := &vocabulary{byKey: make(map[string]heading, 1<<13), bySkeleton: make(map[string]heading, 1<<13)}
	for f := range account.NumFields {
		v.add(f.String(), heading{field: f, text: f.String()})
	}
	v.addAll(data.Fields, data.Sets, false)
	v.addAll(data.Inverse, data.Sets, true)
	for _, set := range []string{"in", "out", "portal"} {
		for _, word := range data.Sets[set] {
			v.sides = append(v.sides, fold(word))
		}
	}
	return v
})

func (v *vocabulary) addAll(names map[string][]string, sets map[string][]string, inverse bool) {
	for _, field := range slices.Sorted(maps.Keys(names)) {
		f, ok := account.FieldNamed(field)
		if !ok {
			panic("mapping: aliases.json: no field " + field)
		}
		for _, pattern := range names[field] {
			for _, name := range expand(pattern, sets) {
				v.add(name, heading{field: f, inverse: inverse, text: name})
			}
		}
	}
}

func (v *vocabulary) add(name string, h heading) {
	key := fold(name)
	if _, known := v.byKey[key]; known {
		return
	}
	v.byKey[key] = h
	if s := skeleton(key); v.bySkeleton[s].text == "" {
		v.bySkeleton[s] = h
	}
}

// expand replaces each {set} of a pattern by every word of that set.
func expand(pattern string, sets map[string][]string) []string {
	before, rest, found := strings.Cut(pattern, "{")
	if !found {
		return []string{pattern}
	}
	set, after, _ := strings.Cut(rest, "}")
	tails := expand(after, sets)
	all := make([]string, 0, len(sets[set])*len(tails))
	for _, word := range sets[set] {
		for _, tail := range tails {
			all = append(all, before+word+tail)
		}
	}
	return all
}

// Known reports whether a header is one this program understands, or one of the
// columns it adds to a file itself. Readers use it to tell a header row from data.
func Known(header string) bool {
	if ownColumn(header) {
		return true
	}
	_, ok := lookup(header)
	return ok
}

// ownColumn reports whether a column was added by an annotated report.
func ownColumn(header string) bool {
	return strings.HasPrefix(strings.ToLower(clean(header)), "r7_")
}

var bracketed = regexp.MustCompile(`\([^()]*\)|\[[^\[\]]*\]`)

// lookup finds a header by everything it says, then without what it says in
// brackets, unless that tells which server is meant: "Порт (1-65535)" is a port,
// "Порт (SMTP)" is not the incoming one.
func lookup(header string) (heading, bool) {
	v := headers()
	if h, ok := v.byKey[fold(header)]; ok {
		return h, true
	}
	for _, aside := range bracketed.FindAllString(header, -1) {
		if v.tellsSide(fold(aside)) {
			return heading{}, false
		}
	}
	h, ok := v.byKey[fold(bracketed.ReplaceAllString(header, " "))]
	return h, ok
}

func (v *vocabulary) tellsSide(folded string) bool {
	return slices.ContainsFunc(v.sides, func(side string) bool { return strings.Contains(folded, side) })
}

// nearest finds the known header that an unknown one was probably meant to be:
// one that looks the same in other letters, or one within a few slips of the finger.
func nearest(header string) (heading, bool) {
	folded := fold(bracketed.ReplaceAllString(header, " "))
	if folded == "" {
		return heading{}, false
	}
	v, like := headers(), skeleton(folded)
	if h, ok := v.bySkeleton[like]; ok {
		return h, true
	}
	best, found := heading{}, ""
	limit := slips(utf8.RuneCountInString(like))
	letters, short := letterSet(like), utf8.RuneCountInString(like) <= shortName
	for name, h := range v.bySkeleton {
		if bits.OnesCount64(letters^letterSet(name)) > 2*limit || sameButDigits(like, name) {
			continue
		}
		d := distance([]rune(like), []rune(name))
		if d > limit || d == limit && found != "" && name > found || short && !transposed(like, name) {
			continue
		}
		best, found, limit = h, name, d
	}
	return best, found != ""
}

// shortName is the length up to which one wrong letter makes another word
// (порт, пост) and only two swapped ones are a slip.
const shortName = 4

// slips is how many wrong letters a header of that length may have to be taken for a known one.
func slips(length int) int {
	switch {
	case length < shortName:
		return 0
	case length <= 8:
		return 1
	case length <= 14:
		return 2
	}
	return 3
}

// letterSet is a set of the letters of a text, small enough to compare at once.
func letterSet(text string) (set uint64) {
	for _, r := range text {
		set |= 1 << (uint32(r) % 64)
	}
	return set
}

// sameButDigits reports whether two names differ in numbers only: "Email 2" is
// another column and no slip.
func sameButDigits(a, b string) bool {
	return withoutDigits(a) == withoutDigits(b)
}

func withoutDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return -1
		}
		return r
	}, text)
}

// transposed reports whether two words one slip apart differ by two swapped letters.
func transposed(a, b string) bool { return len(a) == len(b) && letterSet(a) == letterSet(b) }

// distance counts the letters to add, drop, change or swap with their neighbour
// to get from a to b (Damerau and Levenshtein, each place touched once).
func distance(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(row[j-1]+1, last[j]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
