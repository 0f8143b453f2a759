package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"runtime"
	"slices"
	"syscall"

	"r7import/cmd/r7import/show"
	"r7import/cmd/r7import/ui"
	"r7import/importer/diagnosis"
)

// The exit codes; the README explains them to those who write scripts.
const (
	exitDone       = 0   // every row is as it should be
	exitError      = 1   // unexpected error, or a report that could not be written
	exitUsage      = 2   // command line or configuration
	exitFile       = 3   // the file cannot be used, nothing was sent
	exitRows       = 4   // finished, and some rows need a person
	exitPortal     = 5   // portal unreachable, or nobody at all could sign in and no row is as it should be
	exitUnfinished = 6   // rows are left: run again
	exitBusy       = 7   // another run works on this portal
	exitChanges    = 10  // plan --detailed-exitcode: a run would change something
	exitInterrupt  = 130 // Ctrl-C
	exitTerminated = 143 // SIGTERM, or a terminal that was closed
)

// ending is everything the exit code of a command follows from.
type ending struct {
	signal   os.Signal                // that ended it, nil if none
	err      error                    // what the command returned
	statuses map[diagnosis.Status]int // what became of the rows
	warned   bool                     // rows have warnings and --fail-on-warning asks to mind
	pending  bool                     // changes are pending and --detailed-exitcode asks to tell
	result   *show.Result             // that was shown, nil if it did not get that far
	requests map[diagnosis.Fate]int64 // by what became of them
	others   []int                    // exit codes of the files before, where several were read
	file     string                   // that was read, where several may be
}

// gravest are the exit codes in the order in which one hides another.
var gravest = []int{
	exitInterrupt, exitTerminated, exitBusy, exitUsage, exitFile, exitPortal, exitUnfinished, exitError, exitRows, exitChanges, exitDone,
}

// code returns the gravest exit code of all files.
func (e ending) code() int {
	return slices.MinFunc(append(e.others, e.own()), func(a, b int) int {
		return slices.Index(gravest, a) - slices.Index(gravest, b)
	})
}

// own decides. What comes first in it hides what comes later.
func (e ending) own() int {
	var problems []diagnosis.Problem
	if e.err != nil {
		problems = ui.Problems(e.err)
	}
	has := func(is func(diagnosis.Code) bool) bool {
		return slices.ContainsFunc(problems, func(p diagnosis.Problem) bool {
			return p.Severity() != diagnosis.Notice && is(p.Code) // a no to a question is no failure
		})
	}
	about := func(scope diagnosis.Scope) bool { // an error that is none of ours is about the machine
		return has(func(code diagnosis.Code) bool { return code.Scope() == scope })
	}
	one := func(codes ...diagnosis.Code) bool {
		return has(func(code diagnosis.Code) bool { return slices.Contains(codes, code) })
	}
	switch {
	case e.signal == os.Interrupt:
		return exitInterrupt
	case e.signal != nil:
		return exitTerminated
	case about(diagnosis.Busy):
		return exitBusy
	case about(diagnosis.Usage), e.statuses == nil && one(diagnosis.StateUnusable): // another folder is to be named
		return exitUsage
	case about(diagnosis.File):
		return exitFile
	case about(diagnosis.Portal):
		return exitPortal
	case one(diagnosis.StateFull, diagnosis.StateWrite, diagnosis.StateDamaged, diagnosis.Internal): // running again does not help by itself
		return exitError
	case about(diagnosis.Unfinished), show.Any(e.statuses, diagnosis.Status.Open):
		return exitUnfinished
	case about(diagnosis.State):
		return exitError
	case about(diagnosis.Row), show.Any(e.statuses, diagnosis.Status.Declined), e.warned:
		return exitRows
	case e.pending:
		return exitChanges
	}
	return exitDone
}

// interruption is the cause of a context that a signal cancelled.
type interruption struct{ signal os.Signal }

func (i *interruption) Error() string { return "interrupted by " + i.signal.String() }

// signalOf returns the signal that cancelled ctx, nil if none has.
func signalOf(ctx context.Context) os.Signal {
	var by *interruption
	switch {
	case errors.As(context.Cause(ctx), &by):
		return by.signal
	case ctx.Err() != nil:
		return syscall.SIGTERM // a program that has called run
	}
	return nil
}

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
