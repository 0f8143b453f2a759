package rewrite

import (
	"bytes"
	"context"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"

	"r7import/importer/account"
	"r7import/importer/source/table"
	"r7import/importer/source/text"
	"r7import/importer/source/xlsx"
)

// Annotation says what a copy of a file gets behind its columns, and what is taken
// out of it.
type Annotation struct {
	// Headers are the names of the columns that are added. One that the table has
	// already is written over.
	Headers []string
	Widths  []float64 // of new columns in a workbook, in characters
	// Marks are what is said of rows, downwards.
	Marks iter.Seq2[Mark, error]
	// OnlyFailed leaves out the rows below the header that are not marked as failed.
	OnlyFailed bool

	// Secret are the columns of passwords and tokens, whose cells are left empty. Nil
	// keeps everything.
	Secret []bool
	// Fields are the columns that feed other fields. What they hold stays, even if it
	// is the text of a password as well.
	Fields []bool
	// Astray is as for [Redaction]. Of such a row stays what can only be an address, a
	// server, a number or a name.
	Astray func(cells []string) bool
}

// Mark is what is said of one row.
type Mark struct {
	Row    int
	Cells  []string          // of the columns that are added
	Fill   xlsx.Fill         // of the first of these
	Bad    map[int]xlsx.Fill // of other columns
	Failed bool
}

// Annotated is what was done.
type Annotated struct {
	Rows  int   // marked
	Alike int   // cells beside the password columns that were emptied because they told a password
	Whole []int // rows of which only what is surely no password was kept
}

// Annotate writes the file once more with something said behind its rows, and without
// its passwords: neither the cells nor any other part of a workbook has them. Else
// it stays as it is, a text byte for byte. The error is a *[diagnosis.Problem], that
// of ctx, of the marks, or of w.
func Annotate(ctx context.Context, w io.Writer, from Original, asides table.Asides, o Annotation) (Annotated, error) {
	if o.Astray == nil {
		o.Astray = func([]string) bool { return false }
	}
	next, stop := iter.Pull2(o.Marks)
	defer stop()
	a := &annotator{
		Annotation: o, next: next, own: make([]int, len(o.Headers)),
		redactor: redactor{Redaction: Redaction{Secret: o.Secret, Astray: o.Astray}, headers: from.Headers, asides: asides, secrets: newSecrets()},
	}
	for i, name := range o.Headers {
		a.own[i] = slices.IndexFunc(from.Headers, func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), name) })
	}
	var err error
	if from.Text != nil {
		err = a.annotateText(ctx, w, from.Text)
	} else {
		err = a.annotateBook(ctx, w, from)
	}
	a.result.Whole = a.redactor.done.Whole
	return a.result, err
}

// annotator is an annotation while it is done.
type annotator struct {
	Annotation
	redactor redactor
	own      []int // the columns that are there already, -1 for one that is not
	result   Annotated

	next  func() (Mark, error, bool)
	ahead Mark // read and not passed yet
}

// mark returns what is said of a row. It is asked downwards.
func (a *annotator) mark(row int) (m Mark, marked bool, err error) {
	for a.ahead.Row < row {
		next, err, more := a.next()
		if err != nil {
			return m, false, err
		}
		if !more {
			return m, false, nil
		}
		a.ahead = next
	}
	if a.ahead.Row != row {
		return m, false, nil
	}
	return a.ahead, true, nil
}

// keeps reports whether the text of a cell stays.
func (a *annotator) keeps(t treatment, column int, text string) bool {
	switch {
	case a.Secret == nil, t == asItIs, t == asHeader, strings.TrimSpace(text) == "", slices.Contains(a.own, column):
		return true
	case column < len(a.Secret) && a.Secret[column] && t != asRemark:
		return false
	case t == asAWhole && !plain(text):
		return false
	case t == byColumn && column < len(a.Fields) && a.Fields[column]:
		return true
	}
	return !a.redactor.tells(text)
}

// plain reports whether a text in a row whose cells may have slipped is surely no password.
func plain(text string) bool {
	text = strings.TrimSpace(text)
	number, err := strconv.Atoi(text)
	const ports = 1 << 16
	return err == nil && number >= 0 && number < ports || account.IsAddress(text, true) || account.IsHost(text) || account.IsGUID(text) ||
		account.Identity{Name: text}.Plausible(true, nil).Name != ""
}

