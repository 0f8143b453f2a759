// Package setup turns the options of a command into the parts it works with: the
// file with its columns bound, the client of the portal, the stores, secrets,
// tokens, and the caller who signs in. It does not report results.
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

// Process holds the streams, the environment and the log of a command. All exported
// fields except Kept must be set.
type Process struct {
	In      io.Reader
	Out     io.Writer // takes results
	Console *ui.Console
	Env     config.Environment
	Log     *slog.Logger
	Version string // version of the program
	Kept    *Kept  // expiry of the token stored by login, nil if none was used

	stdin string                 // name of the reader of In, empty if there is none yet
	run   atomic.Pointer[string] // ID of the current run, for the log
}

// Warn shows problems that do not stop the command, and logs them.
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

// LogTo sends the log to a handler. Each line has the run's ID once NameRun has set it.
func (p *Process) LogTo(h slog.Handler) { p.Log = slog.New(inRun{h, &p.run}) }

// inRun adds the run's ID to each line.
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

// takeStdin reserves standard input for name. A second call is an error.
func (p *Process) takeStdin(name string) error {
	if p.stdin != "" {
		return diagnosis.New(diagnosis.StdinTwice, "First", p.stdin, "Second", name)
	}
	p.stdin = name
	return nil
}

// stateFolder returns the folder of the state: asked if it is not empty, else the user's own.
func (p *Process) stateFolder(asked string) (string, error) {
	folder := cmp.Or(asked, config.StateFolder(runtime.GOOS, p.Env))
	if folder == "" {
		return "", diagnosis.New(diagnosis.FolderUnknown)
	}
	return folder, nil
}
