package report

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/lang"
)

// line is a row as it is written: one field a column, ready to be shown. The
// tags are the names of the columns in every format.
type line struct {
	Row       int    `csv:"row" json:"row"`
	Name      string `csv:"name" json:"name"`
	Email     string `csv:"email" json:"email"`
	Owner     string `csv:"owner" json:"owner"`
	Status    string `csv:"status" json:"status"`
	Code      string `csv:"code" json:"code"`
	Side      string `csv:"side" json:"side"`
	Host      string `csv:"host" json:"host"`
	Message   string `csv:"message" json:"message"`
	Hint      string `csv:"hint" json:"hint"`
	MailboxID number `csv:"mailbox_id" json:"mailbox_id"`
	Filled    string `csv:"filled" json:"filled"`
	Attempts  number `csv:"attempts" json:"attempts"`
	StartedAt string `csv:"started_at" json:"started_at"`
	Duration  number `csv:"duration_ms" json:"duration_ms"`
	Evidence  string `csv:"evidence" json:"evidence"`
	Run       string `csv:"run" json:"run"`
}

// Columns are the names of the columns, the same in every format.
var Columns = []string{
	"row", "name", "email", "owner", "status", "code", "side", "host", "message", "hint",
	"mailbox_id", "filled", "attempts", "started_at", "duration_ms", "evidence", "run",
}

// number is a whole number of which zero says nothing: the cell stays empty.
type number int64

// MarshalCSV implements gocsv.TypeMarshaller.
func (n number) MarshalCSV() (string, error) { return n.String(), nil }

// MarshalJSON implements json.Marshaler.
func (n number) MarshalJSON() ([]byte, error) {
	if n == 0 {
		return []byte("null"), nil
	}
	return strconv.AppendInt(nil, int64(n), 10), nil
}

func (n number) String() string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(int64(n), 10)
}

// maxCached bounds the sentences a renderer remembers.
const maxCached = 10_000

// renderer turns rows into lines in one language. Many rows say the same, so it
// remembers sentences. It is not safe for concurrent use.
type renderer struct {
	printer   *lang.Printer
	guarded   bool // the lines go where a spreadsheet looks for formulas
	sentences map[string]sentence
	fills     map[[account.NumFields]account.Fill]string
	key       []byte
}

// sentence is what is said of a problem.
type sentence struct {
	text string
	said string // the text, introduced as a warning if it is one
	hint string
}

func newRenderer(p *lang.Printer, guarded bool) *renderer {
	return &renderer{
		printer:   p,
		guarded:   guarded,
		sentences: make(map[string]sentence),
		fills:     make(map[[account.NumFields]account.Fill]string),
	}
}

func (r *renderer) line(row *Row) line {
	cause, who := row.cause(), row.identity()
	return line{
		Row:       row.Number,
		Name:      r.cell(who.Name, maxIdentity),
		Email:     r.cell(who.Email, maxIdentity),
		Owner:     r.cell(who.Owner, maxIdentity),
		Status:    string(row.Status),
		Code:      string(cause.Code),
		Side:      string(row.side()),
		Host:      r.cell(row.host(), maxIdentity),
		Message:   r.cell(r.message(row.Problems), maxSentence),
		Hint:      r.cell(r.hint(row.Problems), maxSentence),
		MailboxID: number(row.MailboxID),
		Filled:    r.filled(row.Fills),
		Attempts:  number(row.Attempts),
		StartedAt: timestamp(row.StartedAt),
		Duration:  number(row.Duration.Milliseconds()),
		Evidence:  r.cell(row.Evidence, maxSentence),
		Run:       r.cell(row.Run, maxIdentity),
	}
}

func (r *renderer) cell(text string, limit int) string {
	shown := clean(text, limit)
	if !r.guarded {
		return shown
	}
	shown = guardInner(shown)
	if startsFormula(text) {
		return "'" + shown
	}
	return shown
}

// message joins the sentences of all problems, errors first, each behind the
// cell it is about.
func (r *renderer) message(problems []diagnosis.Problem) string {
	if len(problems) == 0 {
		return ""
	}
	var parts []string
	for _, severity := range []diagnosis.Severity{diagnosis.Error, diagnosis.Warning, diagnosis.Notice} {
		for i := range problems {
			if p := &problems[i]; p.Severity() == severity {
				parts = append(parts, r.located(p))
			}
		}
	}
	return strings.Join(parts, "; ")
}

// located returns the sentence of a problem behind the cell it is about. The
// file is left out, and so is the row where the whole row is meant: both are said
// elsewhere in the report.
func (r *renderer) located(p *diagnosis.Problem) string {
	at := p.Place
	if at.Column == "" && at.Header == "" {
		return r.sentence(p).said
	}
	at.File = ""
	return r.printer.Place(at) + ": " + r.sentence(p).said
}

// hint returns what to do about the problem that decides.
func (r *renderer) hint(problems []diagnosis.Problem) string {
	p, ok := diagnosis.Worst(problems)
	if !ok {
		return ""
	}
	return r.sentence(&p).hint
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

// cause returns what is said of the rows of a group.
func (r *renderer) cause(c *Cause) (said, hint string) {
	if c.Code == "" {
		return r.printer.Text("status." + string(c.Status) + ".meaning"), ""
	}
	s := r.sentence(&c.Problem)
	return s.said, s.hint
}

// filled lists the fields that no cell of the row gave, with where their values
// came from: "port: preset; imap: rule".
func (r *renderer) filled(fills [account.NumFields]account.Fill) string {
	if s, ok := r.fills[fills]; ok {
		return s
	}
	var parts []string
	for f, from := range fills {
		if from != account.NotFilled {
			parts = append(parts, account.Field(f).String()+": "+from.String())
		}
	}
	if len(r.fills) >= maxCached {
		clear(r.fills)
	}
	s := strings.Join(parts, "; ")
	r.fills[fills] = s
	return s
}

// timestamp gives the moment as RFC 3339, empty for none.
func timestamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}
