// Package setup turns the options of a command into the parts it works with: the
// file with its columns bound, the client of the portal, the stores, secrets,
// tokens, and whoever signs in. It says nothing about how the work went.
package setup

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"runtime"
	"sync/atomic"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/ui"
	"r7import/importer/diagnosis"
)

// Process is what a command has of the process it runs in: streams, environment
// and log. All fields are needed.
type Process struct {
	In      io.Reader
	Out     io.Writer // results
	Console *ui.Console
	Env     config.Environment
	Log     *slog.Logger
	Version string // of the program
	Kept    *Kept  // the token that was found from an earlier sign-in, nil if none was looked for

	stdin string                 // what reads In, empty if nothing does yet
	run   atomic.Pointer[string] // that is under way, for the log
}

// Warn shows problems that stop nothing and notes them in the log.
func (p *Process) Warn(problems ...diagnosis.Problem) {
	for _, problem := range problems {
		level := slog.LevelWarn
		if problem.Severity() == diagnosis.Notice {
			level = slog.LevelInfo
		}
		p.Log.Log(context.Background(), level, "problem", "code", problem.Code)
		if problem.Code == diagnosis.ColumnsTaken || problem.Code == diagnosis.ColumnsIgnored {
			problem = p.Console.OneLine(problem, "Columns")
		}
		p.Console.Problem(&problem)
	}
}

// LogTo lets the log go to a handler, with the run in each line once it has a name.
func (p *Process) LogTo(h slog.Handler) { p.Log = slog.New(inRun{h, &p.run}) }

// inRun adds the run to each line.
type inRun struct {
	slog.Handler
	run *atomic.Pointer[string]
}

// Handle implements slog.Handler.
func (h inRun) Handle(ctx context.Context, r slog.Record) error {
	if id := h.run.Load(); id != nil {
		r.AddAttrs(slog.String("run", *id))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h inRun) WithAttrs(attrs []slog.Attr) slog.Handler {
	return inRun{h.Handler.WithAttrs(attrs), h.run}
}

// WithGroup implements slog.Handler.
func (h inRun) WithGroup(name string) slog.Handler { return inRun{h.Handler.WithGroup(name), h.run} }

// takeStdin reserves standard input, which can be read once.
func (p *Process) takeStdin(name string) error {
	if p.stdin != "" {
		return diagnosis.New(diagnosis.StdinTwice, "First", p.stdin, "Second", name)
	}
	p.stdin = name
	return nil
}

// stateFolder returns the folder of the state: the one asked for, else the user's own.
func (p *Process) stateFolder(asked string) (string, error) {
	folder := cmp.Or(asked, config.StateFolder(runtime.GOOS, p.Env))
	if folder == "" {
		return "", diagnosis.New(diagnosis.FolderUnknown)
	}
	return folder, nil
}
