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
	"r7import/importer/typo"
)

//go:embed aliases.json
var aliasData []byte

// heading is what a known header stands for.
type heading struct {
	field   account.Field // account.NumFields for none
	inverse bool          // a yes in this column is a no for the field
	tls     bool          // the column is named for SSL or TLS: a yes or no in it follows from the port
}

// known reports whether the header stands for a field.
func (h heading) known() bool { return h.field < account.NumFields }

// vocabulary is every header this program knows, and what is said of words in others. A
// name is one word, or a word of one set with a word of another behind it, so that
// thousands of names need no list.
type vocabulary struct {
	Sets, Fields, Inverse map[string][]string // as aliases.json has them

	// The following are folded.
	Weak           []string // names that often mean something else
	Surname, Given []string // names of the parts of a person's name
	Person         []string // words beside them
	Foreign        []string // words of headers for what belongs to other people or things
	SecretParts    []string // parts of headers that name a secret in whatever column
	SecretNames    []string // whole headers that do
	// KeyWords are words of headers that name a key, with which codes or signatures are
	// made: none of the row's fields but the portal's token. KeyParts do so wherever they stand.
	KeyWords, KeyParts []string
	// Harmless are whole headers of columns that feed no field and hold no secret. None
	// is a word for notes or numbers of any kind, which are where people keep passwords.
	Harmless []string

	sets   [][]word         // words that can stand for each other in a name; those of set 0 are no word
	byKey  map[string][]int // the sets a folded word is in
	names  []name
	byName map[[2]int]heading // by the sets of a name
	sides  [3][]string        // folded words that name a side
	usual  map[string]bool    // words of all names
}

type word struct {
	text string
	key  string   // folded
	like spelling // its skeleton
}

// name is the words of one set, each with those of another behind it.
type name struct {
	first, second int
	heading
}

// headers is parsed when the first header is looked at.
var headers = sync.OnceValue(func() *vocabulary {
	v := &vocabulary{sets: [][]word{{{}}}, byKey: make(map[string][]int), byName: make(map[[2]int]heading), usual: make(map[string]bool)}
	if err := json.Unmarshal(aliasData, v); err != nil {
		panic("mapping: aliases.json: " + err.Error())
	}
	for _, list := range [][]string{
		v.Weak, v.Surname, v.Given, v.Person, v.Foreign, v.SecretParts, v.SecretNames, v.KeyWords, v.KeyParts, v.Harmless,
	} {
		for i, text := range list {
			list[i] = fold(text)
		}
	}
	ids := make(map[string]int) // of sets, by how patterns name them
	addSet := func(id string, texts ...string) {
		ids[id] = len(v.sets)
		words := make([]word, len(texts))
		for i, text := range texts {
			key := fold(text)
			words[i] = word{text, key, spell(skeleton(key))}
			v.byKey[key] = append(v.byKey[key], len(v.sets))
			for _, part := range wordsOf(text) {
				v.usual[part] = true
			}
		}
		v.sets = append(v.sets, words)
	}
	for _, name := range slices.Sorted(maps.Keys(v.Sets)) {
		addSet("{"+name+"}", v.Sets[name]...)
	}
	parts := strings.NewReplacer(" {", "|{", "} ", "}|") // of a pattern: "{set}", "text", or two of these in turn
	add := func(pattern string, h heading) {
		var sets [2]int
		for i, part := range strings.Split(parts.Replace(pattern), "|") {
			if ids[part] == 0 {
				addSet(part, part)
			}
			sets[i] = ids[part]
		}
		if _, twice := v.byName[sets]; twice {
			return
		}
		h.tls = slices.Contains(sets[:], ids["{tls}"])
		v.byName[sets] = h
		v.names = append(v.names, name{sets[0], sets[1], h})
	}
	for f := range account.NumFields {
		add(f.String(), heading{field: f})
	}
	for i, patterns := range []map[string][]string{v.Fields, v.Inverse} {
		for _, field := range slices.Sorted(maps.Keys(patterns)) {
			f, ok := account.FieldNamed(field)
			if !ok {
				panic("mapping: aliases.json: no field " + field)
			}
			for _, pattern := range patterns[field] {
				add(pattern, heading{field: f, inverse: i == 1})
			}
		}
	}
	for i, set := range []string{"{in}", "{out}", "{portal}"} {
		for _, w := range v.sets[ids[set]] {
			v.sides[i] = append(v.sides[i], w.key)
		}
	}
	return v
})

// find returns what a folded text stands for, whole or as two words in turn.
func (v *vocabulary) find(text string) (heading, bool) {
	for _, id := range v.byKey[text] {
		if h, ok := v.byName[[2]int{id, 0}]; ok {
			return h, true
		}
	}
	for at := range text {
		for _, first := range v.byKey[text[:at]] {
			for _, second := range v.byKey[text[at:]] {
				if h, ok := v.byName[[2]int{first, second}]; ok {
					return h, true
				}
			}
		}
	}
	return heading{field: account.NumFields}, false
}

// Known reports whether a header is one this program understands, or one of the
// columns it adds to a file itself. Readers use it to tell a header row from data.
func Known(header string) bool {
	_, ok := lookup(header)
	return ok || ownColumn(header)
}

// ownColumn reports whether a column was added by an annotated report.
func ownColumn(header string) bool {
	return strings.HasPrefix(strings.ToLower(clean(header)), "r7_")
}

