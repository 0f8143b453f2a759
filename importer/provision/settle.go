package provision

import (
	"context"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/people"
)

// settle looks once for an account whose write is in doubt. That it is there is
// believed at once. That it is not there is believed only when the portal can no
// longer be working on the request: it goes on with one whose sender has gone.
func (w *Worker) settle(ctx context.Context, r *Row, session *people.Session) (Step, error) {
	turn, err := w.Turns.Take(ctx, r.Index)
	if err != nil {
		return Step{}, nil // the run stops
	}
	defer turn.Done()
	d := r.doubt
	if d.kind == journal.Enable {
		return w.neverArrived(ctx, r) // it may be done twice
	}
	mailbox, found, answer := session.Find(ctx, r.Row.Settings.Email)
	w.Turns.Note(answer)
	switch answer.Fate {
	case diagnosis.Done:
	case diagnosis.EndsOwner, diagnosis.EndsRun, diagnosis.NotSent, diagnosis.TurnedAway:
		return w.turnedBack(session, answer), nil
	default:
		if answer.Code == diagnosis.DuplicateMailbox { // no other refusal to look says anything of the account
			return w.endDoubt(ctx, r, answer.Problem())
		}
		// When the settle time is over and a look still says nothing, the row stays
		// unknown: sending it again blindly is what must never happen.
		d.failed++
		late := time.Since(d.since) > w.Options.Settle
		if late && d.failed >= lookTries && !w.Turns.Troubled() {
			return w.decide(ctx, r, diagnosis.Unknown, *diagnosis.New(diagnosis.LookUpFailed))
		}
		return wait(w.nextLook(d), diagnosis.OutcomeUnknown), nil
	}
	if found && d.kind == journal.Create {
		return w.foundAfterAll(ctx, r, mailbox.ID)
	}
	if left := time.Until(d.since.Add(w.Options.Settle)); left > 0 {
		d.failed = 0
		return wait(min(left, w.nextLook(d)), diagnosis.OutcomeUnknown), nil
	}
	return w.neverArrived(ctx, r)
}

// foundAfterAll records a create in doubt whose account the look-up found. If the
// row was edited since it was sent, it goes on as one whose account is there.
func (w *Worker) foundAfterAll(ctx context.Context, r *Row, mailbox int64) (Step, error) {
	w.Slots.Met(r.domain)
	made := journal.Account{
		Key: r.Key, MailboxID: mailbox, Made: true, Status: diagnosis.Created,
		Fingerprint: r.doubt.print, Run: r.Entry.Run, Checked: time.Now(),
	}
	if len(made.Fingerprint) == 0 {
		made.Fingerprint = w.fingerprint(r, made)
	}
	r.Entry.MailboxID = mailbox
	r.End(diagnosis.Created, *diagnosis.New(diagnosis.FoundByLookUp))
	outcome := journal.Outcome{Intent: r.doubt.intent, Entry: r.Entry, Account: &made}
	if w.History.Prints().Changed(made.Fingerprint, r.Key, &r.Row.Settings, account.RequestFields) == 0 {
		return w.end(ctx, r, outcome)
	}
	err := w.Ledger.Settle(context.WithoutCancel(ctx), outcome)
	w.Tally.noDoubt(r)
	return again, err
}

// neverArrived closes a doubt with "not there". The row is written again, unless
// it has had its share of writes: two that were answered in a way that tells
// nothing, or four. What an earlier run has left is no write of this one.
func (w *Worker) neverArrived(ctx context.Context, r *Row) (Step, error) {
	if r.doubt.answered && r.doubt.kind != journal.Enable {
		r.unclear++
	}
	if r.unclear >= maxUnclear || r.Entry.Attempts >= maxWrites {
		return w.endDoubt(ctx, r, *diagnosis.New(diagnosis.NeverArrived, "Count", r.Entry.Attempts))
	}
	err := w.Ledger.Withdraw(context.WithoutCancel(ctx), r.doubt.intent)
	w.Tally.noDoubt(r)
	r.absent = true
	return again, err
}

// endDoubt records a row in doubt that has failed.
func (w *Worker) endDoubt(ctx context.Context, r *Row, problem diagnosis.Problem) (Step, error) {
	r.End(diagnosis.Failed, problem)
	return w.end(ctx, r, journal.Outcome{Intent: r.doubt.intent})
}

// nextLook counts a look-up and returns how long to wait before the next.
func (w *Worker) nextLook(d *doubt) time.Duration {
	d.looks++
	return w.Options.Waits.LookUp(d.looks - 1)
}
