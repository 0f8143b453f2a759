package people

import (
	"context"
	"strings"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/pace"
	"r7import/importer/plan"
	"r7import/importer/policy"
	"r7import/importer/portal"
)

// signInTries bounds the sign-ins in a row that get no usable answer.
const signInTries = 3

// signIn gets a session for a person and reads whose it is. code is not nil for a
// sign-in by password.
func (p *People) signIn(ctx context.Context, o *person, by *Session, code *pace.Slot) error {
	if o.known.Name == "" {
		known, _, err := p.History.Owner(context.WithoutCancel(ctx), o.Name)
		if err != nil {
			return err
		}
		o.known = known
		o.known.Name = o.Name
	}
	switch {
	case o.state.portal != nil: // signed in, but the request for the person had no usable answer
		return p.introduce(ctx, o, o.state)
	case o.Via == plan.ByActing:
		return p.actAs(ctx, o, by)
	case !o.Login.Token.Empty():
		return p.introduce(ctx, o, signInState{portal: p.Client.Session(o.Login.Token, o.Login.Password)})
	}
	return p.signInByPassword(ctx, o, code)
}

// signInByPassword sends the password unless the journal knows a refusal or a block. It
// stores the attempt before the request, so that a sudden end does not hide it, and a
// refusal right after the answer.
func (p *People) signInByPassword(ctx context.Context, o *person, code *pace.Slot) error {
	block := p.Options.Waits.SignIn
	held, until := p.History.RefusedBefore(&o.known, o.Login.Password), o.known.NextSignIn(block)
	switch {
	case held != nil && !p.Options.RetryRefused:
		p.locked(func() { p.fail(o, Bar{diagnosis.Held, *held}) })
		return nil
	case until.After(time.Now()):
		p.locked(func() { o.retryAt = until })
		return nil
	}
	o.known.BeginSignIn(time.Now())
	if err := p.remember(ctx, o); err != nil {
		return err
	}
	token, answer := p.Client.SignIn(ctx, o.Login.User, o.Login.Password)
	p.Turns.Note(answer)
	p.History.EndSignIn(&o.known, o.Login.Password, answer.Fate, answer.Code, block)
	if answer.Fate == diagnosis.Done {
		return p.introduce(ctx, o, signInState{portal: p.Client.Session(token.Secret, o.Login.Password), opened: true})
	}
	if answer.Code == diagnosis.PortalSMS {
		code.Spend()
	}
	if err := p.remember(ctx, o); err != nil {
		return err
	}
	p.locked(func() {
		switch {
		case answer.Code != diagnosis.PortalBlocked:
			p.unanswered(o, answer)
		case o.blocked:
			p.end(o, answer.Problem())
		default:
			o.retryAt, o.blocked = o.known.BlockedUntil, true
		}
	})
	return nil
}

// remember stores what is known of the person.
func (p *People) remember(ctx context.Context, o *person) error {
	return p.Ledger.SaveOwner(context.WithoutCancel(ctx), o.known)
}

// introduce reads whose session it is, and keeps it for the person's rows.
func (p *People) introduce(ctx context.Context, o *person, l signInState) error {
	self, answer := l.portal.Self(ctx)
	p.Turns.Note(answer)
	if answer.Fate != diagnosis.Done {
		p.locked(func() {
			o.state = l
			p.unanswered(o, answer)
		})
		return nil
	}
	o.known.ID, o.known.Email, o.known.Checked = self.ID, self.Email, time.Now()
	session := &Session{Session: l.portal, Person: self, Rows: o.rows, of: o}
	everybody := o.Via == plan.ByCaller && p.Plan.Way == policy.OwnerSelf // all rows are for this person
	mail := portal.Answer{Fate: diagnosis.Done}
	if everybody {
		_, _, mail = session.Listed(ctx, "") // the list is kept for the rows
	}
	if err := p.remember(ctx, o); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	o.state, o.self, o.tries = l, self, 0
	p.signedIn++
	switch {
	case l.asked != "" && !strings.EqualFold(l.asked, self.ID):
		p.end(o, *diagnosis.New(diagnosis.OwnerOther, "Person", self.Email))
		return nil
	case self.Guest && !o.admin:
		p.end(o, *diagnosis.New(diagnosis.OwnerGuest))
		return nil
	case mail.Code == diagnosis.PortalMailOff:
		p.end(o, mail.Problem())
		return nil
	case everybody:
		p.greetOnce(self, mail.Fate == diagnosis.Done, false)
	}
	o.session = session
	for _, m := range o.waiting {
		p.claim(m, &self)
	}
	o.waiting = nil
	return nil
}

// greetOnce calls Greet the first time it is called.
func (p *People) greetOnce(self account.Person, mail, acting bool) {
	if !p.greeted {
		p.greeted = true
		p.Greet(self, mail, acting)
	}
}

// unanswered handles an answer that gave no session. Either the sign-in is tried
// again, or the person is failed.
func (p *People) unanswered(o *person, answer portal.Answer) {
	p.Stop.Heed(answer)
	switch answer.Fate {
	case diagnosis.EndsRun, diagnosis.NotSent, diagnosis.TurnedAway:
		return
	case diagnosis.Later, diagnosis.Unclear:
		if o.tries++; o.tries < signInTries || p.Turns.Troubled() {
			return
		}
	}
	p.end(o, answer.Problem())
}
