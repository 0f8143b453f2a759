package show

import (
	"cmp"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/mattn/go-runewidth"

	"r7import/cmd/r7import/ui"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/plan"
)

// Explained is the way of a row, as `explain --json` tells it. Fields are only ever added.
type Explained struct {
	Schema   string           `json:"schema"`
	File     string           `json:"file"`
	Sheet    string           `json:"sheet,omitempty"`
	Row      int              `json:"row"`
	Fields   []ExplainedField `json:"fields"`
	Form     bool             `json:"form"`   // the request travels as a form, not as JSON
	Unread   []string         `json:"unread"` // columns
	Astray   bool             `json:"astray"` // the cells seem to have slipped under other headers, so that none is shown
	Problems []Told           `json:"problems"`
	Makes    []string         `json:"portal_makes"` // what the portal makes of the request
	Owner    ExplainedOwner   `json:"owner"`
	Portal   string           `json:"portal,omitempty"`
	Memory   []string         `json:"remembered"`
	Would    ExplainedWould   `json:"would"`

	Remembers bool          `json:"-"` // there is a state of the portal
	Outlook   *plan.Outlook `json:"-"`
}

// ExplainedField is how a field gets its value. Secrets are masked.
type ExplainedField struct {
	Field    string          `json:"field"`
	From     string          `json:"from"` // cell, template, mapping, set, preset, row, rule; empty where there is no value
	Cells    []ExplainedCell `json:"cells,omitempty"`
	Template string          `json:"template,omitempty"`
	Preset   string          `json:"preset,omitempty"`
	Value    string          `json:"value"`
	Sent     json.RawMessage `json:"sent,omitempty"` // as the request has it
	Unfit    bool            `json:"unfit,omitempty"`
}

// Where a value is from, beside the words of account.Fill.
const (
	FromCell     = "cell"
	FromTemplate = "template"
)

// ExplainedCell is a cell that a field is read from.
type ExplainedCell struct {
	Column string `json:"column"`
	Header string `json:"header"`
	Text   string `json:"text"`            // as it stands, "***" for a secret
	State  string `json:"state,omitempty"` // empty, void: a word for no value, unfit: not shown
}

// States of cells that give no value.
const (
	CellEmpty = "empty"
	CellVoid  = "void"
	CellUnfit = "unfit"
)

// ExplainedOwner is who gets the account.
type ExplainedOwner struct {
	Via     string `json:"via"` // caller, password, token, acting, nobody
	Person  string `json:"person,omitempty"`
	Rows    int    `json:"rows"` // valid rows of the file for them
	Message string `json:"message"`
}

// ExplainedWould is what a run would do.
type ExplainedWould struct {
	Status  diagnosis.Status `json:"status,omitempty"` // empty where only a look can tell
	Why     plan.Why         `json:"why"`
	Code    diagnosis.Code   `json:"code,omitempty"`
	Message string           `json:"message"`
	Hint    string           `json:"hint,omitempty"`
}

// Put puts the sentences in.
func (e *Explained) Put(c *ui.Console) {
	o := e.Outlook
	e.Row = o.Row.Number
	e.Problems, e.Makes, e.Memory = []Told{}, []string{}, []string{}
	for i := range o.Row.Problems {
		e.Problems = append(e.Problems, *Tell(c, &o.Row.Problems[i]))
	}
	if !o.Row.Invalid() {
		e.makes(func(id string, facts ...any) { e.Makes = append(e.Makes, c.Text("explain.portal."+id, facts...)) })
	}
	e.owner(c)
	e.remembered(c, func(id string, facts ...any) { e.Memory = append(e.Memory, c.Text("explain.memory."+id, facts...)) })
	e.would(c)
}

