package mapping

import (
	_ "embed"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"r7import/importer/account"
)

//go:embed aliases.json
var aliasData []byte

// heading is what a known header stands for.
type heading struct {
	field   account.Field
	inverse bool // a yes in this column is a no for the field
	tls     bool // the column is named for SSL or TLS: a yes or no in it follows from the port
}

// vocabulary is every header this program knows. A name is one word, or a word of
// one set with a word of another behind it, so that thousands of names need no list.
type vocabulary struct {
	sets   []set
	byKey  map[string][]int // the sets a folded word is in
	byLike map[string][]int // the same by skeleton
	names  []name
	byName map[[2]int]heading // by the sets of a name, the second 0 for none
	sides  [3][]string        // folded words that tell a side

	tls int // the set of names for SSL and TLS

	weak    []string // folded names that often mean something else
	surname []string // folded names of the parts of a person's name
	given   []string
	person  []string        // folded words beside them
	foreign map[string]bool // words of headers for what belongs to somebody or something else
	usual   map[string]bool // words of all names
}

// set is words that can stand for each other in a name. The set 0 is empty.
type set []word

type word struct {
	text string
	key  string   // folded
	like spelling // its skeleton
}

type name struct {
	first, second int
	heading
}

// headers is parsed when the first header is looked at.
var headers = sync.OnceValue(func() *vocabulary {
	var data struct {
		Sets    map[string][]string `json:"sets"`
		Fields  map[string][]string `json:"fields"`
		Inverse map[string][]string `json:"inverse"`
		Weak    []string            `json:"weak"`
		Surname []string            `json:"surname"`
		Given   []string            `json:"given"`
		Person  []string            `json:"person"`
		Foreign []string            `json:"foreign"`
	}
	if err := json.Unmarshal(aliasData, &data); err != nil {
		panic("mapping: aliases.json: " + err.Error())
	}
	v := &vocabulary{sets: make([]set, 1), byKey: make(map[string][]int), byLike: make(map[string][]int), byName: make(map[[2]int]heading)}
	ids := make(map[string]int)
	for _, name := range slices.Sorted(maps.Keys(data.Sets)) {
		ids["{"+name+"}"] = v.addSet(data.Sets[name]...)
	}
	for f := range account.NumFields {
		v.addName(ids, f.String(), heading{field: f})
	}
	v.tls = ids["{tls}"]
	v.addNames(ids, data.Fields, false)
	v.addNames(ids, data.Inverse, true)
	for i, name := range []string{"{in}", "{out}", "{portal}"} {
		for _, w := range v.sets[ids[name]] {
			v.sides[i] = append(v.sides[i], w.key)
		}
	}
	v.weak, v.surname, v.given, v.person = foldAll(data.Weak), foldAll(data.Surname), foldAll(data.Given), foldAll(data.Person)
	v.foreign, v.usual = setOf(data.Foreign...), make(map[string]bool)
	for _, words := range v.sets {
		for _, w := range words {
			for _, part := range wordsOf(w.text) {
				v.usual[part] = true
			}
		}
	}
	return v
})

func foldAll(texts []string) []string {
	folded := make([]string, len(texts))
	for i, text := range texts {
		folded[i] = fold(text)
	}
	return folded
}

func (v *vocabulary) addSet(texts ...string) int {
	id := len(v.sets)
	words := make(set, len(texts))
	for i, text := range texts {
		key := fold(text)
		words[i] = word{text, key, spell(skeleton(key))}
		v.byKey[key] = append(v.byKey[key], id)
		v.byLike[words[i].like.text] = append(v.byLike[words[i].like.text], id)
	}
	v.sets = append(v.sets, words)
	return id
}

func (v *vocabulary) addNames(ids map[string]int, patterns map[string][]string, inverse bool) {
	for _, field := range slices.Sorted(maps.Keys(patterns)) {
		f, ok := account.FieldNamed(field)
		if !ok {
			panic("mapping: aliases.json: no field " + field)
		}
		for _, pattern := range patterns[field] {
			v.addName(ids, pattern, heading{field: f, inverse: inverse})
		}
	}
}

// addName adds the names of a pattern: "{set}", "text", or two of these in turn.
func (v *vocabulary) addName(ids map[string]int, pattern string, h heading) {
	var sets [2]int
	for i, part := range parts(pattern) {
		if ids[part] == 0 {
			ids[part] = v.addSet(part)
		}
		sets[i] = ids[part]
	}
	if _, twice := v.byName[sets]; twice {
		return
	}
	h.tls = v.tls != 0 && slices.Contains(sets[:], v.tls)
	v.byName[sets] = h
	v.names = append(v.names, name{sets[0], sets[1], h})
}

// parts splits a pattern before and behind a set: "вход на {in}" has two parts.
func parts(pattern string) []string {
	at := strings.IndexByte(pattern, '{')
	if at == 0 {
		at = strings.IndexByte(pattern, '}') + 1
	}
	if at <= 0 || at == len(pattern) {
		return []string{pattern}
	}
	return []string{strings.TrimSpace(pattern[:at]), strings.TrimSpace(pattern[at:])}
}

// find returns what a text stands for, whole or as two words in turn. The sets that
// a word is in are given by words: those of folded words, or of skeletons.
func (v *vocabulary) find(text string, words map[string][]int) (heading, bool) {
	for _, id := range words[text] {
		if h, ok := v.byName[[2]int{id, 0}]; ok {
			return h, true
		}
	}
	for at := range text {
		first := words[text[:at]]
		if len(first) == 0 {
			continue
		}
		second := words[text[at:]]
		for _, a := range first {
			for _, b := range second {
				if h, ok := v.byName[[2]int{a, b}]; ok {
					return h, true
				}
			}
		}
	}
	return heading{}, false
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

// answers at the end of a header are what its cells may hold: "SSL: да/нет".
var answers = regexp.MustCompile(`(?i)^(.*[\pL\pN)])[\s:;,=?–—-]*[(\[]?\s*(?:да\s*/\s*нет|д\s*/\s*н|yes\s*/\s*no|y\s*/\s*n|true\s*/\s*false|вкл\.?\s*/\s*выкл\.?|on\s*/\s*off|1\s*/\s*0|0\s*/\s*1|\+\s*/\s*-)\s*[)\]]?\s*$`)

// cutAnswers returns a header without the answers that it asks for.
func cutAnswers(header string) (string, bool) {
	m := answers.FindStringSubmatch(tidy(header))
	if m == nil {
		return header, false
	}
	return m[1], true
}

var bracketed = regexp.MustCompile(`\([^()]*\)|\[[^\[\]]*\]`)

// maxHeader is the length in bytes beyond which a text is no header anybody knows.
const maxHeader = 512

// lookup finds a header by everything it says, then without what it says in
// brackets, unless that tells of another side: "Порт (1-65535)" is a port,
// "Outgoing server (SMTP)" is the outgoing one, "Почта (портал)" is not known.
func lookup(header string) (heading, bool) {
	if len(header) > maxHeader {
		return heading{}, false
	}
	v := headers()
	if h, ok := v.find(fold(header), v.byKey); ok {
		return h, true
	}
	if before, ok := cutAnswers(header); ok {
		h, ok := lookup(before)
		return h, ok && (isYesOrNo(h.field) || h.tls)
	}
	h, ok := v.find(fold(bracketed.ReplaceAllString(header, " ")), v.byKey)
	if !ok {
		return heading{}, false
	}
	for _, aside := range bracketed.FindAllString(header, -1) {
		if s := v.sidesIn(fold(aside)); s != 0 && s != sideOf(h.field) {
			return heading{}, false
		}
	}
	return h, true
}
