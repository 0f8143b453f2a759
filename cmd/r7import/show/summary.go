// Package show writes what people read: the plan, the progress, findings, the summary
// and help. It takes data and writes text to a console or to the stream of results.
// It opens no files, sends no requests and makes no decisions.
package show

import (
	"cmp"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"r7import/cmd/r7import/ui"
	"r7import/importer"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/plan"
	"r7import/importer/policy"
	"r7import/report"
)

// Result is the result of a command: text for a person, or one JSON object for a
// script. Fields of the object may be added but not changed.
type Result struct {
	report.Summary
	Sandbox bool       `json:"sandbox"`
	Plan    *PlanFacts `json:"plan,omitempty"`
	Stopped *Told      `json:"stopped,omitempty"` // why the run ended before all rows were done
	Reports []string   `json:"reports"`
	// Annotated is the path of the copy of the input that shows the outcome of each row.
	Annotated string   `json:"annotated,omitempty"`
	Missing   []string `json:"missing,omitempty"`    // addresses of accounts that earlier runs of the file created and no row names
	Again     string   `json:"again,omitempty"`      // command that continues the run
	Fix       *Fix     `json:"fix,omitempty"`        // commands that help to correct rows, nil if none needs it
	Saved     *Saved   `json:"saved_plan,omitempty"` // changes that wait for approval
	ExitCode  int      `json:"exit_code"`

	Proofs   []string           `json:"proofs,omitempty"` // paths of the proofs if there are several
	Verified *importer.Verified `json:"verified,omitempty"`
	Proof    string             `json:"proof,omitempty"` // path of the first proof

	Preflight *Preflight `json:"preflight,omitempty"`

	Disabling bool `json:"-"` // the rows include accounts that no row of the file names
}

// Saved is a saved plan as JSON.
type Saved struct {
	ID      string         `json:"id"`
	Path    string         `json:"path"`
	Changes int            `json:"changes"`
	Guard   diagnosis.Code `json:"guard,omitempty"` // guard that stopped the run
	Approve string         `json:"approve"`         // command that approves the plan
}

// Fix holds the commands that help to correct rows and to send them again. A command
// that does not apply is empty.
type Fix struct {
	Corrected string `json:"corrected,omitempty"` // reads the annotated copy after its correction
	Annotate  string `json:"annotate,omitempty"`  // writes an annotated copy
	Failed    string `json:"failed,omitempty"`    // sends the rows that failed again
	Secrets   bool   `json:"-"`                   // the copy contains the passwords
}

// PlanFacts is the plan before the run as JSON.
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
	Unreadable   int             `json:"unreadable"` // rows without a readable address, if they hide which accounts are missing
	ToDisable    int             `json:"to_disable"`
	DisableLimit int             `json:"disable_limit,omitempty"`
	LastDays     int             `json:"last_days"`
	WholeHistory int             `json:"whole_history"`
	SeenFrom     time.Time       `json:"seen_from,omitzero"` // when the settled rows were last seen in the portal
	SeenTo       time.Time       `json:"seen_to,omitzero"`
	Hosts        []plan.HostUse  `json:"hosts"`
	Fills        []plan.FillUse  `json:"fills"`
}

