package pace

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"r7import/importer/diagnosis"
)

// releases lets so many callers wait for so long and returns when each release
// came, in order, as time since the start.
func releases(t *testing.T, p *Pacer, callers int, length time.Duration) []time.Duration {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), length)
	defer cancel()
	var (
		mu    sync.Mutex
		times []time.Duration
		group sync.WaitGroup
	)
	start := time.Now()
	for range callers {
		group.Go(func() {
			for p.Wait(ctx) == nil {
				mu.Lock()
				times = append(times, time.Since(start))
				mu.Unlock()
			}
		})
	}
	group.Wait()
	return times
}

// most returns how many of the times lie in the fullest second.
func most(times []time.Duration) int {
	best, from := 0, 0
	for i, at := range times {
		for at-times[from] >= time.Second {
			from++
		}
		best = max(best, i-from+1)
	}
	return best
}

func TestRateIsHeld(t *testing.T) {
	for _, limit := range []float64{0.25, 1, 1.5, 5, 10, 50, 200, 999.5, 1000} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const length = 40 * time.Second
				times := releases(t, New(limit), 64, length)
				if got, want := most(times), window(limit); got > want {
					t.Errorf("%d releases in one second, want at most %d", got, want)
				}
				span := times[len(times)-1] - times[0]
				if got := float64(len(times)-1) / span.Seconds(); got < limit*0.995 || got > limit*1.001 {
					t.Errorf("mean rate %.3f/s of %g/s", got, limit)
				}
			})
		})
	}
}

func TestRateIsHeldAfterIdleTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(1000)
		times := releases(t, p, 20, 1500*time.Millisecond)
		time.Sleep(200 * time.Millisecond)
		idle := times[len(times)-1] + 200*time.Millisecond
		for _, at := range releases(t, p, 20, 1500*time.Millisecond) {
			times = append(times, idle+at)
		}
		if got := most(times); got > 1000 {
			t.Errorf("%d releases in one second around idle time, want at most 1000", got)
		}
	})
}

func TestRateIsHeldOnARealClock(t *testing.T) {
	const limit = 500
	times := releases(t, New(limit), 32, 1500*time.Millisecond)
	// The callers read the clock after their release, on a busy machine long
	// after it, so this only finds a limiter that does not limit.
	if got := most(times); got > limit*5/4 {
		t.Errorf("%d releases seen in one second, want about %d", got, limit)
	}
	if len(times) < limit/4 {
		t.Errorf("%d releases in 1.5 s, want about %d", len(times), limit*3/2)
	}
}

func TestTimeLostByWakingLateIsMadeGood(t *testing.T) {
	cases := []struct {
		name       string
		limit      float64
		late       time.Duration // how late the callers that wait are woken
		come       bool          // whether they come only then instead
		from, upTo int           // releases at once
	}{
		{"a little late", 1000, 20 * time.Millisecond, false, 20, 25},
		{"very late", 1000, 10 * time.Second, false, 50, 55},
		{"idle before", 1000, 10 * time.Second, true, 5, 5},
		{"slow rate", 10, 10 * time.Second, false, 1, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := New(c.limit)
				arrived := time.Now()
				time.Sleep(c.late)
				if c.come {
					arrived = time.Now()
				}
				n := 0
				for delay, err := p.admit(arrived); delay == 0 && err == nil; delay, err = p.admit(arrived) {
					n++
				}
				if n < c.from || n > c.upTo {
					t.Errorf("%d releases at once, want %d to %d", n, c.from, c.upTo)
				}
			})
		})
	}
}

func TestCallersAreReleasedInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(10)
		var order []int
		var mu sync.Mutex
		var group sync.WaitGroup
		for i := range 50 {
			group.Go(func() {
				if err := p.Wait(t.Context()); err != nil {
					t.Errorf("Wait: %v", err)
				}
				mu.Lock()
				order = append(order, i)
				mu.Unlock()
			})
			synctest.Wait() // caller i stands in line before the next one comes
		}
		group.Wait()
		for i, got := range order {
			if got != i {
				t.Fatalf("caller %d released at place %d", got, i)
			}
		}
	})
}

func TestWaitEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(0.01)
		if err := p.Wait(t.Context()); err != nil {
			t.Fatalf("first Wait: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var group sync.WaitGroup
		for range 3 { // one has the turn, the others stand behind it
			group.Go(func() {
				if err := p.Wait(ctx); !errors.Is(err, context.Canceled) {
					t.Errorf("Wait after cancel: got %v, want context.Canceled", err)
				}
			})
		}
		synctest.Wait()
		start := time.Now()
		cancel()
		group.Wait()
		if d := time.Since(start); d != 0 {
			t.Errorf("cancelled callers returned after %v", d)
		}
		if got := p.Snapshot().Released; got != 1 {
			t.Errorf("released %d, want 1: a cancelled caller uses no release up", got)
		}
		if err := p.Wait(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("Wait with a context that has ended: got %v", err)
		}
	})
}

func TestTurnedAwayPausesThoseWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(10)
		start := time.Now()
		time.AfterFunc(1030*time.Millisecond, func() { p.TurnedAway(30 * time.Second) })
		time.AfterFunc(11*time.Second, func() { p.TurnedAway(5 * time.Second) }) // makes no pause shorter
		time.AfterFunc(21*time.Second, func() { p.TurnedAway(20 * time.Second) })
		times := releases(t, p, 8, 60*time.Second)
		for _, at := range times {
			if at > 1030*time.Millisecond && at < 41*time.Second {
				t.Errorf("release at %v, inside the pause", at)
			}
		}
		if got := len(times); got < 100 {
			t.Errorf("%d releases in %v: callers did not wake after the pause", got, time.Since(start))
		}
		if got := most(times); got > 10 {
			t.Errorf("%d releases in one second, want at most 10", got)
		}
	})
}

func TestPauseIsVisible(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(10)
		until := time.Now().Add(time.Minute)
		p.TurnedAway(time.Minute)
		if got := p.Snapshot().PausedUntil; !got.Equal(until) {
			t.Errorf("PausedUntil = %v, want %v", got, until)
		}
		time.Sleep(time.Minute)
		if got := p.Snapshot().PausedUntil; !got.IsZero() {
			t.Errorf("PausedUntil after the pause = %v, want none", got)
		}
	})
}

func TestTooLongAPauseEndsAllWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(1)
		var group sync.WaitGroup
		failed := 0
		var mu sync.Mutex
		for range 5 {
			group.Go(func() {
				var problem *diagnosis.Problem
				if err := p.Wait(t.Context()); errors.As(err, &problem) && problem.Code == diagnosis.PauseTooLong {
					mu.Lock()
					failed++
					mu.Unlock()
				}
			})
		}
		time.Sleep(10 * time.Millisecond)
		p.TurnedAway(maxPause)
		p.TurnedAway(maxPause + time.Second)
		group.Wait()
		if failed != 4 {
			t.Errorf("%d of the 4 callers that waited were told that the pause is too long", failed)
		}
		if err := p.Wait(t.Context()); err == nil {
			t.Error("a later Wait returned nil")
		}
	})
}

func TestOwnBackoffGrowsAndHasAnEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(10)
		longest := make([]time.Duration, 10)
		for range 200 {
			time.Sleep(time.Hour) // forgets the pauses before
			for i := range longest {
				p.TurnedAway(0)
				until := p.Snapshot().PausedUntil
				if until.IsZero() {
					until = time.Now()
				}
				longest[i] = max(longest[i], time.Until(until))
				time.Sleep(time.Until(until))
			}
		}
		for i, got := range longest {
			most := min(time.Second<<i, time.Minute)
			if got > most || got < most/2 {
				t.Errorf("longest of 200 pauses number %d in a row is %v, want between %v and %v", i+1, got, most/2, most)
			}
		}
	})
}

func TestRateFallsAndRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(100)
		check := func(when string, want float64) {
			t.Helper()
			if got := p.Snapshot().Limit; got < want-0.01 || got > want+0.01 {
				t.Errorf("limit %s is %.2f, want %.2f", when, got, want)
			}
		}
		p.TurnedAway(100 * time.Millisecond)
		check("after a refusal", 70)
		time.Sleep(200 * time.Millisecond)
		p.TurnedAway(100 * time.Millisecond)
		check("after another within a second", 70)
		time.Sleep(time.Second)
		p.TurnedAway(time.Minute)
		check("after another a second later", 49)
		time.Sleep(30 * time.Second)
		p.TurnedAway(time.Second)
		check("after another in a pause", 49)
		time.Sleep(39 * time.Second)
		check("9 s after the pause", 49)
		time.Sleep(time.Second)
		check("10 s after the pause", 49*1.05)
		time.Sleep(49 * time.Second)
		check("a minute after the pause, still below what was refused", 49*1.05*1.05*1.05*1.05*1.05)
		time.Sleep(time.Hour)
		check("an hour later", 100)
	})
}

