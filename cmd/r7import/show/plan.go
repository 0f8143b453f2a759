package show

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/ui"
	"r7import/importer"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/pace"
	"r7import/importer/plan"
	"r7import/importer/policy"
	"r7import/importer/typo"
)

// Plan is a plan before the run, with everything that is shown about it.
type Plan struct {
	*plan.Plan
	File, Sheet string
	Filter      string // flags that select rows, empty if all rows are read
	Portal      string // the portal's name as shown to users
	Sandbox     bool
	User        string // user who signs in for rows without an owner, empty if none is named
	Options     policy.Options
	Rate        config.Rate
	Notices     []diagnosis.Problem // notices about columns and filled-in values
	Load        plan.Load
	Measured    int // number of measured writes behind the forecast, 0 if it uses a default
	Worst       pace.Lockout
	Limit       pace.Lockout // zero means no limit
}

// planView writes a plan as text.
type planView struct {
	Plan
	*ui.Console
}

// Show shows the plan before anything is sent. The amount of mail that will be
// fetched comes first, because that cannot be undone.
func (p Plan) Show(c *ui.Console) {
	v := planView{p, c}
	var history, filled, lockout, forecast []string
	switch {
	case p.LastDays+p.WholeHistory == 0:
	case p.WholeHistory == 0:
		history = []string{c.Text("plan.history.days", "Count", p.LastDays)}
	case p.LastDays == 0:
		history = []string{c.Text("plan.history.whole", "Count", p.WholeHistory)}
	default:
		history = []string{c.Text("plan.history.mixed", "Days", p.LastDays, "Whole", p.WholeHistory)}
	}
	for _, notice := range p.Notices {
		if notice.Code == diagnosis.Filled {
			filled = append(filled, c.Lang.Problem(&notice))
		}
	}
	if !p.Sandbox {
		forecast = v.forecastLines()
		if p.Worst.Account > 0 {
			lockout = []string{LockoutText(c, "plan.worst", p.Worst, p.Limit)}
		}
	}
	policy := func(a policy.Action) string { return c.Text("plan.policy." + string(a)) }
	c.Print(c.Text("plan.title", "File", titled(p.File, p.Sheet), "Portal", p.Portal))
	printLabelled(c, "plan.", []labelled{
		{"history", history},
		{"rows", []string{v.rowsText()}},
		{"memory", v.memory()},
		{"owners", v.ownerLines()},
		{"incoming", v.hostLines(diagnosis.Incoming)},
		{"outgoing", v.hostLines(diagnosis.Outgoing)},
		{"filled", filled},
		{"existing", []string{c.Text("plan.policy", "Existing", policy(p.Options.OnExisting), "Changed", policy(p.Options.OnChanged))}},
		{"missing", v.missingLines()},
		{"pace", []string{c.Text("plan.limits", "Rate", p.Rate, "Workers", p.Options.Workers, "PerHost", p.Options.PerHost)}},
		{"lockout", lockout},
		{"forecast", forecast},
	})
}

// rowsText returns the number of rows by what a run will do with them.
func (v planView) rowsText() string {
	l := lines{Console: v.Console}
	if v.Filter == "" {
		l.add("plan.rows.all", "N", v.Rows)
	} else {
		l.add("plan.rows.part", "N", v.Rows, "InFile", v.InFile, "Filter", v.Filter)
	}
	l.add("plan.rows.send", "N", v.ToSend())
	l.addIf(v.Settled > 0, "plan.rows.settled", "Count", v.Settled)
	l.addIf(v.Refused > 0, "plan.rows.refused", "Count", v.Refused)
	l.addIf(v.Invalid > 0, "plan.rows.invalid", "Count", v.Invalid)
	l.addIf(v.OverLimit > 0, "plan.rows.held", "Count", v.OverLimit, "Limit", v.Options.MaxPerOwner)
	l.addIf(v.Warned > 0, "plan.rows.warned", "Count", v.Warned)
	return strings.Join(l.all, "; ")
}