// makes says what the portal makes of the request, as far as that is not what was sent.
func (e *Explained) makes(say func(id string, facts ...any)) {
	s := &e.Outlook.Row.Settings
	protocol := map[bool]string{true: "IMAP", false: "POP3"}[s.IMAP]
	say("logins", "Protocol", protocol, "In", e.server("server", s.Incoming.Port), "Out", e.server("smtp_server", s.Outgoing.Port))
	if lower := strings.ToLower(s.Email); lower != s.Email {
		say("lower", "Field", account.Email, "Value", lower)
	}
	for _, f := range []account.Field{account.Account, account.SMTPAccount} {
		if later := e.Outlook.LoginLater(f); later != s.Text(f) {
			say("login", "Field", f, "Value", later)
		}
	}
	if s.Name == "" {
		say("nameless")
	}
	if s.Restrict {
		say("last_days")
	} else {
		say("everything")
	}
	for _, side := range []struct {
		field  account.Field
		server *account.Server
	}{{account.IncomingEncryption, &s.Incoming}, {account.OutgoingEncryption, &s.Outgoing}} {
		switch side.server.Encryption {
		case account.Plain:
			say("plain", "Field", side.field)
		case account.StartTLS:
			say("starttls", "Field", side.field)
		}
	}
	if !s.SMTPAuth {
		say("no_auth")
	}
	if s.Incoming.Auth == account.NTLM || s.Outgoing.Auth == account.NTLM {
		say("ntlm")
	}
	if e.Form {
		say("form")
	}
}

// server names a mail server as the field shows it.
func (e *Explained) server(field string, port int) string {
	i := slices.IndexFunc(e.Fields, func(f ExplainedField) bool { return f.Field == field })
	return e.Fields[i].Value + ":" + strconv.Itoa(port)
}

// owner says who gets the account.
func (e *Explained) owner(c *ui.Console) {
	who := e.Outlook.Who
	person := e.Owner.Person
	via := map[plan.Via]string{plan.ByCaller: "caller", plan.ByOwn: "password", plan.ByActing: "acting", plan.ByNobody: "nobody"}[who.Via]
	if who.Via == plan.ByOwn && !who.Login.Token.Empty() {
		via = "token"
	}
	if who.Via == plan.ByCaller && who.Login.Empty() {
		via = "nobody"
	} else if who.Via == plan.ByCaller {
		person = e.Outlook.Holder
	}
	person = cmp.Or(person, e.Outlook.Person.Email)
	e.Owner = ExplainedOwner{via, person, e.Outlook.Rows, c.Text("explain.owner."+via, "Person", person, "Count", e.Outlook.Rows)}
}

// remembered says what the state has of the account and its person.
func (e *Explained) remembered(c *ui.Console, say func(id string, facts ...any)) {
	const moment = "2006-01-02 15:04"
	o := e.Outlook
	switch known := &o.Known; {
	case e.Portal == "":
		say("no_portal")
		return
	case !e.Remembers:
		say("no_state", "Portal", e.Portal)
		return
	case o.Person.Name == "":
		say("stranger")
	case known.Key == account.Key{}:
		say("no_account")
	default:
		facts := []any{"ID", known.MailboxID, "Run", known.Run, "Made", known.Made}
		if known.Status != "" {
			facts = append(facts, "Status", c.Text("status."+string(known.Status)))
		}
		if !known.Checked.IsZero() {
			facts = append(facts, "Seen", known.Checked.Local().Format(moment))
		}
		say("account", facts...)
		if len(known.Fingerprint) > 0 && o.Changed == 0 {
			say("equal")
		} else if len(known.Fingerprint) > 0 {
			say("changed", "Fields", o.Changed)
		}
		if len(known.Refused) > 0 {
			say("refused", "Code", known.RefusedCode)
		}
	}
	if len(o.Login.Refused) > 0 {
		say("login", "Code", o.Login.RefusedCode, "Seen", o.Login.Checked.Local().Format(moment))
	}
	if len(o.Person.Refused) > 0 {
		say("person", "Code", o.Person.RefusedCode)
	}
	if o.Intent.Kind != "" {
		say("intent", "Kind", string(o.Intent.Kind), "At", o.Intent.At.Local().Format(moment), "Run", o.Intent.Run)
	}
}

// would says what a run would do.
func (e *Explained) would(c *ui.Console) {
	o := e.Outlook
	w := ExplainedWould{Status: o.Status, Why: o.Why}
	facts := []any{"Fields", o.Changed}
	if o.Problem != nil {
		w.Code, w.Hint = o.Problem.Code, c.Lang.Hint(o.Problem)
		facts = append(facts, "Problem", c.Lang.Located(o.Problem))
	}
	if !o.Known.Checked.IsZero() {
		facts = append(facts, "Seen", o.Known.Checked.Local().Format("2006-01-02 15:04"))
	}
	w.Message = c.Text("explain.would."+string(o.Why), facts...)
	if w.Status != "" {
		w.Message = c.Text("status."+string(w.Status)) + ": " + w.Message
	}
	e.Would = w
}