func TestRateStaysBelowWhatWasRefusedAtTheBottom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(100)
		for range 40 {
			p.TurnedAway(time.Millisecond)
			time.Sleep(time.Second)
		}
		if got := p.Snapshot().Limit; got != 100*lowestShare {
			t.Fatalf("limit after 40 refusals is %g, want %g", got, 100*lowestShare)
		}
		time.Sleep(58 * time.Second)
		if got := p.Snapshot().Limit; got != 100*lowestShare {
			t.Errorf("limit within a minute of the last refusal is %g, want %g", got, 100*lowestShare)
		}
		time.Sleep(2 * time.Second)
		if got := p.Snapshot().Limit; got <= 100*lowestShare {
			t.Errorf("limit after that minute is %g, want more", got)
		}
	})
}

func TestALoweredRateIsHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(100)
		time.AfterFunc(2*time.Second, func() { p.TurnedAway(time.Second) })
		times := releases(t, p, 8, 12*time.Second)
		late := times[:0:0]
		for _, at := range times {
			if at > 2*time.Second {
				late = append(late, at)
			}
		}
		if got := most(late); got > 70 {
			t.Errorf("%d releases in one second after the refusal, want at most 70", got)
		}
		if got := len(late); got < 9*69 {
			t.Errorf("%d releases in the 9 s after the pause, want about 630", got)
		}
	})
}

func TestNewRefusesImpossibleRates(t *testing.T) {
	for _, limit := range []float64{0, -1, MaxRate + 1} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("New(%g) did not panic", limit)
				}
			}()
			New(limit)
		}()
	}
}

// BenchmarkWait compares the cost of one release with that of the limiter
// underneath, at a rate that neither has to wait for.
func BenchmarkWait(b *testing.B) {
	for _, callers := range []int{1, 50} {
		b.Run(fmt.Sprintf("pacer/%d", callers), func(b *testing.B) {
			p := New(MaxRate)
			benchmarkCallers(b, callers, p.Wait)
		})
		b.Run(fmt.Sprintf("limiter/%d", callers), func(b *testing.B) {
			l := rate.NewLimiter(MaxRate, burst(MaxRate))
			benchmarkCallers(b, callers, l.Wait)
		})
	}
}

func benchmarkCallers(b *testing.B, callers int, wait func(context.Context) error) {
	b.ReportAllocs()
	b.SetParallelism(callers)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := wait(context.Background()); err != nil {
				b.Error(err)
			}
		}
	})
}

// BenchmarkHeld reports how well a rate is held on a real clock, beside the
// limiter alone: the fullest second and the mean, both over the limit.
func BenchmarkHeld(b *testing.B) {
	for _, limit := range []float64{10, 200, 1000} {
		waits := map[string]func(context.Context) error{
			"pacer":   New(limit).Wait,
			"limiter": rate.NewLimiter(rate.Limit(limit), burst(limit)).Wait,
		}
		for name, wait := range waits {
			b.Run(fmt.Sprintf("%s/%g", name, limit), func(b *testing.B) {
				benchmarkHeld(b, limit, wait)
			})
		}
	}
}

func benchmarkHeld(b *testing.B, limit float64, wait func(context.Context) error) {
	ctx, cancel := context.WithTimeout(b.Context(), 5*time.Second)
	defer cancel()
	var mu sync.Mutex
	var times []time.Duration
	var group sync.WaitGroup
	start := time.Now()
	for range 50 {
		group.Go(func() {
			for wait(ctx) == nil {
				mu.Lock()
				times = append(times, time.Since(start))
				mu.Unlock()
			}
		})
	}
	group.Wait()
	span := times[len(times)-1] - times[0]
	b.ReportMetric(float64(most(times))/limit, "fullest/limit")
	b.ReportMetric(float64(len(times)-1)/span.Seconds()/limit, "mean/limit")
}
