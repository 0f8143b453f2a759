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

// heading is the meaning of a known header.
type heading struct {
	field   account.Field // account.NumFields for none
	inverse bool          // a yes in this column means no for the field
	tls     bool          // the column is named for SSL or TLS: the meaning of yes or no depends on the port
}

// known reports whether the header names a field.
func (h heading) known() bool { return h.field < account.NumFields }

// vocabulary holds every known header, and word lists to judge
// other headers. A name is one word, or a word of one set followed
// by a word of another, so that thousands of names need no list.
type vocabulary struct {
	Sets, Fields, Inverse map[string][]string // in the form of aliases.json

	// The lists below are folded.
	Weak           []string // names that often mean something else
	Surname, Given []string // names for the parts of a person's name
	Person         []string // words that may stand beside them
	Foreign        []string // header words for things of other people or services
	SecretParts    []string // parts of headers that name a secret in any column
	SecretNames    []string // whole headers that name a secret
	// KeyWords are header words for a key that makes codes or signatures, which feeds
	// no field but the portal's token. KeyParts have that meaning anywhere in a header.
	KeyWords, KeyParts []string
	// Harmless are whole headers of columns that feed no field and hold no secret. Words
	// for notes or numbers are never among them, because people keep passwords there.
	Harmless []string

	wordSets   [][]word         // words that can replace each other in a name; set 0 holds the empty word
	byKey      map[string][]int // the sets that contain a folded word
	names      []name
	byName     map[[2]int]heading // by the two sets of a name
	sides      [3][]string        // folded words for each side
	usualWords map[string]bool    // words that occur in names
}

type word struct {
	text     string
	key      string   // folded
	spelling spelling // its skeleton
}

// name stands for the words of one set, each followed by a word of another.
type name struct {
	first, second int
	heading
}

// headers returns the vocabulary, which is parsed on first use.
var headers = sync.OnceValue(func() *vocabulary {
	v := &vocabulary{wordSets: [][]word{{{}}}, byKey: make(map[string][]int)}
	v.byName, v.usualWords = make(map[[2]int]heading), make(map[string]bool)
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
	ids := make(map[string]int) // of sets, by their name in patterns
	addSet := func(id string, texts ...string) {
		ids[id] = len(v.wordSets)
		words := make([]word, len(texts))
		for i, text := range texts {
			key := fold(text)
			words[i] = word{text, key, spell(skeleton(key))}
			v.byKey[key] = append(v.byKey[key], len(v.wordSets))
			for _, part := range wordsOf(text) {
				v.usualWords[part] = true
			}
		}
		v.wordSets = append(v.wordSets, words)
	}
	for _, name := range slices.Sorted(maps.Keys(v.Sets)) {
		addSet("{"+name+"}", v.Sets[name]...)
	}
	parts := strings.NewReplacer(" {", "|{", "} ", "}|") // of a pattern: "{set}", "text", or two of these in a row
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
		for _, w := range v.wordSets[ids[set]] {
			v.sides[i] = append(v.sides[i], w.key)
		}
	}
	return v
})

// find returns the meaning of a folded text, looked up whole and then as two words in a row.
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

// Known reports whether a header is one that this program understands, or that of a
// column that it adds to a file itself. Readers use it to tell a header row from data.
func Known(header string) bool {
	_, ok := lookup(header)
	return ok || ownColumn(header)
}

// ownColumn reports whether a column was added by an annotated copy.
func ownColumn(header string) bool {
	return strings.HasPrefix(strings.ToLower(clean(header)), "r7_")
}

var (
	// answers matches a list of allowed answers at the end of a header: "SSL: да/нет".
	answers = regexp.MustCompile(`(?i)^(.*[\pL\pN)])[\s:;,=?–—-]*[(\[]?\s*(?:да\s*/\s*нет|д\s*/\s*н|yes\s*/\s*no|y\s*/\s*n|true\s*/\s*false|` +
		`вкл\.?\s*/\s*выкл\.?|on\s*/\s*off|1\s*/\s*0|0\s*/\s*1|\+\s*/\s*-)\s*[)\]]?\s*$`)
	bracketed = regexp.MustCompile(`\([^()]*\)|\[[^\[\]]*\]`)
)

// withoutBrackets removes the parts of a header in brackets.
func withoutBrackets(header string) string { return bracketed.ReplaceAllString(header, " ") }

// maxHeader is the length in bytes beyond which a text is not a known header.
const maxHeader = 512

// lookup finds the meaning of a header: first by its whole text, then
// without the answers it asks for, then without its parts in brackets,
// unless these name another side. "Порт (1-65535)" is a port, "Outgoing
// server (SMTP)" is the outgoing server, "Почта (портал)" is not known.
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

// sideSet is a set of the three accounts of a person that a
// header can be about: incoming server, outgoing server, portal.
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

// sidesIn returns the sides that are named in a folded text.
func (v *vocabulary) sidesIn(folded string) (sides sideSet) {
	for i, words := range v.sides {
		if containsAny(folded, words) {
			sides |= 1 << i
		}
	}
	return sides
}

// containsAny reports whether text contains one of the parts.
func containsAny(text string, parts []string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(text, part) })
}

// nearest finds the known header that an unknown one probably
// stands for: one that looks the same in other letters, or is
// a few typing errors away. text is the known header.
func nearest(header string) (h heading, text string, ok bool) {
	h.field = account.NumFields
	if len(header) > maxHeader {
		return h, "", false
	}
	v, short := headers(), withoutBrackets(header)
	folded := fold(short)
	isUnusual := func(word string) bool { return !v.usualWords[word] }
	if folded == "" || namesKey(header) || !slices.ContainsFunc(wordsOf(short), isUnusual) { // usual words mean something else
		return h, "", false
	}
	s, numbers := spell(skeleton(folded)), numbersOf(folded)
	least := maxSlips + 1
	for _, n := range v.names {
		for _, first := range v.wordSets[n.first] {
			for _, second := range v.wordSets[n.second] {
				if d := s.slipsTo(first.spelling, second.spelling, least); d < least && numbersOf(first.key+second.key) == numbers {
					h, text, least = n.heading, strings.TrimSpace(first.text+" "+second.text), d
				}
			}
		}
	}
	return h, text, least <= maxSlips
}

// spelling is a skeleton with facts that quickly rule out distant ones.
type spelling struct {
	text    string
	length  int    // in letters
	letters uint64 // the set of letters
}

func spell(text string) spelling {
	s := spelling{text: text, length: utf8.RuneCountInString(text)}
	for _, r := range text {
		s.letters |= 1 << (uint32(r) % 64)
	}
	return s
}

// slipsTo returns the number of typing errors between s and a name of two
// words, of which the second may be empty. It returns limit if that number
// is not below limit, or exceeds what words of that length may have.
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

// shortName is the length up to which one wrong letter makes another
// word (порт, пост), so that only a swap counts as a typing error.
const shortName = 4

// maxSlips is the greatest result of [slips].
const maxSlips = 3

// slips returns how many wrong letters a header may have to
// match a known one; length is that of the shorter of the two.
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

// numbersOf returns the digits of a folded text. Different digits are no typing
// error: "Email 2" is a second column, and "Пользователь 1" is no login.
func numbersOf(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text)
}
