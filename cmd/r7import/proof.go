package main

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"r7import/cmd/r7import/ui"
	"r7import/importer"
	"r7import/importer/diagnosis"
	"r7import/importer/portal"
	"r7import/report"
)

// proof is what a verification found as a whole. Fields are only ever added.
type proof struct {
	Schema        string            `json:"schema"`
	Program       string            `json:"program"`
	File          string            `json:"file"`
	Sheet         string            `json:"sheet,omitempty"`
	FileDigest    string            `json:"file_digest"` // keyed, see journal.Store.FileDigest
	Portal        string            `json:"portal"`
	PortalVersion string            `json:"portal_version,omitempty"`
	StartedAt     time.Time         `json:"started_at"`
	EndedAt       time.Time         `json:"ended_at"`
	Runs          []string          `json:"runs"` // that dealt with the accounts
	Agrees        bool              `json:"agrees"`
	Counts        importer.Verified `json:"counts"`
}

func newProof(j *job, digest string, plan *importer.Plan, found importer.Verification, started time.Time) proof {
	if found.Runs == nil {
		found.Runs = []string{}
	}
	return proof{
		Schema: "r7import.proof/1", Program: version(), File: plan.Run.File, Sheet: plan.Run.Sheet, FileDigest: j.History.FileDigest(digest),
		Portal: j.Client.URL(), PortalVersion: found.Version, StartedAt: started.Round(time.Second), EndedAt: time.Now().Round(time.Second),
		Runs: found.Runs, Agrees: found.Counts.Agrees(), Counts: found.Counts,
	}
}

// checkProof finds out before anything is sent whether the proof can be written.
func (p *program) checkProof(input string, reports []string) error {
	path := p.settings.Proof
	if path == "" {
		return nil
	}
	if slices.ContainsFunc(reports, func(r string) bool { return filepath.Clean(r) == filepath.Clean(path) }) {
		return diagnosis.New(diagnosis.FlagsTogether, "First", "--proof "+path, "Second", "--report "+path)
	}
	return report.CheckPath(path, input)
}

// writeProof writes the proof for programs or for people, as its name asks, and
// returns where it is.
func (p *program) writeProof(found proof) (string, error) {
	return report.Publish(p.settings.Proof, func(w io.Writer) error {
		if strings.EqualFold(filepath.Ext(p.settings.Proof), ".json") {
			encoder := json.NewEncoder(w)
			encoder.SetIndent("", "  ")
			return encoder.Encode(found)
		}
		_, err := io.WriteString(w, p.proofText(found))
		return err
	})
}

// proofText puts a proof into words.
func (p *program) proofText(found proof) string {
	const moment = "2006-01-02 15:04:05 -07:00"
	file := found.File
	if found.Sheet != "" {
		file += ", " + found.Sheet
	}
	portalVersion, runs, verdict := found.PortalVersion, strings.Join(found.Runs, ", "), "proof.differs"
	if portalVersion == "" {
		portalVersion = p.console.Text("proof.version.unknown")
	}
	if runs == "" {
		runs = p.console.Text("proof.runs.none")
	}
	if found.Agrees {
		verdict = "proof.agrees"
	}
	lines := []string{
		p.console.Text("proof.title"), "",
		p.console.Text("proof.file", "File", file),
		p.console.Text("proof.digest", "Digest", found.FileDigest),
		p.console.Text("proof.portal", "Portal", portal.Shown(found.Portal)),
		p.console.Text("proof.version", "Version", portalVersion),
		p.console.Text("proof.time", "From", found.StartedAt.Local().Format(moment), "To", found.EndedAt.Local().Format(moment)),
		p.console.Text("proof.runs", "Runs", runs),
		p.console.Text("proof.program", "Version", found.Program),
		"",
		p.console.Text("proof.rows", "Rows", strconv.Itoa(found.Counts.Rows), "Invalid", strconv.Itoa(found.Counts.Invalid)),
	}
	lines = append(lines, p.verifiedLines(&found.Counts)...)
	lines = append(lines, "", p.console.Text(verdict))
	var text strings.Builder
	for _, line := range lines {
		fmt.Fprintln(&text, ui.Clean(line))
	}
	return text.String()
}
