package mapping

import (
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// reader turns the texts of cells into values. It is not safe for concurrent use.
type reader struct {
	hosts, domains *memo[string]
	bools          map[account.Field]*memo[bool]
	encryptions    map[account.Field]*memo[account.Encryption]
	auths          *memo[account.Auth]
}

func newReader() *reader {
	r := &reader{
		hosts: newMemo(parseHost), domains: newMemo(parseDomain), auths: newMemo(parseAuth),
		bools: make(map[account.Field]*memo[bool]), encryptions: make(map[account.Field]*memo[account.Encryption]),
	}
	for f := range yesOrNo.All() {
		r.bools[f] = newMemo(func(text string) (bool, *diagnosis.Problem) { return parseBool(f, text) })
	}
	for _, side := range sides {
		r.encryptions[side.Encryption] = newMemo(parseEncryption)
	}
	return r
}

// put reads a text for a field and puts its value into the row. Where the text
// does not fit, the value is empty and the problem says why, without a place.
func (r *reader) put(row *account.Row, f account.Field, text string) (problem *diagnosis.Problem) {
	switch to := row.At(f).(type) {
	case *account.Secret:
		*to = account.NewSecret(text)
	case *int:
		*to, problem = parsePort(text)
	case *bool:
		*to, problem = r.bools[f].of(text)
	case *account.Encryption:
		*to, problem = r.encryptions[f].of(text)
	case *account.Auth:
		*to, problem = r.auths.of(text)
	case *string:
		switch f {
		case account.Email:
			*to, problem = parseAddress(text, r.domains.of)
		case account.ServerHost, account.SMTPServer:
			*to, problem = r.hosts.of(text)
		default:
			*to = text
		}
	}
	return problem
}

// putForEmpty is [reader.put] for a text that a person gives for the empty cells of a field.
func (r *reader) putForEmpty(row *account.Row, f account.Field, text string) *diagnosis.Problem {
	switch {
	case f.Secret():
		return diagnosis.New(diagnosis.SetSecret, "Field", f)
	case text == "":
		return diagnosis.New(diagnosis.SetValue, "Field", f)
	}
	if p := r.put(row, f, text); p != nil {
		return diagnosis.Wrap(p, diagnosis.SetValue, "Field", f)
	}
	return nil
}

// memo remembers what the texts of a column meant: a file of a million rows
// names a handful of hosts and words, and often those of the row before. It holds
// a bounded number of texts.
type memo[V any] struct {
	parse   func(string) (V, *diagnosis.Problem)
	known   map[string]meaning[V]
	last    string     // asked for; empty if nothing was
	meaning meaning[V] // of last
}

// meaning is what a text stands for, or why it stands for nothing.
type meaning[V any] struct {
	value   V
	problem *diagnosis.Problem
}

const (
	memoSize = 4096
	memoText = 256 // bytes; longer texts are no names
)

func newMemo[V any](parse func(string) (V, *diagnosis.Problem)) *memo[V] {
	return &memo[V]{parse: parse, known: make(map[string]meaning[V])}
}

// of returns the meaning of a text.
func (m *memo[V]) of(text string) (V, *diagnosis.Problem) {
	if text == m.last && text != "" {
		return m.meaning.value, m.meaning.problem
	}
	known, ok := m.known[text]
	if !ok {
		known.value, known.problem = m.parse(text)
		if len(text) > memoText {
			return known.value, known.problem
		}
		if len(m.known) >= memoSize {
			clear(m.known)
		}
		m.known[strings.Clone(text)] = known // the text is a piece of a whole row
	}
	m.last, m.meaning = text, known
	return known.value, known.problem
}
