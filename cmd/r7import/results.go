package main

import (
	"encoding/json"
	"errors"
	"io"
	"runtime"
	"syscall"

	"r7import/cmd/r7import/show"
	"r7import/cmd/r7import/ui"
	"r7import/importer/diagnosis"
)

// results is the stream for results. A reader that has gone away wanted no more:
// that is no error. Any other failure to write is kept for the end, and what
// comes after it is dropped.
type results struct {
	to     io.Writer
	begun  bool
	failed error
}

// Write implements io.Writer and never fails.
func (r *results) Write(text []byte) (int, error) {
	r.begun = true
	if r.failed == nil {
		_, r.failed = r.to.Write(text)
	}
	return len(text), nil
}

// Width returns how many characters a line holds if the results go to a terminal.
func (r *results) Width() int { return ui.Width(r.to) }

// problem returns why results are missing, nil if they are not.
func (r *results) problem() error {
	if r.failed == nil || readerGone(r.failed) {
		return nil
	}
	return diagnosis.Wrap(r.failed, diagnosis.ReportWrite, "Name", "stdout", "Cause", r.failed)
}

// readerGone reports whether the other end of a pipe was closed.
func readerGone(err error) bool {
	const brokenPipe, noData = syscall.Errno(109), syscall.Errno(232) // the words of Windows for it
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe) ||
		runtime.GOOS == "windows" && (errors.Is(err, brokenPipe) || errors.Is(err, noData))
}

// tellError shows the errors a command ended with. A script that asked for JSON and
// has got no result yet gets an object as well.
func (p *program) tellError(err error) {
	p.Console.Error(err)
	for _, problem := range ui.Problems(err) {
		p.Log.Error("problem", "code", problem.Code)
	}
	if !p.settings.JSON || p.results.begun {
		return
	}
	_ = json.NewEncoder(p.Out).Encode(struct {
		Schema   string       `json:"schema"`
		Problems []*show.Told `json:"problems"`
		ExitCode int          `json:"exit_code"`
	}{"r7import.error/1", told(p.Console, err), p.ending.code()})
}
