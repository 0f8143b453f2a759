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
	// bruteForcePause is a little more than the block the portal sets after too
	// many attempts, 60 s (web/core/ASC.Web.Core/Utility/LoginSettings.cs).
	bruteForcePause = 65 * time.Second
	// maxSMS is how many sign-ins may end with a code sent by SMS: each one costs
	// money and wakes a person.
	maxSMS = 3
	// signInTries bounds sign-ins whose answer got lost.
	signInTries = 3
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
	name   string // as the row or the caller types it, lower case; empty for a bare token
	login  account.Owner
	shared bool // the caller's: a refusal concerns every row
	rows   int

	state   ownerState
	retryAt time.Time // a block to sit out
	tries   int
	blocked bool // the portal has blocked this owner once in this run
	renewed bool // signed in a second time because the portal no longer took the first token

	session *portal.Session
	person  account.Person
	status  diagnosis.Status  // of its rows, once it has failed
	problem diagnosis.Problem // why

	listing sync.Mutex
	listed  time.Time
	list    map[string]account.Mailbox
}

// ownerName is what tells owners of a file apart.
func ownerName(o account.Owner) string {
	if o.User == "" && !o.Token.Empty() {
		return "\x00" + o.Token.Reveal()
	}
	return strings.ToLower(o.User)
}

// storedName is the name the journal knows an owner by: the user as typed, or a
// keyed hash where there is only a token.
func (im *Importer) storedName(o account.Owner) string {
	if o.Empty() {
		o = account.Owner{User: im.Options.Caller.User, Password: im.Options.Caller.Password, Token: im.Options.Caller.Token}
	}
	if o.User == "" {
		return im.History.TokenName(o.Token)
	}
	return strings.ToLower(o.User)
}

// ownerOf returns the owner of the row, the same for all rows that name them.
func (e *engine) ownerOf(j *job) *owner {
	login, shared := j.row.Owner, false
	if e.plan.Way == OwnerSelf {
		c := e.Options.Caller
		login, shared = account.Owner{User: c.User, Password: c.Password, Token: c.Token}, true
	}
	name := ownerName(login)
	if o, ok := e.owners[name]; ok {
		return o
	}
	o := &owner{name: strings.ToLower(login.User), login: login, shared: shared, rows: e.plan.rowsOf(j.row)}
	e.owners[name] = o
	return o
}

// ownerReady reports whether the owner is signed in. If nobody has tried yet,
// it begins; if it has failed, the job ends with the owner's problem.
func (e *engine) ownerReady(j *job) bool {
	o := j.owner
	switch o.state {
	case ownerReady:
		return true
	case ownerFailed:
		e.decideNow(j, o.status, o.problem)
	case ownerNew:
		switch {
		case time.Now().Before(o.retryAt):
			e.park(j, o.retryAt, diagnosis.PortalBlocked)
		case e.sms >= maxSMS && o.login.Token.Empty():
			o.fail(diagnosis.Held, *diagnosis.New(diagnosis.OwnerSMSStop))
			e.decideNow(j, o.status, o.problem)
		default:
			o.state = ownerBusy
			e.spawn(func(ctx context.Context) (after, error) { return e.signIn(ctx, o) })
		}
	}
	return false
}

func (o *owner) fail(status diagnosis.Status, problem diagnosis.Problem) {
	o.state, o.status, o.problem = ownerFailed, status, problem
	o.login = account.Owner{User: o.login.User} // the secrets are of no more use
}

// signIn gets a session for the owner and learns who that is.
func (e *engine) signIn(ctx context.Context, o *owner) (after, error) {
	prints := account.NewFingerprinter(e.History.Key())
	stored := e.storedName(o.login)
	known, _, err := e.History.Owner(ctx, stored)
	if err != nil {
		return nil, err
	}
	if wait, held := e.remembered(known, o, prints); held {
		return func() { o.fail(diagnosis.Held, *diagnosis.New(diagnosis.OwnerRefused)) }, nil
	} else if wait > 0 {
		return func() { o.state, o.retryAt = ownerNew, time.Now().Add(wait) }, nil
	}
	token := o.login.Token
	if token.Empty() {
		t, answer := e.Client.SignIn(ctx, o.login.User, o.login.Password)
		e.heed(answer)
		known.LastAttempt = time.Now()
		if answer.Fate != diagnosis.Done {
			known.Name = stored
			return e.signInFailed(ctx, o, known, answer, prints)
		}
		token = t.Secret
	}
	session := e.Client.Session(token)
	person, answer := session.Self(ctx)
	e.heed(answer)
	if answer.Fate != diagnosis.Done {
		return func() { e.selfFailed(o, answer) }, nil
	}
	err = e.Ledger.SaveOwner(context.WithoutCancel(ctx), journal.Owner{Name: stored, ID: person.ID, Email: person.Email, LastAttempt: known.LastAttempt, Checked: time.Now()})
	return func() {
		e.portal.good()
		o.session, o.person, o.state = session, person, ownerReady
		if person.Guest {
			o.fail(diagnosis.Failed, *diagnosis.New(diagnosis.PortalMailOff))
		}
	}, err
}

// remembered says what earlier runs know against signing in: a password the
// portal has refused and that has not changed, or a block that is not over.
func (e *engine) remembered(known journal.Owner, o *owner, prints *account.Fingerprinter) (wait time.Duration, held bool) {
	if !o.login.Token.Empty() {
		return 0, false
	}
	if len(known.Refused) > 0 && !e.Options.RetryRefused && string(known.Refused) == string(prints.Text(account.PortalPassword, o.login.Password.Reveal())) {
		return 0, true
	}
	return max(0, time.Until(known.BlockedUntil)), false
}

// signInFailed remembers a refusal before anything else and says what becomes of the owner.
func (e *engine) signInFailed(ctx context.Context, o *owner, known journal.Owner, answer portal.Answer, prints *account.Fingerprinter) (after, error) {
	problem := answer.Problem()
	switch answer.Code {
	case diagnosis.PortalBlocked:
		known.BlockedUntil = time.Now().Add(bruteForcePause)
		return func() {
			if o.blocked {
				o.fail(diagnosis.Failed, problem)
				return
			}
			o.state, o.retryAt, o.blocked = ownerNew, known.BlockedUntil, true
		}, e.Ledger.SaveOwner(context.WithoutCancel(ctx), known)
	case diagnosis.PortalSignIn:
		known.Refused = prints.Text(account.PortalPassword, o.login.Password.Reveal())
		known.RefusedCode, known.Attempts = answer.Code, known.Attempts+1
		return func() { e.endOwner(o, problem) }, e.Ledger.SaveOwner(context.WithoutCancel(ctx), known)
	case diagnosis.PortalSMS:
		return func() {
			e.sms++
			e.endOwner(o, problem)
		}, nil
	}
	return func() { e.selfFailed(o, answer) }, nil
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

// endOwner ends an owner; where everything hangs on the caller, it ends the run.
func (e *engine) endOwner(o *owner, problem diagnosis.Problem) {
	o.fail(diagnosis.Failed, problem)
	if o.shared {
		e.stop(&problem)
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
