package rewrite

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"

	"r7import/importer/source/table"
	"r7import/importer/source/text"
)

// Redaction says what a copy shows of a file. The names of the columns are shown, and
// cells of columns that are kept. Any other text becomes a mask.
type Redaction struct {
	// Secret are the columns of passwords and tokens. What they hold is masked
	// wherever else it stands.
	Secret []bool
	// Kept are the columns whose cells are shown.
	Kept []bool
	// Astray reports whether the cells of a row do not stand under their headers, so
	// that any of them may be a secret. Such a row is masked as a whole, and so is
	// one that cannot be read as it stands.
	Astray func(cells []string) bool
	// Mask is written in place of what is in a cell. Blank cells stay blank.
	Mask string
	// Temp is a folder for what is packed into a workbook. It gets nothing that the
	// copy does not show.
	Temp string
}

// Redacted is what was done.
type Redacted struct {
	Cells int         // masked
	Whole []int       // rows that were masked as a whole
	Alike map[int]int // cells of kept columns that were masked because they held the text of a secret
}

// Redact writes the table once more with everything masked that nobody knows to be
// harmless; asides tells the rows that are no accounts. A text keeps its lines,
// delimiter and encoding. Of a workbook the copy has the cells of the table, in their
// places and merged as they are, and nothing else: no formula, format, comment or other sheet.
// The error is a *[diagnosis.Problem], that of ctx, or that of w.
func Redact(ctx context.Context, w io.Writer, from Original, asides table.Asides, o Redaction) (Redacted, error) {
	r := &redactor{
		Redaction: o, headers: from.Headers, asides: asides,
		secrets: newSecrets(), done: Redacted{Alike: make(map[int]int)},
	}
	var err error
	if from.Text != nil {
		err = r.redactText(ctx, w, from.Text)
	} else {
		err = r.redactSheet(ctx, w, from)
	}
	return r.done, err
}

// redactor is a redaction while it is done. The table is read twice: first the
// secrets are learnt, then the copy is written.
type redactor struct {
	Redaction
	secrets
	headers []string
	asides  table.Asides
	done    Redacted
}

// treatment is what is done to a row.
type treatment uint8

const (
	asItIs treatment = iota
	asHeader
	byColumn
	asAWhole
	asRemark // what people note beside accounts: masked as a whole, too
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
		return asHeader
	case a == table.Comment:
		return asRemark
	case a != table.Total && (ragged || r.Astray(cells)):
		return asAWhole
	}
	return byColumn
}

// learn remembers the secrets of a row, and its number if it is masked as a whole:
// what is masked only because nobody can tell is no known secret.
func (r *redactor) learn(number int, t treatment, cells []string) {
	if t >= asAWhole {
		r.done.Whole = append(r.done.Whole, number)
	}
	for i, text := range cells[:min(len(cells), len(r.Secret))] {
		if text = strings.TrimSpace(text); t == byColumn && r.Secret[i] && text != r.Mask {
			r.secrets.add(text)
		}
	}
}

// shown returns what the copy shows of the text of a cell, and whether that is a mask.
// A comment stays one.
func (r *redactor) shown(t treatment, column int, text string) (string, bool) {
	kept := t == asItIs || t == asHeader || t == byColumn && column < len(r.Kept) && r.Kept[column]
	switch {
	case t == asItIs, strings.TrimSpace(text) == "":
		return text, false
	case kept && !r.tells(text):
		return text, false
	case kept:
		r.done.Alike[column]++
	}
	r.done.Cells++
	if t >= asAWhole && table.IsComment(strings.TrimSpace(text)) {
		return "# " + r.Mask, true
	}
	return r.Mask, true
}

// redactText goes over the rows of a text twice.
func (r *redactor) redactText(ctx context.Context, w io.Writer, t *text.Table) error {
	if err := eachRow(ctx, io.Discard, t, func(row []byte, number int, f text.Fault) ([]byte, error) {
		if number > t.Header {
			_, cells, how := r.takeApart(t, bytes.TrimRight(row, "\r\n"), number, f)
			r.learn(number, how, cells)
		}
		return row, nil
	}); err != nil {
		return err
	}
	return eachRow(ctx, w, t, func(row []byte, number int, f text.Fault) ([]byte, error) {
		return r.maskLine(t, row, number, f), nil
	})
}

// takeApart returns where the cells of a row are, with their quotation marks, what they
// say, and what is to be done to them. A row that cannot be read is one cell.
func (r *redactor) takeApart(t *text.Table, row []byte, number int, f text.Fault) (at []text.Span, cells []string, how treatment) {
	if f != text.Sound {
		return []text.Span{{From: 0, To: len(row)}}, []string{r.Mask}, asAWhole
	}
	at = t.Spans(row)
	for _, c := range at {
		cell := row[c.From:c.To]
		if inner, quoted := bytes.CutPrefix(cell, []byte{'"'}); quoted {
			cell = bytes.ReplaceAll(bytes.TrimSuffix(inner, []byte{'"'}), []byte(`""`), []byte{'"'})
		}
		cells = append(cells, t.Charset.Decoded(cell))
	}
	got, want := len(cells), len(r.headers)
	_, declares := text.Declared([]string{t.Charset.Decoded(row)})
	switch {
	case number < t.Header && declares:
		return at, cells, asItIs
	case number < t.Header:
		return at, cells, asRemark
	case number == t.Header:
		return at, cells, asHeader
	}
	return at, cells, r.treat(cells, got < want || got > want && !table.Blank(cells[want:]))
}

// maskLine returns a row with masks in place of what the copy does not show.
func (r *redactor) maskLine(t *text.Table, row []byte, number int, f text.Fault) []byte {
	line := bytes.TrimRight(row, "\r\n")
	at, cells, how := r.takeApart(t, line, number, f)
	var out []byte
	from := 0
	for i, c := range at {
		shown, masked := r.shown(how, i, cells[i])
		if !masked {
			continue
		}
		if f == text.Sound && bytes.HasPrefix(line[c.From:c.To], []byte{'"'}) {
			shown = `"` + shown + `"`
		}
		out = append(append(out, line[from:c.From]...), shown...)
		from = c.To
	}
	return append(append(out, line[from:]...), row[len(line):]...)
}
