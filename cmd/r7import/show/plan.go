package show

import (
	"fmt"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/ui"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/pace"
	"r7import/importer/plan"
	"r7import/importer/policy"
	"r7import/importer/typo"
)

var planLabels = []string{"history", "rows", "memory", "owners", "incoming", "outgoing", "filled", "existing", "missing", "pace", "lockout", "forecast"}

// Plan is what one reading of the file found, and what a run will do about it.
type Plan struct {
	*plan.Plan
	File, Sheet string
	Filter      string // the flags that choose among its rows, empty if all are asked for
	Portal      string // as it is shown
	Sandbox     bool
	User        string // who signs in where a row names nobody, if that was said
	Options     policy.Options
	Rate        config.Rate
	Notices     []diagnosis.Problem // about columns and what was filled in
	Load        plan.Load
	Measured    int // writes that tell how long one takes, 0 if none has been measured
	Worst       pace.Lockout
	Limit       pace.Lockout // zero is none
}

// planView puts a plan into words.
type planView struct {
	Plan
	console *ui.Console
	label   int // width of the labels
}

// Show shows the plan before anything is sent: how much mail will be fetched
// first, because that is what nobody can take back.
func (p Plan) Show(c *ui.Console) {
	v := planView{Plan: p, console: c}
	for _, name := range planLabels {
		v.label = max(v.label, runewidth.StringWidth(c.Text("plan."+name)))
	}
	title := p.File
	if p.Sheet != "" {
		title += " (" + p.Sheet + ")"
	}
	c.Print(c.Text("plan.title", "File", title, "Portal", p.Portal))
	if p.LastDays+p.WholeHistory > 0 {
		v.row("history", v.history())
	}
	v.row("rows", v.rows())
	v.row("memory", v.memory()...)
	v.row("owners", v.owners()...)
	v.row("incoming", v.hosts(diagnosis.Incoming)...)
	v.row("outgoing", v.hosts(diagnosis.Outgoing)...)
	v.row("filled", v.fills()...)
	v.row("existing", c.Text("plan.policy", "Existing", v.policy(p.Options.OnExisting), "Changed", v.policy(p.Options.OnChanged)))
	v.row("missing", v.missing()...)
	v.row("pace", c.Text("plan.limits", "Rate", p.Rate,
		"Workers", p.Options.Workers, "PerHost", p.Options.PerHost))
	if !p.Sandbox && p.Worst.Account > 0 {
		v.row("lockout", LockoutText(c, "plan.worst", p.Worst, p.Limit))
	}
	if !p.Sandbox {
		v.row("forecast", v.forecast()...)
	}
}

// row shows a label with its lines; without lines it shows nothing.
func (v planView) row(name string, lines ...string) {
	label := v.console.Text("plan." + name)
	for _, line := range lines {
		v.console.PrintBehind("  "+runewidth.FillRight(label, v.label)+"  ", line)
		label = ""
	}
}

func (v planView) history() string {
	switch {
	case v.WholeHistory == 0:
		return v.console.Text("plan.history.days", "Count", v.LastDays)
	case v.LastDays == 0:
		return v.console.Text("plan.history.whole", "Count", v.WholeHistory)
	}
	return v.console.Text("plan.history.mixed", "Days", v.LastDays, "Whole", v.WholeHistory)
}

func (v planView) rows() string {
	all := v.console.Text("plan.rows.all", "N", v.Rows)
	if v.Filter != "" {
		all = v.console.Text("plan.rows.part", "N", v.Rows, "InFile", v.InFile, "Filter", v.Filter)
	}
	parts := []string{all, v.console.Text("plan.rows.send", "N", v.ToSend())}
	for _, part := range []struct {
		id    string
		count int
	}{{"plan.rows.settled", v.Settled}, {"plan.rows.refused", v.Refused}, {"plan.rows.invalid", v.Invalid}, {"plan.rows.held", v.OverLimit}, {"plan.rows.warned", v.Warned}} {
		if part.count > 0 {
			parts = append(parts, v.console.Text(part.id, "Count", part.count, "Limit", v.Options.MaxPerOwner))
		}
	}
	return strings.Join(parts, "; ")
}

// memory says how many rows are taken for done without a look, and when they were last seen.
func (v planView) memory() []string {
	if v.Settled == 0 || v.Anew {
		return nil
	}
	from, to := v.SeenFrom.Local().Format(minute), v.SeenTo.Local().Format(minute)
	if from == to {
		from = ""
	}
	return []string{v.console.Text("plan.memory.rows", "Count", v.Settled, "From", from, "To", to)}
}

// minute is how a moment is shown in the plan.
const minute = "2006-01-02 15:04"

