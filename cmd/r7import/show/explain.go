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

// Explained is the output of `explain --json` for one row. Fields may be added but not changed.
type Explained struct {
	Schema   string           `json:"schema"`
	File     string           `json:"file"`
	Sheet    string           `json:"sheet,omitempty"`
	Row      int              `json:"row"`
	Fields   []ExplainedField `json:"fields"`
	Form     bool             `json:"form"`   // the request is sent as a form, not as JSON
	Unread   []string         `json:"unread"` // columns that feed no field
	Astray   bool             `json:"astray"` // the cells seem to be under wrong headers, so none is shown
	Problems []Told           `json:"problems"`
	Makes    []string         `json:"portal_makes"` // what the portal derives from the request
	Owner    ExplainedOwner   `json:"owner"`
	Portal   string           `json:"portal,omitempty"`
	Memory   []string         `json:"remembered"`
	Would    ExplainedWould   `json:"would"`

	Remembers bool          `json:"-"` // the portal has a stored state
	Outlook   *plan.Outlook `json:"-"`
}

// ExplainedField describes how a field gets its value. Secrets are masked.
type ExplainedField struct {
	Field    string          `json:"field"`
	From     string          `json:"from"` // cell, template, mapping, set, preset, row, rule; empty if it has no value
	Cells    []ExplainedCell `json:"cells,omitempty"`
	Template string          `json:"template,omitempty"`
	Preset   string          `json:"preset,omitempty"`
	Value    string          `json:"value"`
	Sent     json.RawMessage `json:"sent,omitempty"` // value in the request
	Unfit    bool            `json:"unfit,omitempty"`
}

// The origins of a value in addition to those of account.Fill.
const (
	FromCell     = "cell"
	FromTemplate = "template"
)

// ExplainedCell is a cell that a field is read from.
type ExplainedCell struct {
	Column string `json:"column"`
	Header string `json:"header"`
	Text   string `json:"text"`            // text of the cell, "***" for a secret
	State  string `json:"state,omitempty"` // empty, void (a word for no value) or unfit (not shown)
}

// The states of cells that give no value.
const (
	CellEmpty = "empty"
	CellVoid  = "void"
	CellUnfit = "unfit"
)

// ExplainedOwner is the person who gets the account.
type ExplainedOwner struct {
	Via     string `json:"via"` // caller, password, token, acting, nobody
	Person  string `json:"person,omitempty"`
	Rows    int    `json:"rows"` // the person's valid rows in the file
	Message string `json:"message"`
}

// ExplainedWould is what a run would do.
type ExplainedWould struct {
	Status  diagnosis.Status `json:"status,omitempty"` // empty if it depends on the portal
	Why     plan.Why         `json:"why"`
	Code    diagnosis.Code   `json:"code,omitempty"`
	Message string           `json:"message"`
	Hint    string           `json:"hint,omitempty"`
}

// Put fills in the sentences from Outlook: the row's problems, what the portal derives from
// the request, the owner, the stored knowledge, and what a run would do.
func (e *Explained) Put(c *ui.Console) {
	o := e.Outlook
	e.Row, e.Problems = o.Row.Number, []Told{}
	for i := range o.Row.Problems {
		e.Problems = append(e.Problems, *Tell(c, &o.Row.Problems[i]))
	}
	makes, memory := &lines{c, []string{}}, &lines{c, []string{}}
	if !o.Row.Invalid() {
		e.addMakes(makes)
	}
	e.addMemory(memory)
	e.Makes, e.Memory = makes.all, memory.all

	via := map[plan.Via]string{plan.ByCaller: "caller", plan.ByOwn: "password", plan.ByActing: "acting", plan.ByNobody: "nobody"}[o.Who.Via]
	person := e.Owner.Person
	switch {
	case o.Who.Via == plan.ByOwn && !o.Who.Login.Token.Empty():
		via = "token"
	case o.Who.Via == plan.ByCaller && o.Who.Login.Empty():
		via = "nobody"
	case o.Who.Via == plan.ByCaller:
		person = o.Holder
	}
	person = cmp.Or(person, o.Person.Email)
	e.Owner = ExplainedOwner{via, person, o.Rows, c.Text("explain.owner."+via, "Person", person, "Count", o.Rows)}

	would, problem := ExplainedWould{Status: o.Status, Why: o.Why}, ""
	if o.Problem != nil {
		would.Code, would.Hint, problem = o.Problem.Code, c.Lang.Hint(o.Problem), c.Lang.Located(o.Problem)
	}
	would.Message = c.Text("explain.would."+string(o.Why), "Fields", o.Changed, "Problem", problem, "Seen", moment(o.Known.Checked))
	if would.Status != "" {
		would.Message = c.Text("status."+string(would.Status)) + ": " + would.Message
	}
	e.Would = would
}

