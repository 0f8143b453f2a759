package pace

import (
	"context"
	"r7import/importer/account"
	"slices"
	"sync"
	"time"
)

// Needs is what a row takes before it is sent, all of it or nothing.
type Needs struct {
	Index int
	Hosts []string // mail servers the portal logs in to, each once
	// Domain is the mail domain of the address. The portal keeps a table of domains
	// without a unique key (ASC.Mail/Core/Engine/MailboxEngine.cs), so the first
	// account of a domain goes alone. Empty where no account is made.
	Domain string
	Person string // whose accounts go one at a time; empty if they need not
	// Prober says that the row finds out whether those of its hosts that have rested
	// long enough are well again.
	Prober bool
}

// things returns the names of all that is needed.
func (n *Needs) things() []string {
	things := make([]string, 0, len(n.Hosts)+2)
	for _, h := range n.Hosts {
		things = append(things, "host "+account.FoldHost(h))
	}
	if n.Domain != "" {
		things = append(things, "domain "+n.Domain)
	}
	if n.Person != "" {
		things = append(things, "person "+n.Person)
	}
	return things
}

// Slots hands out what rows need at mail servers and elsewhere, the lowest row
// first where several wait for the same. It is safe for concurrent use.
type Slots struct {
	mu      sync.Mutex
	hosts   *Hosts
	taken   map[string]bool         // domains and people of which a row is under way
	met     map[string]bool         // domains the portal has
	waiting map[string][]*slotClaim // by what they need, in the order of the file
}

// slotClaim is a row that waits for its slots.
type slotClaim struct {
	needs   Needs
	things  []string
	ready   chan struct{}
	granted bool // else: one of its hosts began to rest
}

// NewSlots returns slots for perHost rows at each mail server at a time. A server
// in trouble rests for firstRest, and then longer.
func NewSlots(perHost int, firstRest time.Duration) *Slots {
	hosts := NewHosts(perHost)
	if firstRest > 0 {
		hosts.FirstRest = firstRest
	}
	return &Slots{hosts: hosts, taken: make(map[string]bool), met: make(map[string]bool), waiting: make(map[string][]*slotClaim)}
}

// Slot is what a row has taken.
type Slot struct {
	slots *Slots
	needs Needs
	over  bool
}

// Take waits for all that a row needs. The slot is nil if one of the row's mail
// servers rests, or begins to while it waits. An error is that of ctx.
func (s *Slots) Take(ctx context.Context, needs Needs) (*Slot, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	if s.barred(&needs) {
		s.mu.Unlock()
		return nil, nil
	}
	if s.free(&needs) {
		s.take(&needs)
		s.mu.Unlock()
		return &Slot{slots: s, needs: needs}, nil
	}
	c := s.join(needs)
	s.mu.Unlock()
	select {
	case <-c.ready:
		if !c.granted {
			return nil, nil
		}
		return &Slot{slots: s, needs: needs}, nil
	case <-ctx.Done():
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.leave(c)
	if c.granted { // at the same moment
		s.give(&needs)
	}
	return nil, ctx.Err()
}

// Report tells what a write for an address showed about one of the slot's hosts.
func (slot *Slot) Report(host, address string, evidence Evidence) {
	s := slot.slots
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hosts.Report(host, address, evidence)
	s.stir("host " + account.FoldHost(host))
}

// Return gives back what was taken. A second call does nothing. met says that the
// portal has the account's domain now.
func (slot *Slot) Return(met bool) {
	s := slot.slots
	s.mu.Lock()
	defer s.mu.Unlock()
	if met {
		s.met[slot.needs.Domain] = true
	}
	if !slot.over {
		slot.over = true
		s.give(&slot.needs)
	}
}

// Met tells that the portal has a domain.
func (s *Slots) Met(domain string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.met[domain] = true
	s.stir("domain " + domain)
}

// Resting returns which of some mail servers rests the longest, and until when it
// is left alone; false if none rests. The moment may have passed: then a prober
// may find out whether it is well again.
func (s *Slots) Resting(hosts []string) (host string, until time.Time, rests bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range hosts {
		if t, resting := s.hosts.PausedUntil(h); resting && (!rests || t.After(until)) {
			host, until, rests = account.FoldHost(h), t, true
		}
	}
	return host, until, rests
}

// Rests returns the mail servers that rest, by name.
func (s *Slots) Rests() []Rest {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hosts.Resting()
}

// barred reports whether the row must not wait for its slots, because a host rests.
func (s *Slots) barred(n *Needs) bool {
	return slices.ContainsFunc(n.Hosts, func(h string) bool {
		until, resting := s.hosts.PausedUntil(h)
		return resting && !(n.Prober && !time.Now().Before(until))
	})
}

func (s *Slots) free(n *Needs) bool {
	return s.hosts.Free(n.Hosts...) && !s.taken["person "+n.Person] && (s.met[n.Domain] || !s.taken["domain "+n.Domain])
}

func (s *Slots) take(n *Needs) {
	s.hosts.Take(n.Hosts...)
	if n.Domain != "" && !s.met[n.Domain] {
		s.taken["domain "+n.Domain] = true
	}
	if n.Person != "" {
		s.taken["person "+n.Person] = true
	}
}

// give returns what was taken and lets those go on who waited for it.
func (s *Slots) give(n *Needs) {
	s.hosts.Give(n.Hosts...)
	delete(s.taken, "domain "+n.Domain)
	delete(s.taken, "person "+n.Person)
	for _, thing := range n.things() {
		s.stir(thing)
	}
}

func (s *Slots) join(needs Needs) *slotClaim {
	c := &slotClaim{needs: needs, things: needs.things(), ready: make(chan struct{})}
	for _, thing := range c.things {
		line := s.waiting[thing]
		at, _ := slices.BinarySearchFunc(line, c, func(a, b *slotClaim) int { return a.needs.Index - b.needs.Index })
		s.waiting[thing] = slices.Insert(line, at, c)
	}
	return c
}

func (s *Slots) leave(c *slotClaim) {
	for _, thing := range c.things {
		line := s.waiting[thing]
		if at := slices.Index(line, c); at >= 0 {
			line = slices.Delete(line, at, at+1)
		}
		if len(line) == 0 {
			delete(s.waiting, thing)
		} else {
			s.waiting[thing] = line
		}
	}
}

// stir looks at those who wait for one thing: the first ones may have it now, or
// none because a host has begun to rest.
func (s *Slots) stir(thing string) {
	for at := 0; at < len(s.waiting[thing]); {
		c := s.waiting[thing][at]
		switch {
		case s.barred(&c.needs):
		case s.free(&c.needs):
			c.granted = true
			s.take(&c.needs)
		case !s.any(thing, &c.needs):
			return
		default: // it waits for something else as well
			at++
			continue
		}
		s.leave(c)
		close(c.ready)
	}
}

// any reports whether the thing itself is free, whatever else a row may need.
func (s *Slots) any(thing string, n *Needs) bool {
	switch {
	case s.taken[thing]:
		return false
	case thing == "domain "+n.Domain || thing == "person "+n.Person:
		return true
	}
	return s.hosts.Free(thing[len("host "):])
}
