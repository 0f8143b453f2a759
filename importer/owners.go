package importer

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/portal"
)

const (
	// quickSignIns is how many sign-ins of one person may be under way or without
	// an answer within one Waits.SignIn. The portal blocks a person at the sixth
	// (web/core/ASC.Web.Core/Utility/LoginSettings.cs), and the person signs in too.
	quickSignIns = 2
	// maxSMS is how many sign-ins may end with a code sent by SMS: each one costs
	// money and wakes a person.
	maxSMS = 3
	// signInTries bounds sign-ins whose answer got lost.
	signInTries = 3
	// mailOffInARow is how many people one after the other may be without the
	// portal's mail before it is taken to be off for everybody.
	mailOffInARow = 10
)

// ownerState is how far the sign-in of an owner has come.
type ownerState uint8

const (
	ownerNew ownerState = iota
	ownerBusy
	ownerReady
	ownerFailed
)

// owner is a person the run signs in as, once, whatever number of rows they have.
type owner struct {
	identity
	shared bool // nothing can be done without them: a refusal ends the run
	rows   int  // of the file that are theirs
	taken  int  // of these, how many have come to the scheduler
	busy   bool // one of them is under way; of meaning where they go one at a time
	open   int  // of these, how many have no outcome

	state   ownerState
	retryAt time.Time // a block to sit out
	tries   int
	blocked bool          // the portal has blocked this owner once in this run
	renewed bool          // signed in a second time because the portal no longer took the first token
	known   journal.Owner // what is remembered; its name is empty until it has been read

	session *portal.Session
	opened  bool   // by this run, which closes it again
	asked   string // whose session it must be, by id; empty if that is not known beforehand
	person  account.Person
	status  diagnosis.Status  // of its rows, once it has failed
	problem diagnosis.Problem // why

	listing sync.Mutex
	listed  time.Time
	list    map[string]account.Mailbox
}

// ownerKey tells owners apart. A person who is signed in as in two ways is two.
type ownerKey struct {
	via  via
	name string
}

// ownerOf returns the owner of a row that has just been read, the same for all rows that name them.
func (e *engine) ownerOf(j *job) *owner {
	o := e.ownerFor(j.who)
	o.taken++
	o.open++
	return o
}

func (e *engine) ownerFor(who identity) *owner {
	key := ownerKey{who.via, who.name}
	o, ok := e.owners[key]
	if !ok {
		o = &owner{identity: who, shared: who.via == viaCaller && e.plan.Way != OwnerColumn, rows: e.plan.rowsOf(who)}
		e.owners[key] = o
	}
	return o
}

// byPassword reports whether the next sign-in of the owner sends a password, which may draw an SMS.
func (o *owner) byPassword() bool {
	return o.via != viaActing && o.login.Token.Empty() && o.session == nil
}

// ownerReady reports whether the owner is signed in. If nobody has tried yet,
// it begins; if it has failed, the job ends with the owner's problem.
func (e *engine) ownerReady(j *job) bool {
	o := j.owner
	if o.state == ownerNew {
		if until := e.approach(o); !until.IsZero() {
			e.park(j, until, diagnosis.PortalBlocked)
			return false
		}
	}
	if o.state == ownerFailed {
		e.barNow(j, o.status, o.problem)
	}
	return o.state == ownerReady
}

// approach begins to sign in as the owner, if it may be done now. It returns
// until when not, where that is known.
func (e *engine) approach(o *owner) time.Time {
	if time.Now().Before(o.retryAt) {
		return o.retryAt
	}
	byPassword := o.byPassword()
	switch {
	case o.via == viaActing && !e.approachActing(o):
	case byPassword && e.sms >= maxSMS:
		e.fail(o, diagnosis.Held, *diagnosis.New(diagnosis.OwnerSMSStop))
	case byPassword && e.sms+e.signingIn >= maxSMS: // those under way may each draw one
	default:
		e.beginSignIn(o, byPassword)
	}
	return time.Time{}
}

func (e *engine) beginSignIn(o *owner, byPassword bool) {
	o.state = ownerBusy
	if byPassword {
		e.signingIn++
	}
	by := e.acting.actor()
	e.spawn(func(ctx context.Context) (after, error) {
		next, err := e.signIn(ctx, o, by)
		return func() {
			if byPassword {
				e.signingIn--
			}
			if next != nil {
				next()
			}
		}, err
	})
}

