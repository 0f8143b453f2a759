package show

import (
	"cmp"
	"strings"
	"time"

	"r7import/cmd/r7import/ui"
	"r7import/importer"
	"r7import/importer/portal"
	"r7import/report"
)

// Proof is the result of a verification as JSON. Fields may be added but not changed.
type Proof struct {
	Schema        string            `json:"schema"`
	Program       string            `json:"program"`
	File          string            `json:"file"`
	Sheet         string            `json:"sheet,omitempty"`
	FileDigest    string            `json:"file_digest"`            // keyed, see journal.Store.FileDigest
	InFile        int               `json:"rows_in_file,omitempty"` // set if only some rows were verified
	Filter        string            `json:"filter,omitempty"`       // flags that selected the rows
	Portal        string            `json:"portal"`
	PortalVersion string            `json:"portal_version,omitempty"`
	StartedAt     time.Time         `json:"started_at"`
	EndedAt       time.Time         `json:"ended_at"`
	Runs          []string          `json:"runs"` // IDs of the runs that handled the accounts
	Agrees        bool              `json:"agrees"`
	Counts        importer.Verified `json:"counts"`

	People []importer.VerifiedPerson `json:"people"`
}

// Text returns the proof as plain text in the console's language.
func (p *Proof) Text(c *ui.Console) string {
	l := &lines{c, []string{c.Text("proof.title"), ""}}
	for _, f := range p.facts(c) {
		l.all = append(l.all, f.Label+": "+f.Value)
	}
	l.all = append(l.all, "", p.sentence(c, "proof.rows"))
	addVerified(l, &p.Counts)
	l.all = append(l.all, "", p.verdict(c))
	var text strings.Builder
	for _, line := range l.all {
		text.WriteString(ui.Clean(line) + "\n")
	}
	return text.String()
}

func (p *Proof) facts(c *ui.Console) []report.Fact {
	const second = "2006-01-02 15:04:05 -07:00"
	times := c.Text("proof.times", "From", p.StartedAt.Local().Format(second), "To", p.EndedAt.Local().Format(second))
	return []report.Fact{
		{Label: c.Text("proof.file"), Value: strings.TrimSuffix(p.File+", "+p.Sheet, ", ")},
		{Label: c.Text("proof.digest"), Value: p.FileDigest},
		{Label: c.Text("proof.portal"), Value: portal.Shown(p.Portal)},
		{Label: c.Text("proof.version"), Value: cmp.Or(p.PortalVersion, c.Text("proof.version.unknown"))},
		{Label: c.Text("proof.time"), Value: times},
		{Label: c.Text("proof.runs"), Value: cmp.Or(strings.Join(p.Runs, ", "), c.Text("proof.runs.none"))},
		{Label: c.Text("proof.program"), Value: "r7import " + p.Program},
	}
}

// sentence returns the sentence with that ID, in its form for all rows or for selected ones.
func (p *Proof) sentence(c *ui.Console, id string) string {
	if p.Filter != "" {
		id += ".part"
	}
	return c.Text(id, "Rows", p.Counts.Rows, "Invalid", p.Counts.Invalid, "InFile", p.InFile, "Count", p.InFile-p.Counts.Rows, "Filter", p.Filter)
}

func (p *Proof) verdict(c *ui.Console) string {
	if p.Agrees {
		return p.sentence(c, "proof.agrees")
	}
	return p.sentence(c, "proof.differs")
}

// Document returns the proof for a page or a workbook. It lists people with
// differences first.
func (p *Proof) Document(c *ui.Console) *report.Proof {
	d := &report.Proof{Title: c.Text("proof.title"), Agrees: p.Agrees, Verdict: p.verdict(c), Facts: p.facts(c), EndedAt: p.EndedAt, Counts: countsOf(c, &p.Counts)}
	if p.Filter != "" {
		d.Facts = append(d.Facts, report.Fact{Label: c.Text("report.fact.filter"), Value: c.Text("report.part", "Count", p.Counts.Rows, "InFile", p.InFile, "Filter", p.Filter)})
	}
	d.Columns = d.Counts
	var agreeing []report.ProofPerson
	for i := range p.People {
		found := &p.People[i]
		person := report.ProofPerson{Owner: found.Owner, Name: found.Name, Agrees: found.Agrees()}
		for _, count := range countsOf(c, &found.Verified) {
			person.Counts = append(person.Counts, count.Count)
		}
		if person.Agrees {
			agreeing = append(agreeing, person)
		} else {
			d.People = append(d.People, person)
		}
	}
	d.People = append(d.People, agreeing...)
	return d
}

// countsOf returns the counts of a verification under their JSON names.
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

// addVerified adds the counts of a verification.
func addVerified(l *lines, v *importer.Verified) {
	l.add("verify.counts", "Wanted", v.Wanted, "Present", v.Present, "Equal", v.Equal, "Changed", v.Changed, "Missing", v.Missing, "Unseen", v.Unseen)
	l.add("verify.health", "Syncing", v.Syncing, "Disabled", v.Disabled, "AuthError", v.AuthError, "QuotaError", v.QuotaError)
}
