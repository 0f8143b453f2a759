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

// treatment is how the cells of a row are handled.
type treatment uint8

const (
	asItIs treatment = iota
	asHeader
	byColumn
	asAWhole // any cell may be a secret
	asRemark // a note beside the accounts, which may mention a secret anywhere
)

// classifier decides the treatment of the rows of a table. Copies
// are made in two passes; the first one learns the secrets.
type classifier struct {
	secrets
	columnNames   []string
	asides        table.Asides
	secretColumns []bool                    // as in [Redaction], like isAstray and maskText
	isAstray      func(cells []string) bool // not nil
	maskText      string
	wholeRows     []int // numbers of rows to treat as a whole
}

// treat returns the treatment of a row below the header. A row is
// ragged if its number of cells differs from that of the columns.
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
	case a != table.Total && (ragged || c.isAstray(cells)):
		return asAWhole
	}
	return byColumn
}

// treatLine returns the treatment of a row of a text.
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
	got, want := len(l.cells), len(c.columnNames)
	return c.treat(l.cells, got < want || got > want && !table.Blank(l.cells[want:]))
}

// treatRow returns the texts of the cells of a sheet's row, and its treatment.
func (c *classifier) treatRow(t *xlsx.Table, r *xlsx.Rows) (cells []string, how treatment) {
	cells = r.Texts(len(c.columnNames))
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

// learn remembers the secrets of a row below the header, and its number if it
// is treated as a whole. The cells of such a row are not learnt as secrets.
func (c *classifier) learn(number int, how treatment, cells []string) {
	if how >= asAWhole {
		c.wholeRows = append(c.wholeRows, number)
	}
	for i, text := range cells[:min(len(cells), len(c.secretColumns))] {
		if text = strings.TrimSpace(text); how == byColumn && c.secretColumns[i] && text != c.maskText {
			c.add(text)
		}
	}
}

// learnText learns from the rows of a text. It returns an error,
// before the copy is begun, if the text cannot be written again.
func (c *classifier) learnText(ctx context.Context, t *text.Table) error {
	return eachLine(ctx, io.Discard, t, func(l *line) ([]byte, error) {
		if l.number > t.Header {
			c.learn(l.number, c.treatLine(l), l.cells)
		}
		return l.row, nil
	})
}

// secrets holds texts of password columns, the long ones as hashes.
type secrets struct {
	seed  maphash.Seed
	long  map[uint64]struct{}
	short map[string]struct{} // too short to be recognised elsewhere
}

func newSecrets() secrets {
	return secrets{seed: maphash.MakeSeed(), long: make(map[uint64]struct{}), short: make(map[string]struct{})}
}

// minSecret is the length, in characters, below which equal text elsewhere does not count.
const minSecret = 4

func (s *secrets) add(text string) {
	switch {
	case utf8.RuneCountInString(text) >= minSecret:
		s.long[maphash.String(s.seed, text)] = struct{}{}
	case text != "":
		s.short[text] = struct{}{}
	}
}

// surroundingSigns are signs that people put around words or between them, blanks excluded.
const surroundingSigns = ".,;:=/()\"'«»"

// mentions reports whether a text is a learnt secret or contains
// one as a word, as in the notes "пароль: …", "login/…".
func (s *secrets) mentions(text string) bool {
	knows := func(text string) bool {
		_, ok := s.long[maphash.String(s.seed, text)]
		return ok
	}
	if knows(strings.TrimSpace(text)) {
		return true
	}
	for word := range strings.FieldsSeq(text) {
		_, value, _ := strings.Cut(word, ":")
		last := word[strings.LastIndexAny(word, ":=/")+1:]
		for _, part := range [...]string{word, value, last} {
			if knows(part) || knows(strings.Trim(part, surroundingSigns)) {
				return true
			}
		}
	}
	return false
}
