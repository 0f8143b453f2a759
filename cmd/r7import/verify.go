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
	"r7import/cmd/r7import/job"
	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/show"
	"r7import/importer"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/plan"
	"r7import/report"
)

func newVerify(p *program) *cobra.Command {
	return p.command("verify", p.takes(1, "value.file"), func(cmd *cobra.Command, args []string) error {
		o, err := p.runOn(job.File{Path: args[0]})
		if err != nil {
			return err
		}
		p.ending, err = verifyFile(cmd.Context(), p.Process, o, p.settings.Proof)
		return err
	}, append(lookFlags(), "proof", "fail-on-warning")...)
}

// lookFlags returns the names of the flags that verify and undo share.
func lookFlags() []string {
	names := config.Of(config.Where, config.Who, config.Reading, config.Pace)
	return append(without(names, "sandbox", "without-passwords", "per-host", "host-wait", "settle", "recheck"), "report", "json", "progress")
}

// verifyFile compares the portal with the file and writes the result to each proof. It
// changes nothing.
func verifyFile(ctx context.Context, p *setup.Process, o *runOptions, proofs []string) (end ending, err error) {
	o.Dry, o.NoMailPasswords = true, true
	paths, err := setup.ReportPaths(o.Report, o.File)
	if err != nil {
		return ending{}, err
	}
	if err := checkProofs(proofs, o.File, paths); err != nil {
		return ending{}, err
	}
	if !o.OwnerSaid {
		last, err := setup.LastRunOf(ctx, p, &o.Target, &o.Input)
		if err != nil {
			return ending{}, err
		}
		setup.OwnersAsIn(p, last, &o.JobOptions)
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
	act := func(ctx context.Context, rows *plan.Plan, r *show.Result) (importer.Result, error) {
		started := time.Now()
		found, err := j.Verify(ctx, rows)
		r.Verified = &found.Counts
		if err != nil || found.Stopped != nil || len(proofs) == 0 {
			return found.Result, err
		}
		digest, err := j.Input.File.Digest()
		if err != nil {
			return found.Result, err
		}
		proof := &show.Proof{
			Schema: "r7import.proof/1", Program: p.Version, File: rows.Run.File, Sheet: rows.Run.Sheet, FileDigest: j.History.FileDigest(digest),
			Portal: j.Client.URL(), PortalVersion: found.Version, StartedAt: started.Round(time.Second), EndedAt: time.Now().Round(time.Second),
			Runs: append([]string{}, found.Runs...), Agrees: found.Counts.Agrees(), Counts: found.Counts, People: found.People,
			Filter: filterOf(&o.Table),
		}
		if proof.Filter != "" {
			proof.InFile = rows.InFile
		}
		var written []string
		for _, path := range proofs {
			at, problem := writeProof(path, p, proof)
			if problem != nil {
				err = errors.Join(err, problem)
				continue
			}
			written = append(written, at)
		}
		if len(written) > 0 {
			r.Proof = written[0]
		}
		if len(written) > 1 {
			r.Proofs = written
		}
		return found.Result, err
	}
	return carryOut(ctx, p, j, rows, o, &task{"verify", paths, act})
}

// checkProofs returns an error if a proof cannot be written. It is called before anything is sent.
func checkProofs(paths []string, input string, reports []string) error {
	var errs []error
	for i, path := range paths {
		same := func(other string) bool { return filepath.Clean(other) == filepath.Clean(path) }
		switch {
		case slices.ContainsFunc(reports, same):
			errs = append(errs, diagnosis.New(diagnosis.FlagsTogether, "First", "--proof "+path, "Second", "--report "+path))
		case slices.ContainsFunc(paths[:i], same):
			errs = append(errs, diagnosis.New(diagnosis.FlagsTogether, "First", "--proof "+path, "Second", "--proof "+path))
		default:
			errs = append(errs, report.CheckPath(path, input))
		}
	}
	return errors.Join(errs...)
}

// writeProof writes the proof in the format of the path's extension and returns the
// path it used.
func writeProof(path string, p *setup.Process, found *show.Proof) (string, error) {
	if report.IsProof(path) {
		return report.WriteProof(path, found.Document(p.Console), report.Options{Printer: p.Console.Lang})
	}
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
