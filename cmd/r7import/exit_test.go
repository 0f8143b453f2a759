package main

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"testing"

	"r7import/importer/diagnosis"
)

func TestExitCode(t *testing.T) {
	problem := func(scope diagnosis.Scope) error {
		for _, code := range diagnosis.Codes() {
			if code.Scope() == scope && code.Severity() == diagnosis.Error {
				return diagnosis.New(code)
			}
		}
		t.Fatalf("no code has the scope %d", scope)
		return nil
	}
	type rows = map[diagnosis.Status]int
	for _, tc := range []struct {
		name string
		end  ending
		want int
	}{
		{"nothing to say", ending{}, exitDone},
		{"all rows there", ending{statuses: rows{diagnosis.Created: 3, diagnosis.Unchanged: 1, diagnosis.Exists: 1, diagnosis.Failed: 0}}, exitDone},
		{"dry run", ending{statuses: rows{diagnosis.WouldCreate: 3, diagnosis.Valid: 1}}, exitDone},
		{"changes pending", ending{statuses: rows{diagnosis.WouldCreate: 3}, pending: true}, exitChanges},
		{"an invalid row", ending{statuses: rows{diagnosis.Created: 3, diagnosis.Invalid: 1}, pending: true}, exitRows},
		{"a failed row", ending{statuses: rows{diagnosis.Failed: 1}}, exitRows},
		{"a held row", ending{statuses: rows{diagnosis.Held: 1}}, exitRows},
		{"a warning minded", ending{statuses: rows{diagnosis.Created: 1}, warned: true}, exitRows},
		{"an unexpected error before failed rows", ending{err: errors.New("disk on fire"), statuses: rows{diagnosis.Failed: 1}}, exitError},
		{"a report not written", ending{err: diagnosis.New(diagnosis.ReportWrite), statuses: rows{diagnosis.Created: 1}}, exitError},
		{"unknown rows before an error", ending{err: errors.New("disk on fire"), statuses: rows{diagnosis.Unknown: 1}}, exitUnfinished},
		{"a full disk before unknown rows", ending{err: diagnosis.New(diagnosis.StateFull), statuses: rows{diagnosis.Unknown: 1}}, exitError},
		{"an internal error before rows not tried", ending{err: diagnosis.New(diagnosis.Internal), statuses: rows{diagnosis.NotTried: 1}}, exitError},
		{"rows not tried", ending{statuses: rows{diagnosis.NotTried: 1, diagnosis.Failed: 1}}, exitUnfinished},
		{"a no to the question", ending{err: diagnosis.New(diagnosis.ConfirmDeclined)}, exitDone},
		{"no folder for the state", ending{err: diagnosis.New(diagnosis.StateUnusable)}, exitUsage},
		{"the folder of the state gone half-way", ending{err: diagnosis.New(diagnosis.StateUnusable), statuses: rows{diagnosis.Created: 1}}, exitError},
		{"no file for the log", ending{err: diagnosis.New(diagnosis.LogUnwritable)}, exitUsage},
		{"stopped", ending{err: problem(diagnosis.Unfinished)}, exitUnfinished},
		{"portal before unfinished", ending{err: problem(diagnosis.Portal), statuses: rows{diagnosis.NotTried: 5}}, exitPortal},
		{"joined", ending{err: errors.Join(problem(diagnosis.Unfinished), problem(diagnosis.Portal))}, exitPortal},
		{"wrapped", ending{err: fmt.Errorf("reading: %w", problem(diagnosis.File))}, exitFile},
		{"several at once", ending{err: diagnosis.Problems{*diagnosis.New(diagnosis.ValueEmpty), *diagnosis.New(diagnosis.ValueNotRate)}}, exitUsage},
		{"busy", ending{err: problem(diagnosis.Busy), statuses: rows{diagnosis.NotTried: 5}}, exitBusy},
		{"signal before all", ending{signal: os.Interrupt, err: problem(diagnosis.Busy), statuses: rows{diagnosis.Unknown: 5}}, exitInterrupt},
		{"terminated", ending{signal: syscall.SIGTERM}, exitTerminated},
		{"terminal closed", ending{signal: syscall.SIGHUP}, exitTerminated},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := tc.end.code(); got != tc.want {
				t.Errorf("code() of %+v = %d, want %d", tc.end, got, tc.want)
			}
		})
	}
}
