//go:build unix

package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

// TestSwitchingOffKilledAtAnyMoment takes rows out of the file and kills the runs
// that switch their accounts off: in the end these are off and no other is.
func TestSwitchingOffKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	var kills atomic.Int64
	each(*undoRuns, func(n int) {
		v := newVictim(t, *killSeed+uint64(n), nil)
		v.way = onePerson
		defer v.sim.Close()
		defer v.server.Close()
		made := v.rows
		shorten := func() error {
			v.rows /= 3
			v.args = append(v.args, "--on-missing", "disable", "--max-changes", "100", "--max-shrink", "100%")
			return v.writeFile()
		}
		v.check(v.writeFile, v.finish, shorten, v.killAll(func() error { return nil }), v.finish, func() error { return v.checkOff(made) })
		kills.Add(int64(v.killed))
	})
	t.Logf("%d imports were killed %d times", *undoRuns, kills.Load())
}

// checkOff makes sure that of the accounts made those without a row are switched
// off, and that each was looked at right before.
func (v *victim) checkOff(made int) error {
	accounts, err := v.live()
	if err != nil {
		return err
	}
	if created := v.sim.Stats().Created; created != made || len(accounts) != made {
		return fmt.Errorf("%d accounts, %d made, want %d", len(accounts), created, made)
	}
	for row := range made {
		if a := accounts[addressOf(row)]; a.Disabled != (row >= v.rows) {
			return fmt.Errorf("row %d of %d: switched off is %v", row, v.rows, a.Disabled)
		}
	}
	looked := make(map[string]bool)
	for _, r := range v.sim.Requests() {
		switch {
		case r.Method == http.MethodGet && strings.Contains(r.Path, "accounts/single"):
			looked[r.Address] = true
		case r.Method == http.MethodPut && !looked[r.Address]:
			return fmt.Errorf("request %d switched %s without a look", r.Number, r.Address)
		case r.Method == http.MethodPut:
			looked[r.Address] = false
		}
	}
	return nil
}
