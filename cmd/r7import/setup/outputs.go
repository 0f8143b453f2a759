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

// CheckOutput returns nil if a command may make a file at path out of the one at input.
func (p *Process) CheckOutput(ctx context.Context, path, input string, force bool) error {
	if err := report.CheckPath(path, input); err != nil {
		return err
	}
	return p.MayWrite(ctx, path, force)
}

// MayWrite returns nil if a command may make a file at path: nothing is there, or
// force or an answer says that it may be overwritten.
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

// ReportPaths returns where the reports go that were asked for, each once, checked
// before anything is sent.
func ReportPaths(asked []string, input string) ([]string, error) {
	paths := slices.Compact(slices.Sorted(slices.Values(asked)))
	var errs []error
	for _, path := range paths {
		errs = append(errs, report.Check(path, input))
	}
	return paths, errors.Join(errs...)
}

// RunReport returns where the report of a run goes if nobody has said where: beside
// where a person stands at a terminal, else under the state, where no later run finds
// it in its way. what is the word of its name for what was done, such as "report".
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
