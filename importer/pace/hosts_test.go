package pace

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"r7import/importer/diagnosis"
)

// free reports whether a row that needs these hosts may go now.
func (s *Slots) free(hosts ...string) bool { return s.slot(Needs{Hosts: hosts}).free() }

// take takes slots whether they are free or not.
func (s *Slots) take(hosts ...string) *Slot {
	slot := s.slot(Needs{Hosts: hosts})
	slot.end(true)
	return slot
}

func (s *Slots) pausedUntil(host string) (time.Time, bool) {
	_, until, rests := s.Resting([]string{host})
	return until, rests
}

// report reports what a write showed that took its slot before.
func (s *Slots) report(host, address string, evidence diagnosis.Code) {
	s.slot(Needs{}).Report(host, address, evidence)
}

func TestSlotsOfAHost(t *testing.T) {
	s := NewSlots(2, 0)
	free := func(want bool, hosts ...string) {
		t.Helper()
		if got := s.free(hosts...); got != want {
			t.Errorf("free(%q) = %v, want %v", hosts, got, want)
		}
	}
	free(true, "imap.a.example", "smtp.a.example")
	s.take("imap.a.example", "smtp.a.example")
	free(true, "imap.a.example")
	twice := s.take("mail.b.example", "Mail.B.example") // one host named twice is one slot
	free(true, "mail.b.example")
	both := s.take("imap.a.example", "mail.b.example")
	free(false, "imap.a.example")
	free(false, "IMAP.a.example")
	free(false, "mail.b.example")
	free(true, "smtp.a.example")
	free(false, "smtp.a.example", "imap.a.example")
	both.give()
	free(true, "imap.a.example", "mail.b.example")
	twice.give()
	s.take("mail.b.example")
	free(true, "mail.b.example")
}

// step is one report about the host.
type step struct {
	address  string
	evidence diagnosis.Code
}

func reports(from, n int, evidence diagnosis.Code) (out []step) {
	for i := range n {
		out = append(out, step{address: fmt.Sprintf("user%d@example.com", from+i), evidence: evidence})
	}
	return out
}

func TestWhatGivesAHostARest(t *testing.T) {
	cases := []struct {
		name  string
		steps []step
		rests bool
	}{
		{"two accounts in trouble", reports(0, 2, ConnectTrouble), false},
		{"three accounts in trouble", reports(0, 3, ConnectTrouble), true},
		{"three with too many connections", reports(0, 3, TooMany), true},
		{"both kinds of trouble", slices.Concat(reports(0, 2, TooMany), reports(2, 1, ConnectTrouble)), true},
		{"one account three times", slices.Repeat(reports(0, 1, TooMany), 3), false},
		{"a good one between", slices.Concat(reports(0, 2, ConnectTrouble), reports(2, 1, Good), reports(3, 2, ConnectTrouble)), false},
		{"a refused one between", slices.Concat(reports(0, 2, ConnectTrouble), reports(2, 1, Refused), reports(3, 2, ConnectTrouble)), false},
		{"19 refused", reports(0, 19, Refused), false},
		{"20 refused", reports(0, 20, Refused), true},
		{"18 refused of 20", slices.Concat(reports(0, 2, Good), reports(2, 18, Refused)), true},
		{"17 refused of 20", slices.Concat(reports(0, 3, Good), reports(3, 17, Refused)), false},
		{"good ones long ago", slices.Concat(reports(0, 50, Good), reports(50, 18, Refused)), true},
		{"one account refused 40 times", slices.Repeat(reports(0, 1, Refused), 40), false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := NewSlots(2, 0)
			for i, s := range c.steps {
				if _, rests := h.pausedUntil("mail.example.com"); rests {
					t.Fatalf("rests after %d of %d reports", i, len(c.steps))
				}
				h.report("Mail.example.com", s.address, s.evidence)
			}
			if _, rests := h.pausedUntil("mail.example.com"); rests != c.rests {
				t.Errorf("rests = %v, want %v", rests, c.rests)
			}
			if h.free("mail.example.com") == c.rests {
				t.Errorf("free = %v while resting = %v", !c.rests, c.rests)
			}
			if !h.free("other.example.com") {
				t.Error("another host is not free")
			}
		})
	}
}

