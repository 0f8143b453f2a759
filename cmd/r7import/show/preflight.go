package show

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/ui"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/pace"
	"r7import/importer/plan"
	"r7import/importer/preflight"
)

var loginLabels = []string{"rows", "tried", "pace", "lockout"}

// Logins is what a preflight is about to do.
type Logins struct {
	File, Sheet         string
	Rows, Invalid, Held int // the valid ones, those with errors, and those refused before
	Sample, Tried       int // rows of each pair of servers, 0 is all; logins
	Rate                config.Rate
	Workers, PerHost    int
	Worst, Limit        pace.Lockout
	AnyCertificate      bool
}

// Show shows the plan of a preflight before anything is sent.
func (l Logins) Show(c *ui.Console) {
	title := l.File
	if l.Sheet != "" {
		title += " (" + l.Sheet + ")"
	}
	c.Print(c.Text("preflight.title", "File", title))
	width := 0
	for _, name := range loginLabels {
		width = max(width, runewidth.StringWidth(c.Text("preflight.label."+name)))
	}
	row := func(name, text string) {
		c.PrintBehind("  "+runewidth.FillRight(c.Text("preflight.label."+name), width)+"  ", text)
	}
	row("rows", c.Text("preflight.rows", "N", l.Rows, "Invalid", nonZero(l.Invalid), "Held", nonZero(l.Held)))
	row("tried", c.Text("preflight.tried", "Count", l.Tried, "Sample", nonZero(l.Sample)))
	row("pace", c.Text("preflight.pace", "Rate", l.Rate, "Workers", l.Workers, "PerHost", l.PerHost))
	row("lockout", LockoutText(c, "preflight.worst", l.Worst, l.Limit))
	c.Print("  " + c.Text("preflight.here"))
	if l.AnyCertificate {
		c.Print("  " + c.Text("preflight.anycertificate"))
	}
}

