package show

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"r7import/cmd/r7import/ui"
	"r7import/importer"
	"r7import/importer/portal"
	"r7import/report"
)

// Proof is what a verification found as a whole. Fields are only ever added.
type Proof struct {
	Schema        string            `json:"schema"`
	Program       string            `json:"program"`
	File          string            `json:"file"`
	Sheet         string            `json:"sheet,omitempty"`
	FileDigest    string            `json:"file_digest"`            // keyed, see journal.Store.FileDigest
	InFile        int               `json:"rows_in_file,omitempty"` // where only some were looked at
	Filter        string            `json:"filter,omitempty"`       // the flags that chose them
	Portal        string            `json:"portal"`
	PortalVersion string            `json:"portal_version,omitempty"`
	StartedAt     time.Time         `json:"started_at"`
	EndedAt       time.Time         `json:"ended_at"`
	Runs          []string          `json:"runs"` // that dealt with the accounts
	Agrees        bool              `json:"agrees"`
	Counts        importer.Verified `json:"counts"`

	People []importer.VerifiedPerson `json:"people"`
}

// Text puts the proof into words.
func (p *Proof) Text(c *ui.Console) string {
	lines := []string{c.Text("proof.title"), ""}
	for _, f := range p.facts(c) {
		lines = append(lines, f.Label+": "+f.Value)
	}
	rows := "proof.rows"
	if p.Filter != "" {
		rows = "proof.rows.part"
	}
	lines = append(lines, "", c.Text(rows, p.said()...))
	lines = append(lines, verifiedLines(c, &p.Counts)...)
	lines = append(lines, "", p.verdict(c))
	var text strings.Builder
	for _, line := range lines {
		fmt.Fprintln(&text, ui.Clean(line))
	}
	return text.String()
}

func (p *Proof) facts(c *ui.Console) []report.Fact {
	const moment = "2006-01-02 15:04:05 -07:00"
	return []report.Fact{
		{Label: c.Text("proof.file"), Value: strings.TrimSuffix(p.File+", "+p.Sheet, ", ")},
		{Label: c.Text("proof.digest"), Value: p.FileDigest},
		{Label: c.Text("proof.portal"), Value: portal.Shown(p.Portal)},
		{Label: c.Text("proof.version"), Value: cmp.Or(p.PortalVersion, c.Text("proof.version.unknown"))},
		{Label: c.Text("proof.time"), Value: c.Text("proof.times", "From", p.StartedAt.Local().Format(moment), "To", p.EndedAt.Local().Format(moment))},
		{Label: c.Text("proof.runs"), Value: cmp.Or(strings.Join(p.Runs, ", "), c.Text("proof.runs.none"))},
		{Label: c.Text("proof.program"), Value: "r7import " + p.Program},
	}
}

// said is what the sentences about all rows need to know.
func (p *Proof) said() []any {
	return []any{
		"Rows", p.Counts.Rows, "Invalid", p.Counts.Invalid, "InFile", p.InFile,
		"Count", p.InFile - p.Counts.Rows, "Filter", p.Filter,
	}
}

func (p *Proof) verdict(c *ui.Console) string {
	verdict := "proof.differs"
	if p.Agrees {
		verdict = "proof.agrees"
	}
	if p.Filter != "" {
		verdict += ".part"
	}
	return c.Text(verdict, p.said()...)
}

// Document returns the proof as it is shown as a page or a workbook. The people who
// lack something stand first.
func (p *Proof) Document(c *ui.Console) *report.Proof {
	d := &report.Proof{Title: c.Text("proof.title"), Agrees: p.Agrees, Verdict: p.verdict(c), Facts: p.facts(c), EndedAt: p.EndedAt, Counts: countsOf(c, &p.Counts)}
	if p.Filter != "" {
		d.Facts = append(d.Facts, report.Fact{Label: c.Text("report.fact.filter"), Value: c.Text("report.part", "Count", p.Counts.Rows, "InFile", p.InFile, "Filter", p.Filter)})
	}
	d.Columns = d.Counts
	for i := range p.People {
		found := &p.People[i]
		person := report.ProofPerson{Owner: found.Owner, Name: found.Name, Agrees: found.Agrees()}
		for _, count := range countsOf(c, &found.Verified) {
			person.Counts = append(person.Counts, count.Count)
		}
		d.People = append(d.People, person)
	}
	slices.SortStableFunc(d.People, func(a, b report.ProofPerson) int {
		switch {
		case a.Agrees == b.Agrees:
			return 0
		case b.Agrees:
			return -1
		}
		return 1
	})
	return d
}

// countsOf lists what was found, by the names that the JSON of a proof has for it.
func countsOf(c *ui.Console, v *importer.Verified) []report.ProofCount {
	counts := []report.ProofCount{
		{Name: "rows", Count: v.Rows}, {Name: "invalid", Count: v.Invalid}, {Name: "wanted", Count: v.Wanted}, {Name: "present", Count: v.Present},
		{Name: "equal", Count: v.Equal}, {Name: "changed", Count: v.Changed}, {Name: "missing", Count: v.Missing}, {Name: "unseen", Count: v.Unseen},
		{Name: "syncing", Count: v.Syncing}, {Name: "disabled", Count: v.Disabled}, {Name: "auth_error", Count: v.AuthError}, {Name: "quota_error", Count: v.QuotaError},
	}
	for i := range counts {
		counts[i].Text = c.Text("proof.count." + counts[i].Name)
	}
	return counts
}

// verifiedLines tells what a verification found.
func verifiedLines(c *ui.Console, v *importer.Verified) []string {
	return []string{
		c.Text("verify.counts", "Wanted", v.Wanted, "Present", v.Present, "Equal", v.Equal,
			"Changed", v.Changed, "Missing", v.Missing, "Unseen", v.Unseen),
		c.Text("verify.health", "Syncing", v.Syncing, "Disabled", v.Disabled,
			"AuthError", v.AuthError, "QuotaError", v.QuotaError),
	}
}
