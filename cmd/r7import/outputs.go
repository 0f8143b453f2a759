package main

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"r7import/importer/diagnosis"
	"r7import/report"
)

// checkOutput returns nil if a command may make a file at path out of the one at input.
func (p *program) checkOutput(ctx context.Context, path, input string) error {
	if err := report.CheckPath(path, input); err != nil {
		return err
	}
	return p.mayWrite(ctx, path)
}

// mayWrite returns nil if a command may make a file at path: nothing is there, or
// --force or an answer says that it may be overwritten.
func (p *program) mayWrite(ctx context.Context, path string) error {
	if _, err := os.Lstat(path); p.settings.Force || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	refused := diagnosis.New(diagnosis.FileExists, "File", path)
	if !p.console.Terminal() {
		return refused
	}
	yes, err := p.console.Confirm(ctx, "ask.overwrite", "File", path)
	if err == nil && !yes {
		return refused
	}
	return err
}
