package people

import (
	"context"

	"r7import/importer/diagnosis"
	"r7import/importer/pace"
)

// closing holds the sessions that are no longer needed. They are closed because a
// token stays valid for a year.
type closing struct {
	leaving []*person // people whose sessions are to be closed
	absent  bool      // the portal has no way to end sessions
	left    int       // sessions that could not be closed
}

// Leave takes in that a row has its outcome, with that code. It reports whether a
// session is to be closed with [People.SignOut].
func (p *People) Leave(m *Member, code diagnosis.Code) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if code != diagnosis.PortalMailOff {
		p.mailOff = 0
	}
	m.person.open--
	return p.letGo(m.person)
}

// AllRead takes in that every row of the file has joined. It returns the number of
// sessions that are to be closed.
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

// LeaveAll takes in that no row is left. It returns the number of sessions to close.
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

// letGo removes a person without further rows, and reports whether a session of theirs
// is to be closed. Accounts without a row come last, so people who sign in for them
// stay until all rows are read.
func (p *People) letGo(o *person) bool {
	more := o.open > 0 || !p.allRead && (o.joined < o.rows || p.Plan.Lenders[o.Name])
	if more || o.admin {
		return false
	}
	return p.forget(o)
}

func (p *People) forget(o *person) bool {
	delete(p.persons, personKey{o.Via, o.Name})
	if !o.state.opened {
		return false
	}
	o.state.opened = false
	p.closing.leaving = append(p.closing.leaving, o)
	return true
}

// SignOut closes one of the sessions that are to be closed, and reports whether
// there was one. If ctx ends first, the session stays open.
func (p *People) SignOut(ctx context.Context) bool {
	for c := &p.closing; ; {
		turn, err := p.Turns.Take(ctx, pace.BeforeRows)
		if err != nil {
			return false
		}
		var o *person
		p.locked(func() {
			if c.absent {
				c.left += len(c.leaving)
				c.leaving = nil
			}
			if len(c.leaving) > 0 {
				o, c.leaving = c.leaving[0], c.leaving[1:]
			}
		})
		if o == nil {
			turn.Done()
			return false
		}
		answer := o.state.portal.SignOut(ctx)
		p.Turns.Note(answer)
		if answer.Fate == diagnosis.NotSent { // possibly because the portal asks for too long a pause
			p.Stop.Heed(answer)
		}
		turn.Done()
		again := answer.Fate == diagnosis.TurnedAway || ctx.Err() != nil && answer.Code == diagnosis.RequestNotSent
		p.locked(func() {
			switch {
			case again: // the portal is busy, or ctx has ended
				c.leaving = append(c.leaving, o)
			case answer.Fate != diagnosis.Done && answer.Code != diagnosis.PortalToken:
				c.absent = c.absent || answer.Code == diagnosis.SignOutAbsent
				c.left++
			}
		})
		if !again {
			return true
		}
	}
}

// OpenSessions returns the number of sessions the run has opened and not closed.
func (p *People) OpenSessions() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.closing.left + len(p.closing.leaving)
	for _, o := range p.persons {
		if o.state.opened {
			n++
		}
	}
	return n
}
