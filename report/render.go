package report

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/lang"
)

// line is a row as it is written, with one field per column. The tags are the names of the
// columns in every format and, for workbooks, their widths and whether their texts are
// wrapped.
type line struct {
	Row       int    `csv:"row" json:"row" width:"7"`
	Name      string `csv:"name" json:"name" width:"30"`
	Email     string `csv:"email" json:"email" width:"32"`
	Owner     string `csv:"owner" json:"owner" width:"38"`
	Status    string `csv:"status" json:"status" width:"14"`
	Code      string `csv:"code" json:"code" width:"26"`
	Side      string `csv:"side" json:"side" width:"11"`
	Host      string `csv:"host" json:"host" width:"26"`
	Message   string `csv:"message" json:"message" width:"64" wraps:"true"`
	Hint      string `csv:"hint" json:"hint" width:"52" wraps:"true"`
	MailboxID number `csv:"mailbox_id" json:"mailbox_id" width:"12"`
	Filled    string `csv:"filled" json:"filled" width:"34" wraps:"true"`
	Attempts  number `csv:"attempts" json:"attempts" width:"10"`
	StartedAt moment `csv:"started_at" json:"started_at" width:"20"`
	Duration  number `csv:"duration_ms" json:"duration_ms" width:"12"`
	Evidence  string `csv:"evidence" json:"evidence" width:"34" wraps:"true"`
	Run       string `csv:"run" json:"run" width:"22"`
}

// Columns are the names of the columns, the same in every format.
var Columns = tagsOfLine("csv")

func tagsOfLine(key string) (tags []string) {
	for f := range reflect.TypeFor[line]().Fields() {
		tags = append(tags, f.Tag.Get(key))
	}
	return tags
}

// number is an integer whose zero value is written as an empty cell or as null.
type number int64

// MarshalCSV implements gocsv.TypeMarshaller.
func (n number) MarshalCSV() (string, error) { return n.String(), nil }

// MarshalJSON implements json.Marshaler.
func (n number) MarshalJSON() ([]byte, error) { return []byte(cmp.Or(n.String(), "null")), nil }

func (n number) String() string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(int64(n), 10)
}

// moment is a time whose zero value is written as an empty cell or as null.
type moment struct{ time.Time }

// MarshalCSV implements gocsv.TypeMarshaller.
func (m moment) MarshalCSV() (string, error) { return m.in(time.RFC3339), nil }

// MarshalJSON implements json.Marshaler.
func (m moment) MarshalJSON() ([]byte, error) {
	if m.IsZero() {
		return []byte("null"), nil
	}
	return []byte(`"` + m.in(time.RFC3339) + `"`), nil
}

func (m moment) in(layout string) string {
	if m.IsZero() {
		return ""
	}
	return m.Format(layout)
}

// maxCached is the greatest number of sentences that a renderer caches.
const maxCached = 10_000

// renderer turns rows into lines in one language. Many rows have the same problems, so
// it caches sentences. It is not safe for concurrent use.
type renderer struct {
	printer   *lang.Printer
	guarded   bool // protect texts against being read as formulas by a spreadsheet
	sentences map[string]sentence
	key       []byte
}

// sentence holds the texts for a problem.
type sentence struct {
	text string
	said string // the text, marked as a warning if it is one
	hint string
}

func newRenderer(p *lang.Printer, guarded bool) *renderer {
	return &renderer{printer: p, guarded: guarded, sentences: make(map[string]sentence)}
}

