package pace

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// Needs is what a row takes before it goes on, all of it or nothing.
type Needs struct {
	Index int
	Hosts []string // mail servers the portal logs in to
	// Domain is the mail domain of the address. The portal keeps a table of domains
	// without a unique key (ASC.Mail/Core/Engine/MailboxEngine.cs), so the first
	// account of a domain goes alone. Empty where no account is made.
	Domain string
	Person string // whose accounts go one at a time; empty if they need not
	Code   bool   // a sign-in may end with a code sent by SMS
	// Prober says that the row finds out whether those of its hosts that have rested
	// long enough are well again.
	Prober bool
}

// mostCodes is how many sign-ins may end with a code sent by SMS: each one costs
// money and wakes a person. So no more than that are under way at a time.
const mostCodes = 3

// Slots hands out what rows need at mail servers and elsewhere, the lowest row
// first where several wait for the same. It is safe for concurrent use.
type Slots struct {
	perHost   int
	firstRest time.Duration

	mu        sync.Mutex
	resources map[string]*resource
}

// resource is something of which a bounded number of rows hold a slot at a time.
type resource struct {
	name       string
	most, held int
	waiting    []*Slot // in the order of the file
	memory             // of a mail host
}

// Slot is what a row has taken, or waits for.
type Slot struct {
	slots     *Slots
	needs     Needs
	resources []*resource
	ready     chan struct{} // closed when it need wait no longer
	granted   bool          // else: one of its hosts began to rest, or no code is left
}

// NewSlots returns slots for perHost rows at each mail server at a time. A server
// in trouble rests for firstRest, which is 5 minutes if it is 0, and then longer.
func NewSlots(perHost int, firstRest time.Duration) *Slots {
	return &Slots{perHost: max(1, perHost), firstRest: cmp.Or(firstRest, usualRest), resources: make(map[string]*resource)}
}

// Take waits for all that a row needs. The slot is nil if one of the row's mail
// servers rests, or begins to while it waits, or if no sign-in may end with a code
// any more. An error is that of ctx.
func (s *Slots) Take(ctx context.Context, needs Needs) (*Slot, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	slot := s.slot(needs)
	switch {
	case slot.barred():
		slot.end(false)
	case slot.free():
		slot.end(true)
	default:
		for _, r := range slot.resources {
			at, _ := slices.BinarySearchFunc(r.waiting, slot, func(a, b *Slot) int { return a.needs.Index - b.needs.Index })
			r.waiting = slices.Insert(r.waiting, at, slot)
		}
	}
	s.mu.Unlock()
	select {
	case <-slot.ready:
	case <-ctx.Done():
		s.mu.Lock()
		defer s.mu.Unlock()
		slot.leave()
		slot.give() // it may have come at the same moment
		return nil, ctx.Err()
	}
	if !slot.granted {
		return nil, nil
	}
	return slot, nil
}

// slot returns a slot that neither holds anything nor waits.
func (s *Slots) slot(needs Needs) *Slot {
	slot := &Slot{slots: s, needs: needs, ready: make(chan struct{})}
	need := func(kind, name string, most int) {
		if r := s.resource(kind+name, most); !slices.Contains(slot.resources, r) {
			slot.resources = append(slot.resources, r)
		}
	}
	for _, h := range needs.Hosts {
		need("host ", account.FoldHost(h), s.perHost)
	}
	if needs.Domain != "" {
		need("domain ", needs.Domain, 1)
	}
	if needs.Person != "" {
		need("person ", needs.Person, 1)
	}
	if needs.Code {
		need("code", "", mostCodes)
	}
	return slot
}

func (s *Slots) resource(name string, most int) *resource {
	r, ok := s.resources[name]
	if !ok {
		r = &resource{name: name, most: most}
		s.resources[name] = r
	}
	return r
}

