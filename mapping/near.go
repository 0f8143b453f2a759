package mapping

import (
	"math/bits"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"r7import/importer/typo"
)

// nearest finds the known header that an unknown one was probably meant to be:
// one that looks the same in other letters, or one within a few slips of the
// finger. The text is the known header's.
func nearest(header string) (h heading, text string, ok bool) {
	if len(header) > maxHeader {
		return heading{}, "", false
	}
	folded := fold(bracketed.ReplaceAllString(header, " "))
	if folded == "" {
		return heading{}, "", false
	}
	v, like := headers(), skeleton(folded)
	if tellsOfKey(header) || v.spelled(header) {
		return heading{}, "", false
	}
	s, numbers := spell(like), numbersOf(folded)
	least := maxSlips + 1
	for _, n := range v.names {
		for _, first := range v.sets[n.first] {
			if n.second == 0 {
				if d, ok := s.slipsTo(first.like, least-1); ok && numbersOf(first.key) == numbers {
					h, text, least = n.heading, first.text, d
				}
				continue
			}
			for _, second := range v.sets[n.second] {
				if d, ok := s.slipsTo2(first.like, second.like, least-1); ok && numbersOf(first.key+second.key) == numbers {
					h, text, least = n.heading, first.text+" "+second.text, d
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

// slipsTo returns how many slips lead from one spelling to the other, and false if
// they are more than the most that is asked for or than words of that length allow.
func (s *spelling) slipsTo(k spelling, most int) (int, bool) {
	if s.isFar(k, most) {
		return 0, false
	}
	d := typo.Distance(s.text, k.text)
	return d, d <= min(most, slips(min(s.length, k.length)))
}

// slipsTo2 is [spelling.slipsTo] for a name of two words.
func (s *spelling) slipsTo2(first, second spelling, most int) (int, bool) {
	k := spelling{length: first.length + second.length, letters: first.letters | second.letters}
	if s.isFar(k, most) {
		return 0, false
	}
	k.text = first.text + second.text
	return s.slipsTo(k, most)
}

// isFar tells without counting that two spellings are too far from each other.
func (s *spelling) isFar(k spelling, most int) bool {
	short := min(s.length, k.length)
	most = min(most, slips(short))
	switch {
	case max(s.length, k.length)-short > most, bits.OnesCount64(s.letters^k.letters) > 2*most:
		return true
	case short <= shortName: // no two letters swapped
		return s.length != k.length || s.letters != k.letters
	}
	return false
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

// spelled reports whether every word of a header is one of those that known headers
// are made of: then it has another meaning and no slip.
func (v *vocabulary) spelled(header string) bool {
	return !slices.ContainsFunc(wordsOf(bracketed.ReplaceAllString(header, " ")), func(word string) bool { return !v.usual[word] })
}
