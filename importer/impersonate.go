package importer

import (
	"context"
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/portal"
)

// directoryFrom is the number of people from which one reading of the portal's
// list is cheaper than a question about each.
const directoryFrom = 20

// acting is what it takes to act as other people: an administrator the run signs
// in as, whom the portal lets do so (ASC.Web.Core/Utility/ImpersonationSettings.cs).
type acting struct {
	admin     *owner
	directory *Directory // nil if people are asked for one by one
	settled   bool       // it is known whether the portal allows it
	busy      bool       // somebody asks
	tries     int
}

// actor is the administrator as tasks see them. It has no session while nobody is to act as others.
type actor struct {
	*portal.Session
	person account.Person
}

func (a *acting) actor() actor {
	if a.admin == nil {
		return actor{}
	}
	return actor{a.admin.session, a.admin.person}
}

// actingSettled reports whether rows may be started: where an administrator is
// to act as others, the portal is asked first whether that is possible at all.
func (e *engine) actingSettled() bool {
	a := &e.acting
	if a.settled || !e.plan.acts() {
		return true
	}
	if a.admin == nil {
		a.admin = e.ownerFor(e.plan.roster.caller)
	}
	switch a.admin.state {
	case ownerNew:
		e.approach(a.admin)
	case ownerFailed: // the rows that need the administrator will say why; others have credentials of their own
		a.settled = true
	case ownerReady:
		if !a.busy {
			a.busy = true
			by := a.actor()
			e.spawn(func(ctx context.Context) (after, error) { return e.proveActing(ctx, by), nil })
		}
	}
	return a.settled
}

// approachActing reports whether the administrator is there to act as the owner.
func (e *engine) approachActing(o *owner) bool {
	admin := e.acting.admin
	switch admin.state {
	case ownerReady:
		return true
	case ownerNew:
		e.approach(admin)
	case ownerFailed:
		e.fail(o, admin.status, admin.problem)
	}
	return false
}

// proveActing finds out whether the portal lets the administrator act as anybody
// at all, by a few of the people of the file of whom nothing speaks against it.
func (e *engine) proveActing(ctx context.Context, by actor) after {
	if !by.person.Admin {
		return func() { e.stop(diagnosis.New(diagnosis.NotAdministrator, "Person", by.person.Email)) }
	}
	directory, answer := e.readDirectory(ctx, by)
	if answer.Fate != diagnosis.Done {
		return func() { e.provingFailed(by, answer) }
	}
	asked := 0
	for _, name := range e.plan.probes {
		may, put, answer := e.mayActAs(ctx, by, directory, name)
		switch {
		case answer.Fate != diagnosis.Done:
			return func() { e.provingFailed(by, answer) }
		case may:
			return func() { e.actingProven(directory) }
		case put:
			asked++
		}
	}
	if asked == 0 { // nothing speaks for it or against it
		return func() { e.actingProven(directory) }
	}
	return func() {
		e.stop(diagnosis.New(diagnosis.ImpersonationOff, "Count", itoa(asked), "Person", by.person.Email))
	}
}

// mayActAs asks about one person, and reports whether the question was put: of
// those whom nobody may act as, the answer would say nothing.
func (e *engine) mayActAs(ctx context.Context, by actor, d *Directory, name string) (may, put bool, answer portal.Answer) {
	person, found, answer := e.findPerson(ctx, by, d, name)
	if answer.Fate != diagnosis.Done || !found || unfit(person) != nil || person.Admin || person.ID == by.person.ID {
		return false, false, answer
	}
	may, answer = by.MayImpersonate(ctx, person.ID)
	if answer.Code == diagnosis.ImpersonationRefused {
		answer = portal.Answer{Fate: diagnosis.Done}
	}
	return may, true, answer
}

// readDirectory reads the people whom rows are for, if they are many.
func (e *engine) readDirectory(ctx context.Context, by actor) (*Directory, portal.Answer) {
	if e.plan.People.Acting+len(e.plan.rowless) <= directoryFrom {
		return nil, portal.Answer{Fate: diagnosis.Done}
	}
	d, answer := ReadDirectory(ctx, by.Session, func(p account.Person) bool {
		return e.plan.wants(foldAddress(p.Email)) || e.plan.wants(foldAddress(p.ID))
	})
	return d, answer
}

