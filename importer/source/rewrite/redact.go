package rewrite

import (
	"bytes"
	"context"
	"hash/maphash"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"r7import/importer/source/table"
	"r7import/importer/source/text"
)

// Redaction says which cells of a file are masked in a copy. Rows up to the header
// stay as they are.
type Redaction struct {
	// Secret are the columns whose cells are masked.
	Secret []bool
	// Astray reports whether the cells of a row do not stand under their headers, so
	// that any of them may be a secret. Such a row is masked as a whole, and so is
	// one that cannot be read as it stands.
	Astray func(cells []string) bool
	// Mask is written in place of what is in a cell. Blank cells stay blank.
	Mask string
}

// Redacted is what was done.
type Redacted struct {
	Cells int
	Whole []int // rows that were masked as a whole
	// Alike are the places of other cells that hold the text of a masked one, alone
	// or among other words, a place for each column of each sheet, without a row.
	Alike []Alike
	// Unseen are parts of a workbook that nobody can search: pictures, macros, files within it.
	Unseen []string
}

// Alike is a column with cells that hold the text of a masked cell.
type Alike struct {
	Sheet  string // empty in a text
	Column string // its letters or number
	Header string // empty beside the table
	Cells  int
}

// Redact writes the file once more with secrets masked; asides tells the rows that
// are no accounts. A text keeps every byte of what is not masked, a workbook its
// layout and its other sheets. A workbook that holds a secret where no cell is, in a
// comment or the memory of a pivot table, is refused. The error is a
// *[diagnosis.Problem], that of ctx, or that of w.
func Redact(ctx context.Context, w io.Writer, from Original, asides table.Asides, o Redaction) (Redacted, error) {
	r := &redactor{
		Redaction: o, headers: from.Headers, asides: asides,
		seed: maphash.MakeSeed(), secrets: make(map[uint64]struct{}), whole: make(map[int]bool), alike: make(map[Alike]int),
	}
	var err error
	if from.Text != nil {
		err = r.redactText(ctx, w, from.Text)
	} else {
		err = r.redactWorkbook(ctx, w, from)
	}
	return r.done(), err
}

// redactor is a redaction while it is done. The table is read twice: first the
// secrets are learnt, then the copy is written.
type redactor struct {
	Redaction
	headers []string
	asides  table.Asides
	seed    maphash.Seed
	secrets map[uint64]struct{} // hashes of the texts of masked cells
	whole   map[int]bool
	cells   int
	alike   map[Alike]int
	unseen  []string
}

func (r *redactor) done() Redacted {
	slices.Sort(r.unseen)
	out := Redacted{Cells: r.cells, Unseen: r.unseen}
	for row := range r.whole {
		out.Whole = append(out.Whole, row)
	}
	slices.Sort(out.Whole)
	for place, n := range r.alike {
		place.Cells = n
		out.Alike = append(out.Alike, place)
	}
	slices.SortFunc(out.Alike, func(a, b Alike) int {
		if n := strings.Compare(a.Sheet, b.Sheet); n != 0 {
			return n
		}
		if n := len(a.Column) - len(b.Column); n != 0 {
			return n
		}
		return strings.Compare(a.Column, b.Column)
	})
	return out
}

// treatment is what is done to a row.
type treatment uint8

const (
	asItIs treatment = iota
	byColumn
	asAWhole
)

// treat says what is to be done to a row below the header. A row is ragged if it
// has not as many cells as the table has columns.
func (r *redactor) treat(cells []string, ragged bool) treatment {
	if table.Blank(cells) || table.IsEndMark(cells) {
		return asItIs
	}
	address := slices.ContainsFunc(cells, func(c string) bool { return strings.Contains(c, "@") })
	switch a := r.asides.Of(cells, address); {
	case a == table.HeaderAgain:
		return asItIs
	case a == table.Comment:
		return asAWhole // what people note beside accounts
	case a != table.Total && (ragged || r.Astray(cells)):
		return asAWhole
	}
	return byColumn
}

// masks reports whether a cell of a treated row is masked.
func (r *redactor) masks(t treatment, column int) bool {
	return t == asAWhole || t == byColumn && column < len(r.Secret) && r.Secret[column]
}

// maskOf returns what stands in place of a text. A comment stays one.
func (r *redactor) maskOf(text string, t treatment) string {
	if t == asAWhole && table.IsComment(strings.TrimSpace(text)) {
		return "# " + r.Mask
	}
	return r.Mask
}

// shortest is the length of a secret below which the same text elsewhere says nothing.
const shortest = 4

