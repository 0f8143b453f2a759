package show

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/ui"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/pace"
	"r7import/importer/plan"
	"r7import/importer/preflight"
)

// Logins is the plan of a preflight.
type Logins struct {
	File, Sheet         string
	Rows, Invalid, Held int // rows that are valid, have errors, or were refused before
	Sample, Tried       int // rows tried per pair of servers, 0 for all; number of distinct logins
	Rate                config.Rate
	Workers, PerHost    int
	Worst, Limit        pace.Lockout
	AnyCertificate      bool
}

// Show shows the plan of a preflight before anything is sent.
func (l Logins) Show(c *ui.Console) {
	c.Print(c.Text("preflight.title", "File", titled(l.File, l.Sheet)))
	printLabelled(c, "preflight.label.", []labelled{
		{"rows", []string{c.Text("preflight.rows", "N", l.Rows, "Invalid", nonZero(l.Invalid), "Held", nonZero(l.Held))}},
		{"tried", []string{c.Text("preflight.tried", "Count", l.Tried, "Sample", nonZero(l.Sample))}},
		{"pace", []string{c.Text("preflight.pace", "Rate", l.Rate, "Workers", l.Workers, "PerHost", l.PerHost)}},
		{"lockout", []string{LockoutText(c, "preflight.worst", l.Worst, l.Limit)}},
	})
	c.Print("  " + c.Text("preflight.here"))
	if l.AnyCertificate {
		c.Print("  " + c.Text("preflight.anycertificate"))
	}
}

