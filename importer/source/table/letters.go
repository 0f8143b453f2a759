package table

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Letters tells whether a text looks written by people, or decoded by a code page
// that is not its own. Only characters beyond ASCII count. Add the characters one by
// one, and a blank at the end.
type Letters struct {
	Score int // how much they are those of Russian
	Words int // words with one of them
	Odd   int // words that are not written so, and signs that are not set so
	Signs int // signs among them, and words of one letter

	prev rune
	word word
}

// word is a word while it is read.
type word struct {
	before                  rune // what stands in front of it
	letters, lower, foreign int
	vowels                  int
	capital                 bool // it begins with one
	strange                 bool // it has letters or an order of letters that no name has
}

// Add takes the next character.
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
		w.strange = w.strange || unicode.IsLower(prev) && unicode.IsUpper(r) || w.letters == 1 && strings.ContainsRune("ъьы", small) ||
			foreign && !strings.ContainsRune(letters, small)
		return
	}
	if foreign {
		l.Signs++
		// A frame is odd anywhere, and behind a letter any sign but punctuation.
		odd := !strings.ContainsRune(punctuation, r) && (unicode.IsLetter(prev) || !unicode.In(r, unicode.Sc, unicode.Sk, unicode.Sm))
		if odd && w.letters > 0 {
			w.strange = true
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
		if w.strange || mixed || mute || unicode.In(w.before, unicode.Sc) {
			l.Odd++
		} else if w.capital && w.letters > 1 && w.lower == w.letters-1 {
			l.Score += 4
		}
	}
	l.word = word{before: r}
}

// Plain reports whether the text was words and nothing else.
func (l *Letters) Plain() bool { return l.Words > 0 && l.Odd == 0 && l.Signs == 0 }

// Strange reports whether a text has letters beyond ASCII as no word has them.
func Strange(text string) bool {
	var l Letters
	for _, r := range text {
		l.Add(r)
	}
	l.Add(' ')
	return l.Odd > 0
}

// letters are those of Russian, Ukrainian and Belarusian names.
const letters = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґў"

// punctuation are the signs beyond ASCII that stand beside letters in tables.
const punctuation = "№«»–—…“”„‘’‚‹›•·§°®™©\u00a0\u00ad"

// Letters that make up four fifths of any Russian text, and those that are rare.
const (
	frequent = "оеаинтсрвлкмдпуя"
	rare     = "шюцщэфъ"
)

// letterScore weighs a character beyond ASCII by the one before it. KOI8-R and
// Windows-1251 have each other's capitals where their small letters are, which
// shows as capitals inside of words.
func letterScore(prev, r rune) int {
	lower := unicode.ToLower(r)
	switch {
	case strings.ContainsRune(punctuation, r):
		return 0
	case !strings.ContainsRune(letters, lower):
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
