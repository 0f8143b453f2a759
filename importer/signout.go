package importer

import (
	"context"
	"errors"
	"time"

	"r7import/importer/diagnosis"
)

// ended counts a row that has its outcome. The session of an owner without
// further rows is closed: whoever has the token could use it for a year.
func (e *engine) ended(j *job, status diagnosis.Status) {
	e.watch.count(status)
	if j.entry.Code != diagnosis.PortalMailOff {
		e.mailOff = 0
	}
	e.probeOver(j)
	j.owner.open--
	e.letGo(j.owner)
}

// letGo forgets an owner without further rows, and puts them among those whose
// session is to be closed if the run opened it. Accounts without a row come last:
// whoever is to sign in for them stays until then.
func (e *engine) letGo(o *owner) {
	more := o.open > 0 || (o.taken < o.rows || e.plan.lenders[o.name]) && !e.read
	if more || o == e.acting.admin && !e.idle() {
		return
	}
	delete(e.owners, ownerKey{o.via, o.name})
	if o.opened {
		o.opened = false
		e.leaving = append(e.leaving, o)
	}
}

// idle reports whether no row is left.
func (e *engine) idle() bool {
	return e.read && e.running == 0 && len(e.window) == 0 && len(e.waiting) == 0 && len(e.missing) == 0
}

// signOut closes sessions nobody needs any more. They go before rows, each of
// which takes the portal much longer.
func (e *engine) signOut() {
	if e.idle() {
		for _, o := range e.owners {
			e.letGo(o)
		}
	}
	for len(e.leaving) > 0 && !e.full() {
		o := e.leaving[0]
		e.leaving = e.leaving[1:]
		if e.noSignOut {
			e.sessionsLeft++
			continue
		}
		session := o.session
		e.spawn(func(ctx context.Context) (after, error) {
			answer := session.SignOut(ctx)
			return func() {
				e.note(answer)
				if answer.Fate == diagnosis.TurnedAway || errors.Is(answer.Err, ErrStopping) {
					e.leaving = append(e.leaving, o)
					return
				}
				e.noSignOut = e.noSignOut || answer.Code == diagnosis.SignOutAbsent
				if answer.Fate != diagnosis.Done && answer.Code != diagnosis.PortalToken {
					e.sessionsLeft++
				}
			}, nil
		})
	}
}

// sayGoodbye closes the sessions of a run that has stopped itself. One that was
// told to stop, or has lost its portal, sends nothing more.
func (e *engine) sayGoodbye() {
	if e.stopped == nil || !stoppedItself(e.stopped.Code) {
		return
	}
	for _, o := range e.owners {
		if o.opened {
			o.opened = false
			e.leaving = append(e.leaving, o)
		}
	}
	e.Gate.reopen()
	patience := time.After(e.Options.Grace)
	for e.signOut(); e.running > 0; e.signOut() {
		select {
		case apply := <-e.results:
			apply()
		case <-patience:
			e.noSignOut = true
			e.Gate.Stop()
			e.cutOff()
		}
	}
}

// stoppedItself reports whether a run stopped for a reason that lies neither with the portal nor with its time.
func stoppedItself(code diagnosis.Code) bool {
	switch code {
	case diagnosis.TooManyFailures, diagnosis.CanaryFailed, diagnosis.CanaryDeclined,
		diagnosis.NotAdministrator, diagnosis.ImpersonationOff, diagnosis.MailOffForAll:
		return true
	}
	return false
}

// openSessions returns how many sessions the run has opened and not closed.
func (e *engine) openSessions() int {
	n := e.sessionsLeft + len(e.leaving)
	for _, o := range e.owners {
		if o.opened {
			n++
		}
	}
	return n
}
