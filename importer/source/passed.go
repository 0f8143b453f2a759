package source

import (
	"bytes"
	"strconv"

	"r7import/importer/diagnosis"
	"r7import/importer/source/table"
)

// tally counts what was done to rows in one pass that a person should know.
type tally struct {
	counts [table.Commented]int
	first  [table.Commented]int // row number

	sample   string // a name in the encoding that was guessed
	sampleAt int
}

func (t *tally) add(a table.Aside, number int) {
	if t.counts[a] == 0 {
		t.first[a] = number
	}
	t.counts[a]++
}

// notices returns what to say about the rows.
func (t *tally) notices(at diagnosis.Place, encoding string) []diagnosis.Problem {
	codes := map[table.Aside]diagnosis.Code{table.Comment: diagnosis.CommentsPassed, table.Total: diagnosis.TotalsPassed, table.HeaderAgain: diagnosis.HeadersPassed}
	var out []diagnosis.Problem
	if t.sample != "" {
		p := diagnosis.New(diagnosis.EncodingGuessed, "Encoding", encoding, "Sample", t.sample, "Row", strconv.Itoa(t.sampleAt))
		p.Place = at
		out = append(out, *p)
	}
	for _, a := range []table.Aside{table.Comment, table.Total, table.HeaderAgain} {
		if t.counts[a] > 0 {
			p := diagnosis.New(codes[a], "Count", strconv.Itoa(t.counts[a]), "Row", strconv.Itoa(t.first[a]))
			p.Place = at
			out = append(out, *p)
		}
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
		l.passed.add(a, r.number)
		return true
	}
}