// memory returns the number of rows that count as done without a look, and when they were last seen.
func (v planView) memory() []string {
	if v.Settled == 0 || v.Anew {
		return nil
	}
	from, to := moment(v.SeenFrom), moment(v.SeenTo)
	if from == to {
		from = ""
	}
	return []string{v.Text("plan.memory.rows", "Count", v.Settled, "From", from, "To", to)}
}

// ownerLines returns the number of people and rows for each way of signing in.
func (v planView) ownerLines() []string {
	l := lines{Console: v.Console}
	if v.Way == policy.OwnerSelf {
		l.add("plan.owners.self", "User", v.User, "Sandbox", v.Sandbox)
		return l.all
	}
	way := func(id string, people, rows int) {
		l.addIf(rows > 0, id, "Count", people, "Rows", rows, "User", v.User)
	}
	way("plan.owners.column", v.People.Own, v.RowsBy.Own)
	way("plan.owners.impersonate", v.People.Acting, v.RowsBy.Acting)
	way("plan.owners.caller", v.RowsBy.Caller, v.RowsBy.Caller)
	way("plan.owners.nobody", v.Nobody, v.Nobody)
	return l.all
}

const (
	hostsShown = 12 // number of mail servers shown for each side in addition to doubtful ones
	rare       = 50 // a mail server is rare if at most one row in this number names it
)

// hostLines lists the mail servers of a side. It marks those that may be mistyped, because
// they resemble a common one or are rare.
func (v planView) hostLines(side diagnosis.Side) (lines []string) {
	uses := slices.DeleteFunc(slices.Clone(v.Hosts), func(use plan.HostUse) bool { return use.Side != side })
	address := func(use plan.HostUse) string { return fmt.Sprintf("%s:%d", shownHost(v.Console, use.Host), use.Port) }
	width := 0
	for _, use := range uses {
		width = max(width, runewidth.StringWidth(address(use)))
	}
	for i, use := range uses {
		var common []string
		for _, other := range uses {
			if other.Rows >= rare*use.Rows && other.Host != use.Host && account.IsHost(other.Host) {
				common = append(common, other.Host)
			}
		}
		doubt := ""
		if near := typo.Nearest(use.Host, common); near != "" {
			doubt = v.Text("plan.host.near", "Host", near)
		} else if use.Rows*rare <= v.LastDays+v.WholeHistory {
			doubt = v.Text("plan.host.rare")
		} else if i >= hostsShown {
			continue
		}
		line := runewidth.FillRight(address(use), width) + "  " + v.Text("plan.host.rows", "Count", use.Rows)
		if doubt != "" {
			line += "  ← " + doubt
		}
		lines = append(lines, line)
	}
	if hidden := len(uses) - len(lines); hidden > 0 {
		lines = append(lines, v.Text("plan.host.more", "Count", hidden))
	}
	return lines
}

// missingLines returns what a run will do with accounts without a row, nil if nothing.
func (v planView) missingLines() []string {
	count, disable := len(v.Missing), v.ToDisable
	if v.Options.OnMissing != policy.MissingDisable || count == 0 {
		return nil
	}
	l := lines{Console: v.Console}
	l.add("plan.missing.accounts", "Count", count, "Addresses", First(Addresses(v.Missing)))
	if disable > v.DisableLimit {
		flag := "--max-missing"
		if v.Options.MaxMissing.None() {
			flag = "--max-changes"
		}
		l.add("plan.missing.many", "Limit", v.DisableLimit, "Flag", flag)
		return l.all
	}
	l.addIf(disable > 0, "plan.missing.disable", "Count", disable)
	l.addIf(count > disable, "plan.missing.nobody", "Count", count-disable)
	return l.all
}

// forecastLines returns how long the run will take and what limits its speed.
func (v planView) forecastLines() []string {
	takes, text := forecastText(v.Console, v.Load, v.Rate)
	if text == "" {
		return nil
	}
	l := lines{Console: v.Console, all: []string{text}}
	each := v.Text("ui.seconds", "N", v.Decimal(v.Load.Each.Seconds()))
	if v.Measured > 0 {
		l.add("plan.forecast.measured", "Each", each, "Count", v.Measured)
	} else {
		l.add("plan.forecast.usual", "Each", each)
	}
	if window := v.Options.Window; window != (pace.Window{}) {
		l.add("plan.forecast.window", "Ends", window.Ends(time.Now(), takes).Format(minute))
	}
	return l.all
}