// annotateText goes over the rows of a text twice: first the passwords are learnt.
func (a *annotator) annotateText(ctx context.Context, w io.Writer, t *text.Table) error {
	r := &a.redactor
	if a.Secret != nil {
		err := eachRow(ctx, io.Discard, t, func(row []byte, number int, f text.Fault) ([]byte, error) {
			if number > t.Header {
				_, cells, how := r.takeApart(t, bytes.TrimRight(row, "\r\n"), number, f)
				r.learn(number, how, cells)
			}
			return row, nil
		})
		if err != nil {
			return err
		}
	}
	return eachRow(ctx, w, t, func(row []byte, number int, f text.Fault) ([]byte, error) { return a.line(t, row, number, f) })
}

// line returns a row of a text with what is said of it.
func (a *annotator) line(t *text.Table, row []byte, number int, f text.Fault) ([]byte, error) {
	m, marked, err := a.mark(number)
	if err != nil {
		return nil, err
	}
	if a.OnlyFailed && number > t.Header && !m.Failed {
		return nil, nil
	}
	if marked {
		a.result.Rows++
	}
	if number == t.Header {
		m.Cells = a.Headers
	}
	line := bytes.TrimRight(row, "\r\n")
	at, cells, how := a.redactor.takeApart(t, line, number, f)
	switch {
	case f != text.Sound && a.Secret == nil:
		return row, nil // what is written behind it might become a part of a cell
	case f != text.Sound:
		line, at, cells = nil, []text.Span{{}}, []string{""}
	case how == asItIs && !marked:
		return row, nil
	}
	width := len(a.redactor.headers)
	shift := 0 // of what stands behind cells that the header does not announce
	if len(cells) > width && !table.Blank(cells[width:]) {
		shift = len(cells) - width
	}
	changed := make(map[int][]byte)
	for i := range at {
		if !a.keeps(how, i, cells[i]) {
			changed[i] = nil
			if how == byColumn && !(i < len(a.Secret) && a.Secret[i]) {
				a.result.Alike++
			}
		}
	}
	behind, wanted := width+shift, m.Cells != nil
	for i, column := range a.own {
		if column < 0 {
			column, behind = behind, behind+1
		} else if column += shift; number == t.Header {
			continue
		}
		var said []byte
		if m.Cells != nil {
			said = quotedIn(t, m.Cells[i])
		}
		if column < len(at) || wanted || len(cells) >= width && shift == 0 && number > t.Header {
			changed[column] = said
		}
	}
	var out []byte
	from := 0
	for i, c := range at {
		if with, is := changed[i]; is {
			out = append(append(out, line[from:c.From]...), with...)
			from = c.To
		}
	}
	out = append(out, line[from:]...)
	for i := len(at); i < behind; i++ {
		if with, is := changed[i]; is || wanted {
			out = append(append(out, t.Delimiter), with...)
		}
	}
	return append(out, row[len(bytes.TrimRight(row, "\r\n")):]...), nil
}

// plainer are characters that old code pages lack, with what people type for them.
var plainer = strings.NewReplacer("«", `"`, "»", `"`, "“", `"`, "”", `"`, "„", `"`, "—", "-", "–", "-", "…", "...", "→", "->", "’", "'", "\u00a0", " ")

// quotedIn returns a text of ours as a cell. What the encoding of the file lacks is
// written in another way, and never so that a formula begins with it.
func quotedIn(t *text.Table, said string) []byte {
	cell, ok := t.Charset.Encoded(quoted(said, t.Delimiter))
	if ok {
		return cell
	}
	simple := plainer.Replace(said)
	known := strings.Map(func(r rune) rune {
		if _, ok := t.Charset.Encoded(string(r)); !ok {
			return '?'
		}
		return r
	}, simple)
	if known != "" && known[0] != said[0] && strings.ContainsRune("=+-@", rune(known[0])) {
		known = "'" + known
	}
	cell, _ = t.Charset.Encoded(quoted(known, t.Delimiter))
	return cell
}
