// Package show is what people read: the plan, the progress, findings, the summary,
// help. It takes data and writes words to a console or to the stream of results;
// it opens nothing, asks no portal and decides nothing.
package show

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"

	"r7import/cmd/r7import/ui"
	"r7import/importer"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/plan"
	"r7import/importer/policy"
	"r7import/report"
)

// Result is what a command tells at its end: to a person in words, to a script
// as one JSON object. Fields of the object are only ever added.
type Result struct {
	report.Summary
	Sandbox bool       `json:"sandbox"`
	Plan    *PlanFacts `json:"plan,omitempty"`
	Stopped *Told      `json:"stopped,omitempty"` // why it ended before all rows were through
	Reports []string   `json:"reports"`
	// Annotated is the copy of the input with what became of its rows.
	Annotated string   `json:"annotated,omitempty"`
	Missing   []string `json:"missing,omitempty"`    // addresses earlier runs of the file made and no row names any more
	Again     string   `json:"again,omitempty"`      // the command that goes on
	Fix       *Fix     `json:"fix,omitempty"`        // what helps to correct rows, where some need it
	Saved     *Saved   `json:"saved_plan,omitempty"` // changes that wait for a yes
	ExitCode  int      `json:"exit_code"`

	Proofs   []string           `json:"proofs,omitempty"` // where it was written, where that is several places
	Verified *importer.Verified `json:"verified,omitempty"`
	Proof    string             `json:"proof,omitempty"` // where it was written; the first place of several

	Preflight *Preflight `json:"preflight,omitempty"`

	Disabling bool `json:"-"` // accounts that no row names are among the rows
}

// Saved is a plan that was saved, as JSON.
type Saved struct {
	ID      string         `json:"id"`
	Path    string         `json:"path"`
	Changes int            `json:"changes"`
	Guard   diagnosis.Code `json:"guard,omitempty"` // that stopped the run
	Approve string         `json:"approve"`         // the command that lets the next run carry it out
}

// Fix is what helps to correct rows and to send them again, as commands. Those that are
// of no use are empty.
type Fix struct {
	Corrected string `json:"corrected,omitempty"` // takes the annotated copy once it is corrected
	Annotate  string `json:"annotate,omitempty"`  // makes such a copy
	Failed    string `json:"failed,omitempty"`    // sends the rows that failed again
	Secrets   bool   `json:"-"`                   // the copy has the passwords
}

// PlanFacts is the offline plan as JSON.
type PlanFacts struct {
	Rows         int             `json:"rows"`
	ToSend       int             `json:"to_send"`
	Settled      int             `json:"settled"`
	Refused      int             `json:"refused"`
	Invalid      int             `json:"invalid"`
	Warned       int             `json:"warned"`
	OverLimit    int             `json:"over_limit"`
	SignIn       policy.OwnerWay `json:"sign_in"`
	Owners       int             `json:"owners"`
	RowsBy       plan.SignIns    `json:"rows_by_sign_in"`
	Nobody       int             `json:"nobody"`
	Unreadable   int             `json:"unreadable"` // rows without an address, where these hide which accounts are missing
	ToDisable    int             `json:"to_disable"`
	DisableLimit int             `json:"disable_limit,omitempty"`
	LastDays     int             `json:"last_days"`
	WholeHistory int             `json:"whole_history"`
	SeenFrom     time.Time       `json:"seen_from,omitzero"` // when those settled were last seen in the portal
	SeenTo       time.Time       `json:"seen_to,omitzero"`
	Hosts        []plan.HostUse  `json:"hosts"`
	Fills        []plan.FillUse  `json:"fills"`
}

// Facts returns the facts of a plan.
func Facts(plan *plan.Plan) *PlanFacts {
	hosts := slices.Clone(plan.Hosts)
	for i := range hosts {
		if !account.IsHost(hosts[i].Host) { // a password where cells have slipped
			hosts[i].Host = ""
		}
	}
	return &PlanFacts{
		Rows: plan.Rows, ToSend: plan.ToSend(), Settled: plan.Settled, Refused: plan.Refused, Invalid: plan.Invalid, Warned: plan.Warned, OverLimit: plan.OverLimit,
		SignIn: plan.Way, Owners: plan.Owners, RowsBy: plan.RowsBy, Nobody: plan.Nobody, LastDays: plan.LastDays, WholeHistory: plan.WholeHistory,
		Unreadable: plan.Unreadable, ToDisable: plan.ToDisable, DisableLimit: plan.DisableLimit,
		SeenFrom: plan.SeenFrom, SeenTo: plan.SeenTo, Hosts: hosts, Fills: plan.Fills,
	}
}

