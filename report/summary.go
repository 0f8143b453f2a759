package report

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"r7import/importer/diagnosis"
)

// summarySchema is the name of the schema of a summary as JSON.
const summarySchema = "r7import.summary/1"

// Summary is the outcome of a run. Its JSON form is part of the contract with
// scripts: fields are added, but never changed or removed.
type Summary struct {
	Schema    string                   `json:"schema"`
	Command   string                   `json:"command"` // run, plan, validate
	Run       string                   `json:"run,omitempty"`
	File      string                   `json:"file"`             // base name of the input
	Portal    string                   `json:"portal,omitempty"` // empty if nothing was sent
	StartedAt time.Time                `json:"started_at,omitzero"`
	EndedAt   time.Time                `json:"ended_at,omitzero"`
	Rows      int                      `json:"rows"`                   // rows of the input that were selected
	InFile    int                      `json:"rows_in_file,omitempty"` // all rows of the input, if only some were selected and it is known
	Filter    string                   `json:"filter,omitempty"`       // the flags that selected the rows, empty if all were
	Warned    int                      `json:"warned"`                 // rows with a warning, whatever their status
	Attempts  int                      `json:"attempts"`               // write requests sent
	Statuses  map[diagnosis.Status]int `json:"statuses"`               // rows by status; statuses without rows are left out
	Causes    []Cause                  `json:"causes"`                 // those that need something before warnings, then the largest first

	Timeline Timeline `json:"-"`
}

// Cause is a group of rows with the same status, code, side and host. There are causes
// only for rows that need something or have a warning.
type Cause struct {
	Status   diagnosis.Status  `json:"status"`
	Code     diagnosis.Code    `json:"code,omitempty"`
	Side     diagnosis.Side    `json:"side,omitempty"`
	Host     string            `json:"host,omitempty"` // mail host
	Count    int               `json:"count"`
	Examples []int             `json:"examples"` // numbers of the first rows
	Problem  diagnosis.Problem `json:"problem"`  // of the first row, for its sentence
}

const (
	maxExamples = 5
	// maxCauses bounds the memory that a hostile file can use: beyond it, rows of
	// further causes are counted without their host.
	maxCauses = 1000
)

// Tally counts rows. The zero value is ready to use. It is not safe for concurrent use.
type Tally struct {
	rows, warned, attempts int

	statuses map[diagnosis.Status]int
	causes   map[causeKey]*Cause
	slots    slots
}

type causeKey struct {
	status diagnosis.Status
	code   diagnosis.Code
	side   diagnosis.Side
	host   string
}

// Add counts a row. It keeps only the problem of the first row of a group, and example numbers.
func (t *Tally) Add(r *Row) {
	if t.statuses == nil {
		t.statuses = make(map[diagnosis.Status]int)
		t.causes = make(map[causeKey]*Cause)
	}
	t.rows++
	t.attempts += r.Attempts
	t.statuses[r.Status]++
	if slices.ContainsFunc(r.Problems, func(p diagnosis.Problem) bool { return p.Severity() == diagnosis.Warning }) {
		t.warned++
	}
	t.slots.add(r)
	problem, ok := diagnosis.Worst(r.Problems)
	if r.Status.Desired() && (!ok || problem.Severity() == diagnosis.Notice) {
		return
	}
	key := causeKey{r.Status, problem.Code, r.side(), r.host()}
	cause, known := t.causes[key]
	if !known && len(t.causes) >= maxCauses {
		key.host = ""
		cause, known = t.causes[key]
	}
	if !known {
		cause = &Cause{Status: key.status, Code: key.code, Side: key.side, Host: key.host, Problem: problem}
		t.causes[key] = cause
	}
	cause.Count++
	if len(cause.Examples) < maxExamples {
		cause.Examples = append(cause.Examples, r.Number)
	}
}

// Summary returns about with the counts filled in. The caller sets the fields that rows
// do not determine: command, run, file, portal, times, and the events of the timeline.
func (t *Tally) Summary(about Summary) Summary {
	about.Schema, about.Rows, about.Warned, about.Attempts = summarySchema, t.rows, t.warned, t.attempts
	events := about.Timeline.Events
	about.Timeline = t.slots.timeline(about.StartedAt, about.EndedAt)
	about.Timeline.Events = events
	about.Statuses = maps.Collect(maps.All(t.statuses)) // never nil
	about.Causes = make([]Cause, 0, len(t.causes))
	for _, cause := range t.causes {
		about.Causes = append(about.Causes, *cause)
	}
	needsNothing := func(c Cause) int { // 1 if the rows only have a warning
		if c.Status.Desired() {
			return 1
		}
		return 0
	}
	slices.SortFunc(about.Causes, func(a, b Cause) int {
		return cmp.Or(
			cmp.Compare(needsNothing(a), needsNothing(b)),
			cmp.Compare(b.Count, a.Count),
			cmp.Compare(a.Examples[0], b.Examples[0]),
			cmp.Compare(a.Code, b.Code),
			cmp.Compare(a.Host, b.Host),
			cmp.Compare(a.Side, b.Side),
			cmp.Compare(a.Status, b.Status),
		)
	})
	return about
}

// Timeline is the progress of a run: the rows that ended in each slot of time, and the
// events that delayed them.
type Timeline struct {
	Width  time.Duration // of a slot
	Slots  []Slot        // slots in which rows ended, in the order of time
	Events []Event       // in the order of their starts
}

// Slot counts the rows that ended in a slot of time and for which a request was sent.
type Slot struct {
	Start    time.Time
	Done     int // with a desired status
	Declined int
	Open     int
}

// Event is something that delayed a run for a while.
type Event struct {
	Kind  string         // pause, away: of the portal; rest: of a mail host; more: stands for Count further events
	Host  string         // the mail host, empty for the portal
	Code  diagnosis.Code // the cause
	Start time.Time
	End   time.Time // zero if it had not ended when the run did
	Count int       // of rest: the number of failed probes of the host
}

// slotWidths are the possible widths of a slot. Each is a multiple of the one before.
var slotWidths = []time.Duration{
	10 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 24 * time.Hour, 30 * 24 * time.Hour,
}

// mostSlots bounds the number of slots in a timeline.
const mostSlots = 120

// slots counts rows by time. It gets coarser as it grows, so its memory is bounded. The
// zero value is ready to use.
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

// widen changes to the next width. It reports false if there is none.
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

// timeline returns the slots of a run from one time to another; to is zero while the run
// goes on. It widens them until the run has at most mostSlots, as far as it can.
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
