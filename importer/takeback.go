package importer

import (
	"context"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/portal"
)

// removal is how far the taking back of an account has come.
type removal struct {
	intent  int64     // the request without outcome, 0 if there is none
	since   time.Time // when it was begun
	unclear int       // requests that led to nothing
}

// taker takes accounts back: it removes them or switches them off, if they are
// still what was left of them.
type taker struct {
	past    *memory
	disable bool // accounts are only switched off
	dry     bool // and not even that: it is noted what would be done
	// verdict says what the journal alone decides about an account: the status of
	// its row and why. The status is empty if the portal has to be asked.
	verdict func(account.Key, journal.Account) (diagnosis.Status, *diagnosis.Problem)
	// reason is said of every account switched off; it may be empty.
	reason []diagnosis.Problem
}

// takeBack removes an account or switches it off, if it is still what was left of it.
func (t *taker) takeBack(e *engine, ctx context.Context, j *job) (after, error) {
	known, _, err := e.History.Account(ctx, j.key)
	if err != nil {
		return nil, err
	}
	if j.removal == nil {
		if status, problem := t.verdict(j.key, known); status != "" {
			return e.decided(ctx, j, status, *problem)
		}
		j.removal = &removal{since: time.Now()}
		if !t.dry {
			j.removal.intent = t.past.open[j.key].ID // an earlier run may have left one open
		}
	}
	j.entry.MailboxID = known.MailboxID
	mailbox, found, answer := j.session.Find(ctx, j.row.Settings.Email)
	switch {
	case answer.Fate != diagnosis.Done:
		return e.lookFailed(ctx, j, answer)
	case !found:
		return t.isGone(e, ctx, j, known)
	case mailbox.ID != known.MailboxID || !ordinary(mailbox):
		return t.settle(e, ctx, j, diagnosis.Held, nil, *diagnosis.New(diagnosis.UndoReplaced))
	}
	if fields := e.changedSince(j, mailbox, known); fields != 0 {
		return t.settle(e, ctx, j, diagnosis.Held, nil, *diagnosis.New(diagnosis.UndoDiffers, "Fields", fieldNames(fields)))
	}
	switch {
	case t.dry:
		return e.decided(ctx, j, diagnosis.WouldDisable, t.reason...)
	case t.disable:
		return t.switchOff(e, ctx, j, known)
	}
	return t.remove(e, ctx, j, known)
}

// changedSince returns the fields, passwords aside, in which an account is not as
// we left it. The journal remembers hashes only, and the portal folds some texts:
// there the row helps to compare, as long as it says what was sent.
func (e *engine) changedSince(j *job, mailbox account.Mailbox, known journal.Account) account.Fields {
	const open = account.RequestFields &^ account.Passwords
	there := e.History.Prints().Changed(known.Fingerprint, known.Key, &mailbox.Settings, open)
	edited := e.History.Prints().Changed(known.Fingerprint, known.Key, &j.row.Settings, open)
	var changed account.Fields
	for f := range there.All() {
		same := !edited.Has(f) && sameSetting(f, &j.row.Settings, &mailbox.Settings)
		if !same {
			changed = changed.With(f)
		}
	}
	return changed
}

func (t *taker) switchOff(e *engine, ctx context.Context, j *job, known journal.Account) (after, error) {
	if err := t.intend(e, ctx, j, journal.Disable, known); err != nil {
		return nil, err
	}
	answer := j.session.SetEnabled(ctx, j.row.Settings.Email, false)
	e.report(j, answer)
	switch {
	case answer.Fate != diagnosis.Done:
		return t.notDone(e, ctx, j, known, answer)
	case answer.Mailbox.ID != known.MailboxID:
		return t.settle(e, ctx, j, diagnosis.Held, nil, *diagnosis.New(diagnosis.UndoReplaced))
	}
	known.Status, known.Checked = diagnosis.Disabled, time.Now()
	return t.settle(e, ctx, j, diagnosis.Disabled, &known, t.reason...)
}