// Facts returns the facts of a plan.
func Facts(plan *plan.Plan) *PlanFacts {
	hosts := slices.Clone(plan.Hosts)
	for i := range hosts {
		if !account.IsHost(hosts[i].Host) { // may be a password in a wrong column
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

// Told is a problem as JSON with its sentences. Fields may be added but not changed.
type Told struct {
	diagnosis.Problem
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

// Tell returns a problem with its sentences, nil if problem is nil.
func Tell(c *ui.Console, problem *diagnosis.Problem) *Told {
	if problem == nil {
		return nil
	}
	return &Told{*problem, c.Lang.Located(problem), c.Lang.Hint(problem)}
}

// Any reports whether any rows have a status for which is returns true.
func Any(statuses map[diagnosis.Status]int, is func(diagnosis.Status) bool) bool {
	for status, rows := range statuses {
		if rows > 0 && is(status) {
			return true
		}
	}
	return false
}

// Show writes the result for a person.
func (r *Result) Show(out io.Writer, c *ui.Console) {
	l := &lines{Console: c}
	text := c.Text("summary.rows", "Count", r.Rows)
	if counts := c.Counts(r.Statuses); counts != "" {
		text += ": " + counts
	}
	l.all = append(l.all, text)
	l.addIf(r.Filter != "", "summary.part", "Count", r.Rows, "InFile", r.InFile, "Filter", r.Filter)
	l.addIf(r.Warned > 0, "summary.warned", "Count", r.Warned)
	if r.Command != "validate" { // validate has already shown every problem
		r.addCauses(l)
	}
	if r.Plan != nil {
		l.addIf(r.Plan.Unreadable > 0, "summary.unreadable", "Count", r.Plan.Unreadable)
	}
	// Accounts that were to be switched off are among the rows of the report.
	l.addIf(len(r.Missing) > 0 && !r.Disabling, "summary.missing", "Count", len(r.Missing), "Addresses", First(r.Missing))
	if r.Verified != nil {
		addVerified(l, r.Verified)
	}
	if r.Preflight != nil {
		r.Preflight.add(l)
	}
	proofs := r.Proofs
	if len(proofs) == 0 && r.Proof != "" {
		proofs = []string{r.Proof}
	}
	for _, path := range proofs {
		l.add("verify.proof", "Path", path)
	}
	for _, path := range r.Reports {
		l.add("summary.report", "Path", path)
	}
	if s := r.Saved; s != nil {
		l.add("summary.plan", "Count", s.Changes, "Path", s.Path)
		l.all = append(l.all, "  → "+l.Text("summary.plan.next", "ID", s.ID, "Path", s.Path, "Command", s.Approve))
	}
	l.addIf(r.Annotated != "", "summary.annotated", "Path", r.Annotated)
	l.addIf(r.Run != "" && !r.Sandbox && r.Command == "run", "summary.run", "Run", r.Run)
	r.addNext(l)
	l.write(out)
}

// causesShown is the maximum number of causes on the screen; the report has all.
const causesShown = 15

// addCauses adds why rows need attention, grouped by cause and mail server: the status,
// the number of rows, the first rows, the server, and the problem.
func (r *Result) addCauses(l *lines) {
	hinted := map[string]bool{"": true}
	for i := range r.Causes {
		if i == causesShown {
			l.add("summary.more", "Count", len(r.Causes)-i)
			return
		}
		cause := &r.Causes[i]
		rows := l.Text("summary.rowless") // for accounts that no row names
		if len(cause.Examples) > 0 && cause.Examples[0] > 0 {
			rows = Numbers(cause.Examples, cause.Count)
		}
		text := "  " + l.Text("summary.cause", "Status", l.Text("status."+string(cause.Status)), "Count", cause.Count, "Rows", rows)
		where := cause.Host
		if cause.Side == diagnosis.Incoming || cause.Side == diagnosis.Outgoing {
			where = strings.TrimSpace(where + " (" + l.Text("side."+string(cause.Side)) + ")")
		}
		if where != "" {
			text += " " + where + ":"
		}
		if cause.Code != "" {
			text += " " + l.Lang.Problem(&cause.Problem) + " [" + string(cause.Code) + "]"
		}
		l.all = append(l.all, text)
		if hint := l.Lang.Hint(&cause.Problem); !hinted[hint] {
			hinted[hint] = true
			l.all = append(l.all, "    → "+hint)
		}
	}
}

// addNext adds the next steps: how to continue the run, and how to correct rows.
func (r *Result) addNext(l *lines) {
	f := cmp.Or(r.Fix, new(Fix))
	switch {
	case r.Sandbox:
		l.add("summary.next.sandbox")
	case r.Again == "":
	case r.Stopped != nil && r.Stopped.Code.Scope() == diagnosis.Portal:
		l.add("summary.next.stopped", "Command", r.Again)
	case Any(r.Statuses, diagnosis.Status.Open):
		l.add("summary.next.open", "Command", r.Again)
	case f.Corrected == "" && Any(r.Statuses, diagnosis.Status.Declined):
		l.add("summary.next.declined", "Command", r.Again)
	}
	switch {
	case f.Corrected != "" && f.Secrets:
		l.add("summary.fix.secrets", "Path", r.Annotated, "Command", f.Corrected)
	case f.Corrected != "":
		l.add("summary.fix.annotated", "Path", r.Annotated, "Command", f.Corrected)
	case r.Fix != nil && r.Annotated != "" && !f.Secrets:
		l.add("summary.fix.checked")
	case f.Annotate != "":
		l.add("summary.fix", "Annotate", f.Annotate)
	}
	l.addIf(f.Failed != "", "summary.failed", "Command", f.Failed)
}

// Filter returns the flags that select rows of a file, empty if there are none.
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

// Again returns the command line for the arguments, quoted for the shell.
func Again(args []string) string {
	quoted := []string{"r7import"}
	for _, arg := range args {
		quoted = append(quoted, Quote(arg, runtime.GOOS))
	}
	return strings.Join(quoted, " ")
}

// Quote returns an argument in the quotes of the system's shell if it needs quotes.
func Quote(arg, system string) string {
	strange := func(r rune) bool {
		return r < utf8.RuneSelf && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_./:=@,+%", r)
	}
	switch {
	case arg != "" && !strings.ContainsFunc(arg, strange):
		return arg
	case system == "windows":
		return `"` + arg + `"`
	}
	return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
}
