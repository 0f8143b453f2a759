package pace

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"r7import/importer/diagnosis"
	"r7import/importer/portal"
)

var (
	well    = portal.Answer{Fate: diagnosis.Done}
	away    = portal.Answer{Fate: diagnosis.Unclear, Code: diagnosis.PortalDown, Status: 502}
	unclear = portal.Answer{Fate: diagnosis.Unclear, Code: diagnosis.AnswerLost}
)

func newTurns(most int) *Turns {
	return NewTurns(most, 30*time.Minute, Growing{First: time.Second, Longest: 30 * time.Second})
}

// queue has rows wait for something and returns the order in which they got it.
func queue(t *testing.T, rows []int, take func(ctx context.Context, row int) error) (order func() []int) {
	t.Helper()
	var mu sync.Mutex
	var got []int
	for _, row := range rows {
		go func() {
			if err := take(t.Context(), row); err != nil {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			got = append(got, row)
		}()
		synctest.Wait()
	}
	return func() []int {
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(got)
	}
}

func TestTurnsGoInTheOrderOfTheFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := newTurns(2)
		first, _ := turns.Take(t.Context(), 70)
		second, _ := turns.Take(t.Context(), 71)
		order := queue(t, []int{9, 3, 7, BeforeRows, 5}, func(ctx context.Context, row int) error {
			turn, err := turns.Take(ctx, row)
			if err == nil {
				time.Sleep(time.Second)
				turn.Done()
				turn.Done() // a second time does nothing
			}
			return err
		})
		if got := order(); len(got) != 0 {
			t.Errorf("%v have a third turn of two", got)
		}
		first.Done()
		second.Done()
		time.Sleep(time.Minute)
		if got := order(); !slices.Equal(got[:2], []int{BeforeRows, 3}) && !slices.Equal(got[:2], []int{3, BeforeRows}) || len(got) != 5 || got[4] != 9 {
			t.Errorf("turns went to %v", got)
		}
	})
}

func TestTurnsOfAPortalInTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := newTurns(4)
		held, _ := turns.Take(t.Context(), 0)
		turns.NoteWrite(away)
		if !turns.Troubled() || turns.Trouble().Why != diagnosis.PortalDown {
			t.Fatalf("after a 502 the portal is in trouble: %+v", turns.Trouble())
		}
		turns.Note(well) // was sent before
		held.Done()
		release := make(chan struct{})
		order := queue(t, []int{4, 2, 3}, func(ctx context.Context, row int) error {
			turn, err := turns.Take(ctx, row)
			if err == nil {
				go func() {
					<-release
					turn.Done()
				}()
			}
			return err
		})
		if got := order(); len(got) != 0 {
			t.Errorf("%v have a turn while the portal is in trouble", got)
		}
		if err := turns.AwaitPoll(t.Context()); err != nil {
			t.Fatal(err)
		}
		if problem := turns.Polled(true); problem != nil || turns.Troubled() {
			t.Fatalf("the portal is back: %v", problem)
		}
		if got := order(); !slices.Equal(got, []int{2}) {
			t.Errorf("%v have a turn on trial, want the first alone", got)
		}
		turns.Note(well)
		if got := order(); len(got) != 1 {
			t.Errorf("%v have a turn: a read says nothing of writes", got)
		}
		turns.NoteWrite(well)
		if got := order(); len(got) != 3 {
			t.Errorf("%v have a turn after a good write, want all", got)
		}
		close(release)
		synctest.Wait()
	})
}

func TestThreeUnclearAnswersAreATrouble(t *testing.T) {
	for _, tc := range []struct {
		name    string
		answers func(*Turns)
		want    bool
	}{
		{"two", func(p *Turns) { p.Note(unclear); p.Note(unclear) }, false},
		{"three", func(p *Turns) { p.Note(unclear); p.Note(unclear); p.Note(unclear) }, true},
		{"a good one between", func(p *Turns) { p.Note(unclear); p.Note(unclear); p.Note(well); p.Note(unclear) }, false},
		{"writes, a good read between", func(p *Turns) { p.NoteWrite(unclear); p.NoteWrite(unclear); p.Note(well); p.NoteWrite(unclear) }, true},
		{"writes, a good one between", func(p *Turns) { p.NoteWrite(unclear); p.NoteWrite(unclear); p.NoteWrite(well); p.NoteWrite(unclear) }, false},
		{"not sent", func(p *Turns) {
			for range 5 {
				p.Note(portal.Answer{Fate: diagnosis.NotSent, Code: diagnosis.RequestNotSent})
			}
		}, false},
		{"no connection", func(p *Turns) { p.Note(portal.Answer{Fate: diagnosis.NotSent, Code: diagnosis.PortalRefused}) }, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			turns := newTurns(1)
			if tc.answers(turns); turns.Troubled() != tc.want {
				t.Errorf("in trouble: %v, want %v", !tc.want, tc.want)
			}
		})
	}
}

