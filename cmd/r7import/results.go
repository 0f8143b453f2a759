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

// problem returns why results are missing, nil if they are not. That the other end of a
// pipe was closed is no reason.
func (r *results) problem() error {
	const brokenPipe, noData = syscall.Errno(109), syscall.Errno(232) // the words of Windows for it
	if r.failed == nil || errors.Is(r.failed, syscall.EPIPE) || errors.Is(r.failed, io.ErrClosedPipe) ||
		runtime.GOOS == "windows" && (errors.Is(r.failed, brokenPipe) || errors.Is(r.failed, noData)) {
		return nil
	}
	return diagnosis.Wrap(r.failed, diagnosis.ReportWrite, "Name", "stdout", "Cause", r.failed)
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
	}{"r7import.error/1", sentences(p.Console, err), p.ending.code()})
}

// sentences returns the problems in an error with their sentences.
func sentences(c *ui.Console, err error) (list []*show.Told) {
	if err == nil {
		return nil
	}
	for _, problem := range ui.Problems(err) {
		list = append(list, show.Tell(c, &problem))
	}
	return list
}
