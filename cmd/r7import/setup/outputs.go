package setup

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"r7import/cmd/r7import/config"
	"r7import/importer/diagnosis"
	"r7import/report"
)

// CheckOutput returns nil if a command may create a file at path from the one at input.
func (p *Process) CheckOutput(ctx context.Context, path, input string, force bool) error {
	if err := report.CheckPath(path, input); err != nil {
		return err
	}
	return p.MayWrite(ctx, path, force)
}

// MayWrite returns nil if a command may create a file at path: nothing is there, or
// force is set, or the user agrees to overwrite it.
func (p *Process) MayWrite(ctx context.Context, path string, force bool) error {
	if _, err := os.Lstat(path); force || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	refused := diagnosis.New(diagnosis.FileExists, "File", path)
	if !p.Console.Terminal() {
		return refused
	}
	yes, err := p.Console.Confirm(ctx, "ask.overwrite", "File", path)
	if err == nil && !yes {
		return refused
	}
	return err
}

// ReportPaths returns the paths of the requested reports, sorted and without
// duplicates, and an error that joins what is wrong with any of them.
func ReportPaths(asked []string, input string) ([]string, error) {
	paths := slices.Compact(slices.Sorted(slices.Values(asked)))
	var errs []error
	for _, path := range paths {
		errs = append(errs, report.Check(path, input))
	}
	return paths, errors.Join(errs...)
}

// RunReport returns the default path of a run's report: the current folder at a terminal
// and in a sandbox, else a folder under the state, where it does not get in the way of
// later runs. what is the part of its name that says what was done, such as "report".
func (j *Job) RunReport(t *config.Target, input, what, run string) (string, error) {
	p := j.process
	name := strings.TrimSuffix(report.DefaultName(input), "report.csv") + what + "-" + run + ".csv"
	if p.Console.Terminal() || t.Sandbox {
		return name, report.Check(name, "")
	}
	folder, err := portalFolder(p, t, reportsFolder)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", diagnosis.Wrap(err, diagnosis.ReportNoFolder, "Folder", folder)
	}
	path := filepath.Join(folder, name)
	return path, report.Check(path, "")
}
