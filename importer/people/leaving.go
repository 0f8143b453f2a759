package people

import (
	"context"

	"r7import/importer/diagnosis"
	"r7import/importer/pace"
	"r7import/importer/portal"
)

// closing is what is to be done about sessions nobody needs any more: whoever has
// the token could use it for a year.
type closing struct {
	leaving []*person // whose sessions are to be closed
	absent  bool      // the portal cannot end sessions, or not in time
	left    int       // sessions that could not be closed
}

// Leave tells that a row has its outcome, with its code. It reports whether a
// session is to be closed, see [People.SignOut].
func (p *People) Leave(m *Member, code diagnosis.Code) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if code != diagnosis.PortalMailOff {
		p.mailOff = 0
	}
	m.person.open--
	return p.letGo(m.person)
}

// AllRead tells that every row of the file has joined. It returns how many
// sessions are to be closed.
func (p *People) AllRead() (leaving int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.allRead = true
	for _, o := range p.persons {
		if o.joined > 0 && p.letGo(o) {
			leaving++
		}
	}
	return leaving
}

// LeaveAll tells that no row is left. It returns how many sessions are to be closed.
func (p *People) LeaveAll() (leaving int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, o := range p.persons {
		if p.forget(o) {
			leaving++
		}
	}
	return leaving
}

// letGo forgets a person without further rows, and reports whether the run has
// opened a session for them. Accounts without a row come last: whoever is to sign
// in for them stays until then.
func (p *People) letGo(o *person) bool {
	more := o.open > 0 || !p.allRead && (o.joined < o.rows || p.Plan.Lends(o.Name))
	if more || o.admin {
		return false
	}
	return p.forget(o)
}

func (p *People) forget(o *person) bool {
	delete(p.persons, personKey{o.Via, o.Name})
	if !o.login.opened {
		return false
	}
	o.login.opened = false
	p.closing.leaving = append(p.closing.leaving, o)
	return true
}

// SignOut closes one of the sessions that are to be closed, and reports whether
// there was one. When ctx ends first, the session stays among them.
func (p *People) SignOut(ctx context.Context) bool {
	for {
		turn, err := p.Turns.Take(ctx, pace.BeforeRows)
		if err != nil {
			return false
		}
		p.mu.Lock()
		o := p.closing.next()
		p.mu.Unlock()
		if o == nil {
			turn.Done()
			return false
		}
		answer := o.login.portal.SignOut(ctx)
		p.Turns.Note(answer)
		if answer.Fate == diagnosis.NotSent { // maybe because the portal asks for too long a pause
			p.Stop.Heed(answer)
		}
		turn.Done()
		p.mu.Lock()
		closed := p.closing.closed(o, answer, ctx.Err() != nil)
		p.mu.Unlock()
		if closed {
			return true
		}
	}
}

// OpenSessions returns how many sessions the run has opened and not closed.
func (p *People) OpenSessions() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.closing.left + len(p.closing.leaving)
	for _, o := range p.persons {
		if o.login.opened {
			n++
		}
	}
	return n
}

// next takes out a person whose session is to be closed, nil if there is none.
func (c *closing) next() *person {
	if c.absent {
		c.left += len(c.leaving)
		c.leaving = nil
	}
	if len(c.leaving) == 0 {
		return nil
	}
	o := c.leaving[0]
	c.leaving = c.leaving[1:]
	return o
}

// closed takes in the answer, and reports false if it is to be tried again.
func (c *closing) closed(o *person, answer portal.Answer, stopped bool) bool {
	switch {
	case answer.Fate == diagnosis.TurnedAway, stopped && answer.Code == diagnosis.RequestNotSent: // the portal is busy, or nobody waits any more
		c.leaving = append(c.leaving, o)
		return false
	case answer.Code == diagnosis.SignOutAbsent:
		c.absent = true
		c.left++
	case answer.Fate != diagnosis.Done && answer.Code != diagnosis.PortalToken:
		c.left++
	}
	return true
}