// Told is a problem as JSON, with its sentences. Fields are only ever added.
type Told struct {
	diagnosis.Problem
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

// Tell returns a problem with its sentences, nil for none.
func Tell(c *ui.Console, problem *diagnosis.Problem) *Told {
	if problem == nil {
		return nil
	}
	return &Told{*problem, c.Lang.Located(problem), c.Lang.Hint(problem)}
}

// Any reports whether rows ended with a status of that kind.
func Any(statuses map[diagnosis.Status]int, is func(diagnosis.Status) bool) bool {
	for status, rows := range statuses {
		if rows > 0 && is(status) {
			return true
		}
	}
	return false
}

// Line writes a line of results; on a terminal it goes on below itself.
func Line(out io.Writer, text string) {
	rest := strings.TrimLeft(text, " ")
	blanks := text[:len(text)-len(rest)]
	_, _ = fmt.Fprintln(out, ui.Hang(blanks, ui.Clean(rest), len(blanks)+2, ui.Width(out)))
}

// Show tells the result to a person.
func (r *Result) Show(out io.Writer, c *ui.Console) {
	s := summaryView{console: c, out: out, result: r}
	s.counts()
	if r.Command != "validate" { // there every problem has been told already
		s.causes()
	}
	s.missing()
	if r.Verified != nil {
		for _, line := range verifiedLines(c, r.Verified) {
			s.print(line)
		}
	}
	if r.Preflight != nil {
		for _, line := range r.Preflight.lines(c) {
			s.print(line)
		}
	}
	s.files()
	s.next()
}

// summaryView puts a result into words.
type summaryView struct {
	console *ui.Console
	out     io.Writer
	result  *Result
}

func (s summaryView) print(text string) { Line(s.out, text) }

// missing tells of accounts that no row names any more, unless they are among
// the rows of the report, because they were to be switched off.
func (s summaryView) missing() {
	if plan := s.result.Plan; plan != nil && plan.Unreadable > 0 {
		s.print(s.console.Text("summary.unreadable", "Count", plan.Unreadable))
	}
	if list := s.result.Missing; len(list) > 0 && !s.result.Disabling {
		s.print(s.console.Text("summary.missing", "Count", len(list), "Addresses", First(list)))
	}
}

// counts tells how many rows ended how: "50 rows: created 48, failed 2".
func (s summaryView) counts() {
	var parts []string
	for _, status := range diagnosis.Statuses {
		if n := s.result.Statuses[status]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", s.console.Text("status."+string(status)), n))
		}
	}
	text := s.console.Text("summary.rows", "Count", s.result.Rows)
	if len(parts) > 0 {
		text += ": " + strings.Join(parts, ", ")
	}
	s.print(text)
	if s.result.Filter != "" {
		s.print(s.console.Text("summary.part", "Count", s.result.Rows, "InFile", s.result.InFile, "Filter", s.result.Filter))
	}
	if s.result.Warned > 0 {
		s.print(s.console.Text("summary.warned", "Count", s.result.Warned))
	}
}

// causesShown bounds the groups on the screen; the report has them all.
const causesShown = 15

// causes lists why rows need attention, grouped by cause and mail server.
func (s summaryView) causes() {
	hinted := make(map[string]bool)
	for i := range s.result.Causes {
		cause := &s.result.Causes[i]
		if i == causesShown {
			s.print(s.console.Text("summary.more", "Count", len(s.result.Causes)-i))
			return
		}
		s.print("  " + s.cause(cause))
		if hint := s.console.Lang.Hint(&cause.Problem); hint != "" && !hinted[hint] {
			hinted[hint] = true
			s.print("    → " + hint)
		}
	}
}

// cause is the line of a group: status, how many, where, what, and the first rows.
func (s summaryView) cause(c *report.Cause) string {
	where := c.Host
	if c.Side == diagnosis.Incoming || c.Side == diagnosis.Outgoing {
		where = strings.TrimSpace(where + " (" + s.console.Text("side."+string(c.Side)) + ")")
	}
	text := s.console.Text("summary.cause", "Status", s.console.Text("status."+string(c.Status)),
		"Count", c.Count, "Rows", s.rowsOf(c))
	if where != "" {
		text += " " + where + ":"
	}
	if c.Code != "" {
		text += " " + s.console.Lang.Problem(&c.Problem) + " [" + string(c.Code) + "]"
	}
	return text
}