// fail ends an owner: all rows of theirs get that status, and why.
func (e *engine) fail(o *owner, status diagnosis.Status, problem diagnosis.Problem) {
	if o.person.ID == "" && o != e.acting.admin {
		e.failedOwners++
	}
	o.state, o.status, o.problem = ownerFailed, status, problem
	o.login = account.Owner{User: o.login.User} // the secrets are of no more use
}

// signIn gets a session for the owner and learns who that is. It runs in a task.
func (e *engine) signIn(ctx context.Context, o *owner, by actor) (after, error) {
	if o.known.Name == "" {
		known, _, err := e.History.Owner(ctx, o.name)
		if err != nil {
			return nil, err
		}
		o.known = known
		o.known.Name = o.name
	}
	switch {
	case o.session != nil: // only the question who that is found no answer
		return e.introduce(ctx, o, o.session, o.opened)
	case o.via == viaActing:
		return e.actAs(ctx, o, by)
	case !o.login.Token.Empty():
		return e.introduce(ctx, o, e.Client.Session(o.login.Token, o.login.Password), false)
	}
	return e.signInByPassword(ctx, o)
}

// signInByPassword sends the password, unless something is remembered against
// it. The attempt is written down first, so that a sudden end does not hide it.
func (e *engine) signInByPassword(ctx context.Context, o *owner) (after, error) {
	if held := e.refusedOwner(&o.known, o.login.Password); held != nil {
		return func() { e.fail(o, diagnosis.Held, *held) }, nil
	}
	if until := e.nextSignIn(&o.known); until.After(time.Now()) {
		return func() { o.state, o.retryAt = ownerNew, until }, nil
	}
	o.known.LastAttempt = time.Now()
	o.known.Attempts++
	if err := e.remember(ctx, o); err != nil {
		return nil, err
	}
	token, answer := e.Client.SignIn(ctx, o.login.User, o.login.Password)
	if answer.Fate != diagnosis.Done {
		return e.signInFailed(ctx, o, answer)
	}
	o.known.Attempts, o.known.Refused, o.known.RefusedCode, o.known.BlockedUntil = 0, nil, "", time.Time{}
	return e.introduce(ctx, o, e.Client.Session(token.Secret, o.login.Password), true)
}

// refusedOwner says what earlier attempts know against this password: the portal
// has refused it, or has drawn an SMS for it. Nil if nothing.
func (e *engine) refusedOwner(known *journal.Owner, password account.Secret) *diagnosis.Problem {
	switch {
	case len(known.Refused) == 0 || e.Options.RetryRefused || !e.History.Prints().SameSecret(known.Refused, known.Name, password):
		return nil
	case known.RefusedCode == diagnosis.PortalSMS:
		return diagnosis.New(diagnosis.OwnerSMSBefore)
	}
	return diagnosis.New(diagnosis.OwnerRefused)
}

// nextSignIn returns when the owner may be signed in as again, in the past if now.
func (e *engine) nextSignIn(known *journal.Owner) time.Time {
	next := known.BlockedUntil
	if known.Attempts >= quickSignIns {
		if calm := known.LastAttempt.Add(e.Options.Waits.SignIn); calm.After(next) {
			next = calm
		}
	}
	return next
}

// remember makes what is known of the owner durable.
func (e *engine) remember(ctx context.Context, o *owner) error {
	return e.Ledger.SaveOwner(context.WithoutCancel(ctx), o.known)
}

