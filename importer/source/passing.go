package source

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"r7import/importer/diagnosis"
)

// aside is why a row below the header is no account.
type aside uint8

const (
	notAside    aside = iota
	comment           // its first cell begins with # or //
	total             // its first cell is a word for a sum
	headerAgain       // the header once more, as printed pages have it
	commented         // a comment that holds an address: somebody's account, or not?
)

// totals are words that begin a row of sums.
var totals = []string{"итого", "всего", "итог", "подытог", "total", "totals", "subtotal", "sum", "grand"}

// tally counts the rows passed over in one pass.
type tally struct {
	counts [commented]int
	first  [commented]int // row number
}

func (t *tally) add(a aside, number int) {
	if t.counts[a] == 0 {
		t.first[a] = number
	}
	t.counts[a]++
}

// notices returns what to say about the rows passed over.
func (t *tally) notices(at diagnosis.Place) []diagnosis.Problem {
	codes := map[aside]diagnosis.Code{comment: diagnosis.CommentsPassed, total: diagnosis.TotalsPassed, headerAgain: diagnosis.HeadersPassed}
	var out []diagnosis.Problem
	for _, a := range []aside{comment, total, headerAgain} {
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
	switch a := l.judgeAside(r.cells, bytes.IndexByte(text, '@') >= 0); a {
	case notAside:
		return false
	case commented:
		r.report(l, wholeRow, diagnosis.RowCommented)
		return false
	default:
		l.passed.add(a, r.number)
		return true
	}
}

// judgeAside says whether a row that is not blank is no account. One that holds an
// address, as accounts do, is no sum and no header.
func (l *layout) judgeAside(cells []string, address bool) aside {
	i := 0
	for i < len(cells)-1 && isBlankText(cells[i]) {
		i++
	}
	first := strings.TrimLeftFunc(cells[i], unicode.IsSpace)
	switch {
	case isComment(first) && !l.secret(i) && address:
		return commented
	case isComment(first) && !l.secret(i):
		return comment
	case address:
		return notAside
	case isTotal(strings.TrimSpace(first)):
		return total
	case l.isHeader(cells):
		return headerAgain
	}
	return notAside
}

func isComment(text string) bool {
	return strings.HasPrefix(text, "//") || strings.HasPrefix(text, "#") && !slices.Contains(failures, strings.TrimSpace(text))
}

func isTotal(text string) bool {
	word := text
	if n := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) }); n >= 0 {
		word = text[:n]
	}
	return slices.ContainsFunc(totals, func(t string) bool { return strings.EqualFold(t, word) })
}

// isHeader reports whether the cells are those of the header.
func (l *layout) isHeader(cells []string) bool {
	for i, c := range l.columns {
		if i >= len(cells) || strings.TrimSpace(cells[i]) != strings.TrimSpace(c.Header) {
			return false
		}
	}
	return true
}

// secret reports whether a column holds passwords, of which any may begin with #.
func (l *layout) secret(column int) bool {
	return column < len(l.fields) && l.fields[column].Secret()
}
