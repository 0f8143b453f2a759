package journal_test

import (
	"context"
	"fmt"
	"sync"
	"time"

	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

// childRows is how many rows the writing child has in its run.
const childRows = 1200

// childWrite works through a run with many writes at once and prints what is
// durable, a line each: the run, then "i" and "s" for intended and settled rows.
func childWrite(dir string) error {
	ctx := context.Background()
	s, err := journal.Open(dir, portal, journal.Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	run, err := s.Begin(ctx, journal.Run{Kind: journal.KindRun, File: "accounts.csv"})
	if err != nil {
		return err
	}
	entries := make([]journal.Entry, childRows)
	for i := range entries {
		entries[i] = row(run.ID, i)
	}
	if err := s.AddEntries(ctx, entries); err != nil {
		return err
	}
	fmt.Println(run.ID)
	const callers = 24
	errs := make([]error, callers)
	var group sync.WaitGroup
	for n := range callers {
		group.Go(func() {
			for i := n; i < childRows && errs[n] == nil; i += callers {
				errs[n] = childWriteRow(ctx, s, run.ID, i)
			}
		})
	}
	group.Wait()
	return errs[0]
}

func childWriteRow(ctx context.Context, s *journal.Store, run string, i int) error {
	id, err := s.Intend(ctx, intentOf(run, i))
	if err != nil {
		return err
	}
	fmt.Printf("i %d\n", i)
	o := outcome(id, run, i)
	if i%10 == 0 {
		o.Entry.Status, o.Account = diagnosis.Failed, nil
	}
	if err := s.Settle(ctx, o); err != nil {
		return err
	}
	fmt.Printf("s %d\n", i)
	return nil
}

// childHold holds the lock until it is killed.
func childHold(dir string) error {
	s, err := journal.Open(dir, portal, journal.Options{})
	if err != nil {
		return err
	}
	if _, err := s.Lock(); err != nil {
		return err
	}
	fmt.Println("locked")
	time.Sleep(time.Minute)
	return nil
}