var (
	// answers at the end of a header are what its cells may hold: "SSL: да/нет".
	answers = regexp.MustCompile(`(?i)^(.*[\pL\pN)])[\s:;,=?–—-]*[(\[]?\s*(?:да\s*/\s*нет|д\s*/\s*н|yes\s*/\s*no|y\s*/\s*n|true\s*/\s*false|` +
		`вкл\.?\s*/\s*выкл\.?|on\s*/\s*off|1\s*/\s*0|0\s*/\s*1|\+\s*/\s*-)\s*[)\]]?\s*$`)
	bracketed = regexp.MustCompile(`\([^()]*\)|\[[^\[\]]*\]`)
)

// withoutBrackets returns a header without what it says in brackets.
func withoutBrackets(header string) string { return bracketed.ReplaceAllString(header, " ") }

// maxHeader is the length in bytes beyond which a text is no known header.
const maxHeader = 512

// lookup finds a header by everything it says, then without the answers that it asks
// for, then without what it says in brackets, unless that names another side:
// "Порт (1-65535)" is a port, "Outgoing server (SMTP)" is the outgoing one,
// "Почта (портал)" is not known.
func lookup(header string) (heading, bool) {
	none := heading{field: account.NumFields}
	if len(header) > maxHeader {
		return none, false
	}
	v := headers()
	if h, ok := v.find(fold(header)); ok {
		return h, true
	}
	if m := answers.FindStringSubmatch(tidy(header)); m != nil {
		if h, _ := lookup(m[1]); yesOrNo.Has(h.field) || h.tls {
			return h, true
		}
		return none, false
	}
	h, ok := v.find(fold(withoutBrackets(header)))
	for _, aside := range bracketed.FindAllString(header, -1) {
		if s := v.sidesIn(fold(aside)); s != 0 && s != sideOf(h.field) {
			return none, false
		}
	}
	return h, ok
}

// sideSet is which of a person's three accounts a header is about: the incoming
// server, the outgoing one, the portal.
type sideSet uint8

const (
	incoming sideSet = 1 << iota
	outgoing
	onPortal
)

// sideOf returns the side a field is on, 0 if it is on none.
func sideOf(f account.Field) sideSet {
	switch f {
	case account.Account, account.Password, account.Port, account.ServerHost, account.IMAP, account.IncomingEncryption, account.AuthIn:
		return incoming
	case account.SMTPAccount, account.SMTPPassword, account.SMTPPort, account.SMTPServer, account.SMTPAuth, account.OutgoingEncryption, account.AuthSMTP:
		return outgoing
	case account.PortalUser, account.PortalPassword, account.PortalToken:
		return onPortal
	}
	return 0
}

// sidesIn returns the sides that a folded text names.
func (v *vocabulary) sidesIn(folded string) (sides sideSet) {
	for i, words := range v.sides {
		if containsAny(folded, words) {
			sides |= 1 << i
		}
	}
	return sides
}

// containsAny reports whether one of the parts is within a text.
func containsAny(text string, parts []string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(text, part) })
}

// nearest finds the known header that an unknown one was probably meant to be:
// one that looks the same in other letters, or one within a few slips of the
// finger. The text is the known header's.
func nearest(header string) (h heading, text string, ok bool) {
	h.field = account.NumFields
	if len(header) > maxHeader {
		return h, "", false
	}
	v, short := headers(), withoutBrackets(header)
	folded := fold(short)
	isUnusual := func(word string) bool { return !v.usual[word] }
	if folded == "" || namesKey(header) || !slices.ContainsFunc(wordsOf(short), isUnusual) { // usual words have another meaning
		return h, "", false
	}
	s, numbers := spell(skeleton(folded)), numbersOf(folded)
	least := maxSlips + 1
	for _, n := range v.names {
		for _, first := range v.sets[n.first] {
			for _, second := range v.sets[n.second] {
				if d := s.slipsTo(first.like, second.like, least); d < least && numbersOf(first.key+second.key) == numbers {
					h, text, least = n.heading, strings.TrimSpace(first.text+" "+second.text), d
				}
			}
		}
	}
	return h, text, least <= maxSlips
}

// spelling is a skeleton with what tells quickly that another one is far from it.
type spelling struct {
	text    string
	length  int    // in letters
	letters uint64 // the set of them
}

func spell(text string) spelling {
	s := spelling{text: text, length: utf8.RuneCountInString(text)}
	for _, r := range text {
		s.letters |= 1 << (uint32(r) % 64)
	}
	return s
}

// slipsTo returns how many slips lead to the spelling of a name of two words, of which
// the second may be empty. It returns limit if they are not below it, or more than words
// of that length allow.
func (s *spelling) slipsTo(first, second spelling, limit int) int {
	length, letters := first.length+second.length, first.letters|second.letters
	short := min(s.length, length)
	most := min(limit-1, slips(short))
	switch {
	case max(s.length, length)-short > most, bits.OnesCount64(s.letters^letters) > 2*most:
		return limit
	case short <= shortName && (s.length != length || s.letters != letters): // no two letters swapped
		return limit
	}
	if d := typo.Distance(s.text, first.text+second.text); d <= most {
		return d
	}
	return limit
}

// shortName is the length up to which one wrong letter makes another word
// (порт, пост) and only two swapped ones are a slip.
const shortName = 4

// maxSlips is the most that [slips] allows.
const maxSlips = 3

// slips is how many wrong letters a header may have to be taken for a known one;
// length is that of the shorter of the two.
func slips(length int) int {
	switch {
	case length < shortName:
		return 0
	case length <= 8:
		return 1
	case length <= 14:
		return 2
	}
	return maxSlips
}

// numbersOf returns the digits of a folded text. One more or another one is no slip:
// "Email 2" is a second column, and "Пользователь 1" no login.
func numbersOf(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text)
}
