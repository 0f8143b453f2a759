package importer

import (
	"context"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/portal"
)

// resolve looks for an account whose write is in doubt. That it is there is
// believed at once. That it is not there is believed only when the portal can no
// longer be working on the request: it goes on with one whose sender has gone.
func (e *engine) resolve(ctx context.Context, j *job) (after, error) {
	if j.doubt.kind == journal.Enable {
		return e.neverArrived(ctx, j) // it may be done twice
	}
	mailbox, found, answer := j.session.Find(ctx, j.row.Settings.Email)
	switch {
	case answer.Code == diagnosis.DuplicateMailbox: // no other refusal to look says anything of the account
		return e.endDoubt(ctx, j, diagnosis.Failed, answer.Problem())
	case answer.Fate != diagnosis.Done:
		return func() { e.lookAgainLater(j, answer) }, nil
	case found && j.doubt.kind == journal.Create:
		return e.foundAfterAll(ctx, j, mailbox)
	}
	if left := time.Until(j.doubt.since.Add(e.Options.Settle)); left > 0 {
		return func() { e.waitForSettle(j, left) }, nil
	}
	return e.neverArrived(ctx, j)
}

// foundAfterAll settles a create in doubt whose account the look-up found.
func (e *engine) foundAfterAll(ctx context.Context, j *job, mailbox account.Mailbox) (after, error) {
	d := j.doubt
	j.entry.MailboxID = mailbox.ID
	made := journal.Account{
		Key: j.key, MailboxID: mailbox.ID, Made: true, Status: diagnosis.Created,
		Fingerprint: d.print, Run: j.entry.Run, Checked: time.Now(),
	}
	if len(made.Fingerprint) == 0 {
		made.Fingerprint = e.fingerprint(j)
	}
	entry := j.end(diagnosis.Created, *diagnosis.New(diagnosis.FoundByLookUp))
	changed := e.History.Prints().Changed(made.Fingerprint, j.key, &j.row.Settings, account.RequestFields) != 0 // the row was edited since it was sent
	err := e.Ledger.Settle(context.WithoutCancel(ctx), journal.Outcome{Intent: d.intent, Entry: entry, Account: &made})
	return func() {
		e.portal.good()
		e.watch.unknown--
		e.met(j)
		j.doubt = nil
		if changed {
			e.again(j)
			return
		}
		e.ended(j, entry.Status)
	}, err
}

// neverArrived closes a doubt with "not there". The row is written once more,
// unless it has had its share of writes.
func (e *engine) neverArrived(ctx context.Context, j *job) (after, error) {
	once := j.settled && j.doubt.kind != journal.Enable
	if once || j.entry.Attempts >= maxWrites {
		return e.endDoubt(ctx, j, diagnosis.Failed, *diagnosis.New(diagnosis.NeverArrived))
	}
	err := e.Ledger.Withdraw(context.WithoutCancel(ctx), j.doubt.intent)
	return func() {
		e.portal.good()
		e.watch.unknown--
		j.doubt, j.settled = nil, true
		e.again(j)
	}, err
}

// endDoubt settles a row in doubt for good.
func (e *engine) endDoubt(ctx context.Context, j *job, status diagnosis.Status, problem diagnosis.Problem) (after, error) {
	entry := j.end(status, problem)
	err := e.Ledger.Settle(context.WithoutCancel(ctx), journal.Outcome{Intent: j.doubt.intent, Entry: entry})
	return func() {
		e.portal.good()
		e.watch.unknown--
		e.ended(j, entry.Status)
		e.checkFailures()
	}, err
}

// waitForSettle puts off the next look-up, at the longest to the moment from
// which "not there" is believed.
func (e *engine) waitForSettle(j *job, left time.Duration) {
	e.portal.good()
	j.doubt.failed = 0
	e.waiting.add(j, time.Now().Add(min(left, e.nextLook(j.doubt))), diagnosis.OutcomeUnknown)
}

// lookAgainLater handles a look-up that said nothing. When the settle time is
// over and it still says nothing, the row stays unknown: sending it again
// blindly is what must never happen.
func (e *engine) lookAgainLater(j *job, answer portal.Answer) {
	e.note(answer)
	switch answer.Fate {
	case diagnosis.EndsOwner:
		e.sessionLost(j, answer)
		return
	case diagnosis.EndsRun:
		problem := answer.Problem()
		e.stop(&problem)
		return
	case diagnosis.NotSent, diagnosis.TurnedAway:
		e.again(j)
		return
	}
	j.doubt.failed++
	late := time.Since(j.doubt.since) > e.Options.Settle
	if late && j.doubt.failed >= lookTries && !e.portal.troubled() {
		e.decideLater(j, diagnosis.Unknown, *diagnosis.New(diagnosis.LookUpFailed))
		return
	}
	e.waiting.add(j, time.Now().Add(e.nextLook(j.doubt)), diagnosis.OutcomeUnknown)
}

// nextLook returns how long to wait until the next look-up.
func (e *engine) nextLook(d *doubt) time.Duration {
	wait := e.Options.Waits.lookUp(d.looks)
	d.looks++
	return wait
}
