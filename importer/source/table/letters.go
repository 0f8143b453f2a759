package table

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Letters measures whether a text was written by people, or
// decoded with the wrong code page. Only characters beyond ASCII
// count. Call Add for each character, and finally for a blank.
type Letters struct {
	Score int // how well the letters fit Russian
	Words int // words with a letter beyond ASCII
	Odd   int // words and signs in forms that people do not write
	Signs int // signs beyond ASCII, and words of one letter

	prev rune
	word word
}

// word is the word that is being read.
type word struct {
	before                  rune // character before the word
	letters, lower, foreign int
	vowels                  int
	capital                 bool // the first letter is a capital
	isStrange               bool // has letters, or an order of letters, that no name has
}

// Add adds the next character.
func (l *Letters) Add(r rune) {
	w, prev, small, foreign := &l.word, l.prev, unicode.ToLower(r), r >= utf8.RuneSelf
	l.prev = r
	if foreign {
		l.Score += letterScore(prev, r)
	}
	if unicode.IsLetter(r) {
		w.letters++
		if w.letters == 1 {
			w.capital = unicode.IsUpper(r)
		}
		if unicode.IsLower(r) {
			w.lower++
		}
		if foreign {
			w.foreign++
		}
		if strings.ContainsRune("аеёиоуыэюяіїєaeiouy", small) {
			w.vowels++
		}
		w.isStrange = w.isStrange || unicode.IsLower(prev) && unicode.IsUpper(r) || w.letters == 1 && strings.ContainsRune("ъьы", small) ||
			foreign && !strings.ContainsRune(nameLetters, small)
		return
	}
	if foreign {
		l.Signs++
		// A frame character is odd anywhere; after a letter, any sign but punctuation is.
		odd := !strings.ContainsRune(punctuation, r) && (unicode.IsLetter(prev) || !unicode.In(r, unicode.Sc, unicode.Sk, unicode.Sm))
		if odd && w.letters > 0 {
			w.isStrange = true
		} else if odd {
			l.Odd++
		}
	}
	if w.foreign > 0 { // the word has ended
		l.Words++
		if w.letters == 1 {
			l.Signs++
		}
		mixed := w.foreign < w.letters
		mute := w.vowels == 0 && w.letters > 2 && w.lower > 0
		if w.isStrange || mixed || mute || unicode.In(w.before, unicode.Sc) {
			l.Odd++
		} else if w.capital && w.letters > 1 && w.lower == w.letters-1 {
			l.Score += 4
		}
	}
	l.word = word{before: r}
}

// Plain reports whether the text consisted of ordinary words only.
func (l *Letters) Plain() bool { return l.Words > 0 && l.Odd == 0 && l.Signs == 0 }

// Strange reports whether a text has letters beyond ASCII in a form that words do not have.
func Strange(text string) bool {
	var l Letters
	for _, r := range text {
		l.Add(r)
	}
	l.Add(' ')
	return l.Odd > 0
}

// nameLetters are the letters of Russian, Ukrainian and Belarusian names.
const nameLetters = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґў"

// punctuation are the signs beyond ASCII that occur beside letters in tables.
const punctuation = "№«»–—…“”„‘’‚‹›•·§°®™©\u00a0\u00ad"

// Letters that make up four fifths of Russian text, and rare ones.
const (
	frequent = "оеаинтсрвлкмдпуя"
	rare     = "шюцщэфъ"
)

// letterScore rates a character beyond ASCII, given the one before
// it. KOI8-R and Windows-1251 have capitals where the other has
// small letters, so that a mix-up shows as capitals inside words.
func letterScore(prev, r rune) int {
	lower := unicode.ToLower(r)
	switch {
	case strings.ContainsRune(punctuation, r):
		return 0
	case !strings.ContainsRune(nameLetters, lower):
		return -3
	case unicode.IsLower(prev) && unicode.IsUpper(r):
		return -4
	case !unicode.IsLetter(prev) && strings.ContainsRune("ъьы", lower):
		return -4
	case strings.ContainsRune(frequent, lower):
		return 2
	case strings.ContainsRune(rare, lower):
		return -2
	}
	return 0
}
