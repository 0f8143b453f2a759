package provision

import (
	"context"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/people"
)

// settle looks once for an account whose write is in doubt. "There" is believed at
// once. "Not there" is believed only after Options.Settle, because the portal keeps
// working on a request whose sender has gone.
func (w *Worker) settle(ctx context.Context, r *Row, session *people.Session) (Step, error) {
	turn, err := w.Turns.Take(ctx, r.Index)
	if err != nil {
		return Step{}, nil // the run stops
	}
	defer turn.Done()
	d := r.inDoubt
	if d.kind == journal.Enable {
		return w.neverArrived(ctx, r) // idempotent, so it can be sent again
	}
	mailbox, found, answer := session.Find(ctx, r.Row.Settings.Email)
	w.Turns.Note(answer)
	switch answer.Fate {
	case diagnosis.Done:
	case diagnosis.EndsOwner, diagnosis.EndsRun, diagnosis.NotSent, diagnosis.TurnedAway:
		return w.turnedBack(session, answer), nil
	default:
		if answer.Code == diagnosis.DuplicateMailbox { // the only refusal that says something about the account
			return w.endDoubt(ctx, r, answer.Problem())
		}
		// If look-ups still fail after the settle time, the row stays unknown: a write must
		// never be repeated without a look.
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
// row was edited since the write, it goes on as a row whose account is there.
func (w *Worker) foundAfterAll(ctx context.Context, r *Row, mailbox int64) (Step, error) {
	w.Slots.Met(r.domain)
	made := journal.Account{
		Key: r.Key, MailboxID: mailbox, Made: true, Status: diagnosis.Created,
		Fingerprint: r.inDoubt.print, Run: r.Entry.Run, Checked: time.Now(),
	}
	if len(made.Fingerprint) == 0 {
		made.Fingerprint = w.fingerprint(r, made)
	}
	r.Entry.MailboxID = mailbox
	r.End(diagnosis.Created, *diagnosis.New(diagnosis.FoundByLookUp))
	outcome := journal.Outcome{Intent: r.inDoubt.intent, Entry: r.Entry, Account: &made}
	if w.History.Prints().Changed(made.Fingerprint, r.Key, &r.Row.Settings, account.RequestFields) == 0 {
		return w.end(ctx, r, outcome)
	}
	err := w.Ledger.Settle(context.WithoutCancel(ctx), outcome)
	w.Tally.noDoubt(r)
	return again, err
}

// neverArrived closes a doubt with "not there". The row is written again, unless it
// has had maxUnclear writes with an unclear answer or maxWrites writes. The write of
// an earlier run does not count.
func (w *Worker) neverArrived(ctx context.Context, r *Row) (Step, error) {
	if r.inDoubt.answered && r.inDoubt.kind != journal.Enable {
		r.unclear++
	}
	if r.unclear >= maxUnclear || r.Entry.Attempts >= maxWrites {
		return w.endDoubt(ctx, r, *diagnosis.New(diagnosis.NeverArrived, "Count", r.Entry.Attempts))
	}
	err := w.Ledger.Withdraw(context.WithoutCancel(ctx), r.inDoubt.intent)
	w.Tally.noDoubt(r)
	r.absent = true
	return again, err
}

// endDoubt records a row in doubt as failed.
func (w *Worker) endDoubt(ctx context.Context, r *Row, problem diagnosis.Problem) (Step, error) {
	r.End(diagnosis.Failed, problem)
	return w.end(ctx, r, journal.Outcome{Intent: r.inDoubt.intent})
}

// nextLook counts a look-up and returns the wait before the next one.
func (w *Worker) nextLook(d *doubt) time.Duration {
	d.looks++
	return w.Options.Waits.LookUp(d.looks - 1)
}