// nonZero returns n as text, empty for 0, so that a sentence can test for it.
func nonZero(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// LockoutText returns the worst number of refused logins, and the limit if there is one.
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

// Servers shows the result of probing each mail server: one line if all steps worked,
// else the steps up to the one that failed.
func Servers(c *ui.Console, check *preflight.Check) {
	for i, use := range check.Uses {
		probe := &check.Probes[i]
		title := c.Text("preflight.server", "Protocol", use.Protocol, "Host", shownHost(c, use.Host), "Setting", use.Setting(), "Count", use.Rows)
		problem := probe.Problem()
		var done []string
		for _, step := range probe.Steps {
			brief := problem == nil && (step.Name == preflight.StepGreeting || step.Name == preflight.StepAbility)
			id := "preflight.done." + string(step.Name)
			if step.Facts == nil || brief || !c.Lang.Has(id) { // a step without a text adds nothing
				continue
			}
			facts := make([]any, 0, 2*len(step.Facts))
			for name, fact := range step.Facts {
				facts = append(facts, name, fact)
			}
			done = append(done, c.Text(id, facts...))
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

// MendQuestion returns the catalogue ID and the facts of the question about a mend.
func MendQuestion(c *ui.Console, m preflight.Mend) (string, []any) {
	from, to := m.From.Setting(), m.To.Setting()
	if m.From.Protocol != m.To.Protocol {
		from, to = string(m.From.Protocol)+" "+from, string(m.To.Protocol)+" "+to
	}
	if m.From.Host != m.To.Host {
		from, to = m.From.Host+" "+from, m.To.Host+" "+to
	}
	return "preflight.mend", []any{"Count", m.Rows, "Host", shownHost(c, m.From.Host), "From", from, "To", to}
}

// Cure returns the flags and the lines of a mapping file that give the rows of a file
// the settings that work. uses are the servers as the rows name them. headers are the
// file's headers by field.
func Cure(mends []preflight.Mend, uses []preflight.Use, headers map[string]string) (flags, mapping []string) {
	words := make(map[account.Field][]string)    // lines of the section words
	branches := make(map[account.Field][]string) // template conditions with their values
	cell := func(f account.Field) string { return "index . " + quoted(headers[f.String()]) }
	for _, m := range mends {
		use := uses[slices.IndexFunc(uses, func(u preflight.Use) bool { return u.Server == m.From })]
		changes := changesOf(m)
		host, port := changes[0], changes[1]
		usual, follows := account.UsualIncoming(m.To.Port)
		if m.To.Protocol == preflight.SMTP {
			usual, follows = account.UsualOutgoing(m.To.Port)
		}
		follows = follows && usual == account.UsualPort{Encryption: m.To.Encryption, IMAP: m.To.Protocol == preflight.IMAP}
		// The condition selects only the rows of the server whose port does not work. The
		// other templates see the changed port.
		where := "if and"
		if headers[host.field.String()] != "" {
			where += " (eq (lower ." + host.field.String() + ") " + quoted(host.from) + ")"
		}
		unmended := where + " (eq (" + cell(port.field) + ") " + quoted(port.from) + ")"
		if use.Given.Has(port.field) {
			where += " (eq ." + port.field.String() + " " + quoted(port.to) + ")"
		}
		for _, ch := range changes {
			switch {
			case ch.from == ch.to, !use.Given.Has(ch.field) && use.Ruled.Has(ch.field) && follows:
			case !use.Given.Has(ch.field):
				flags = append(flags, "--set "+Quote(ch.field.String()+"="+ch.to, runtime.GOOS))
			case ch == host:
				words[ch.field] = append(words[ch.field], "    "+ch.from+": "+ch.to)
			case ch == port:
				branches[ch.field] = append(branches[ch.field], unmended+" }}"+ch.to)
			default:
				branches[ch.field] = append(branches[ch.field], where+" }}"+ch.to)
			}
		}
	}
	if len(words) > 0 {
		mapping = append(mapping, "words:")
	}
	for _, f := range slices.Sorted(maps.Keys(words)) {
		mapping = append(append(mapping, "  "+f.String()+":"), words[f]...)
	}
	if len(branches) > 0 {
		mapping = append(mapping, "templates:")
	}
	for _, f := range slices.Sorted(maps.Keys(branches)) {
		text := "{{ " + strings.Join(branches[f], "{{ else ") + "{{ else }}{{ " + cell(f) + " }}{{ end }}"
		mapping = append(mapping, "  "+f.String()+": '"+strings.ReplaceAll(text, "'", "''")+"'")
	}
	return flags, mapping
}

// change is a field with its value before and after a mend.
type change struct {
	field    account.Field
	from, to string
}

// changesOf returns the changes of a mend to the fields of its side: host, port, and
// the fields that follow from a usual port.
func changesOf(m preflight.Mend) []change {
	from, to := m.From, m.To
	imap := func(s preflight.Server) string { return strconv.FormatBool(s.Protocol == preflight.IMAP) }
	if from.Protocol == preflight.SMTP {
		return []change{
			{account.SMTPServer, from.Host, to.Host},
			{account.SMTPPort, strconv.Itoa(from.Port), strconv.Itoa(to.Port)},
			{account.OutgoingEncryption, from.Encryption.String(), to.Encryption.String()},
		}
	}
	return []change{
		{account.ServerHost, from.Host, to.Host},
		{account.Port, strconv.Itoa(from.Port), strconv.Itoa(to.Port)},
		{account.IncomingEncryption, from.Encryption.String(), to.Encryption.String()},
		{account.IMAP, imap(from), imap(to)},
	}
}

func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// Mended shows the settings that work in place of those that do not, with the flags
// and lines of a mapping file that give them to the rows of a run.
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

// Preflight is the result of logging in from this machine, as JSON.
// Fields may be added but not changed.
type Preflight struct {
	Servers []ServerFacts            `json:"servers"`
	Mends   []MendFacts              `json:"mends,omitempty"`
	Flags   []string                 `json:"cure_flags,omitempty"`   // flags that give the mends to the rows of a run
	Mapping []string                 `json:"cure_mapping,omitempty"` // lines of a mapping file for the same
	Tried   int                      `json:"tried"`                  // number of distinct logins tried
	Logins  int                      `json:"logins"`                 // number of logins sent
	Worst   pace.Lockout             `json:"worst"`                  // refused logins that this machine could have caused
	PerRow  int                      `json:"portal_account"`         // refused logins per account if the portal sends a wrong password
	Would   map[diagnosis.Status]int `json:"would,omitempty"`
	Failing int                      `json:"would_fail,omitempty"` // failing rows among those to create or update
	Takes   int                      `json:"forecast_s,omitempty"`
	Bound   plan.Bound               `json:"bound,omitempty"`
	text    string                   // forecast in words
	each    time.Duration
}

// ServerFacts is the probe of a mail server with the number of its rows.
type ServerFacts struct {
	preflight.Probe
	Rows int `json:"rows"`
}

// MendFacts is a mend, and whether the logins used it.
type MendFacts struct {
	preflight.Mend
	Accepted bool `json:"accepted"`
}

// Forecast sets how long a run with this load would take.
func (f *Preflight) Forecast(c *ui.Console, load plan.Load, rate config.Rate) {
	takes, text := forecastText(c, load, rate)
	f.Takes, f.Bound, f.text, f.each = int(takes.Seconds()), load.Forecast().Bound, text, load.Each
}

// add adds the lines about what follows for a run.
func (f *Preflight) add(l *lines) {
	if f.Would != nil {
		create, update, left := f.Would[diagnosis.WouldCreate], f.Would[diagnosis.WouldUpdate], 0
		for _, n := range f.Would {
			left += n
		}
		l.add("preflight.would", "Create", create, "Update", update, "Left", left-create-update, "Failing", nonZero(f.Failing))
	}
	l.addIf(f.text != "", "preflight.forecast", "Forecast", f.text, "Each", f.each.Round(100*time.Millisecond).Seconds())
	l.addIf(f.PerRow > 0, "preflight.portal", "Count", f.PerRow)
	l.add("preflight.here")
}