// Report tells what a write for an address showed about one of the slot's hosts.
func (slot *Slot) Report(name, address string, evidence diagnosis.Code) {
	s := slot.slots
	s.mu.Lock()
	defer s.mu.Unlock()
	name = account.FoldHost(name)
	r := s.resource("host "+name, s.perHost)
	r.report(name, address, evidence, s.firstRest)
	r.stir()
}

// Return gives back what was taken. A second call does nothing. met says that the
// portal has the account's domain now.
func (slot *Slot) Return(met bool) {
	if met && slot.needs.Domain != "" {
		slot.slots.Met(slot.needs.Domain)
	}
	slot.slots.mu.Lock()
	defer slot.slots.mu.Unlock()
	slot.give()
}

// Spend uses up a sign-in that has ended with a code.
func (slot *Slot) Spend() {
	slot.slots.mu.Lock()
	defer slot.slots.mu.Unlock()
	slot.slots.resource("code", mostCodes).most--
	slot.give()
}

// Met tells that the portal has a domain, so that its accounts need not wait for each other.
func (s *Slots) Met(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.resource("domain "+name, 1)
	r.most = math.MaxInt
	r.stir()
}

// Resting returns which of some mail servers rests the longest, and until when it
// is left alone; false if none rests. The moment may have passed: then a prober
// may find out whether it is well again.
func (s *Slots) Resting(hosts []string) (name string, until time.Time, rests bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range hosts {
		if r := s.resources["host "+account.FoldHost(h)]; r != nil && r.rest != nil && (!rests || r.rest.Until.After(until)) {
			name, until, rests = r.rest.Host, r.rest.Until, true
		}
	}
	return name, until, rests
}

// Rests returns the mail servers that rest, by name.
func (s *Slots) Rests() (rests []Rest) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.resources {
		if r.rest != nil {
			rests = append(rests, *r.rest)
		}
	}
	slices.SortFunc(rests, func(a, b Rest) int { return strings.Compare(a.Host, b.Host) })
	return rests
}

// free reports whether another row may hold a slot now. A host that has rested long
// enough has one, for the row that probes it.
func (r *resource) free() bool {
	if r.rest != nil {
		return r.held == 0 && !time.Now().Before(r.rest.Until)
	}
	return r.held < r.most
}

func (slot *Slot) free() bool {
	return !slices.ContainsFunc(slot.resources, func(r *resource) bool { return !r.free() })
}

// barred reports whether the row must not wait for its slot, because a host rests or
// no code is left.
func (slot *Slot) barred() bool {
	return slices.ContainsFunc(slot.resources, func(r *resource) bool {
		return r.most == 0 || r.rest != nil && !(slot.needs.Prober && !time.Now().Before(r.rest.Until))
	})
}

// end ends the waiting of a row, with what it needs or without.
func (slot *Slot) end(granted bool) {
	slot.leave()
	slot.granted = granted
	if granted {
		for _, r := range slot.resources {
			r.held++
		}
	}
	close(slot.ready)
}

// leave takes the row out of all lines.
func (slot *Slot) leave() {
	for _, r := range slot.resources {
		if at := slices.Index(r.waiting, slot); at >= 0 {
			r.waiting = slices.Delete(r.waiting, at, at+1)
		}
	}
}

// give returns what was taken, if it was, and lets those go on who wait for it.
func (slot *Slot) give() {
	if !slot.granted {
		return
	}
	slot.granted = false
	for _, r := range slot.resources {
		r.held--
	}
	for _, r := range slot.resources {
		r.stir()
		if r.held == 0 && len(r.waiting) == 0 && strings.HasPrefix(r.name, "person ") {
			delete(slot.slots.resources, r.name) // there may be very many of them
		}
	}
}

// stir looks at those who wait for one resource: the first ones may have it now, or
// none because a host has begun to rest.
func (r *resource) stir() {
	for at := 0; at < len(r.waiting); {
		slot := r.waiting[at]
		switch {
		case slot.barred():
			slot.end(false)
		case slot.free():
			slot.end(true)
		case !r.free():
			return
		default: // it waits for something else as well
			at++
		}
	}
}
