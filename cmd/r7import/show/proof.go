package show

import (
	"fmt"
	"strings"
	"time"

	"r7import/cmd/r7import/ui"
	"r7import/importer"
	"r7import/importer/portal"
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
}

// Text puts the proof into words.
func (p *Proof) Text(c *ui.Console) string {
	const moment = "2006-01-02 15:04:05 -07:00"
	file := p.File
	if p.Sheet != "" {
		file += ", " + p.Sheet
	}
	portalVersion, runs, verdict := p.PortalVersion, strings.Join(p.Runs, ", "), "proof.differs"
	if portalVersion == "" {
		portalVersion = c.Text("proof.version.unknown")
	}
	if runs == "" {
		runs = c.Text("proof.runs.none")
	}
	if p.Agrees {
		verdict = "proof.agrees"
	}
	rows := "proof.rows"
	if p.Filter != "" {
		verdict, rows = verdict+".part", "proof.rows.part"
	}
	counts := []any{
		"Rows", p.Counts.Rows, "Invalid", p.Counts.Invalid, "InFile", p.InFile,
		"Count", p.InFile - p.Counts.Rows, "Filter", p.Filter,
	}
	lines := []string{
		c.Text("proof.title"), "",
		c.Text("proof.file", "File", file),
		c.Text("proof.digest", "Digest", p.FileDigest),
		c.Text("proof.portal", "Portal", portal.Shown(p.Portal)),
		c.Text("proof.version", "Version", portalVersion),
		c.Text("proof.time", "From", p.StartedAt.Local().Format(moment), "To", p.EndedAt.Local().Format(moment)),
		c.Text("proof.runs", "Runs", runs),
		c.Text("proof.program", "Version", p.Program),
		"",
		c.Text(rows, counts...),
	}
	lines = append(lines, verifiedLines(c, &p.Counts)...)
	lines = append(lines, "", c.Text(verdict, counts...))
	var text strings.Builder
	for _, line := range lines {
		fmt.Fprintln(&text, ui.Clean(line))
	}
	return text.String()
}

// verifiedLines tells what a verification p.
func verifiedLines(c *ui.Console, v *importer.Verified) []string {
	return []string{
		c.Text("verify.counts", "Wanted", v.Wanted, "Present", v.Present, "Equal", v.Equal,
			"Changed", v.Changed, "Missing", v.Missing, "Unseen", v.Unseen),
		c.Text("verify.health", "Syncing", v.Syncing, "Disabled", v.Disabled,
			"AuthError", v.AuthError, "QuotaError", v.QuotaError),
	}
}