func TestOneRowProbesARestingHost(t *testing.T) {
	const name = "mail.example.com"
	synctest.Test(t, func(t *testing.T) {
		h := NewSlots(2, 0)
		for _, s := range reports(0, 3, ConnectTrouble) {
			h.report(name, s.address, s.evidence)
		}
		began := time.Now()
		for i, rest := range []time.Duration{5, 15, 30, 30} {
			rest *= time.Minute
			if until, _ := h.pausedUntil(name); time.Until(until) != rest {
				t.Fatalf("rest %d is %v, want %v", i, time.Until(until), rest)
			}
			h.report(name, "late@example.com", Good) // sent before the rest began
			time.Sleep(rest - time.Nanosecond)
			if h.free(name) {
				t.Fatalf("free before rest %d is over", i)
			}
			time.Sleep(time.Nanosecond)
			if !h.free(name) {
				t.Fatalf("no probe after rest %d", i)
			}
			probe := h.take(name)
			if h.free(name) {
				t.Fatal("a second probe beside the first")
			}
			h.report(name, fmt.Sprintf("probe%d@example.com", i), ConnectTrouble)
			probe.give()
		}
		if got := h.Rests(); len(got) != 1 || got[0].Probes != 4 || !got[0].Since.Equal(began) || got[0].Evidence != ConnectTrouble {
			t.Errorf("Rests() = %+v", got)
		}
		time.Sleep(30 * time.Minute)
		probe := h.take(name)
		probe.give() // the probe ended without saying anything about the host
		if !h.free(name) {
			t.Error("no probe after one that said nothing")
		}
		h.take(name)
		h.report(name, "probe@example.com", Good)
		if !h.free(name) {
			t.Error("not free after a good probe")
		}
		if _, rests := h.pausedUntil(name); rests || len(h.Rests()) != 0 {
			t.Error("still resting after a good probe")
		}
		for _, s := range reports(0, 2, ConnectTrouble) {
			h.report(name, s.address, s.evidence)
		}
		if !h.free(name) {
			t.Error("trouble from before the rest still counts")
		}
	})
}

func TestProbesThatAreRefused(t *testing.T) {
	const name = "mail.example.com"
	for _, tc := range []struct {
		name   string
		began  diagnosis.Code
		probes []diagnosis.Code
		rests  bool
		vain   int // probes that made the rest grow
	}{
		{"one wrong password among good ones", Refused, []diagnosis.Code{Refused, Refused, Good}, false, 0},
		{"all wrong", Refused, []diagnosis.Code{Refused, Refused, Refused}, true, 1},
		{"and gone meanwhile", Refused, []diagnosis.Code{Refused, ConnectTrouble}, true, 1},
		{"a server that was away refuses", ConnectTrouble, []diagnosis.Code{Refused}, false, 0},
		{"a server that was full refuses", TooMany, []diagnosis.Code{Refused}, false, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := NewSlots(2, 0)
				for _, s := range reports(0, 20, tc.began) {
					h.report(name, s.address, s.evidence)
				}
				until, _ := h.pausedUntil(name)
				time.Sleep(time.Until(until))
				for i, evidence := range tc.probes {
					if !h.free(name) {
						t.Fatalf("probe %d may not go", i+1)
					}
					probe := h.take(name)
					h.report(name, fmt.Sprintf("probe%d@example.com", i), evidence)
					probe.give()
				}
				resting := h.Rests()
				if (len(resting) > 0) != tc.rests || tc.rests && resting[0].Probes != tc.vain {
					t.Errorf("resting: %+v, want %v after %d vain probes", resting, tc.rests, tc.vain)
				}
			})
		})
	}
}

func TestFirstRestCanBeSet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewSlots(1, time.Minute)
		for _, s := range reports(0, 3, TooMany) {
			h.report("b.example", s.address, s.evidence)
			h.report("a.example", s.address, s.evidence)
		}
		if got := h.Rests(); len(got) != 2 || got[0].Host != "a.example" || !got[0].Until.Equal(time.Now().Add(time.Minute)) {
			t.Errorf("Rests() = %+v", got)
		}
	})
}
