package source

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"r7import/importer/diagnosis"
	"r7import/importer/source/table"
)

// tally counts what was done to rows in one pass that a person should know.
type tally struct {
	asides   [table.Commented]count
	wrapped  count          // rows with cells like ="0123"
	merged   count          // rows that share a merged cell
	numbers  count          // rows with passwords that are numbers
	nameless map[int]*count // rows with something in a column that has no name

	sample   string // a name in the encoding that was guessed
	sampleAt int
}

// count is how many rows there are of a kind, and the number of the first.
type count struct{ rows, first int }

func (c *count) add(number int) {
	if c.rows == 0 {
		c.first = number
	}
	c.rows++
}

// mostNameless bounds the columns without a name that are counted.
const mostNameless = 100

// meetNameless takes note of a cell in a column that has no name.
func (t *tally) meetNameless(column, number int, text string) {
	if strings.TrimSpace(text) == "" || t.nameless[column] == nil && len(t.nameless) == mostNameless {
		return
	}
	if t.nameless == nil {
		t.nameless = make(map[int]*count)
	}
	if t.nameless[column] == nil {
		t.nameless[column] = new(count)
	}
	t.nameless[column].add(number)
}

// notices returns what to say about the rows; label names a column.
func (t *tally) notices(encoding string, label func(column int) string) (out []diagnosis.Problem) {
	tell := func(code diagnosis.Code, c count, facts ...any) {
		if c.rows > 0 {
			out = append(out, *diagnosis.New(code, append(facts, "Count", c.rows, "Row", c.first)...))
		}
	}
	if t.sample != "" {
		tell(diagnosis.EncodingGuessed, count{1, t.sampleAt}, "Encoding", encoding, "Sample", t.sample)
	}
	tell(diagnosis.CommentsPassed, t.asides[table.Comment])
	tell(diagnosis.TotalsPassed, t.asides[table.Total])
	tell(diagnosis.HeadersPassed, t.asides[table.HeaderAgain])
	tell(diagnosis.CellsUnwrapped, t.wrapped)
	tell(diagnosis.CellsShared, t.merged)
	tell(diagnosis.NumbersTaken, t.numbers)
	for _, column := range slices.Sorted(maps.Keys(t.nameless)) {
		tell(diagnosis.ColumnNameless, *t.nameless[column], "Column", label(column))
	}
	return out
}

// passOver reports whether a row that is not blank is to be left out, and counts
// it; text is the whole row's.
func (l *layout) passOver(r *row, text []byte) bool {
	switch a := l.asides.Of(r.cells, bytes.IndexByte(text, '@') >= 0); a {
	case table.NotAside:
		return false
	case table.Commented:
		r.report(l, wholeRow, diagnosis.RowCommented)
		return false
	default:
		l.passed.asides[a].add(r.number)
		return true
	}
}
