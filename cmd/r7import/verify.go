package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/show"
	"r7import/importer"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/plan"
	"r7import/report"
)

// verifyOptions is what verify reads.
type verifyOptions struct {
	*runOptions
	proof string // file, empty for none
}

func newVerify(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:  "verify",
		Args: p.takes("value.file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := p.runOn(args[0])
			if err != nil {
				return err
			}
			p.ending, err = verifyFile(cmd.Context(), p.Process, &verifyOptions{o, p.settings.Proof})
			return err
		},
	}
	lookFlags(p, cmd)
	p.flags(cmd, "proof", "fail-on-warning")
	return cmd
}

// lookFlags gives a command the flags of one that makes no accounts.
func lookFlags(p *program, cmd *cobra.Command) {
	names := config.Of(config.Where, config.Who, config.Reading, config.Pace)
	p.flags(cmd, slices.DeleteFunc(names, func(name string) bool {
		return slices.Contains([]string{"sandbox", "without-passwords", "per-host", "host-wait", "settle", "recheck"}, name)
	})...)
	p.flags(cmd, "report", "json", "progress")
}

// verifyFile looks again at what the file asks for. Nothing is changed.
func verifyFile(ctx context.Context, p *setup.Process, o *verifyOptions) (end ending, err error) {
	o.Dry, o.NoMailPasswords = true, true
	paths, err := setup.ReportPaths(o.Report, o.File)
	if err != nil {
		return ending{}, err
	}
	if err := checkProof(o.proof, o.File, paths); err != nil {
		return ending{}, err
	}
	j, err := p.OpenJob(ctx, &o.JobOptions)
	if err != nil {
		return ending{}, err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	rows, err := j.Prepare(ctx, journal.KindVerify)
	if err != nil {
		return ending{}, err
	}
	var found importer.Verification
	var written string
	act := func(ctx context.Context, rows *plan.Plan) (_ importer.Result, err error) {
		started := time.Now()
		found, err = j.Verify(ctx, rows)
		if err == nil && found.Stopped == nil && o.proof != "" {
			written, err = writeProof(o.proof, p, proofOf(p, j, rows, &found, started))
		}
		return found.Result, err
	}
	return carryOut(ctx, p, j, rows, o.runOptions, &task{
		command: "verify", reports: paths, act: act,
		add: func(r *show.Result) { r.Verified, r.Proof = &found.Counts, written },
	})
}

func proofOf(p *setup.Process, j *setup.Job, rows *plan.Plan, found *importer.Verification, started time.Time) *show.Proof {
	runs := found.Runs
	if runs == nil {
		runs = []string{}
	}
	return &show.Proof{
		Schema: "r7import.proof/1", Program: p.Version, File: rows.Run.File, Sheet: rows.Run.Sheet, SHA256: rows.Run.FileDigest,
		Portal: j.Client.URL(), PortalVersion: found.Version, StartedAt: started.Round(time.Second), EndedAt: time.Now().Round(time.Second),
		Runs: runs, Agrees: found.Counts.Agrees(), Counts: found.Counts,
	}
}

// checkProof finds out before anything is sent whether the proof can be written.
func checkProof(path, input string, reports []string) error {
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
func writeProof(path string, p *setup.Process, found *show.Proof) (string, error) {
	return report.Publish(path, func(w io.Writer) error {
		if strings.EqualFold(filepath.Ext(path), ".json") {
			encoder := json.NewEncoder(w)
			encoder.SetIndent("", "  ")
			return encoder.Encode(found)
		}
		_, err := io.WriteString(w, found.Text(p.Console))
		return err
	})
}