// findPerson looks a person up by address or GUID.
func (e *engine) findPerson(ctx context.Context, by actor, d *Directory, name string) (account.Person, bool, portal.Answer) {
	if d != nil {
		person, found := d.Find(name)
		return person, found, portal.Answer{Fate: diagnosis.Done}
	}
	find := by.Person
	if strings.Contains(name, "@") {
		find = by.PersonByEmail
	}
	person, found, answer := find(ctx, name)
	if letters := unfoldAddress(name); answer.Fate == diagnosis.Done && !found && letters != name {
		person, found, answer = find(ctx, letters)
	}
	return person, found, answer
}

func (e *engine) actingProven(d *Directory) {
	e.portal.good()
	e.acting.directory, e.acting.settled, e.acting.busy = d, true, false
	e.introduceCaller(e.acting.admin, true)
}

// provingFailed handles an answer that says nothing about acting as others.
func (e *engine) provingFailed(by actor, answer portal.Answer) {
	a := &e.acting
	a.busy = false
	if e.adminLost(by, answer) {
		return
	}
	e.note(answer)
	if e.endedBy(answer) {
		return
	}
	switch answer.Fate {
	case diagnosis.NotSent, diagnosis.TurnedAway:
		return
	case diagnosis.Later, diagnosis.Unclear:
		if a.tries++; a.tries < signInTries || e.portal.troubled() {
			return
		}
	}
	problem := answer.Problem()
	e.stop(&problem)
}

// adminLost reports whether the portal no longer takes the administrator's
// token. One that the run got by a password is replaced once.
func (e *engine) adminLost(by actor, answer portal.Answer) bool {
	if answer.Code != diagnosis.PortalToken {
		return false
	}
	admin := e.acting.admin
	switch {
	case admin.state != ownerReady || admin.session != by.Session: // another task was told first
	case admin.opened && !admin.renewed:
		admin.state, admin.renewed, admin.session, admin.opened = ownerNew, true, nil, false
	default:
		e.endOwner(admin, answer.Problem())
	}
	return true
}

// actAs gets a session of a person by the administrator's right. The portal is
// asked first whether it allows that, because each attempt is put on record.
// It runs in a task.
func (e *engine) actAs(ctx context.Context, o *owner, by actor) (after, error) {
	person, found, answer := e.findPerson(ctx, by, e.acting.directory, o.login.User)
	switch {
	case answer.Fate != diagnosis.Done:
		return func() { e.actingFailed(o, by, answer) }, nil
	case !found:
		return e.actingRefused(o, diagnosis.New(diagnosis.OwnerUnknown)), nil
	case unfit(person) != nil:
		return e.actingRefused(o, unfit(person)), nil
	case person.ID == by.person.ID: // nobody can act as themselves, and need not
		return e.introduce(ctx, o, by.Session, false)
	}
	may, answer := by.MayImpersonate(ctx, person.ID)
	if answer.Fate == diagnosis.Done && !may {
		return e.actingRefused(o, diagnosis.New(diagnosis.ImpersonationRefused)), nil
	}
	if answer.Fate != diagnosis.Done {
		return func() { e.actingFailed(o, by, answer) }, nil
	}
	token, answer := by.Impersonate(ctx, person.ID)
	if answer.Fate != diagnosis.Done {
		return func() { e.actingFailed(o, by, answer) }, nil
	}
	o.asked = person.ID
	return e.introduce(ctx, o, e.Client.Session(token.Secret), true)
}

func (e *engine) actingRefused(o *owner, problem *diagnosis.Problem) after {
	return func() {
		e.portal.good()
		e.endOwner(o, *problem)
	}
}

// actingFailed handles an answer to one of the administrator's requests about a person.
func (e *engine) actingFailed(o *owner, by actor, answer portal.Answer) {
	if e.adminLost(by, answer) {
		o.state = ownerNew
		return
	}
	e.selfFailed(o, answer)
}