// missing says what becomes of accounts without a row, if anything does.
func (v planView) missing() []string {
	plan := v.Plan
	if v.Options.OnMissing != policy.MissingDisable || len(plan.Missing) == 0 {
		return nil
	}
	lines := []string{v.console.Text("plan.missing.accounts", "Count", len(plan.Missing), "Addresses", First(Addresses(plan.Missing)))}
	if plan.ToDisable > plan.DisableLimit {
		flag := "--max-missing"
		if v.Options.MaxMissing.None() {
			flag = "--max-changes"
		}
		return append(lines, v.console.Text("plan.missing.many", "Limit", plan.DisableLimit, "Flag", flag))
	}
	if plan.ToDisable > 0 {
		lines = append(lines, v.console.Text("plan.missing.disable", "Count", plan.ToDisable))
	}
	if nobody := len(plan.Missing) - plan.ToDisable; nobody > 0 {
		lines = append(lines, v.console.Text("plan.missing.nobody", "Count", nobody))
	}
	return lines
}

// owners says how many rows go which way.
func (v planView) owners() []string {
	if v.Way == policy.OwnerSelf {
		return []string{v.console.Text("plan.owners.self", "User", v.User, "Sandbox", v.Sandbox)}
	}
	people, rows := v.People, v.RowsBy
	var lines []string
	for _, way := range []struct {
		id          string
		count, rows int
	}{
		{"plan.owners.column", people.Own, rows.Own},
		{"plan.owners.impersonate", people.Acting, rows.Acting},
		{"plan.owners.caller", rows.Caller, rows.Caller},
		{"plan.owners.nobody", v.Nobody, v.Nobody},
	} {
		if way.rows > 0 {
			lines = append(lines, v.console.Text(way.id, "Count", way.count, "Rows", way.rows, "User", v.User))
		}
	}
	return lines
}

func (v planView) policy(p policy.Action) string { return v.console.Text("plan.policy." + string(p)) }

// hostsShown bounds the mail servers of each side that are listed.
const hostsShown = 12

// hosts lists the mail servers of a side: those with few rows may be mistyped.
func (v planView) hosts(side diagnosis.Side) []string {
	var uses []plan.HostUse
	for _, use := range v.Hosts {
		if use.Side == side {
			uses = append(uses, use)
		}
	}
	var lines []string
	width := 0
	for _, use := range uses {
		width = max(width, runewidth.StringWidth(v.address(use)))
	}
	for i, use := range uses {
		doubt := v.doubt(use, uses)
		if i >= hostsShown && doubt == "" {
			continue
		}
		line := runewidth.FillRight(v.address(use), width) + "  " + v.console.Text("plan.host.rows", "Count", use.Rows)
		if doubt != "" {
			line += "  ← " + doubt
		}
		lines = append(lines, line)
	}
	if hidden := len(uses) - len(lines); hidden > 0 {
		lines = append(lines, v.console.Text("plan.host.more", "Count", hidden))
	}
	return lines
}

// address names a mail server. What everybody would not take for the name of one is
// not shown: where cells have slipped, it is a password.
func (v planView) address(use plan.HostUse) string {
	return fmt.Sprintf("%s:%d", v.host(use.Host), use.Port)
}

func (v planView) host(name string) string { return shownHost(v.console, name) }

// doubt says why a mail server should be looked at, empty if there is no reason.
// It is rare where it has at most one row in fifty.
func (v planView) doubt(use plan.HostUse, all []plan.HostUse) string {
	const rare = 50
	var common []string
	for _, other := range all {
		if other.Rows >= rare*use.Rows && other.Host != use.Host && account.IsHost(other.Host) {
			common = append(common, other.Host)
		}
	}
	if near := typo.Nearest(use.Host, common); near != "" {
		return v.console.Text("plan.host.near", "Host", near)
	}
	total := v.LastDays + v.WholeHistory
	if use.Rows*rare <= total {
		return v.console.Text("plan.host.rare")
	}
	return ""
}

// fills says what was put where cells are empty, and in how many rows.
func (v planView) fills() []string {
	var lines []string
	for _, notice := range v.Notices {
		if notice.Code == diagnosis.Filled {
			lines = append(lines, v.console.Lang.Problem(&notice))
		}
	}
	return lines
}

// forecast says how long the run will take and what bounds it.
func (v planView) forecast() []string {
	load, window := v.Load, v.Options.Window
	f := load.Forecast()
	if f.Bound == "" {
		return nil
	}
	bound := v.console.Text("plan.bound."+string(f.Bound), "Rate", v.Rate,
		"Workers", load.Workers, "PerHost", load.PerHost, "Host", v.host(load.Host))
	lines := []string{v.console.Text("plan.forecast.text", "Time", v.console.Duration(f.Takes), "Bound", bound)}
	if v.Measured > 0 {
		lines = append(lines, v.console.Text("plan.forecast.measured", "Each", v.brief(load.Each), "Count", v.Measured))
	} else {
		lines = append(lines, v.console.Text("plan.forecast.usual", "Each", v.brief(load.Each)))
	}
	if window != (pace.Window{}) {
		ends := window.Ends(time.Now(), f.Takes)
		lines = append(lines, v.console.Text("plan.forecast.window", "Ends", ends.Format(minute)))
	}
	return lines
}

// brief writes a length of time of a few seconds with its tenths.
func (v planView) brief(d time.Duration) string {
	return v.console.Text("ui.seconds", "N", v.console.Decimal(d.Seconds()))
}