// Show tells it to a person.
func (e *Explained) Show(out io.Writer, c *ui.Console) {
	Line(out, c.Text("explain.title", "Row", e.Row, "File", strings.TrimSuffix(e.File+", "+e.Sheet, ", ")))
	section := func(id string, lines ...string) {
		if len(lines) == 0 {
			return
		}
		Line(out, "")
		Line(out, c.Text("explain."+id))
		for _, line := range lines {
			Line(out, "  "+line)
		}
	}
	var fields, problems []string
	width := 0
	for i := range e.Fields {
		width = max(width, min(widestSent, runewidth.StringWidth(e.Fields[i].sent(c))))
	}
	for i := range e.Fields {
		fields = append(fields, e.Fields[i].line(c, width))
	}
	if e.Astray {
		fields = append(fields, c.Text("explain.astray"))
	}
	if len(e.Unread) > 0 {
		fields = append(fields, c.Text("explain.unread", "Columns", e.Unread))
	}
	for i := range e.Problems {
		p := &e.Problems[i]
		text := p.Message
		if p.Hint != "" {
			text += " (" + p.Hint + ")"
		}
		problems = append(problems, c.Text(severityID[p.Severity()])+": "+text)
	}
	if e.Outlook.Row.Invalid() {
		section("fields.unsent", fields...)
	} else {
		section("fields", fields...)
	}
	section("problems", problems...)
	section("portal", e.Makes...)
	section("owner", e.Owner.Message)
	section("memory", e.Memory...)
	would := []string{e.Would.Message}
	if e.Would.Hint != "" {
		would = append(would, c.Text("ui.hint")+": "+e.Would.Hint)
	}
	section("would", append(would, c.Text("explain.offline"))...)
}

var severityID = [...]string{diagnosis.Error: "ui.error", diagnosis.Warning: "ui.warning", diagnosis.Notice: "ui.notice"}

const (
	fieldWidth = 25
	widestSent = 30
)

// sent writes the value as it is sent, with the word that a number stands for.
func (f *ExplainedField) sent(c *ui.Console) string {
	text := cmp.Or(string(f.Sent), f.Value)
	switch {
	case f.Unfit:
		return c.Text("proposal.unfit")
	case len(f.Sent) == 1 && f.Value != "" && f.Value != text:
		return text + " (" + f.Value + ")"
	}
	return text
}

// line is the way of one field: its name, what is sent, and where that is from.
func (f *ExplainedField) line(c *ui.Console, width int) string {
	parts := []string{}
	switch f.From {
	case "", FromCell:
	case "row":
		parts = append(parts, c.Text("explain.from.row", "Field", rowSource[f.Field]))
	case "rule":
		parts = append(parts, c.Text("explain.from.rule", "Field", rulePort[f.Field]))
	default:
		parts = append(parts, c.Text("explain.from."+f.From, "Template", f.Template, "Preset", f.Preset))
	}
	for _, cell := range f.Cells {
		parts = append(parts, cell.line(c, f))
	}
	if len(parts) == 0 {
		parts = append(parts, c.Text("explain.from.nothing"))
	}
	return runewidth.FillRight(f.Field, fieldWidth) + " " + runewidth.FillRight(f.sent(c), width) + " <- " + strings.Join(parts, "; ")
}

// rowSource names the fields that others follow when no cell gives them.
var rowSource = map[string]string{"account": "email", "smtp_account": "account", "smtp_password": "password"}

// rulePort names the ports that fields follow by the secure rule.
var rulePort = map[string]string{"imap": "port", "incoming_encryption_type": "port", "outcoming_encryption_type": "smtp_port"}

// line says what stands in the cell, unless that is the value.
func (cell *ExplainedCell) line(c *ui.Console, f *ExplainedField) string {
	facts := []any{"Column", cell.Column, "Header", strconv.Quote(cell.Header)}
	switch {
	case cell.State != "":
		return c.Text("explain.cell."+cell.State, append(facts, "Text", strconv.Quote(cell.Text))...)
	case f.From == FromCell && cell.Text == f.Value:
		return c.Text("explain.cell", facts...)
	}
	return c.Text("explain.cell.text", append(facts, "Text", strconv.Quote(cell.Text))...)
}