func (r *renderer) line(row *Row) line {
	who := account.Identity{Name: row.Name, Email: row.Email, Owner: row.Owner}.Plausible(row.Status == diagnosis.Invalid, row.Problems)
	return line{
		Row:       row.Number,
		Name:      r.cell(who.Name, maxIdentity),
		Email:     r.cell(who.Email, maxIdentity),
		Owner:     r.cell(who.Owner, maxIdentity),
		Status:    string(row.Status),
		Code:      string(row.cause().Code),
		Side:      string(row.side()),
		Host:      r.cell(row.host(), maxIdentity),
		Message:   r.cell(r.message(row.Problems), maxSentence),
		Hint:      r.cell(r.hint(row.Problems), maxSentence),
		MailboxID: number(row.MailboxID),
		Filled:    filled(row.Fills),
		Attempts:  number(row.Attempts),
		StartedAt: moment{row.StartedAt},
		Duration:  number(row.Duration.Milliseconds()),
		Evidence:  r.cell(row.Evidence, maxSentence),
		Run:       r.cell(row.Run, maxIdentity),
	}
}

func (r *renderer) cell(text string, limit int) string {
	shown := diagnosis.Spelled(text, limit)
	if r.guarded {
		shown = guardInner(shown)
		if startsFormula(text) {
			shown = "'" + shown
		}
	}
	return shown
}

// Annotator renders the outcome of a row as cells of an annotated copy: its status,
// code, message, hint and mailbox. It is not safe for concurrent use.
type Annotator struct{ renderer *renderer }

// NewAnnotator returns an annotator for the language of p. Set guarded for cells of a CSV
// file: they are protected against being read as formulas by a spreadsheet program.
func NewAnnotator(p *lang.Printer, guarded bool) *Annotator {
	return &Annotator{newRenderer(p, guarded)}
}

// Cells returns the cells for a row: status, code, message, hint and mailbox id.
func (a *Annotator) Cells(row *Row) []string {
	l := a.renderer.line(row)
	return []string{l.Status, l.Code, l.Message, l.Hint, l.MailboxID.String()}
}

// message joins the sentences of all problems, errors first, each after the place of its
// cell. It leaves out the file, and the place of a problem of a whole row: the report has
// both elsewhere.
func (r *renderer) message(problems []diagnosis.Problem) string {
	var parts []string
	for _, severity := range []diagnosis.Severity{diagnosis.Error, diagnosis.Warning, diagnosis.Notice} {
		for i := range problems {
			p := &problems[i]
			if p.Severity() != severity {
				continue
			}
			said := r.sentence(p).said
			if at := p.Place; at.Column != "" || at.Header != "" {
				at.File = ""
				said = r.printer.Place(at) + ": " + said
			}
			parts = append(parts, said)
		}
	}
	return strings.Join(parts, "; ")
}

// hint returns the hint for the worst problem, empty if there is none.
func (r *renderer) hint(problems []diagnosis.Problem) string {
	if p, ok := diagnosis.Worst(problems); ok {
		return r.sentence(&p).hint
	}
	return ""
}

func (r *renderer) sentence(p *diagnosis.Problem) sentence {
	r.key = append(r.key[:0], p.Code...)
	for _, name := range slices.Sorted(maps.Keys(p.Args)) {
		r.key = append(append(append(append(r.key, 0), name...), 0), p.Args[name]...)
	}
	if s, ok := r.sentences[string(r.key)]; ok {
		return s
	}
	if len(r.sentences) >= maxCached {
		clear(r.sentences)
	}
	text := r.printer.Problem(p)
	s := sentence{text: text, said: text, hint: r.printer.Hint(p)}
	if p.Severity() == diagnosis.Warning {
		s.said = r.printer.Text("report.warning", "Text", text)
	}
	r.sentences[string(r.key)] = s
	return s
}

// cause returns the sentence and the hint for a group of rows.
func (r *renderer) cause(c *Cause) (said, hint string) {
	if c.Code == "" {
		return r.printer.Text("status." + string(c.Status) + ".meaning"), ""
	}
	s := r.sentence(&c.Problem)
	return s.said, s.hint
}

// filled lists the fields that were filled in, with the sources of their values:
// "port: preset; imap: rule".
func filled(fills [account.NumFields]account.Fill) string {
	var parts []string
	for f, from := range fills {
		if from != account.NotFilled {
			parts = append(parts, account.Field(f).String()+": "+from.String())
		}
	}
	return strings.Join(parts, "; ")
}
