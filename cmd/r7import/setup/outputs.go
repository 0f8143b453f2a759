package setup

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"

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

// ReportPaths returns where reports go, each once, checked before anything is
// sent: the paths asked for, else usual, if that is not empty.
func ReportPaths(asked []string, usual, input string) ([]string, error) {
	paths := slices.Clone(asked)
	if len(paths) == 0 && usual != "" {
		paths = []string{usual}
	}
	slices.Sort(paths)
	paths = slices.Compact(paths)
	var errs []error
	for _, path := range paths {
		errs = append(errs, report.Check(path, input))
	}
	return paths, errors.Join(errs...)
}
