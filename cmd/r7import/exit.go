package main

import (
	"context"
	"errors"
	"os"
	"slices"
	"syscall"

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
	exitPortal     = 5   // portal unreachable, or nobody could sign in
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
}

// code decides. What comes first in it hides what comes later.
func (e ending) code() int {
	scopes := scopesOf(e.err)
	switch {
	case e.signal == os.Interrupt:
		return exitInterrupt
	case e.signal != nil:
		return exitTerminated
	case slices.Contains(scopes, diagnosis.Busy):
		return exitBusy
	case slices.Contains(scopes, diagnosis.Usage):
		return exitUsage
	case slices.Contains(scopes, diagnosis.File):
		return exitFile
	case slices.Contains(scopes, diagnosis.Portal):
		return exitPortal
	case slices.Contains(scopes, diagnosis.Unfinished), e.any(diagnosis.Status.Open):
		return exitUnfinished
	case slices.Contains(scopes, diagnosis.State):
		return exitError
	case slices.Contains(scopes, diagnosis.Row), e.any(diagnosis.Status.Declined), e.warned:
		return exitRows
	case e.pending:
		return exitChanges
	}
	return exitDone
}

func (e ending) any(is func(diagnosis.Status) bool) bool {
	for status, rows := range e.statuses {
		if rows > 0 && is(status) {
			return true
		}
	}
	return false
}

// scopesOf returns what the errors in err are about. One that is none of ours is about the machine.
func scopesOf(err error) []diagnosis.Scope {
	if err == nil {
		return nil
	}
	var scopes []diagnosis.Scope
	for _, problem := range ui.Problems(err) {
		scopes = append(scopes, problem.Code.Scope())
	}
	return scopes
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
		return syscall.SIGTERM // whoever started us as a part of their program
	}
	return nil
}
