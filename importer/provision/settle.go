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
		return w.lookAgain(ctx, r)
	}
	if found && d.kind == journal.Create {
		w.Slots.Met(r.domain)
		made := journal.Account{
			Key: r.Key, MailboxID: mailbox.ID, Made: true, Status: diagnosis.Created,
			Fingerprint: d.print, Run: r.Entry.Run, Checked: time.Now(),
		}
		return w.foundAfterAll(ctx, r, made)
	}
	if left := time.Until(d.since.Add(w.Options.Settle)); left > 0 {
		d.failed = 0
		return wait(min(left, w.Options.Waits.LookUp(d.next())), diagnosis.OutcomeUnknown), nil
	}
	return w.neverArrived(ctx, r)
}

// foundAfterAll records a create in doubt whose account the look-up found. If the
// row was edited since it was sent, it goes on as one whose account is there.
func (w *Worker) foundAfterAll(ctx context.Context, r *Row, made journal.Account) (Step, error) {
	if len(made.Fingerprint) == 0 {
		made.Fingerprint = w.fingerprint(r, made)
	}
	r.Entry.MailboxID = made.MailboxID
	r.End(diagnosis.Created, *diagnosis.New(diagnosis.FoundByLookUp))
	outcome := journal.Outcome{Intent: r.doubt.intent, Entry: r.Entry, Account: &made}
	if w.History.Prints().Changed(made.Fingerprint, r.Key, &r.Row.Settings, account.RequestFields) == 0 {
		return w.close(ctx, r, outcome)
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
	return w.close(ctx, r, journal.Outcome{Intent: r.doubt.intent, Entry: r.Entry})
}

// lookAgain handles a look-up that said nothing. When the settle time is over and
// it still says nothing, the row stays unknown: sending it again blindly is what
// must never happen.
func (w *Worker) lookAgain(ctx context.Context, r *Row) (Step, error) {
	d := r.doubt
	d.failed++
	late := time.Since(d.since) > w.Options.Settle
	if late && d.failed >= lookTries && !w.Turns.Troubled() {
		return w.decide(ctx, r, diagnosis.Unknown, *diagnosis.New(diagnosis.LookUpFailed))
	}
	return wait(w.Options.Waits.LookUp(d.next()), diagnosis.OutcomeUnknown), nil
}

// next counts a look-up and returns how many came before it.
func (d *doubt) next() int {
	d.looks++
	return d.looks - 1
}
