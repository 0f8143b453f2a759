package mapping

import "strings"

// memo remembers what the texts of a column meant: a file of a million rows
// names a handful of hosts and words, and often those of the row before. It holds
// a bounded number of texts.
type memo[V any] struct {
	parse func(string) V
	known map[string]V

	last    string // asked for; empty if nothing was
	meaning V      // of last
}

const (
	memoSize = 4096
	memoText = 256 // bytes; longer texts are no names
)

func newMemo[V any](parse func(string) V) memo[V] {
	return memo[V]{parse: parse, known: make(map[string]V)}
}

// of returns the meaning of a text.
func (m *memo[V]) of(text string) V {
	if text == m.last && text != "" {
		return m.meaning
	}
	v, ok := m.known[text]
	if !ok {
		if v = m.parse(text); len(text) > memoText {
			return v
		}
		if len(m.known) >= memoSize {
			clear(m.known)
		}
		m.known[strings.Clone(text)] = v // the text is a piece of a whole row
	}
	m.last, m.meaning = text, v
	return v
}
