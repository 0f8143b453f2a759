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

// The exit codes. The README explains them for scripts.
const (
	exitDone       = 0   // every row is as it should be
	exitError      = 1   // unexpected error, or a report that could not be written
	exitUsage      = 2   // command line or configuration
	exitFile       = 3   // the file cannot be used, nothing was sent
	exitRows       = 4   // finished, and some rows need a person
	exitPortal     = 5   // portal unreachable, or no sign-in worked and no row is as it should be
	exitUnfinished = 6   // rows are left: run again
	exitBusy       = 7   // another run uses this portal
	exitChanges    = 10  // plan --detailed-exitcode: a run would change something
	exitInterrupt  = 130 // Ctrl-C
	exitTerminated = 143 // SIGTERM, or the terminal was closed
)

// ending is everything that determines the exit code of a command.
type ending struct {
	signal   os.Signal                // signal that ended the command, nil if none
	err      error                    // error that the command returned
	statuses map[diagnosis.Status]int // number of rows by status
	warned   bool                     // rows have warnings and --fail-on-warning is set
	pending  bool                     // changes are pending and --detailed-exitcode is set
	result   *show.Result             // result that was shown, nil if there is none
	requests map[diagnosis.Fate]int64 // number of requests by outcome
	others   []int                    // exit codes of all files or jobs if there may be several
	file     string                   // file that was read if there may be several
}

// gravest lists the exit codes, the gravest first. An earlier code hides a later one.
var gravest = []int{
	exitInterrupt, exitTerminated, exitBusy, exitUsage, exitFile, exitPortal, exitUnfinished, exitError, exitRows, exitChanges, exitDone,
}

// code returns the gravest of the ending's own code and those of the other files.
func (e ending) code() int {
	return slices.MinFunc(append(e.others, e.own()), func(a, b int) int {
		return slices.Index(gravest, a) - slices.Index(gravest, b)
	})
}

// own returns the exit code without the other files. The first case that applies decides.
func (e ending) own() int {
	var problems []diagnosis.Problem
	if e.err != nil {
		problems = ui.Problems(e.err)
	}
	has := func(is func(diagnosis.Code) bool) bool {
		return slices.ContainsFunc(problems, func(p diagnosis.Problem) bool {
			return p.Severity() != diagnosis.Notice && is(p.Code) // a notice, such as a declined question, is no failure
		})
	}
	about := func(scope diagnosis.Scope) bool { // an error that is no problem concerns the machine
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
	case about(diagnosis.Usage), e.statuses == nil && one(diagnosis.StateUnusable): // the user must name another folder
		return exitUsage
	case about(diagnosis.File):
		return exitFile
	case about(diagnosis.Portal):
		return exitPortal
	case one(diagnosis.StateFull, diagnosis.StateWrite, diagnosis.StateDamaged, diagnosis.Internal): // running again does not help
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

// interruption is the cause of a context cancelled by a signal.
type interruption struct{ signal os.Signal }

func (i *interruption) Error() string { return "interrupted by " + i.signal.String() }

// signalOf returns the signal that cancelled ctx, nil if ctx is not cancelled.
func signalOf(ctx context.Context) os.Signal {
	var by *interruption
	switch {
	case errors.As(context.Cause(ctx), &by):
		return by.signal
	case ctx.Err() != nil:
		return syscall.SIGTERM // cancelled by the caller of run
	}
	return nil
}

// results is the stream for results. Its writes never fail. It keeps the first write
// error for the end and drops everything written after it. A closed pipe is not an
// error, see problem.
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

// Width returns the width in columns of the terminal that takes the results, 0 without one.
func (r *results) Width() int { return ui.Width(r.to) }

// problem returns the error that lost results, nil if there is none. It ignores a pipe
// whose other end was closed.
func (r *results) problem() error {
	const brokenPipe, noData = syscall.Errno(109), syscall.Errno(232) // ERROR_BROKEN_PIPE and ERROR_NO_DATA of Windows
	if r.failed == nil || errors.Is(r.failed, syscall.EPIPE) || errors.Is(r.failed, io.ErrClosedPipe) ||
		runtime.GOOS == "windows" && (errors.Is(r.failed, brokenPipe) || errors.Is(r.failed, noData)) {
		return nil
	}
	return diagnosis.Wrap(r.failed, diagnosis.ReportWrite, "Name", "stdout", "Cause", r.failed)
}

// showErrors shows and logs the errors of a command. If --json is set and no result was
// written, it also writes the errors as a JSON object.
func (p *program) showErrors(err error) {
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
