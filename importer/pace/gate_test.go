package pace

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"r7import/importer/diagnosis"
	"r7import/importer/portal"
)

func TestRequestsCountWhenTheyAreWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(20, New(10))
		var mu sync.Mutex
		var written []time.Duration
		began := time.Now()
		admit := func(late time.Duration, write bool) {
			leave, err := g.Admit(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			go func() {
				time.Sleep(late) // a connection is made
				if write {
					leave.Written()
					mu.Lock()
					written = append(written, time.Since(began))
					mu.Unlock()
				}
				leave.Done(portal.Answer{Fate: diagnosis.Done})
			}()
		}
		for range 10 {
			admit(900*time.Millisecond, true)
		}
		for range 30 {
			admit(0, true)
		}
		for range 10 {
			admit(time.Second, false) // never leaves, and holds up nobody for ever
		}
		admit(0, true)
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(written) != 41 {
			t.Fatalf("%d requests were written, want 41", len(written))
		}
		if got := most(written); got > 10 {
			t.Errorf("%d requests were written in one second, want at most 10", got)
		}
	})
}

func TestGateOutlivesItsCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(1, New(100))
		caller, cancel := context.WithCancel(t.Context())
		admit := func() portal.Admission {
			leave, err := g.Admit(caller)
			if err != nil {
				t.Fatal(err)
			}
			return leave
		}
		bound := admit()
		bound.Done(portal.Answer{})
		g.Outlive()
		leave := admit()
		cancel()
		if bound.Context().Err() == nil || leave.Context().Err() != nil {
			t.Error("the exchange ends with its caller, though it is to outlive it")
		}
		if _, err := g.Admit(caller); !errors.Is(err, context.Canceled) {
			t.Errorf("Admit = %v after the caller has gone", err)
		}
		g.CutOff()
		if leave.Context().Err() == nil {
			t.Error("the exchange goes on though it was cut off")
		}
		if g.InFlight() != 1 {
			t.Errorf("%d in flight, want 1", g.InFlight())
		}
		leave.Done(portal.Answer{Fate: diagnosis.TurnedAway, RetryAfter: time.Minute})
		if g.InFlight() != 0 || g.Pacer.Snapshot().PausedUntil.IsZero() {
			t.Error("a request that was turned away gives its place back and begins a pause")
		}
	})
}