func TestPatienceWithAPortal(t *testing.T) {
	for _, tc := range []struct {
		name  string
		back  bool // what each question finds
		again bool // and then the next write meets the same
		read  bool // after a good read
		gone  time.Duration
	}{
		{"does not answer", false, false, false, 30 * time.Minute},
		{"says that it is back and is not", true, true, false, 30 * time.Minute},
		{"reads and never writes", true, true, true, 30 * time.Minute},
		{"is back", true, false, false, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				turns, began := newTurns(1), time.Now()
				turns.NoteWrite(away)
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Hour)
				defer cancel()
				var gone time.Duration
				for turns.AwaitPoll(ctx) == nil {
					if problem := turns.Polled(tc.back); problem != nil {
						gone = time.Since(began)
						break
					}
					if tc.read {
						turns.Note(well)
					}
					if tc.again {
						turns.NoteWrite(away)
					}
				}
				if gone.Truncate(time.Minute) != tc.gone {
					t.Errorf("given up after %v, want %v", gone, tc.gone)
				}
			})
		})
	}
}

func TestWaitingForATurnEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := newTurns(1)
		held, _ := turns.Take(t.Context(), 0)
		ctx, cancel := context.WithCancel(t.Context())
		var group sync.WaitGroup
		group.Go(func() {
			if _, err := turns.Take(ctx, 1); err == nil {
				t.Error("got a turn that was never free")
			}
		})
		synctest.Wait()
		cancel()
		group.Wait()
		held.Done()
		next, err := turns.Take(t.Context(), 2) // nobody has taken it away
		if err != nil {
			t.Fatal(err)
		}
		next.Done()
	})
}

func TestSignInsThatMayDrawACode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slots := NewSlots(1, 0)
		first, _ := slots.Take(t.Context(), Needs{Index: 0, Code: true})
		second, _ := slots.Take(t.Context(), Needs{Index: 1, Code: true})
		third, _ := slots.Take(t.Context(), Needs{Index: 2, Code: true})
		var sentAway []int
		var mu sync.Mutex
		order := queue(t, []int{5, 3}, func(ctx context.Context, row int) error {
			place, err := slots.Take(ctx, Needs{Index: row, Code: true})
			mu.Lock()
			defer mu.Unlock()
			if place == nil {
				sentAway = append(sentAway, row)
			} else {
				place.Spend()
				place.Return(false) // a spent place does not come back
			}
			return err
		})
		first.Spend()
		third.Spend()
		if got := order(); len(got) != 0 {
			t.Errorf("%v went on while the other place may still come back", got)
		}
		second.Return(false)
		if got := order(); !slices.Equal(got, []int{3, 5}) || !slices.Equal(sentAway, []int{5}) {
			t.Errorf("%v went on, %v were sent away; want 3 to get the last place", got, sentAway)
		}
		if place, err := slots.Take(t.Context(), Needs{Index: 9, Code: true}); place != nil || err != nil {
			t.Errorf("Take = %v, %v after all codes were used up", place, err)
		}
	})
}

func TestStopKeepsTheFirstReason(t *testing.T) {
	stop := NewStop(t.Context())
	if stop.Context().Err() != nil || stop.Reason() != nil {
		t.Fatal("a new stop has been called")
	}
	stop.Heed(well)
	stop.Heed(portal.Answer{Fate: diagnosis.EndsRun, Code: diagnosis.PortalUnpaid})
	stop.Because(diagnosis.New(diagnosis.Interrupted))
	if got := stop.Reason(); stop.Context().Err() == nil || got == nil || got.Code != diagnosis.PortalUnpaid {
		t.Errorf("stopped because of %v, want %s", got, diagnosis.PortalUnpaid)
	}
}
