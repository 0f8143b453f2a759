package rewrite

import (
	"hash/maphash"
	"strings"
	"unicode/utf8"
)

// secrets are texts of password columns, known again by their hashes.
type secrets struct {
	seed  maphash.Seed
	long  map[uint64]struct{}
	short map[string]struct{} // those that say nothing elsewhere
}

func newSecrets() secrets {
	return secrets{seed: maphash.MakeSeed(), long: make(map[uint64]struct{}), short: make(map[string]struct{})}
}

// shortest is the length of a secret below which the same text elsewhere says nothing.
const shortest = 4

func (s *secrets) add(text string) {
	switch {
	case utf8.RuneCountInString(text) >= shortest:
		s.long[maphash.String(s.seed, text)] = struct{}{}
	case text != "":
		s.short[text] = struct{}{}
	}
}

// around are marks that people set around a word or between two, none of them a blank.
const around = ".,;:=/()\"'«»"

// tells reports whether a text is a secret or has one among its words, as notes have:
// "пароль: …", "login/…".
func (s *secrets) tells(text string) bool {
	knows := func(text string) bool {
		_, is := s.long[maphash.String(s.seed, text)]
		return is
	}
	if knows(strings.TrimSpace(text)) {
		return true
	}
	for word := range strings.FieldsSeq(text) {
		_, behind, _ := strings.Cut(word, ":")
		last := word[strings.LastIndexAny(word, ":=/")+1:]
		for _, part := range [...]string{word, behind, last} {
			if knows(part) || knows(strings.Trim(part, around)) {
				return true
			}
		}
	}
	return false
}