// rowsOf names the first rows of a group; accounts that no row names have none.
func (s summaryView) rowsOf(c *report.Cause) string {
	if len(c.Examples) == 0 || c.Examples[0] == 0 {
		return s.console.Text("summary.rowless")
	}
	return Numbers(c.Examples, c.Count)
}

func (s summaryView) files() {
	proofs := s.result.Proofs
	if len(proofs) == 0 && s.result.Proof != "" {
		proofs = []string{s.result.Proof}
	}
	for _, path := range proofs {
		s.print(s.console.Text("verify.proof", "Path", path))
	}
	for _, path := range s.result.Reports {
		s.print(s.console.Text("summary.report", "Path", path))
	}
	if saved := s.result.Saved; saved != nil {
		s.print(s.console.Text("summary.plan", "Count", saved.Changes, "Path", saved.Path))
		s.print("  → " + s.console.Text("summary.plan.next", "ID", saved.ID, "Path", saved.Path, "Command", saved.Approve))
	}
	if s.result.Annotated != "" {
		s.print(s.console.Text("summary.annotated", "Path", s.result.Annotated))
	}
	if s.result.Run != "" && !s.result.Sandbox && s.result.Command == "run" {
		s.print(s.console.Text("summary.run", "Run", s.result.Run))
	}
}

// next says what to do now.
func (s summaryView) next() {
	switch {
	case s.result.Sandbox:
		s.print(s.console.Text("summary.next.sandbox"))
	case s.result.Again == "":
	case s.result.Stopped != nil && s.result.Stopped.Code.Scope() == diagnosis.Portal:
		s.print(s.console.Text("summary.next.stopped", "Command", s.result.Again))
	case Any(s.result.Statuses, diagnosis.Status.Open):
		s.print(s.console.Text("summary.next.open", "Command", s.result.Again))
	case s.result.Fix != nil && s.result.Fix.Corrected != "":
	case Any(s.result.Statuses, diagnosis.Status.Declined):
		s.print(s.console.Text("summary.next.declined", "Command", s.result.Again))
	}
	s.fix()
}

// fix says how to correct rows and to go on with them.
func (s summaryView) fix() {
	f := s.result.Fix
	switch {
	case f == nil:
		return
	case f.Corrected != "" && f.Secrets:
		s.print(s.console.Text("summary.fix.secrets", "Path", s.result.Annotated, "Command", f.Corrected))
	case f.Corrected != "":
		s.print(s.console.Text("summary.fix.annotated", "Path", s.result.Annotated, "Command", f.Corrected))
	case s.result.Annotated != "" && !f.Secrets:
		s.print(s.console.Text("summary.fix.checked"))
	case f.Annotate != "":
		s.print(s.console.Text("summary.fix", "Annotate", f.Annotate))
	}
	if f.Failed != "" {
		s.print(s.console.Text("summary.failed", "Command", f.Failed))
	}
}

// Filter returns the flags that choose among the rows of a file, empty without any.
func Filter(rows string, where []string, failedOf string) string {
	var flags []string
	if failedOf != "" {
		flags = append(flags, "--failed-of "+failedOf)
	}
	if rows != "" {
		flags = append(flags, "--rows "+Quote(rows, runtime.GOOS))
	}
	for _, w := range where {
		flags = append(flags, "--where "+Quote(w, runtime.GOOS))
	}
	return strings.Join(flags, " ")
}

// Again returns the command line as it could be typed once more.
func Again(args []string) string {
	quoted := []string{"r7import"}
	for _, arg := range args {
		quoted = append(quoted, Quote(arg, runtime.GOOS))
	}
	return strings.Join(quoted, " ")
}

// Quote puts an argument into the quotes of the system's shell if it needs them.
func Quote(arg, system string) string {
	harmless := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r > 0x7f || strings.ContainsRune("-_./:=@,+%", r)
	}
	needs := arg == "" || slices.ContainsFunc([]rune(arg), func(r rune) bool { return !harmless(r) })
	switch {
	case !needs:
		return arg
	case system == "windows":
		return `"` + arg + `"`
	}
	return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
}

// Addresses returns those of accounts that no row names any more.
func Addresses(accounts []plan.Missing) []string {
	list := make([]string, len(accounts))
	for i := range accounts {
		list[i] = accounts[i].Key.Address
	}
	return list
}

// First names the first of a list.
func First(list []string) string {
	const most = 5
	names := strings.Join(list[:min(most, len(list))], ", ")
	if len(list) > most {
		names += ", …"
	}
	return names
}