// learn remembers the text of a masked cell.
func (r *redactor) learn(text string) {
	if text = strings.TrimSpace(text); utf8.RuneCountInString(text) >= shortest && text != r.Mask {
		r.secrets[maphash.String(r.seed, text)] = struct{}{}
	}
}

// knows reports whether a text is that of a masked cell.
func (r *redactor) knows(text string) bool {
	_, ok := r.secrets[maphash.String(r.seed, strings.TrimSpace(text))]
	return ok
}

// around are marks that people set around a word or between two, none of them a blank.
const around = ".,;:=/()\"'«»"

// tells reports whether a text is that of a masked cell or has one among its words,
// as notes have: "пароль: …", "login/…".
func (r *redactor) tells(text string) bool {
	if r.knows(text) {
		return true
	}
	for word := range strings.FieldsSeq(text) {
		_, behind, _ := strings.Cut(word, ":")
		last := word[strings.LastIndexAny(word, ":=/")+1:]
		for _, part := range [...]string{word, behind, last} {
			if r.knows(part) || r.knows(strings.Trim(part, around)) {
				return true
			}
		}
	}
	return false
}

// compare counts a cell that stays if it tells what was masked elsewhere.
func (r *redactor) compare(sheet string, table bool, column int, label, text string) {
	if !r.tells(text) {
		return
	}
	at := Alike{Sheet: sheet, Column: label}
	if table && column < len(r.headers) {
		at.Header = r.headers[column]
	}
	r.alike[at]++
}

// redactText goes over the rows of a text twice.
func (r *redactor) redactText(ctx context.Context, w io.Writer, t *text.Table) error {
	if err := eachRow(ctx, io.Discard, t, func(row []byte, number int, f text.Fault) ([]byte, error) {
		r.learnLine(t, row, number, f)
		return row, nil
	}); err != nil {
		return err
	}
	return eachRow(ctx, w, t, func(row []byte, number int, f text.Fault) ([]byte, error) {
		return r.maskLine(t, row, number, f), nil
	})
}

// line is a row of a text taken apart.
type line struct {
	bytes []byte      // without the line end
	at    []text.Span // where the cells are, with their quotation marks
	cells []string
	treatment
}

func (r *redactor) line(t *text.Table, row []byte, number int, f text.Fault) line {
	l := line{bytes: bytes.TrimRight(row, "\r\n")}
	switch {
	case number <= t.Header:
		return l
	case f != text.Sound:
		l.at, l.cells, l.treatment = []text.Span{{From: 0, To: len(l.bytes)}}, []string{""}, asAWhole
		return l
	}
	l.at = t.Spans(l.bytes)
	for _, at := range l.at {
		l.cells = append(l.cells, textOf(t, l.bytes[at.From:at.To]))
	}
	got, want := len(l.cells), len(r.headers)
	l.treatment = r.treat(l.cells, got < want || got > want && !table.Blank(l.cells[want:]))
	return l
}

// textOf returns what a cell says, without its quotation marks.
func textOf(t *text.Table, cell []byte) string {
	if inner, quoted := bytes.CutPrefix(cell, []byte{'"'}); quoted {
		cell = bytes.ReplaceAll(bytes.TrimSuffix(inner, []byte{'"'}), []byte(`""`), []byte{'"'})
	}
	return t.Charset.Decoded(cell)
}

func (r *redactor) learnLine(t *text.Table, row []byte, number int, f text.Fault) {
	l := r.line(t, row, number, f)
	if l.treatment == asAWhole {
		r.whole[number] = true
		return // what is masked only because nobody can tell is no known secret
	}
	for i, text := range l.cells {
		if r.masks(l.treatment, i) {
			r.learn(text)
		}
	}
}

func (r *redactor) maskLine(t *text.Table, row []byte, number int, f text.Fault) []byte {
	l := r.line(t, row, number, f)
	if number <= t.Header || len(l.bytes) == 0 {
		return row
	}
	var out []byte
	from := 0
	for i, at := range l.at {
		if !r.masks(l.treatment, i) {
			r.compare("", true, i, strconv.Itoa(i+1), l.cells[i])
			continue
		}
		cell := l.bytes[at.From:at.To]
		if f == text.Sound && strings.TrimSpace(l.cells[i]) == "" {
			continue
		}
		mask := r.maskOf(l.cells[i], l.treatment)
		if f == text.Sound && bytes.HasPrefix(cell, []byte{'"'}) {
			mask = `"` + mask + `"`
		}
		out = append(append(out, l.bytes[from:at.From]...), mask...)
		from = at.To
		r.cells++
	}
	return append(append(out, l.bytes[from:]...), row[len(l.bytes):]...)
}
