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

// Needs are the resources that a row takes at once, all or none.
type Needs struct {
	Index int
	Hosts []string // mail servers the portal logs in to
	// Domain is the mail domain of the address. The portal's table of domains has no
	// unique key (ASC.Mail/Core/Engine/MailboxEngine.cs), so the first account of a
	// domain is made alone. Empty if no account is made.
	Domain string
	Person string // the person whose accounts go one at a time; empty if they need not
	Code   bool   // a sign-in may end with a code sent by SMS
	// Prober means that the row probes those of its hosts whose rest is over: it may
	// take their slot although they are not open yet.
	Prober bool
}

// mostCodes bounds the sign-ins that end with a code sent by SMS, because each costs
// money and disturbs a person. No more of them are under way at a time.
const mostCodes = 3

// Slots grants rows what they need at mail servers and elsewhere, the lowest row
// first if several wait for the same. It is safe for concurrent use.
type Slots struct {
	perHost   int
	firstRest time.Duration

	mu        sync.Mutex
	resources map[string]*resource
}

// resource is something that a bounded number of rows may use at a time.
type resource struct {
	name       string
	most, held int
	waiting    []*Slot // in the order of the file
	memory             // used for mail hosts only
}

// Slot holds what a row has taken or waits for.
type Slot struct {
	slots     *Slots
	needs     Needs
	resources []*resource
	ready     chan struct{} // closed when the wait is over
	granted   bool          // false if one of its hosts rests or no code is left
}

// NewSlots returns slots for perHost rows at a time at each mail server. The first rest
// of a server in trouble takes firstRest, 0 means 5 minutes; later ones are longer.
func NewSlots(perHost int, firstRest time.Duration) *Slots {
	return &Slots{perHost: max(1, perHost), firstRest: cmp.Or(firstRest, usualRest), resources: make(map[string]*resource)}
}

// Take waits until the row gets all it needs, and gives it all at once or nothing. The
// slot is nil if one of the row's mail servers rests or begins to while the row waits,
// or if the codes by SMS are used up. The error is that of ctx.
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
		slot.give() // it may have been granted at the same time
		return nil, ctx.Err()
	}
	if !slot.granted {
		return nil, nil
	}
	return slot, nil
}

// slot returns a slot that holds nothing and does not wait yet.
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

// Report takes in the evidence of a write for an address about the host with that name.
func (slot *Slot) Report(name, address string, evidence diagnosis.Code) {
	s := slot.slots
	s.mu.Lock()
	defer s.mu.Unlock()
	name = account.FoldHost(name)
	r := s.resource("host "+name, s.perHost)
	r.report(name, address, evidence, s.firstRest)
	r.stir()
}

// Return gives back what was taken. A second call gives nothing back. met means that
// the portal now has the account's domain.
func (slot *Slot) Return(met bool) {
	if met && slot.needs.Domain != "" {
		slot.slots.Met(slot.needs.Domain)
	}
	slot.slots.mu.Lock()
	defer slot.slots.mu.Unlock()
	slot.give()
}

// Spend gives the slot back and lowers the number of codes that are left.
func (slot *Slot) Spend() {
	slot.slots.mu.Lock()
	defer slot.slots.mu.Unlock()
	slot.slots.resource("code", mostCodes).most--
	slot.give()
}

// Met takes in that the portal has a domain, so that its accounts no longer go one at a time.
func (s *Slots) Met(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.resource("domain "+name, 1)
	r.most = math.MaxInt
	r.stir()
}

// Resting returns the one of hosts that rests the longest, and when its rest is over;
// false if none rests. The time may have passed: then a prober may probe the host.
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

// Rests returns the mail servers that rest, sorted by name.
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

// free reports whether another row may take the resource now. A host whose rest is
// over has one place, for the row that probes it.
func (r *resource) free() bool {
	if r.rest != nil {
		return r.held == 0 && !time.Now().Before(r.rest.Until)
	}
	return r.held < r.most
}

func (slot *Slot) free() bool {
	return !slices.ContainsFunc(slot.resources, func(r *resource) bool { return !r.free() })
}

// barred reports whether waiting is useless for the row, because a host rests or no
// code is left.
func (slot *Slot) barred() bool {
	return slices.ContainsFunc(slot.resources, func(r *resource) bool {
		return r.most == 0 || r.rest != nil && !(slot.needs.Prober && !time.Now().Before(r.rest.Until))
	})
}

// end ends the wait of a row. If granted, the row takes all it needs.
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

// leave removes the row from all queues.
func (slot *Slot) leave() {
	for _, r := range slot.resources {
		if at := slices.Index(r.waiting, slot); at >= 0 {
			r.waiting = slices.Delete(r.waiting, at, at+1)
		}
	}
}

// give returns what the row has taken, if anything, and wakes rows that wait for it.
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
			delete(slot.slots.resources, r.name) // there may be very many people
		}
	}
}

// stir ends the wait of rows in the resource's queue: those that can have all they
// need now, and those that are barred because a host rests.
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
		default: // it also waits for another resource
			at++
		}
	}
}
