package rewrite

import (
	"bytes"
	"context"
	"io"
	"strings"

	"r7import/importer/source/table"
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

// Redact writes the table once more with everything masked that is not known to be
// harmless; asides tells the rows that are no accounts. A text keeps its lines,
// delimiter and encoding. Of a workbook the copy has the cells of the table, in their
// places and merged as they are, and nothing else: no formula, format, comment or other sheet.
// The error is a *[diagnosis.Problem], that of ctx, or that of w.
func Redact(ctx context.Context, w io.Writer, from Original, asides table.Asides, o Redaction) (Redacted, error) {
	r := &redactor{
		Redaction:  o,
		classifier: classifier{secrets: newSecrets(), headers: from.Headers, asides: asides, secret: o.Secret, astray: o.Astray, mask: o.Mask},
		done:       Redacted{Alike: make(map[int]int)},
	}
	var err error
	if from.Text == nil {
		err = r.redactSheet(ctx, w, from)
	} else if err = r.learnText(ctx, from.Text); err == nil {
		err = eachLine(ctx, w, from.Text, r.redactLine)
	}
	r.done.Whole = r.whole
	return r.done, err
}

// redactor is a redaction while it is done.
type redactor struct {
	Redaction
	classifier
	done Redacted
}

// shown returns what the copy shows of the text of a cell, and whether that is a mask.
// A comment stays one.
func (r *redactor) shown(how treatment, column int, text string) (string, bool) {
	kept := how == asItIs || how == asHeader || how == byColumn && column < len(r.Kept) && r.Kept[column]
	switch {
	case how == asItIs, strings.TrimSpace(text) == "", kept && !r.tells(text):
		return text, false
	case kept:
		r.done.Alike[column]++
	}
	r.done.Cells++
	if how >= asAWhole && table.IsComment(strings.TrimSpace(text)) {
		return "# " + r.Mask, true
	}
	return r.Mask, true
}

// redactLine returns a row of a text with masks in place of what the copy does not show.
func (r *redactor) redactLine(l *line) ([]byte, error) {
	if !l.sound {
		r.done.Cells++
		return append([]byte(r.Mask), l.end...), nil
	}
	how := r.treatLine(l)
	changes := make(map[int][]byte)
	for i, text := range l.cells {
		shown, masked := r.shown(how, i, text)
		if !masked {
			continue
		}
		if bytes.HasPrefix(l.text[l.at[i].From:l.at[i].To], []byte{'"'}) {
			shown = `"` + shown + `"`
		}
		changes[i] = []byte(shown)
	}
	return l.with(changes, 0), nil
}
