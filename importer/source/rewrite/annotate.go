package rewrite

import (
	"cmp"
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
	// Marks are what the copy says of rows, in ascending order.
	Marks iter.Seq2[Mark, error]
	// OnlyFailed leaves out the rows below the header that are not marked as failed.
	OnlyFailed bool

	// Secret are the columns of passwords and tokens, whose cells are left empty. Nil
	// keeps everything.
	Secret []bool
	// Fields are the columns that feed other fields. What they hold stays, even if it
	// is the text of a password as well.
	Fields []bool
	// Astray is as for [Redaction]. Such a row keeps what can only be an address, a
	// server, a number or a name.
	Astray func(cells []string) bool
}

// Mark is what the copy says of one row.
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
	Alike int   // cells beside the password columns that were emptied because they held a password
	Whole []int // rows of which only what is surely no password was kept
}

// Annotate writes the file once more with columns of ours behind its rows, and without
// its passwords: neither the cells nor any other part of a workbook has them. Anything else
// stays as it is, in a text byte for byte. The error is a *[diagnosis.Problem], that
// of ctx, of the marks, or of w.
func Annotate(ctx context.Context, w io.Writer, from Original, asides table.Asides, o Annotation) (Annotated, error) {
	if o.Astray == nil {
		o.Astray = func([]string) bool { return false }
	}
	next, stop := iter.Pull2(o.Marks)
	defer stop()
	a := &annotator{
		Annotation: o, next: next,
		classifier: classifier{secrets: newSecrets(), headers: from.Headers, asides: asides, secret: o.Secret, astray: o.Astray},
	}
	for _, name := range o.Headers {
		a.own = append(a.own, slices.IndexFunc(from.Headers, func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), name) }))
	}
	var err error
	if from.Text != nil {
		err = a.annotateText(ctx, w, from.Text)
	} else {
		err = a.annotateBook(ctx, w, from)
	}
	a.done.Whole = a.whole
	return a.done, cmp.Or(a.err, err)
}

// annotator is an annotation while it is done.
type annotator struct {
	Annotation
	classifier
	own  []int // the columns that are there already, -1 for one that is not
	done Annotated

	next  func() (Mark, error, bool)
	ahead Mark  // read and not passed yet
	err   error // of the marks
}

// mark returns the mark of a row, and false if it has none. Rows are asked for in
// ascending order.
func (a *annotator) mark(row int) (Mark, bool) {
	for a.err == nil && a.ahead.Row < row {
		next, err, more := a.next()
		if a.err = err; err != nil || !more {
			break
		}
		a.ahead = next
	}
	if a.ahead.Row != row {
		return Mark{}, false
	}
	return a.ahead, true
}

// keeps reports whether the text of a cell stays.
func (a *annotator) keeps(how treatment, column int, text string) bool {
	switch {
	case a.Secret == nil, how == asItIs, how == asHeader, strings.TrimSpace(text) == "", slices.Contains(a.own, column):
		return true
	case column < len(a.Secret) && a.Secret[column] && how != asRemark, how == asAWhole && !plain(text):
		return false
	case how == byColumn && column < len(a.Fields) && a.Fields[column]:
		return true
	}
	return !a.tells(text)
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
	if a.Secret != nil {
		if err := a.learnText(ctx, t); err != nil {
			return err
		}
	}
	return eachLine(ctx, w, t, a.annotateLine)
}

// annotateLine returns a row of a text with its mark.
func (a *annotator) annotateLine(l *line) ([]byte, error) {
	header := l.table.Header
	m, marked := a.mark(l.number)
	if a.err != nil || a.OnlyFailed && l.number > header && !m.Failed {
		return nil, a.err
	}
	if marked {
		a.done.Rows++
	}
	if l.number == header {
		m.Cells = a.Headers
	}
	how := a.treatLine(l)
	switch {
	case !l.sound && a.Secret != nil:
		l.text = nil
	case !l.sound, how == asItIs && !marked:
		return l.row, nil // what is written behind a row with a fault might become a part of a cell
	}
	changes := make(map[int][]byte)
	for i, text := range l.cells {
		if !a.keeps(how, i, text) {
			changes[i] = nil
			if how == byColumn && !(i < len(a.Secret) && a.Secret[i]) {
				a.done.Alike++
			}
		}
	}
	width := len(a.headers)
	shift := 0 // of what stands behind cells that the header does not announce
	if len(l.cells) > width && !table.Blank(l.cells[width:]) {
		shift = len(l.cells) - width
	}
	behind := width + shift
	for i, column := range a.own {
		if column < 0 {
			column, behind = behind, behind+1
		} else if column += shift; l.number == header {
			continue
		}
		if m.Cells != nil {
			changes[column] = quotedIn(l.table, m.Cells[i])
		} else if column < len(l.at) || len(l.cells) >= width && shift == 0 && l.number > header {
			changes[column] = nil
		}
	}
	for i := len(l.at); i < behind && m.Cells != nil; i++ {
		if _, is := changes[i]; !is {
			changes[i] = nil // every cell up to the last of ours is there
		}
	}
	return l.with(changes, behind), nil
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