// remove removes the account and waits until the portal has done so.
func (t *taker) remove(e *engine, ctx context.Context, j *job, known journal.Account) (after, error) {
	if err := t.intend(e, ctx, j, journal.Remove, known); err != nil {
		return nil, err
	}
	operation, answer := j.session.Remove(ctx, j.row.Settings.Email)
	e.report(j, answer)
	if answer.Fate != diagnosis.Done {
		return t.notDone(e, ctx, j, known, answer)
	}
	return t.follow(e, ctx, j, known, operation)
}

// intend makes durable what is about to be sent. A request that led to nothing is closed.
func (t *taker) intend(e *engine, ctx context.Context, j *job, kind journal.IntentKind, known journal.Account) (err error) {
	if err := t.withdraw(e, ctx, j); err != nil {
		return err
	}
	j.removal.intent, err = e.Ledger.Intend(context.WithoutCancel(ctx), journal.Intent{
		Run: j.entry.Run, Index: j.entry.Index, Key: j.key, Kind: kind, At: time.Now(),
		Fingerprint: known.Fingerprint, MailboxID: known.MailboxID,
	})
	return err
}

func (t *taker) withdraw(e *engine, ctx context.Context, j *job) error {
	if j.removal.intent == 0 {
		return nil
	}
	err := e.Ledger.Withdraw(context.WithoutCancel(ctx), j.removal.intent)
	if err == nil {
		j.removal.intent = 0
	}
	return err
}

// notDone handles an answer to a request that did not do what was asked.
func (t *taker) notDone(e *engine, ctx context.Context, j *job, known journal.Account, answer portal.Answer) (after, error) {
	switch answer.Fate {
	case diagnosis.Final:
		if answer.Code == diagnosis.MailboxMissing {
			return t.isGone(e, ctx, j, known)
		}
		return t.settle(e, ctx, j, diagnosis.Failed, nil, answer.Problem())
	case diagnosis.Later:
		if time.Since(j.removal.since) > e.Options.PortalWait {
			return t.settle(e, ctx, j, diagnosis.Failed, nil, answer.Problem())
		}
		return func() {
			e.portal.good()
			e.waiting.add(j, time.Now().Add(e.Options.Waits.Removals), answer.Code)
		}, t.withdraw(e, ctx, j)
	case diagnosis.Unclear, diagnosis.Undecided:
		return t.lookAgain(e, j, answer), nil
	}
	return func() { e.turnBack(j, answer) }, t.withdraw(e, ctx, j)
}

// lookAgain lets a row come back whose last request may have been carried out.
// After too many of them it stays unknown.
func (t *taker) lookAgain(e *engine, j *job, answer portal.Answer) after {
	return func() {
		e.note(answer)
		if j.removal.unclear++; j.removal.unclear >= maxWrites {
			e.decideLater(j, diagnosis.Unknown, *t.pending())
			return
		}
		e.waiting.add(j, time.Now().Add(e.Options.Waits.lookUp(j.removal.unclear-1)), diagnosis.OutcomeUnknown)
	}
}

// pending says of a row that nobody knows how its last request ended.
func (t *taker) pending() *diagnosis.Problem {
	if t.disable {
		return diagnosis.New(diagnosis.OutcomeUnknown)
	}
	return diagnosis.New(diagnosis.UndoPending)
}

// follow asks how far a removal is until it has come to its end. It keeps its
// place among the workers meanwhile: the portal removes only so many at a time.
func (t *taker) follow(e *engine, ctx context.Context, j *job, known journal.Account, operation portal.Operation) (after, error) {
	moved, waits := time.Now(), e.Options.Waits.Removal
	for wait := waits.First; !operation.Completed; wait = waits.after(wait) {
		slept, stopping := e.sleep(ctx, wait), e.Gate.stopping.Err() != nil
		switch {
		case stopping || time.Since(moved) > e.Options.PortalWait:
			return e.decided(ctx, j, diagnosis.Unknown, *t.pending())
		case !slept: // cut off, because the machine slept
			return func() { e.again(j) }, nil
		}
		now, answer := j.session.Operation(ctx, operation.ID)
		switch answer.Fate {
		case diagnosis.Done:
			if now.Percent != operation.Percent {
				moved = time.Now()
			}
			now.ID = operation.ID // the portal forgets it with the answer that tells the end
			operation = now
		case diagnosis.TurnedAway: // everybody pauses
		case diagnosis.EndsOwner, diagnosis.EndsRun:
			return func() { e.turnBack(j, answer) }, nil
		default:
			return t.lookAgain(e, j, answer), nil
		}
	}
	return t.confirm(e, ctx, j, known, operation)
}