// signInFailed remembers a refusal before anything else and says what becomes of the owner.
func (e *engine) signInFailed(ctx context.Context, o *owner, answer portal.Answer) (after, error) {
	problem := answer.Problem()
	switch answer.Code {
	case diagnosis.PortalBlocked:
		o.known.BlockedUntil = time.Now().Add(e.Options.Waits.SignIn)
		return func() {
			e.portal.good()
			if o.blocked {
				e.endOwner(o, problem)
				return
			}
			o.state, o.retryAt, o.blocked = ownerNew, o.known.BlockedUntil, true
		}, e.remember(ctx, o)
	case diagnosis.PortalSignIn:
		o.known.Refused, o.known.RefusedCode = e.History.Prints().Secret(o.known.Name, o.login.Password), answer.Code
		return func() {
			e.portal.good()
			e.endOwner(o, problem)
		}, e.remember(ctx, o)
	case diagnosis.PortalSMS:
		o.known.Refused, o.known.RefusedCode = e.History.Prints().Secret(o.known.Name, o.login.Password), answer.Code
		o.known.SMS++
		return func() {
			e.portal.good()
			e.sms++
			e.endOwner(o, problem)
		}, e.remember(ctx, o)
	}
	if answer.Fate == diagnosis.NotSent || answer.Fate == diagnosis.TurnedAway {
		o.known.Attempts-- // nobody has counted it
		return func() { e.selfFailed(o, answer) }, e.remember(ctx, o)
	}
	return func() { e.selfFailed(o, answer) }, nil
}

// introduce learns who the holder of a session is. It runs in a task.
func (e *engine) introduce(ctx context.Context, o *owner, session *portal.Session, opened bool) (after, error) {
	person, answer := session.Self(ctx)
	if answer.Fate != diagnosis.Done {
		return func() {
			o.session, o.opened = session, opened
			e.selfFailed(o, answer)
		}, nil
	}
	o.known.ID, o.known.Email, o.known.Checked = person.ID, person.Email, time.Now()
	mail, answer := e.askForMail(ctx, o, session)
	return func() {
		e.portal.good()
		o.session, o.opened, o.person, o.state, o.tries = session, opened, person, ownerReady, 0
		if o != e.acting.admin {
			e.signedIn++
		}
		e.welcome(o, mail, answer)
	}, e.remember(ctx, o)
}

// selfFailed handles an answer to a sign-in or to the question who we are that
// says nothing about the password.
func (e *engine) selfFailed(o *owner, answer portal.Answer) {
	e.note(answer)
	if e.endedBy(answer) {
		o.state = ownerNew
		return
	}
	switch answer.Fate {
	case diagnosis.NotSent, diagnosis.TurnedAway:
		o.state = ownerNew
		return
	case diagnosis.Later, diagnosis.Unclear:
		if o.tries++; o.tries < signInTries || e.portal.troubled() {
			o.state = ownerNew
			return
		}
	}
	e.endOwner(o, answer.Problem())
}

// endOwner ends an owner; where everything hangs on them, it ends the run.
func (e *engine) endOwner(o *owner, problem diagnosis.Problem) {
	e.fail(o, diagnosis.Failed, problem)
	if o.shared {
		e.stop(&problem)
	}
}

// sessionLost handles an answer that says something against the person rather
// than against the row. A token that the portal no longer takes is replaced
// once, if it was the run that got it.
func (e *engine) sessionLost(j *job, answer portal.Answer) {
	o := j.owner
	switch {
	case o.state != ownerReady || !o.session.Same(j.session): // another row of the owner was told first
	case answer.Code == diagnosis.PortalToken && o.opened && !o.renewed:
		o.state, o.renewed, o.session, o.opened = ownerNew, true, nil, false
	default:
		e.endOwner(o, answer.Problem())
		e.countMailOff(answer.Code)
	}
	e.again(j)
}

// countMailOff stops the run when nobody at all seems to have the portal's mail.
func (e *engine) countMailOff(code diagnosis.Code) {
	if code != diagnosis.PortalMailOff {
		return
	}
	if e.mailOff++; e.mailOff == mailOffInARow {
		e.stop(diagnosis.New(diagnosis.MailOffForAll, "Count", itoa(e.mailOff)))
	}
}

// mismatch reports whether the person signed in as does not fit the row: neither
// the address, nor its local part, nor the full name.
func (e *engine) mismatch(j *job) bool {
	if e.Options.AllowMismatch || e.Options.Owner == OwnerSelf {
		return false
	}
	p, s := j.owner.person, &j.row.Settings
	return !strings.EqualFold(p.Email, s.Email) &&
		!strings.EqualFold(localPart(p.Email), localPart(s.Email)) &&
		!sameName(p, s.Name)
}

func localPart(address string) string {
	local, _, _ := strings.Cut(address, "@")
	return local
}

func itoa(n int) string { return strconv.Itoa(n) }
