package people

import (
	"context"
	"strings"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/pace"
	"r7import/importer/portal"
)

// directoryFrom is the number of people above which reading the portal's whole list
// is cheaper than one request for each person.
const directoryFrom = 20

// acting holds what the run needs to act as other people: an administrator it signs
// in as, whom the portal allows that (ASC.Web.Core/Utility/ImpersonationSettings.cs).
// It does not change once rows have begun.
type acting struct {
	admin     *person
	directory *Directory // nil if people are looked up one by one
}

// ProveActing asks the portal, before the first row, whether the administrator may
// act as others. It asks about a few people of the file, and stops the run if none is
// allowed. If the administrator cannot sign in, the run goes on, because rows may have
// credentials of their own. It does nothing if the plan acts as no one. The error
// comes from the store.
func (p *People) ProveActing(ctx context.Context) error {
	if p.Plan.ActsAs() == 0 {
		return nil
	}
	var admin *person
	p.locked(func() {
		admin = p.person(p.Plan.Caller)
		admin.admin, p.acting.admin = true, admin
	})
	for tries := 0; ctx.Err() == nil; {
		by, until, err := p.sessionOf(ctx, admin, 0)
		switch {
		case err != nil:
			return err
		case by == nil && until.IsZero():
			return nil
		case by == nil:
			pace.Sleep(ctx, time.Until(until))
			continue
		}
		turn, err := p.Turns.Take(ctx, 0)
		if err != nil {
			return nil // the run stops
		}
		answer := p.prove(ctx, by)
		turn.Done()
		if answer.Fate == diagnosis.Done {
			return nil
		}
		p.Stop.Heed(answer)
		if p.adminLost(by, answer) || answer.Fate == diagnosis.NotSent || answer.Fate == diagnosis.TurnedAway {
			continue
		}
		passing := answer.Fate == diagnosis.Later || answer.Fate == diagnosis.Unclear
		if tries++; passing && (tries < signInTries || p.Turns.Troubled()) {
			continue
		}
		problem := answer.Problem()
		p.Stop.Because(&problem)
	}
	return nil
}

// prove asks about a few people. Its answer is Done when there is nothing more to ask;
// if the administrator may not act as others, it has stopped the run.
func (p *People) prove(ctx context.Context, by *Session) portal.Answer {
	if !by.Person.Admin {
		p.Stop.Because(diagnosis.New(diagnosis.NotAdministrator, "Person", by.Person.Email))
		return portal.Answer{Fate: diagnosis.Done}
	}
	if p.Plan.ActsAs() > directoryFrom {
		directory, answer := ReadDirectory(ctx, by.Session, func(one account.Person) bool {
			return p.Plan.Wants(account.Address(one.Email).Fold()) || p.Plan.Wants(account.Address(one.ID).Fold())
		})
		p.Turns.Note(answer)
		if answer.Fate != diagnosis.Done {
			return answer
		}
		p.acting.directory = directory
	}
	asked, proven := 0, false
	for _, name := range p.Plan.Probes {
		who, found, answer := p.find(ctx, by, name)
		if answer.Fate != diagnosis.Done {
			return answer
		}
		if !found || unfit(who) != nil || who.Admin || who.ID == by.Person.ID {
			continue // the portal refuses these for every administrator
		}
		may, answer := by.MayImpersonate(ctx, who.ID)
		p.Turns.Note(answer)
		if answer.Fate != diagnosis.Done && answer.Code != diagnosis.ImpersonationRefused {
			return answer
		}
		if proven = may; proven {
			break
		}
		asked++
	}
	if asked > 0 && !proven {
		p.Stop.Because(diagnosis.New(diagnosis.ImpersonationOff, "Count", asked, "Person", by.Person.Email))
		return portal.Answer{Fate: diagnosis.Done}
	}
	p.locked(func() { p.greetOnce(by.Person, false, proven) }) // proven, or no probe was conclusive
	return portal.Answer{Fate: diagnosis.Done}
}

// adminLost reports whether the portal rejects the administrator's token.
func (p *People) adminLost(by *Session, answer portal.Answer) bool {
	if answer.Code != diagnosis.PortalToken {
		return false
	}
	p.Lost(by, answer)
	return true
}

// actAs gets a session of a person through the administrator. It asks the portal first
// whether that is allowed, because the portal logs each attempt.
func (p *People) actAs(ctx context.Context, o *person, by *Session) error {
	who, found, answer := p.find(ctx, by, o.Login.User)
	problem := unfit(who)
	switch {
	case answer.Fate != diagnosis.Done, problem != nil:
	case !found:
		problem = diagnosis.New(diagnosis.OwnerUnknown)
	case who.ID == by.Person.ID: // the administrator's own session serves
		return p.introduce(ctx, o, signInState{portal: by.Session})
	default:
		var may bool
		may, answer = by.MayImpersonate(ctx, who.ID)
		p.Turns.Note(answer)
		if answer.Fate == diagnosis.Done && !may {
			problem = diagnosis.New(diagnosis.ImpersonationRefused)
		}
	}
	if answer.Fate == diagnosis.Done && problem != nil {
		p.locked(func() { p.end(o, *problem) })
		return nil
	}
	var token portal.Token
	if answer.Fate == diagnosis.Done {
		token, answer = by.Impersonate(ctx, who.ID)
		p.Turns.Note(answer)
	}
	if answer.Fate == diagnosis.Done {
		return p.introduce(ctx, o, signInState{portal: p.Client.Session(token.Secret), opened: true, asked: who.ID})
	}
	if !p.adminLost(by, answer) {
		p.locked(func() { p.unanswered(o, answer) })
	}
	return nil
}

// find looks up a person by address or GUID, with the administrator's session.
func (p *People) find(ctx context.Context, by *Session, name string) (account.Person, bool, portal.Answer) {
	if p.acting.directory != nil {
		who, found := p.acting.directory.Find(name)
		return who, found, portal.Answer{Fate: diagnosis.Done}
	}
	find := by.Session.Person
	if strings.Contains(name, "@") {
		find = by.PersonByEmail
	}
	who, found, answer := find(ctx, name)
	if letters := account.Address(name).Letters(); answer.Fate == diagnosis.Done && !found && letters != name {
		who, found, answer = find(ctx, letters)
	}
	p.Turns.Note(answer)
	return who, found, answer
}
