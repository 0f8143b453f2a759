package rewrite

import (
	"context"
	"hash/maphash"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"r7import/importer/source/table"
	"r7import/importer/source/text"
	"r7import/importer/source/xlsx"
)

// treatment is what is done to a row.
type treatment uint8

const (
	asItIs treatment = iota
	asHeader
	byColumn
	asAWhole // any of its cells may be a secret
	asRemark // what people note beside accounts: it may tell one anywhere, too
)

// classifier tells what is to be done to the rows of a table. Copies are made in two
// passes over it: in the first the secrets are learnt.
type classifier struct {
	secrets
	headers []string
	asides  table.Asides
	secret  []bool                    // as in [Redaction], like astray and mask
	astray  func(cells []string) bool // not nil
	mask    string
	whole   []int // rows to be treated as a whole
}

// treat says what is to be done to a row below the header. A row is ragged if it
// has not as many cells as the table has columns.
func (c *classifier) treat(cells []string, ragged bool) treatment {
	if table.Blank(cells) || table.IsEndMark(cells) {
		return asItIs
	}
	address := slices.ContainsFunc(cells, func(c string) bool { return strings.Contains(c, "@") })
	switch a := c.asides.Of(cells, address); {
	case a == table.HeaderAgain:
		return asHeader
	case a == table.Comment:
		return asRemark
	case a != table.Total && (ragged || c.astray(cells)):
		return asAWhole
	}
	return byColumn
}

// treatLine says what is to be done to a row of a text.
func (c *classifier) treatLine(l *line) treatment {
	switch {
	case !l.sound:
		return asAWhole
	case l.number == l.table.Header:
		return asHeader
	case l.number < l.table.Header:
		if _, declares := text.Declared([]string{l.table.Charset.Decoded(l.text)}); declares {
			return asItIs
		}
		return asRemark
	}
	got, want := len(l.cells), len(c.headers)
	return c.treat(l.cells, got < want || got > want && !table.Blank(l.cells[want:]))
}

// treatRow says what is to be done to a row of a sheet, and what its cells say.
func (c *classifier) treatRow(t *xlsx.Table, r *xlsx.Rows) (cells []string, how treatment) {
	cells = r.Texts(len(c.headers))
	switch {
	case r.Long:
		return cells, asAWhole
	case r.Number < t.Header:
		return cells, asRemark
	case r.Number == t.Header:
		return cells, asHeader
	}
	return cells, c.treat(cells, false)
}

// learn remembers the secrets of a row below the header, and its number if it is to be
// treated as a whole. The cells of such a row are no known secrets.
func (c *classifier) learn(number int, how treatment, cells []string) {
	if how >= asAWhole {
		c.whole = append(c.whole, number)
	}
	for i, text := range cells[:min(len(cells), len(c.secret))] {
		if text = strings.TrimSpace(text); how == byColumn && c.secret[i] && text != c.mask {
			c.add(text)
		}
	}
}

// learnText learns from the rows of a text. One that cannot be written again is an error
// before the copy is begun.
func (c *classifier) learnText(ctx context.Context, t *text.Table) error {
	return eachLine(ctx, io.Discard, t, func(l *line) ([]byte, error) {
		if l.number > t.Header {
			c.learn(l.number, c.treatLine(l), l.cells)
		}
		return l.row, nil
	})
}

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

// tells reports whether a text is a secret or has one among its words, as in the notes
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
