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
type acting struct {
	admin     *person
	directory *Directory // nil if people are asked for one by one
}

// finder finds people of the portal for the administrator.
type finder struct {
	by        *Session
	directory *Directory
	turns     *pace.Turns
}

// ProveActing finds out, before the first row, whether the portal lets the
// administrator act as anybody at all, by a few of the people of the file of whom
// nothing speaks against it. If not, it stops the run. An administrator who cannot
// sign in does not: there may be rows with credentials of their own. The error is
// of the store.
func (p *People) ProveActing(ctx context.Context) error {
	if !p.Plan.Acts() {
		return nil
	}
	p.mu.Lock()
	admin := p.person(p.Plan.Caller())
	admin.admin, p.acting.admin = true, admin
	p.mu.Unlock()
	for tries := 0; ctx.Err() == nil; {
		by, until, err := p.enter(ctx, admin, 0)
		switch {
		case err != nil:
			return err
		case by == nil && until.IsZero():
			return nil
		case by == nil:
			sleep(ctx, time.Until(until))
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

// sleep waits, at the longest until ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// prove asks about a few people. The answer is done when it is known whether the
// administrator may act as others; if not, the run has been stopped.
func (p *People) prove(ctx context.Context, by *Session) portal.Answer {
	if !by.Person.Admin {
		p.Stop.Because(diagnosis.New(diagnosis.NotAdministrator, "Person", by.Person.Email))
		return portal.Answer{Fate: diagnosis.Done}
	}
	directory, answer := p.readDirectory(ctx, by)
	if answer.Fate != diagnosis.Done {
		return answer
	}
	f := finder{by, directory, p.Turns}
	asked, proven := 0, false
	for _, name := range p.Plan.Probes() {
		may, put, answer := f.mayActAs(ctx, name)
		if answer.Fate != diagnosis.Done {
			return answer
		}
		if may {
			proven = true
			break
		}
		if put {
			asked++
		}
	}
	if asked > 0 && !proven {
		p.Stop.Because(diagnosis.New(diagnosis.ImpersonationOff, "Count", asked, "Person", by.Person.Email))
		return portal.Answer{Fate: diagnosis.Done}
	}
	p.mu.Lock() // proven, or nothing speaks for it or against it
	defer p.mu.Unlock()
	p.acting.directory = directory
	p.greet(by.Person, false, proven)
	return portal.Answer{Fate: diagnosis.Done}
}

// readDirectory reads the people whom rows are for, if they are many.
func (p *People) readDirectory(ctx context.Context, by *Session) (*Directory, portal.Answer) {
	if p.Plan.ActsAs() <= directoryFrom {
		return nil, portal.Answer{Fate: diagnosis.Done}
	}
	d, answer := ReadDirectory(ctx, by.Session, func(one account.Person) bool {
		return p.Plan.Wants(account.Address(one.Email).Fold()) || p.Plan.Wants(account.Address(one.ID).Fold())
	})
	p.Turns.Note(answer)
	return d, answer
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
	p.mu.Lock()
	f := finder{by, p.acting.directory, p.Turns}
	p.mu.Unlock()
	who, found, answer := f.find(ctx, o.Login.User)
	switch {
	case answer.Fate != diagnosis.Done:
		p.actingFailed(o, by, answer)
		return nil
	case !found:
		p.actingRefused(o, diagnosis.New(diagnosis.OwnerUnknown))
		return nil
	case unfit(who) != nil:
		p.actingRefused(o, unfit(who))
		return nil
	case who.ID == by.Person.ID: // nobody can act as themselves, and need not
		return p.introduce(ctx, o, login{portal: by.Session})
	}
	may, answer := by.MayImpersonate(ctx, who.ID)
	p.Turns.Note(answer)
	if answer.Fate == diagnosis.Done && !may {
		p.actingRefused(o, diagnosis.New(diagnosis.ImpersonationRefused))
		return nil
	}
	if answer.Fate != diagnosis.Done {
		p.actingFailed(o, by, answer)
		return nil
	}
	token, answer := by.Impersonate(ctx, who.ID)
	p.Turns.Note(answer)
	if answer.Fate != diagnosis.Done {
		p.actingFailed(o, by, answer)
		return nil
	}
	return p.introduce(ctx, o, login{portal: p.Client.Session(token.Secret), opened: true, asked: who.ID})
}

func (p *People) actingRefused(o *person, problem *diagnosis.Problem) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.end(o, *problem)
}

// actingFailed handles an answer to one of the administrator's requests about a person.
func (p *People) actingFailed(o *person, by *Session, answer portal.Answer) {
	if p.adminLost(by, answer) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.unanswered(o, answer)
}

// mayActAs asks about one person, and reports whether the question was put: of
// those whom nobody may act as, the answer would say nothing.
func (f *finder) mayActAs(ctx context.Context, name string) (may, put bool, answer portal.Answer) {
	who, found, answer := f.find(ctx, name)
	if answer.Fate != diagnosis.Done || !found || unfit(who) != nil || who.Admin || who.ID == f.by.Person.ID {
		return false, false, answer
	}
	may, answer = f.by.MayImpersonate(ctx, who.ID)
	f.turns.Note(answer)
	if answer.Code == diagnosis.ImpersonationRefused {
		answer = portal.Answer{Fate: diagnosis.Done}
	}
	return may, true, answer
}

// find looks a person up by address or GUID.
func (f *finder) find(ctx context.Context, name string) (account.Person, bool, portal.Answer) {
	if f.directory != nil {
		who, found := f.directory.Find(name)
		return who, found, portal.Answer{Fate: diagnosis.Done}
	}
	find := f.by.Session.Person
	if strings.Contains(name, "@") {
		find = f.by.PersonByEmail
	}
	who, found, answer := find(ctx, name)
	if letters := account.Address(name).Letters(); answer.Fate == diagnosis.Done && !found && letters != name {
		who, found, answer = find(ctx, letters)
	}
	f.turns.Note(answer)
	return who, found, answer
}