// forecastText returns how long a load takes, and a text that adds what limits its speed.
// The text is empty if there is nothing to do.
func forecastText(c *ui.Console, load plan.Load, rate config.Rate) (takes time.Duration, text string) {
	f := load.Forecast()
	if f.Bound == "" {
		return 0, ""
	}
	bound := c.Text("plan.bound."+string(f.Bound), "Rate", rate, "Workers", load.Workers, "PerHost", load.PerHost, "Host", shownHost(c, load.Host))
	return f.Takes, c.Text("plan.forecast.text", "Time", c.Duration(f.Takes), "Bound", bound)
}

// Undo shows what an undo would do according to the journal. rate and workers are
// its pace; part reports whether only some rows of the file are read.
func Undo(c *ui.Console, portal string, u *importer.Undoing, rate float64, workers int, part bool) {
	var runs, files []string
	for _, run := range u.Of {
		runs, files = append(runs, run.ID), append(files, run.File)
	}
	slices.Sort(files)
	l := &lines{Console: c}
	l.add("undo.title", "Run", runs, "File", slices.Compact(files), "Portal", portal)
	l.add("undo.made", "Count", u.Made+u.Unproven, "Several", len(runs) > 1)
	count := func(id string, count int) {
		if count > 0 {
			l.all = append(l.all, "  "+c.Text(id, "Count", count, "Part", part))
		}
	}
	count("undo.done", u.Done)
	count("undo.unproven", u.Unproven)
	count("undo.held", u.Held)
	count("undo.here", u.Here)
	if u.Strangers == 0 { // otherwise the strangers may be the owners of these accounts
		count("undo.rowless", u.Rowless)
	}
	count("undo.strangers", u.Strangers)
	takes, each := u.Forecast(rate, workers)
	switch goes := u.Here + u.Strangers; {
	case goes == 0:
		l.add("undo.nothing")
	case u.Disable:
		l.add("undo.disable", "Count", goes)
		l.add("undo.forecast.disable", "Time", c.Duration(takes))
	default:
		l.add("undo.remove", "Count", goes)
		l.add("undo.forecast", "Time", c.Duration(takes), "Each", c.Duration(each))
	}
	for _, line := range l.all {
		c.Print(line)
	}
}

// PlanSaved returns a saved plan for JSON output: the head of its file, with all changes
// in place of their number.
func PlanSaved(s *plan.Saved) any {
	return struct {
		*plan.Saved
		Changes []plan.Change `json:"changes"`
	}{s, append([]plan.Change{}, s.Changes...)}
}

// PlanLine writes a saved plan as one line.
func PlanLine(out io.Writer, c *ui.Console, s *plan.Saved) {
	Line(out, c.Text("saved.line", "ID", s.ID, "Made", moment(s.Made), "Set", s.DataSet, "Count", s.Count))
}

// SavedPlan writes a saved plan with each of its changes.
func SavedPlan(out io.Writer, c *ui.Console, s *plan.Saved) {
	PlanLine(out, c, s)
	l := &lines{Console: c}
	l.add("saved.portal", "Portal", s.Portal, "Rows", s.Rows)
	l.addIf(s.Guard != "", "saved.guard", "Guard", c.Text("saved.guard."+string(s.Guard)))
	switch {
	case s.SpentBy != "":
		l.add("saved.spent", "Run", s.SpentBy)
	case s.Expired(time.Now()):
		l.add("saved.expired")
	case !s.Approved.IsZero():
		l.add("saved.approved", "At", moment(s.Approved))
	}
	for i := range s.Changes {
		ch := &s.Changes[i]
		text := "  "
		if ch.Row > 0 {
			text += c.Text("saved.row", "Row", ch.Row) + " "
		}
		text += ch.Email + ": " + c.Text("status."+string(ch.Status))
		if ch.Status == diagnosis.WouldUpdate {
			text += " (" + ch.Fields + ")"
		}
		l.all = append(l.all, text)
	}
	l.write(out)
}