// nonZero is a number that sentences can ask for.
func nonZero(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// LockoutText says how many refused logins there could be, and what the limit is.
func LockoutText(c *ui.Console, id string, worst, limit pace.Lockout) string {
	if worst.Account == 0 {
		return c.Text("preflight.worst.none")
	}
	text := c.Text(id, "Account", worst.Account, "Address", worst.Address, "Host", shownHost(c, worst.Host))
	if limit != (pace.Lockout{}) {
		text += "; " + c.Text("preflight.limit", "Account", limit.Account, "Address", limit.Address)
	}
	return text
}

// Servers shows how far one gets with each mail server: where all is well in a line,
// else with the step at which it ends.
func Servers(c *ui.Console, check *preflight.Check) {
	for i, use := range check.Uses {
		probe := &check.Probes[i]
		title := c.Text("preflight.server", "Protocol", use.Protocol, "Host", shownHost(c, use.Host), "Setting", use.Setting(), "Count", use.Rows)
		problem := probe.Problem()
		var done []string
		for _, step := range probe.Steps {
			text := stepText(c, step)
			if text != "" && step.Facts != nil && (problem != nil || step.Name != preflight.StepGreeting && step.Name != preflight.StepAbility) {
				done = append(done, text)
			}
		}
		if problem == nil {
			c.PrintBehind("  ✓ ", title+": "+strings.Join(done, " · "))
			if probe.Warning != "" {
				c.PrintBehind("    ! ", c.Lang.Problem(diagnosis.New(diagnosis.MailCertAccepted, "Host", use.Host, "Why", probe.Warning)))
			}
			continue
		}
		c.PrintBehind("  ✗ ", title)
		for _, text := range done {
			c.PrintBehind("    ✓ ", text)
		}
		last := probe.Steps[len(probe.Steps)-1]
		c.PrintBehind("    ✗ ", c.Text("preflight.step."+string(last.Name))+": "+c.Lang.Problem(problem)+" ["+string(problem.Code)+"]")
		if hint := c.Lang.Hint(problem); hint != "" {
			c.PrintBehind("      → ", hint)
		}
	}
}

// shownHost names a mail server unless that may be a password whose cell has slipped.
func shownHost(c *ui.Console, host string) string {
	if account.IsHost(host) {
		return host
	}
	return c.Text("plan.host.unnamed")
}

func stepText(c *ui.Console, step preflight.Step) string {
	id := "preflight.done." + string(step.Name)
	if !c.Lang.Has(id) { // says nothing that the others do not
		return ""
	}
	facts := make([]any, 0, 2*len(step.Facts))
	for name, fact := range step.Facts {
		facts = append(facts, name, fact)
	}
	return c.Text(id, facts...)
}

// MendQuestion returns what is asked about a setting that works: its id and facts.
func MendQuestion(c *ui.Console, m preflight.Mend) (string, []any) {
	return "preflight.mend", []any{"Count", m.Rows, "Host", shownHost(c, m.From.Host), "From", setting(m.From, m.To), "To", setting(m.To, m.From)}
}

// setting is a server's in words, with what else differs from the other one.
func setting(s, other preflight.Server) string {
	text := s.Setting()
	if s.Protocol != other.Protocol {
		text = string(s.Protocol) + " " + text
	}
	if s.Host != other.Host {
		text = s.Host + " " + text
	}
	return text
}

// Cure says how a file is read so that its rows get settings that work: by flags, and
// by lines of a mapping file. uses are the servers as the rows name them, headers what
// the file calls its columns, by field.
func Cure(mends []preflight.Mend, uses []preflight.Use, headers map[string]string) (flags, mapping []string) {
	words := make(map[account.Field][]string)    // lines
	branches := make(map[account.Field][]string) // conditions with values
	for _, m := range mends {
		use := uses[slices.IndexFunc(uses, func(u preflight.Use) bool { return u.Server == m.From })]
		given := use.Given
		host, port, rest := changesOf(m)
		if host.from != host.to && given.Has(host.field) {
			words[host.field] = append(words[host.field], "    "+host.from+": "+host.to)
		} else if host.from != host.to {
			flags = append(flags, host.flag())
		}
		// Only the rows of the server whose port does not work. The other templates see
		// what has become of the port.
		var where []string
		if headers[host.field.String()] != "" {
			where = append(where, "(eq (lower ."+host.field.String()+") "+quoted(host.from)+")")
		}
		old := append(slices.Clone(where), "(eq ("+cell(headers, port.field)+") "+quoted(port.from)+")")
		if port.from != port.to && given.Has(port.field) {
			branches[port.field] = append(branches[port.field], "if and "+strings.Join(old, " ")+" }}"+port.to)
		} else if port.from != port.to {
			flags = append(flags, port.flag())
		}
		if given.Has(port.field) {
			where = append(where, "(eq ."+port.field.String()+" "+quoted(port.to)+")")
		}
		for _, ch := range rest {
			switch {
			case given.Has(ch.field) && ch.from != ch.to:
				branches[ch.field] = append(branches[ch.field], "if and "+strings.Join(where, " ")+" }}"+ch.to)
			case !given.Has(ch.field) && ch.from != ch.to && !(use.Ruled.Has(ch.field) && followsPort(m.To)):
				flags = append(flags, ch.flag())
			}
		}
	}
	for _, f := range slices.Sorted(maps.Keys(words)) {
		mapping = append(append(mapping, "  "+f.String()+":"), words[f]...)
	}
	if len(mapping) > 0 {
		mapping = append([]string{"words:"}, mapping...)
	}
	if len(branches) > 0 {
		mapping = append(mapping, "templates:")
	}
	for _, f := range slices.Sorted(maps.Keys(branches)) {
		text := "{{ " + strings.Join(branches[f], "{{ else ") + "{{ else }}{{ " + cell(headers, f) + " }}{{ end }}"
		mapping = append(mapping, "  "+f.String()+": '"+strings.ReplaceAll(text, "'", "''")+"'")
	}
	return flags, mapping
}

// cell is the cell of a field in a template.
func cell(headers map[string]string, f account.Field) string {
	return "index . " + quoted(headers[f.String()])
}

// change is a field whose value a mend changes.
type change struct {
	field    account.Field
	from, to string
}

func (ch change) flag() string { return "--set " + Quote(ch.field.String()+"="+ch.to, runtime.GOOS) }

// changesOf returns what a mend makes of the fields of its side: host, port, and what
// follows from the port at a usual one.
func changesOf(m preflight.Mend) (host, port change, rest []change) {
	encryption := [2]string{m.From.Encryption.String(), m.To.Encryption.String()}
	ports := [2]string{strconv.Itoa(m.From.Port), strconv.Itoa(m.To.Port)}
	if m.From.Protocol == preflight.SMTP {
		return change{account.SMTPServer, m.From.Host, m.To.Host}, change{account.SMTPPort, ports[0], ports[1]},
			[]change{{account.OutgoingEncryption, encryption[0], encryption[1]}}
	}
	imap := func(s preflight.Server) string { return strconv.FormatBool(s.Protocol == preflight.IMAP) }
	return change{account.ServerHost, m.From.Host, m.To.Host}, change{account.Port, ports[0], ports[1]},
		[]change{{account.IncomingEncryption, encryption[0], encryption[1]}, {account.IMAP, imap(m.From), imap(m.To)}}
}

func followsPort(s preflight.Server) bool {
	usual, known := account.UsualIncoming(s.Port)
	if s.Protocol == preflight.SMTP {
		usual, known = account.UsualOutgoing(s.Port)
		usual.IMAP = false
	}
	return known && usual.Encryption == s.Encryption && usual.IMAP == (s.Protocol == preflight.IMAP)
}

func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// Mended tells of settings that work in place of those that do not, and how the rows
// of a run get them.
func Mended(c *ui.Console, mends []preflight.Mend, flags, mapping []string) {
	for _, m := range mends {
		id, facts := MendQuestion(c, m)
		c.Say(id+".found", facts...)
	}
	if len(flags) > 0 {
		c.Say("preflight.cure.flags", "Flags", strings.Join(flags, " "))
	}
	if len(mapping) > 0 {
		c.Say("preflight.cure.mapping")
		for _, line := range mapping {
			c.Print("    " + line)
		}
	}
}

// Preflight is what logging in from this machine has shown, as JSON.
// Fields are only ever added.
type Preflight struct {
	Servers []ServerFacts            `json:"servers"`
	Mends   []MendFacts              `json:"mends,omitempty"`
	Flags   []string                 `json:"cure_flags,omitempty"`   // by which the rows of a run get them
	Mapping []string                 `json:"cure_mapping,omitempty"` // the same, lines of a mapping file
	Tried   int                      `json:"tried"`
	Logins  int                      `json:"logins"`         // sent
	Worst   pace.Lockout             `json:"worst"`          // that could have been, from this machine
	PerRow  int                      `json:"portal_account"` // refused logins that one account sees if the portal sends a wrong password
	Would   map[diagnosis.Status]int `json:"would,omitempty"`
	Failing int                      `json:"would_fail,omitempty"` // of those to create or update
	Takes   int                      `json:"forecast_s,omitempty"`
	Bound   plan.Bound               `json:"bound,omitempty"`
	bounded string                   // in words
	each    time.Duration
}

// ServerFacts is what is known of a mail server.
type ServerFacts struct {
	preflight.Probe
	Rows int `json:"rows"`
}

// MendFacts is a setting that works, and whether the logins went by it.
type MendFacts struct {
	preflight.Mend
	Accepted bool `json:"accepted"`
}

// Forecast puts in how long a run would take, each write as long as the logins took.
func (f *Preflight) Forecast(c *ui.Console, load plan.Load, rate config.Rate) {
	forecast := load.Forecast()
	if forecast.Bound == "" {
		return
	}
	f.Takes, f.Bound, f.each = int(forecast.Takes.Seconds()), forecast.Bound, load.Each
	bound := c.Text("plan.bound."+string(forecast.Bound), "Rate", rate, "Workers", load.Workers, "PerHost", load.PerHost, "Host", shownHost(c, load.Host))
	f.bounded = c.Text("plan.forecast.text", "Time", c.Duration(forecast.Takes), "Bound", bound)
}

// lines say to a person what follows for a run.
func (f *Preflight) lines(c *ui.Console) (lines []string) {
	if f.Would != nil {
		left := 0
		for status, n := range f.Would {
			if status != diagnosis.WouldCreate && status != diagnosis.WouldUpdate {
				left += n
			}
		}
		lines = append(lines, c.Text("preflight.would", "Create", f.Would[diagnosis.WouldCreate], "Update", f.Would[diagnosis.WouldUpdate],
			"Left", left, "Failing", nonZero(f.Failing)))
	}
	if f.bounded != "" {
		lines = append(lines, c.Text("preflight.forecast", "Forecast", f.bounded, "Each", f.each.Round(100*time.Millisecond).Seconds()))
	}
	if f.PerRow > 0 {
		lines = append(lines, c.Text("preflight.portal", "Count", f.PerRow))
	}
	return append(lines, c.Text("preflight.here"))
}