// addMakes adds what the portal derives from the request, where that differs from what is sent.
func (e *Explained) addMakes(l *lines) {
	s := &e.Outlook.Row.Settings
	server := func(field string, port int) string {
		i := slices.IndexFunc(e.Fields, func(f ExplainedField) bool { return f.Field == field })
		return e.Fields[i].Value + ":" + strconv.Itoa(port)
	}
	protocol := map[bool]string{true: "IMAP", false: "POP3"}[s.IMAP]
	l.add("explain.portal.logins", "Protocol", protocol, "In", server("server", s.Incoming.Port), "Out", server("smtp_server", s.Outgoing.Port))
	lower := strings.ToLower(s.Email)
	l.addIf(lower != s.Email, "explain.portal.lower", "Field", account.Email, "Value", lower)
	for _, f := range []account.Field{account.Account, account.SMTPAccount} {
		later := e.Outlook.LoginLater(f)
		l.addIf(later != s.Text(f), "explain.portal.login", "Field", f, "Value", later)
	}
	l.addIf(s.Name == "", "explain.portal.nameless")
	l.addIf(s.Restrict, "explain.portal.last_days")
	l.addIf(!s.Restrict, "explain.portal.everything")
	for _, side := range []struct {
		field      account.Field
		encryption account.Encryption
	}{{account.IncomingEncryption, s.Incoming.Encryption}, {account.OutgoingEncryption, s.Outgoing.Encryption}} {
		l.addIf(side.encryption == account.Plain, "explain.portal.plain", "Field", side.field)
		l.addIf(side.encryption == account.StartTLS, "explain.portal.starttls", "Field", side.field)
	}
	l.addIf(!s.SMTPAuth, "explain.portal.no_auth")
	l.addIf(s.Incoming.Auth == account.NTLM || s.Outgoing.Auth == account.NTLM, "explain.portal.ntlm")
	l.addIf(e.Form, "explain.portal.form")
}

// addMemory adds what the state knows about the account and its owner.
func (e *Explained) addMemory(l *lines) {
	o := e.Outlook
	switch known := &o.Known; {
	case e.Portal == "":
		l.add("explain.memory.no_portal")
		return
	case !e.Remembers:
		l.add("explain.memory.no_state", "Portal", e.Portal)
		return
	case o.Person.Name == "":
		l.add("explain.memory.stranger")
	case known.Key == account.Key{}:
		l.add("explain.memory.no_account")
	default:
		status := ""
		if known.Status != "" {
			status = l.Text("status." + string(known.Status))
		}
		l.add("explain.memory.account", "ID", known.MailboxID, "Run", known.Run, "Made", known.Made, "Status", status, "Seen", moment(known.Checked))
		if len(known.Fingerprint) > 0 {
			l.addIf(o.Changed == 0, "explain.memory.equal")
			l.addIf(o.Changed != 0, "explain.memory.changed", "Fields", o.Changed)
		}
		l.addIf(len(known.Refused) > 0, "explain.memory.refused", "Code", known.RefusedCode)
	}
	l.addIf(len(o.Login.Refused) > 0, "explain.memory.login", "Code", o.Login.RefusedCode, "Seen", moment(o.Login.Checked))
	l.addIf(len(o.Person.Refused) > 0, "explain.memory.person", "Code", o.Person.RefusedCode)
	l.addIf(o.Intent.Kind != "", "explain.memory.intent", "Kind", string(o.Intent.Kind), "At", moment(o.Intent.At), "Run", o.Intent.Run)
}

// Show writes the explanation for a person.
func (e *Explained) Show(out io.Writer, c *ui.Console) {
	l := &lines{Console: c}
	l.add("explain.title", "Row", e.Row, "File", strings.TrimSuffix(e.File+", "+e.Sheet, ", "))
	section := func(id string, lines ...string) {
		if len(lines) > 0 {
			l.all = append(l.all, "", c.Text("explain."+id))
		}
		for _, line := range lines {
			l.all = append(l.all, "  "+line)
		}
	}
	const widest = 30
	width := 0
	for i := range e.Fields {
		width = max(width, min(widest, runewidth.StringWidth(e.Fields[i].sent(c))))
	}
	fields := &lines{Console: c}
	for i := range e.Fields {
		fields.all = append(fields.all, e.Fields[i].line(c, width))
	}
	fields.addIf(e.Astray, "explain.astray")
	fields.addIf(len(e.Unread) > 0, "explain.unread", "Columns", e.Unread)
	if e.Outlook.Row.Invalid() {
		section("fields.unsent", fields.all...)
	} else {
		section("fields", fields.all...)
	}
	severity := [...]string{diagnosis.Error: "ui.error", diagnosis.Warning: "ui.warning", diagnosis.Notice: "ui.notice"}
	var problems []string
	for i := range e.Problems {
		p := &e.Problems[i]
		text := c.Text(severity[p.Severity()]) + ": " + p.Message
		if p.Hint != "" {
			text += " (" + p.Hint + ")"
		}
		problems = append(problems, text)
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
	l.write(out)
}

// sent returns the value as it is sent, followed by the word that a number stands for.
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

// followed maps a field to the field that its default follows if no cell gives it: another
// field of the row, or the port that decides the encryption.
var followed = map[string]string{
	"account": "email", "smtp_account": "account", "smtp_password": "password",
	"imap": "port", "incoming_encryption_type": "port", "outcoming_encryption_type": "smtp_port",
}

// line returns the line of one field: its name, the value sent, and the value's origin.
func (f *ExplainedField) line(c *ui.Console, width int) string {
	const fieldWidth = 25
	l := lines{Console: c}
	l.addIf(f.From != "" && f.From != FromCell, "explain.from."+f.From, "Template", f.Template, "Preset", f.Preset, "Field", followed[f.Field])
	for _, cell := range f.Cells {
		id := "explain.cell.text"
		switch {
		case cell.State != "":
			id = "explain.cell." + cell.State
		case f.From == FromCell && cell.Text == f.Value: // the cell's text is the value
			id = "explain.cell"
		}
		l.add(id, "Column", cell.Column, "Header", strconv.Quote(cell.Header), "Text", strconv.Quote(cell.Text))
	}
	l.addIf(len(l.all) == 0, "explain.from.nothing")
	return runewidth.FillRight(f.Field, fieldWidth) + " " + runewidth.FillRight(f.sent(c), width) + " <- " + strings.Join(l.all, "; ")
}
