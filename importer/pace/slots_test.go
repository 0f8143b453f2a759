package pace

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// taken has a row take its slots and says when it has them.
func taken(t *testing.T, s *Slots, needs Needs) (slot *Slot) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	slot, err := s.Take(ctx, needs)
	if err != nil {
		t.Fatalf("row %d has no slot: %v", needs.Index, err)
	}
	return slot
}

func TestSlotsComeAllOrNoneInTheOrderOfTheFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewSlots(1, 0)
		a := taken(t, s, Needs{Index: 1, Hosts: []string{"imap.a.example"}})
		b := taken(t, s, Needs{Index: 2, Hosts: []string{"smtp.b.example"}})
		needs := map[int]Needs{
			5: {Index: 5, Hosts: []string{"IMAP.a.example", "smtp.b.example"}},
			6: {Index: 6, Hosts: []string{"imap.a.example"}},
			7: {Index: 7, Hosts: []string{"smtp.b.example"}},
		}
		order := queue(t, []int{7, 6, 5}, func(ctx context.Context, row int) error {
			slot, err := s.Take(ctx, needs[row])
			if err == nil {
				time.Sleep(time.Second)
				slot.Return(false)
			}
			return err
		})
		b.Return(false)
		time.Sleep(100 * time.Millisecond)
		// Row 5 needs both, and holds nothing while one of them is taken: row 7 goes.
		a.Return(false)
		time.Sleep(time.Minute)
		if got := order(); !slices.Equal(got, []int{7, 6, 5}) && !slices.Equal(got, []int{7, 5, 6}) {
			t.Errorf("slots went to %v", got)
		}
	})
}

func TestFirstOfADomainGoesAlone(t *testing.T) {
	for _, met := range []bool{true, false} {
		t.Run(fmt.Sprint("the portal has met it: ", met), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := NewSlots(10, 0)
				first := taken(t, s, Needs{Index: 1, Hosts: []string{"a.example"}, Domain: "new.example"})
				taken(t, s, Needs{Index: 2, Hosts: []string{"a.example"}, Domain: "other.example"}).Return(true)
				order := queue(t, []int{3, 4}, func(ctx context.Context, row int) error {
					_, err := s.Take(ctx, Needs{Index: row, Hosts: []string{"a.example"}, Domain: "new.example"})
					return err
				})
				if got := order(); len(got) != 0 {
					t.Errorf("%v go beside the first account of a domain", got)
				}
				first.Return(met)
				want := []int{3, 4}
				if !met {
					want = want[:1] // it is the next that goes alone
				}
				if got := order(); !slices.Equal(slices.Sorted(slices.Values(got)), want) {
					t.Errorf("then %v go, want %v", got, want)
				}
				s.Met("new.example")
				if got := order(); len(got) != 2 {
					t.Errorf("once the portal has the domain %v go, want all", got)
				}
			})
		})
	}
}

func TestOneAccountOfAPersonAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewSlots(10, 0)
		first := taken(t, s, Needs{Index: 1, Person: "anna@example.org"})
		taken(t, s, Needs{Index: 2, Person: "ivan@example.org"})
		order := queue(t, []int{3}, func(ctx context.Context, row int) error {
			_, err := s.Take(ctx, Needs{Index: row, Person: "anna@example.org"})
			return err
		})
		if got := order(); len(got) != 0 {
			t.Errorf("%v go beside another account of the person", got)
		}
		first.Return(false)
		if got := order(); len(got) != 1 {
			t.Errorf("then %v go, want one", got)
		}
	})
}

func TestRestSendsAwayWhoWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewSlots(3, time.Minute)
		var held []*Slot
		for row := range 3 {
			held = append(held, taken(t, s, Needs{Index: row, Hosts: []string{"dead.example", "smtp.example"}}))
		}
		var group sync.WaitGroup
		for row := 3; row < 6; row++ {
			group.Go(func() {
				if slot, err := s.Take(t.Context(), Needs{Index: row, Hosts: []string{"dead.example", "smtp.example"}}); slot != nil || err != nil {
					t.Errorf("row %d: Take = %v, %v, want nothing while the host rests", row, slot, err)
				}
			})
		}
		synctest.Wait()
		for i, slot := range held {
			slot.Report("DEAD.example", fmt.Sprint("user", i), ConnectTrouble)
		}
		for _, slot := range held {
			slot.Return(false)
		}
		group.Wait()
		host, until, rests := s.Resting([]string{"smtp.example", "Dead.example"})
		if !rests || host != "dead.example" || time.Until(until) != time.Minute {
			t.Fatalf("Resting = %s, %v, %v", host, until, rests)
		}
		if slot := taken(t, s, Needs{Index: 6, Hosts: []string{"dead.example"}, Prober: true}); slot != nil {
			t.Error("a prober goes before the rest is over")
		}
		time.Sleep(time.Minute)
		if slot := taken(t, s, Needs{Index: 7, Hosts: []string{"dead.example"}}); slot != nil {
			t.Error("a row that does not probe goes to a host that rests")
		}
		prober := taken(t, s, Needs{Index: 8, Hosts: []string{"dead.example"}, Prober: true})
		prober.Report("dead.example", "user8", Good)
		prober.Return(false)
		if _, _, rests := s.Resting([]string{"dead.example"}); rests || len(s.Rests()) != 0 {
			t.Error("the host rests on after a probe that went well")
		}
		taken(t, s, Needs{Index: 9, Hosts: []string{"dead.example"}}).Return(false)
	})
}

func TestWaitingForSlotsEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewSlots(1, 0)
		held := taken(t, s, Needs{Hosts: []string{"a.example"}})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if slot, err := s.Take(ctx, Needs{Index: 1, Hosts: []string{"a.example"}}); err == nil {
			t.Errorf("Take = %v with a context that has ended", slot)
		}
		held.Return(true)
		held.Return(true) // a second time gives nothing back
		next := taken(t, s, Needs{Index: 2, Hosts: []string{"a.example"}})
		defer next.Return(false)
		short, end := context.WithTimeout(t.Context(), time.Minute)
		defer end()
		if slot, err := s.Take(short, Needs{Index: 3, Hosts: []string{"a.example"}}); err == nil {
			t.Errorf("Take = %v beyond the limit of the host", slot)
		}
	})
}
