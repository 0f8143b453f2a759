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

// directoryFrom is the number of people from which one reading of the portal's
// list is cheaper than a question about each.
const directoryFrom = 20

// acting is what it takes to act as other people: an administrator the run signs
// in as, whom the portal lets do so (ASC.Web.Core/Utility/ImpersonationSettings.cs).
// It does not change any more once rows have begun.
type acting struct {
	admin     *person
	directory *Directory // nil if people are asked for one by one
}

// ProveActing finds out, before the first row, whether the portal lets the
// administrator act as anybody at all, by a few of the people of the file of whom
// nothing speaks against it. If not, it stops the run. An administrator who cannot
// sign in does not: there may be rows with credentials of their own. The error is
// of the store.
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
		by, until, err := p.enter(ctx, admin, 0)
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

// prove asks about a few people. The answer is done when it is known whether the
// administrator may act as others; if not, the run has been stopped.
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
			continue // nobody may act as them: an answer would say nothing
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
	p.locked(func() { p.greet(by.Person, false, proven) }) // proven, or nothing speaks for it or against it
	return portal.Answer{Fate: diagnosis.Done}
}

// adminLost reports whether the portal no longer takes the administrator's token.
func (p *People) adminLost(by *Session, answer portal.Answer) bool {
	if answer.Code != diagnosis.PortalToken {
		return false
	}
	p.Lost(by, answer)
	return true
}

// actAs gets a session of a person by the administrator's right. The portal is
// asked first whether it allows that, because each attempt is put on record.
func (p *People) actAs(ctx context.Context, o *person, by *Session) error {
	who, found, answer := p.find(ctx, by, o.Login.User)
	problem := unfit(who)
	switch {
	case answer.Fate != diagnosis.Done, problem != nil:
	case !found:
		problem = diagnosis.New(diagnosis.OwnerUnknown)
	case who.ID == by.Person.ID: // nobody can act as themselves, and need not
		return p.introduce(ctx, o, login{portal: by.Session})
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
		return p.introduce(ctx, o, login{portal: p.Client.Session(token.Secret), opened: true, asked: who.ID})
	}
	if !p.adminLost(by, answer) {
		p.locked(func() { p.unanswered(o, answer) })
	}
	return nil
}

// find looks a person up for the administrator, by address or GUID.
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
