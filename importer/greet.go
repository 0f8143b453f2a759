package importer

import (
	"context"
	"strings"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/portal"
)

// Greeting is what a run learns of the portal before the first row.
type Greeting struct {
	Version string // of the portal, such as 12.7.1; empty if it does not tell
	LDAP    bool   // people of a directory sign in with their directory password
	SSO     bool   // people may come from an identity provider, and then have no password
	// Person is who the run signs in as; zero where rows have their own people, or until somebody has signed in.
	Person account.Person
	Mail   bool // that person may use the portal's mail; of no meaning without a person, or if Acting
	Acting bool // that person is an administrator and may act as others
}

// greet asks, before the first row, whether this is a portal and in which version.
func (e *engine) greet(ctx context.Context) *diagnosis.Problem {
	able, answer := e.Client.Capabilities(ctx)
	for began := time.Now(); answer.Fate == diagnosis.TurnedAway && time.Since(began) < e.Options.PortalWait; {
		able, answer = e.Client.Capabilities(ctx) // waits as long as the portal has asked for
	}
	if ctx.Err() != nil {
		return diagnosis.New(diagnosis.Interrupted)
	}
	if answer.Fate != diagnosis.Done {
		problem := answer.Problem()
		return &problem
	}
	e.greeting.LDAP, e.greeting.SSO = able.LDAP, able.SSO
	version, answer := e.Client.Version(ctx)
	if answer.Fate == diagnosis.Done {
		e.greeting.Version = version
	}
	e.tellGreeting()
	return nil
}

func (e *engine) tellGreeting() {
	if e.Greet != nil {
		e.Greet(e.greeting)
	}
}

// askForMail finds out, for the one person everything hangs on, whether they have
// the portal's mail. The list it reads is kept for the rows. It runs in a task.
func (e *engine) askForMail(ctx context.Context, o *owner, session *portal.Session) (mail bool, answer portal.Answer) {
	if o.via != viaCaller || e.plan.Way != OwnerSelf {
		return true, portal.Answer{Fate: diagnosis.Done}
	}
	_, _, answer = o.accounts(ctx, session, "")
	return answer.Fate == diagnosis.Done, answer
}

// welcome takes in somebody who has just signed in, or says why they are of no use.
func (e *engine) welcome(o *owner, mail bool, answer portal.Answer) {
	switch {
	case o.asked != "" && !strings.EqualFold(o.asked, o.person.ID):
		e.endOwner(o, *diagnosis.New(diagnosis.OwnerOther, "Person", o.person.Email))
	case o.person.Guest && o != e.acting.admin:
		e.endOwner(o, *diagnosis.New(diagnosis.OwnerGuest))
	case answer.Code == diagnosis.PortalMailOff:
		e.endOwner(o, answer.Problem())
	case o.shared && e.plan.Way == OwnerSelf:
		e.greeting.Mail = mail
		e.introduceCaller(o, false)
	}
}

// introduceCaller tells, once, who the run has signed in as.
func (e *engine) introduceCaller(o *owner, acting bool) {
	if e.greeting.Person.ID != "" {
		return
	}
	e.greeting.Person, e.greeting.Acting = o.person, acting
	e.tellGreeting()
}
