package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"r7import/cmd/r7import/ui"
	"r7import/importer"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/report"
)

// result is what a command tells at its end: to a person in words, to a script
// as one JSON object. Fields of the object are only ever added.
type result struct {
	report.Summary
	Sandbox  bool       `json:"sandbox"`
	Plan     *planFacts `json:"plan,omitempty"`
	Stopped  *told      `json:"stopped,omitempty"` // why it ended before all rows were through
	Reports  []string   `json:"reports"`
	Missing  []string   `json:"missing,omitempty"` // addresses earlier runs of the file made and no row names any more
	Again    string     `json:"again,omitempty"`   // the command that goes on
	ExitCode int        `json:"exit_code"`

	Verified *importer.Verified `json:"verified,omitempty"`
	Proof    string             `json:"proof,omitempty"` // where it was written

	err error // what the command will return
}

// planFacts is the offline plan as JSON.
type planFacts struct {
	Rows         int                `json:"rows"`
	ToSend       int                `json:"to_send"`
	Settled      int                `json:"settled"`
	Refused      int                `json:"refused"`
	Invalid      int                `json:"invalid"`
	Warned       int                `json:"warned"`
	OverLimit    int                `json:"over_limit"`
	SignIn       importer.OwnerWay  `json:"sign_in"`
	Owners       int                `json:"owners"`
	RowsBy       importer.SignIns   `json:"rows_by_sign_in"`
	Nobody       int                `json:"nobody"`
	Unreadable   int                `json:"unreadable"` // rows without an address, where these hide which accounts are missing
	ToDisable    int                `json:"to_disable"`
	DisableLimit int                `json:"disable_limit,omitempty"`
	LastDays     int                `json:"last_days"`
	WholeHistory int                `json:"whole_history"`
	Hosts        []importer.HostUse `json:"hosts"`
	Fills        []importer.FillUse `json:"fills"`
}

func factsOf(plan *importer.Plan) *planFacts {
	hosts := slices.Clone(plan.Hosts)
	for i := range hosts {
		if !account.IsHost(hosts[i].Host) { // a password where cells have slipped
			hosts[i].Host = ""
		}
	}
	return &planFacts{
		Rows: plan.Rows, ToSend: plan.ToSend(), Settled: plan.Settled, Refused: plan.Refused, Invalid: plan.Invalid, Warned: plan.Warned, OverLimit: plan.OverLimit,
		SignIn: plan.Way, Owners: plan.Owners, RowsBy: plan.RowsBy, Nobody: plan.Nobody, LastDays: plan.LastDays, WholeHistory: plan.WholeHistory,
		Unreadable: plan.Unreadable, ToDisable: plan.ToDisable, DisableLimit: plan.DisableLimit,
		Hosts: hosts, Fills: plan.Fills,
	}
}

// finish tells the result on the stream for results and notes what the exit code follows from.
func (p *program) finish(r result) {
	p.ending.statuses = r.Statuses
	p.ending.warned = p.settings.FailOnWarning && r.Warned > 0
	p.ending.pending = p.settings.ChangesExit && r.Statuses[diagnosis.WouldCreate]+r.Statuses[diagnosis.WouldUpdate]+r.Statuses[diagnosis.WouldDisable] > 0
	for status, rows := range r.Statuses {
		p.log.Info("rows", "status", status, "count", rows)
	}
	r.ExitCode = ending{signal: p.ending.signal, err: r.err, statuses: p.ending.statuses, warned: p.ending.warned, pending: p.ending.pending}.code()
	p.tellResult(r)
}

// tellResult writes the result for whoever reads it.
func (p *program) tellResult(r result) {
	if p.settings.JSON {
		_ = json.NewEncoder(p.out).Encode(r) // a reader that has gone has seen what it wanted
		return
	}
	s := summaryView{program: p, result: r}
	s.counts()
	if r.Command != "validate" { // there every problem has been told already
		s.causes()
	}
	s.missing()
	s.verified()
	s.files()
	s.next()
}

// summaryView puts a result into words.
type summaryView struct {
	*program
	result result
}

func (s summaryView) print(text string) { _, _ = fmt.Fprintln(s.out, ui.Clean(text)) }

// missing tells of accounts that no row names any more, unless they are among
// the rows of the report, because they were to be switched off.
func (s summaryView) missing() {
	if plan := s.result.Plan; plan != nil && plan.Unreadable > 0 {
		s.print(s.console.Text("summary.unreadable", "Count", strconv.Itoa(plan.Unreadable)))
	}
	if list := s.result.Missing; len(list) > 0 && s.settings.OnMissing != string(importer.MissingDisable) {
		s.print(s.console.Text("summary.missing", "Count", strconv.Itoa(len(list)), "Addresses", firstOf(list)))
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
	text := s.console.Text("summary.rows", "Count", strconv.Itoa(s.result.Rows))
	if len(parts) > 0 {
		text += ": " + strings.Join(parts, ", ")
	}
	s.print(text)
	if s.result.Warned > 0 {
		s.print(s.console.Text("summary.warned", "Count", strconv.Itoa(s.result.Warned)))
	}
}

// causesShown bounds the groups on the screen; the report has them all.
const causesShown = 15

// causes lists why rows need somebody, grouped by cause and mail server.
func (s summaryView) causes() {
	hinted := make(map[string]bool)
	for i := range s.result.Causes {
		cause := &s.result.Causes[i]
		if i == causesShown {
			s.print(s.console.Text("summary.more", "Count", strconv.Itoa(len(s.result.Causes)-i)))
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
		"Count", strconv.Itoa(c.Count), "Rows", s.rowsOf(c))
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
	return numbers(c.Examples, c.Count)
}

func (s summaryView) files() {
	if s.result.Proof != "" {
		s.print(s.console.Text("verify.proof", "Path", s.result.Proof))
	}
	for _, path := range s.result.Reports {
		s.print(s.console.Text("summary.report", "Path", path))
	}
	if s.result.Run != "" && !s.result.Sandbox && s.result.Command == "run" {
		s.print(s.console.Text("summary.run", "Run", s.result.Run))
	}
}

// next says what to do now.
func (s summaryView) next() {
	open := ending{statuses: s.result.Statuses}
	switch {
	case s.result.Sandbox:
		s.print(s.console.Text("summary.next.sandbox"))
	case s.result.Again == "":
	case s.result.Stopped != nil && s.result.Stopped.Code.Scope() == diagnosis.Portal:
		s.print(s.console.Text("summary.next.stopped", "Command", s.result.Again))
	case open.any(diagnosis.Status.Open):
		s.print(s.console.Text("summary.next.open", "Command", s.result.Again))
	case open.any(diagnosis.Status.Declined):
		s.print(s.console.Text("summary.next.declined", "Command", s.result.Again))
	}
}

// again returns the command line as it could be typed once more.
func again(args []string) string {
	quoted := []string{"r7import"}
	for _, arg := range args {
		quoted = append(quoted, quote(arg, runtime.GOOS))
	}
	return strings.Join(quoted, " ")
}

// quote puts an argument into the quotes of the system's shell if it needs them.
func quote(arg, system string) string {
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
