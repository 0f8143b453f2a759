//go:build unix

package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"r7import/importer/portalsim"
)

// TestUndoKilledAtAnyMoment kills undos as imports are killed above: in the end
// what the run made is gone, and what was there before is not.
func TestUndoKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	var kills atomic.Int64
	each(*undoRuns, func(n int) {
		v := newVictim(t, *killSeed+uint64(n), nil)
		v.rows /= 3 // one person's accounts go one after the other
		defer v.sim.Close()
		defer v.server.Close()
		imported := func() error {
			v.args = []string{"undo", "latest", "accounts.csv", "-o", "accounts-undo.csv"}
			return nil
		}
		v.check(v.writeFile, v.putForeign, v.finish, imported, v.killAll(func() error { return nil }), v.finish, v.checkUndone)
		kills.Add(int64(v.killed))
	})
	t.Logf("%d undos were killed %d times", *undoRuns, kills.Load())
}

// foreign are the rows, every fifth, whose accounts are in the portal before the import.
func foreign(row int) bool { return row%5 == 0 }

func (v *victim) putForeign() error {
	for row := range v.rows {
		if !foreign(row) {
			continue
		}
		owner := addressOf(row)
		if v.way == onePerson {
			owner = addressOf(0)
		}
		if err := v.sim.Put(portalsim.Account{Owner: owner, Address: addressOf(row), Name: "Ivan Petrov"}); err != nil {
			return err
		}
	}
	return nil
}

func (v *victim) checkUndone() error {
	accounts, err := v.live()
	if err != nil {
		return err
	}
	there := 0
	for row := range v.rows {
		if foreign(row) {
			there++
		}
		if _, is := accounts[addressOf(row)]; is != foreign(row) {
			return fmt.Errorf("row %d is in the portal: %v, want %v", row, is, foreign(row))
		}
	}
	if removed := v.sim.Stats().Removed; removed != v.rows-there {
		return fmt.Errorf("the portal removed %d accounts, want %d", removed, v.rows-there)
	}
	looked := make(map[string]bool)
	for _, r := range v.sim.Requests() {
		switch {
		case r.Method == http.MethodGet && strings.Contains(r.Path, "accounts/single"):
			looked[r.Address] = true
		case r.Method == http.MethodDelete && !looked[r.Address]:
			return fmt.Errorf("request %d removed %s without a look", r.Number, r.Address)
		case r.Method == http.MethodDelete:
			looked[r.Address] = false
		}
	}
	return v.readReport("accounts-undo.csv", func(row int, status, _ string) bool {
		return foreign(row) && status == "kept" || !foreign(row) && status == "removed"
	})
}
