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

// Annotation says which columns an annotated
// copy adds, and what it leaves out.
type Annotation struct {
	// Headers are the names of the added columns. A
	// column that the table already has is overwritten.
	Headers []string
	Widths  []float64 // of new columns in a workbook, in characters
	// Marks are the marks of rows, in ascending order.
	Marks iter.Seq2[Mark, error]
	// OnlyFailed leaves out rows below the header that are not marked as failed.
	OnlyFailed bool

	// Secret says which columns hold passwords and tokens;
	// their cells are left empty. Nil keeps all cells.
	Secret []bool
	// Fields says which columns feed other fields. Their
	// cells stay, even if the text equals a password.
	Fields []bool
	// Astray is as for [Redaction]. Such a row keeps only cells
	// that must be an address, a server, a number or a name.
	Astray func(cells []string) bool
}

// Mark is the annotation of one row.
type Mark struct {
	Row    int
	Cells  []string          // of the added columns
	Fill   xlsx.Fill         // of the first added column
	Bad    map[int]xlsx.Fill // of other columns
	Failed bool
}

// Annotated counts what Annotate did.
type Annotated struct {
	Rows  int   // marked
	Alike int   // cells outside the password columns that were emptied because they held a password
	Whole []int // rows that kept only cells that cannot be passwords
}

// Annotate writes a copy of the file with columns added to its rows and without
// its passwords, which are removed from the cells and from all other parts of a
// workbook. Everything else stays as it is, in a text byte for byte. The error
// is a *[diagnosis.Problem], that of ctx, of the marks, or of w.
func Annotate(ctx context.Context, w io.Writer, from Original, asides table.Asides, o Annotation) (Annotated, error) {
	if o.Astray == nil {
		o.Astray = func([]string) bool { return false }
	}
	next, stop := iter.Pull2(o.Marks)
	defer stop()
	a := &annotator{
		Annotation: o, next: next,
		classifier: classifier{
			secrets: newSecrets(), columnNames: from.Headers, asides: asides, secretColumns: o.Secret, isAstray: o.Astray,
		},
	}
	for _, name := range o.Headers {
		isNamed := func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), name) }
		a.existing = append(a.existing, slices.IndexFunc(from.Headers, isNamed))
	}
	var err error
	if from.Text != nil {
		err = a.annotateText(ctx, w, from.Text)
	} else {
		err = a.annotateBook(ctx, w, from)
	}
	a.done.Whole = a.wholeRows
	return a.done, cmp.Or(a.err, err)
}

// annotator is the state of making an annotated copy.
type annotator struct {
	Annotation
	classifier
	existing []int // the added columns by index if the table already has them, otherwise -1
	done     Annotated

	next   func() (Mark, error, bool)
	peeked Mark  // read but not used up
	err    error // from the marks
}

// mark returns the mark of a row, and false if it has
// none. Calls must be in ascending order of rows.
func (a *annotator) mark(row int) (Mark, bool) {
	for a.err == nil && a.peeked.Row < row {
		next, err, more := a.next()
		if a.err = err; err != nil || !more {
			break
		}
		a.peeked = next
	}
	if a.peeked.Row != row {
		return Mark{}, false
	}
	return a.peeked, true
}

// keeps reports whether the text of a cell is kept.
func (a *annotator) keeps(how treatment, column int, text string) bool {
	switch {
	case a.Secret == nil, how == asItIs, how == asHeader, strings.TrimSpace(text) == "", slices.Contains(a.existing, column):
		return true
	case column < len(a.Secret) && a.Secret[column] && how != asRemark, how == asAWhole && !cannotBePassword(text):
		return false
	case how == byColumn && column < len(a.Fields) && a.Fields[column]:
		return true
	}
	return !a.mentions(text)
}

// cannotBePassword reports whether a text cannot be a password, even if the cells of its row have shifted.
func cannotBePassword(text string) bool {
	text = strings.TrimSpace(text)
	number, err := strconv.Atoi(text)
	const ports = 1 << 16
	return err == nil && number >= 0 && number < ports || account.IsAddress(text, true) || account.IsHost(text) || account.IsGUID(text) ||
		account.Identity{Name: text}.Plausible(true, nil).Name != ""
}

// annotateText passes over the rows of a text twice: the first pass learns the passwords.
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
		return l.row, nil // text appended to a faulty row might become part of a cell
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
	width := len(a.columnNames)
	shift := 0 // columns by which surplus cells move the added ones
	if len(l.cells) > width && !table.Blank(l.cells[width:]) {
		shift = len(l.cells) - width
	}
	end := width + shift
	for i, column := range a.existing {
		if column < 0 {
			column, end = end, end+1
		} else if column += shift; l.number == header {
			continue
		}
		if m.Cells != nil {
			changes[column] = quotedIn(l.table, m.Cells[i])
		} else if column < len(l.spans) || len(l.cells) >= width && shift == 0 && l.number > header {
			changes[column] = nil
		}
	}
	for i := len(l.spans); i < end && m.Cells != nil; i++ {
		if _, ok := changes[i]; !ok {
			changes[i] = nil // fills the gap up to the last added cell
		}
	}
	return l.with(changes, end), nil
}

// simpler replaces characters that old code pages lack by what people type for them.
var simpler = strings.NewReplacer("«", `"`, "»", `"`, "“", `"`, "”", `"`, "„", `"`, "—", "-", "–", "-", "…", "...", "→", "->", "’", "'", "\u00a0", " ")

// quotedIn returns a text of ours as an encoded cell. Characters that the file's
// encoding lacks are replaced, but never so that the cell begins a formula.
func quotedIn(t *text.Table, content string) []byte {
	cell, ok := t.Charset.Encoded(quoted(content, t.Delimiter))
	if ok {
		return cell
	}
	simple := simpler.Replace(content)
	known := strings.Map(func(r rune) rune {
		if _, ok := t.Charset.Encoded(string(r)); !ok {
			return '?'
		}
		return r
	}, simple)
	if known != "" && known[0] != content[0] && strings.ContainsRune("=+-@", rune(known[0])) {
		known = "'" + known
	}
	cell, _ = t.Charset.Encoded(quoted(known, t.Delimiter))
	return cell
}
