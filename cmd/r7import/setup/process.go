// Package setup turns the options of a command into the parts it works with: the
// file with its columns bound, the client of the portal, the stores, secrets,
// tokens, and whoever signs in. It says nothing about how the work went.
package setup

import (
	"io"
	"log/slog"
	"runtime"

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

	stdin string // what reads In, empty if nothing does yet
}

// Warn shows problems that stop nothing and notes them in the log.
func (p *Process) Warn(problems ...diagnosis.Problem) {
	for i := range problems {
		p.Log.Warn("problem", "code", problems[i].Code)
		p.Console.Problem(&problems[i])
	}
}

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
	if asked != "" {
		return asked, nil
	}
	folder := config.StateFolder(runtime.GOOS, p.Env)
	if folder == "" {
		return "", diagnosis.New(diagnosis.FolderUnknown)
	}
	return folder, nil
}
