package report

import (
	"maps"
	"slices"
	"time"

	"r7import/importer/diagnosis"
)

// Timeline is how a run got on: the rows that ended in each slot of time, and what
// held them up.
type Timeline struct {
	Width  time.Duration // of a slot
	Slots  []Slot        // those in which rows ended, in the order of time
	Events []Event       // in the order of their starts
}

// Slot counts the rows that ended in it, of those for which something was sent.
type Slot struct {
	Start    time.Time
	Done     int // as desired
	Declined int
	Open     int
}

// Event is something that held a run up for a while.
type Event struct {
	Kind  string         // pause, away: the portal; rest: a mail host; more: Count events that were not kept one by one
	Host  string         // the mail host, empty if it is about the portal
	Code  diagnosis.Code // the cause
	Start time.Time
	End   time.Time // zero if it was not over when the run ended
	Count int       // how often a row has probed a resting host in vain
}

// slotWidths are the widths a slot may have, each a multiple of the one before.
var slotWidths = []time.Duration{
	10 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 24 * time.Hour, 30 * 24 * time.Hour,
}

// mostSlots bounds how many slots a timeline has.
const mostSlots = 120

// slots collects rows by time. It gets coarser as it grows: memory is bounded. The zero
// value is ready.
type slots struct {
	width int // index into slotWidths
	at    map[int64]Slot
}

func (s *slots) add(r *Row) {
	if r.StartedAt.IsZero() {
		return
	}
	var one Slot
	switch {
	case r.Status.Desired():
		one.Done = 1
	case r.Status.Open():
		one.Open = 1
	default:
		one.Declined = 1
	}
	if s.at == nil {
		s.at = make(map[int64]Slot)
	}
	s.put(r.StartedAt.Add(r.Duration), one)
	for len(s.at) > 4*mostSlots && s.widen() {
	}
}

func (s *slots) put(at time.Time, more Slot) {
	start := at.Truncate(slotWidths[s.width])
	slot := s.at[start.Unix()]
	s.at[start.Unix()] = Slot{start, slot.Done + more.Done, slot.Declined + more.Declined, slot.Open + more.Open}
}

// widen takes the next width, and reports whether there was one.
func (s *slots) widen() bool {
	if s.width == len(slotWidths)-1 {
		return false
	}
	narrow := s.at
	s.width, s.at = s.width+1, make(map[int64]Slot)
	for _, slot := range narrow {
		s.put(slot.Start, slot)
	}
	return true
}

// timeline returns the slots of a run that lasted from one moment to another, or
// goes on if the second is zero. They are as narrow as its length allows.
func (s *slots) timeline(from, to time.Time) Timeline {
	for _, slot := range s.at {
		if slot.Start.After(to) {
			to = slot.Start
		}
	}
	for to.Sub(from) > mostSlots*slotWidths[s.width] && s.widen() {
	}
	return Timeline{
		Width: slotWidths[s.width],
		Slots: slices.SortedFunc(maps.Values(s.at), func(a, b Slot) int { return a.Start.Compare(b.Start) }),
	}
}
