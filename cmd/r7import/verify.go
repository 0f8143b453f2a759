package main

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/importer"
	"r7import/importer/journal"
	"r7import/report"
)

func (p *program) newVerify() *cobra.Command {
	cmd := &cobra.Command{
		Use:  "verify",
		Args: p.takes("value.file"),
		RunE: func(cmd *cobra.Command, args []string) error { return p.verify(cmd.Context(), args[0]) },
	}
	p.lookFlags(cmd)
	p.flags(cmd, "proof", "fail-on-warning")
	return cmd
}

// lookFlags gives a command the flags of one that makes no accounts.
func (p *program) lookFlags(cmd *cobra.Command) {
	names := config.Of(config.Where, config.Who, config.Reading, config.Pace)
	p.flags(cmd, slices.DeleteFunc(names, func(name string) bool {
		return slices.Contains([]string{"sandbox", "without-passwords", "per-host", "host-wait", "settle", "recheck"}, name)
	})...)
	p.flags(cmd, "report", "json", "progress")
}

// verify looks again at what the file asks for. Nothing is changed.
func (p *program) verify(ctx context.Context, path string) (err error) {
	p.withoutMailPasswords = true
	paths, err := p.namedPaths(path, "verify")
	if err != nil {
		return err
	}
	if err := p.checkProof(path, paths); err != nil {
		return err
	}
	j, err := p.openJob(ctx, path, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.close()) }()
	plan, err := j.prepare(ctx, journal.KindVerify)
	if err != nil {
		return err
	}
	var found importer.Verification
	var written string
	act := func(ctx context.Context, plan *importer.Plan) (_ importer.Result, err error) {
		started := time.Now()
		found, err = j.Verify(ctx, plan)
		if err == nil && found.Stopped == nil && p.settings.Proof != "" {
			var digest string
			if digest, err = j.Input.File.Digest(); err == nil {
				written, err = p.writeProof(newProof(j, digest, plan, found, started))
			}
		}
		return found.Result, err
	}
	return p.carryOut(ctx, j, plan, paths, "verify", act, func(r *result) { r.Verified, r.Proof = &found.Counts, written })
}

// namedPaths returns where the reports of a command go. Without -o it is a file
// named after the input and the command, so that the report of a run stays.
func (p *program) namedPaths(input, command string) ([]string, error) {
	if len(p.settings.Report) == 0 {
		p.settings.Report = []string{strings.TrimSuffix(report.DefaultName(input), "report.csv") + command + ".csv"}
	}
	return p.reportPaths(input, false)
}

// verified tells what a verification found.
func (s summaryView) verified() {
	v := s.result.Verified
	if v == nil {
		return
	}
	for _, line := range s.program.verifiedLines(v) {
		s.print(line)
	}
}

func (p *program) verifiedLines(v *importer.Verified) []string {
	return []string{
		p.console.Text("verify.counts", "Wanted", strconv.Itoa(v.Wanted), "Present", strconv.Itoa(v.Present), "Equal", strconv.Itoa(v.Equal),
			"Changed", strconv.Itoa(v.Changed), "Missing", strconv.Itoa(v.Missing), "Unseen", strconv.Itoa(v.Unseen)),
		p.console.Text("verify.health", "Syncing", strconv.Itoa(v.Syncing), "Disabled", strconv.Itoa(v.Disabled),
			"AuthError", strconv.Itoa(v.AuthError), "QuotaError", strconv.Itoa(v.QuotaError)),
	}
}