// confirm looks whether the account is gone: that an operation is over says
// nothing when the portal was restarted in its middle.
func (t *taker) confirm(e *engine, ctx context.Context, j *job, known journal.Account, operation portal.Operation) (after, error) {
	mailbox, found, answer := j.session.Find(ctx, j.row.Settings.Email)
	switch {
	case answer.Fate == diagnosis.EndsOwner, answer.Fate == diagnosis.EndsRun:
		return func() { e.turnBack(j, answer) }, nil
	case answer.Fate != diagnosis.Done:
		return t.lookAgain(e, j, answer), nil
	case !found, mailbox.ID != known.MailboxID:
		return t.isGone(e, ctx, j, known)
	case operation.Error != "" || j.removal.unclear+1 >= maxWrites:
		return t.settle(e, ctx, j, diagnosis.Failed, nil, *diagnosis.New(diagnosis.UndoFailed, "Text", operation.Error))
	}
	return t.lookAgain(e, j, answer), nil
}

// isGone settles an account that is not there any more.
func (t *taker) isGone(e *engine, ctx context.Context, j *job, known journal.Account) (after, error) {
	known.Run = j.entry.Run
	left := gone(known)
	if j.entry.Attempts == 0 && j.removal.intent == 0 {
		return t.settle(e, ctx, j, diagnosis.Removed, &left, *diagnosis.New(diagnosis.UndoGone))
	}
	return t.settle(e, ctx, j, diagnosis.Removed, &left)
}

// settle makes the outcome of a row durable, with what is known of the account
// from now on, if that has changed.
func (t *taker) settle(e *engine, ctx context.Context, j *job, status diagnosis.Status, known *journal.Account, problems ...diagnosis.Problem) (after, error) {
	ctx = context.WithoutCancel(ctx)
	entry := j.end(status, problems...)
	var err error
	switch {
	case j.removal.intent != 0:
		err = e.Ledger.Settle(ctx, journal.Outcome{Intent: j.removal.intent, Entry: entry, Account: known})
	case known != nil:
		if err = e.Ledger.SaveAccount(ctx, *known); err == nil {
			err = e.Ledger.SetEntries(ctx, entry)
		}
	default:
		err = e.Ledger.SetEntries(ctx, entry)
	}
	return func() {
		e.portal.good()
		e.ended(j, status)
		e.checkFailures()
	}, err
}

// sleep waits, and reports false if the run is to end meanwhile.
func (e *engine) sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
	case <-e.Gate.stopping.Done():
	}
	return false
}

const (
	// usualRemoval is what a removal takes where nobody has measured it: the
	// portal deletes the mail it has fetched.
	usualRemoval = 5 * time.Second
	perRemoved   = 5 // requests: look, remove, ask twice how far it is, look
	perDisabled  = 2 // look, switch off
	perPerson    = 4 // sign in, ask who that is, close the session in two steps
)

// Forecast returns how long the undo will take if all goes well, at so many
// requests a second and workers, and what it takes a removal to last.
func (u *Undoing) Forecast(perSecond float64, workers int) (takes, each time.Duration) {
	per, each := perRemoved, usualRemoval
	if u.Disable {
		per, each = perDisabled, otherRequest
	}
	requests := u.Here*per + u.People*perPerson
	takes = time.Duration(float64(requests) / perSecond * float64(time.Second))
	if atOnce := min(workers, max(u.People, 1)); !u.Disable {
		takes = max(takes, time.Duration((u.Here+atOnce-1)/atOnce)*each)
	}
	return takes, each
}
