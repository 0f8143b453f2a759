package mapping

import (
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// reader parses the texts of cells. It is not safe for concurrent use.
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

// put parses text as the value of a field and stores it in the row. If the text
// is invalid, the value is empty and the problem, which has no place, says why.
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

// putForEmpty is [reader.put] for a text that a user gives for the empty cells of a field.
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

// memo caches the parsed texts of a column: a file of a million
// rows has a handful of hosts and words, often the same as in
// the row before. The number of cached texts is bounded.
type memo[V any] struct {
	parse   func(string) (V, *diagnosis.Problem)
	known   map[string]meaning[V]
	last    string     // the previous text; empty if there was none
	meaning meaning[V] // of last
}

// meaning is the value of a text, or the problem with it.
type meaning[V any] struct {
	value   V
	problem *diagnosis.Problem
}

const (
	memoSize = 4096
	memoText = 256 // bytes; longer texts are not cached
)

func newMemo[V any](parse func(string) (V, *diagnosis.Problem)) *memo[V] {
	return &memo[V]{parse: parse, known: make(map[string]meaning[V])}
}

// of returns the value of a text, parsed or from the cache.
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
		m.known[strings.Clone(text)] = known // a copy, because the text is a part of a whole row
	}
	m.last, m.meaning = text, known
	return known.value, known.problem
}
