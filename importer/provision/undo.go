package provision

import (
	"context"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/pace"
	"r7import/importer/people"
	"r7import/importer/plan"
	"r7import/importer/portal"
)

// Undo removes accounts or switches them off if they are still as this program left them.
type Undo struct {
	*Worker
	Disable bool // accounts are only switched off
	Dry     bool // dry run: only what would be done is stored
	// Verdict returns the status that the journal alone gives the row of an account,
	// and why. The status is empty if the portal has to be asked.
	Verdict func(account.Key, journal.Account) (diagnosis.Status, *diagnosis.Problem)
	// Reason is added to the problems of every account switched off. It may be empty.
	Reason []diagnosis.Problem
}

// SwitchOff returns an undo that switches off accounts that no row names any more.
func SwitchOff(w *Worker, dry bool) *Undo {
	return &Undo{
		Worker: w, Disable: true, Dry: dry, Reason: []diagnosis.Problem{*diagnosis.New(diagnosis.RowMissing)},
		Verdict: func(key account.Key, known journal.Account) (diagnosis.Status, *diagnosis.Problem) {
			open, doubted := w.Known.Open(key)
			switch {
			case doubted && (open.Kind == journal.Create || open.Kind == journal.Update):
				return diagnosis.Held, diagnosis.New(diagnosis.UndoInDoubt)
			case !known.Made || known.MailboxID == 0:
				return diagnosis.Held, diagnosis.New(diagnosis.UndoReplaced)
			}
			return "", nil
		},
	}
}

// Await adds the switching off of r's account to the changes that wait for consent.
func Await(ctx context.Context, w *Worker, r *Row) error {
	known, _, err := w.History.Account(context.WithoutCancel(ctx), r.Missing.Key)
	w.Consent.Await(missingOf(w.Consent, r, known))
	return err
}

// missingOf returns the switching off of an account without a row as a change of a
// saved plan. The account's settings are not signed, because the account is switched
// off only while it is as we left it.
func missingOf(consent *plan.Consent, r *Row, known journal.Account) plan.Change {
	c := plan.Change{Row: r.Entry.Row, Email: r.Entry.Email, Owner: r.Entry.Owner, OwnerID: r.Entry.OwnerID, Status: diagnosis.WouldDisable}
	consent.Sign(&c, known.MailboxID, nil, nil)
	return c
}

// removal is the state of the undo of one account.
type removal struct {
	intent   int64     // open intent, 0 if there is none
	since    time.Time // when the undo of the account began
	unclear  int       // requests whose effect is not known
	unproven bool      // the journal does not prove that the account is ours, so it is left alone
}

// Row takes one row to its durable outcome, or returns the time before which nothing
// can be done for it. The error comes from the store.
func (u *Undo) Row(ctx context.Context, r *Row) (Step, error) {
	if !u.Disable { // the portal removes one account of a person at a time
		slot, err := u.Slots.Take(ctx, pace.Needs{Index: r.Index, Person: r.Who.Name})
		if err != nil {
			return Step{}, nil // the run stops
		}
		defer slot.Return(false)
	}
	return u.visit(ctx, r, u.undo)
}

// undo removes an account or switches it off if it is still as we left it.
func (u *Undo) undo(ctx context.Context, r *Row, session *people.Session) (Step, error) {
	known, _, err := u.History.Account(ctx, r.Key)
	if err != nil {
		return Step{}, err
	}
	if r.removal == nil {
		status, problem := u.Verdict(r.Key, known)
		unproven := status != "" && problem.Code == diagnosis.UndoUnproven // it may have been removed since
		if status != "" && !unproven {
			return u.decide(ctx, r, status, *problem)
		}
		r.removal = &removal{since: time.Now(), unproven: unproven}
		if open, doubted := u.Known.Open(r.Key); doubted && !u.Dry {
			r.removal.intent = open.ID // left by an earlier run
		}
	}
	r.Entry.MailboxID = known.MailboxID
	mailbox, found, answer := session.Find(ctx, r.Row.Settings.Email)
	u.Turns.Note(answer)
	fields := u.changedSince(r, mailbox, known)
	change := missingOf(u.Consent, r, known)
	barred := u.Consent.Bars(&change)
	switch {
	case answer.Fate != diagnosis.Done:
		return u.lookFailed(ctx, r, session, answer)
	case !found:
		return u.isGone(ctx, r, known)
	case r.removal.unproven:
		return u.close(ctx, r, diagnosis.Held, nil, *diagnosis.New(diagnosis.UndoUnproven))
	case mailbox.ID != known.MailboxID || !ordinary(mailbox):
		return u.close(ctx, r, diagnosis.Held, nil, *diagnosis.New(diagnosis.UndoReplaced))
	case fields != 0:
		return u.close(ctx, r, diagnosis.Held, nil, *diagnosis.New(diagnosis.UndoDiffers, "Fields", fields))
	case barred != nil:
		return u.close(ctx, r, diagnosis.Held, nil, *barred)
	case u.Dry:
		u.Consent.Await(change)
		return u.decide(ctx, r, diagnosis.WouldDisable, u.Reason...)
	}
	return u.request(ctx, r, session, known)
}

// changedSince returns the fields, passwords aside, in which an account is not as
// we left it. The journal has only hashes, and the portal folds some texts. A field
// whose hash differs is compared with the row, if the row still has what was sent.
func (u *Undo) changedSince(r *Row, mailbox account.Mailbox, known journal.Account) account.Fields {
	const open = account.RequestFields &^ account.Passwords
	there := u.History.Prints().Changed(known.Fingerprint, known.Key, &mailbox.Settings, open)
	edited := u.History.Prints().Changed(known.Fingerprint, known.Key, &r.Row.Settings, open)
	return there&edited | unlike(there&^edited, &r.Row.Settings, &mailbox.Settings, sameSetting)
}

// request stores an intent and makes the single exchange that removes the account or
// switches it off. It closes the intent of an earlier request first.
func (u *Undo) request(ctx context.Context, r *Row, session *people.Session, known journal.Account) (Step, error) {
	if err := u.withdraw(ctx, r); err != nil {
		return Step{}, err
	}
	intent := journal.Intent{
		Run: r.Entry.Run, Index: r.Index, Key: r.Key, Kind: journal.Remove, At: time.Now(),
		Fingerprint: known.Fingerprint, MailboxID: known.MailboxID,
	}
	if u.Disable {
		intent.Kind = journal.Disable
	}
	var err error
	if r.removal.intent, err = u.Ledger.Intend(context.WithoutCancel(ctx), intent); err != nil {
		return Step{}, err
	}
	var operation portal.Operation
	var answer portal.Answer
	if u.Disable {
		answer = session.SetEnabled(ctx, r.Row.Settings.Email, false)
	} else {
		operation, answer = session.Remove(ctx, r.Row.Settings.Email)
	}
	r.report(answer)
	u.Turns.NoteWrite(answer)
	switch {
	case answer.Fate != diagnosis.Done:
		return u.notDone(ctx, r, session, known, answer)
	case !u.Disable:
		return u.follow(ctx, r, session, known, operation)
	case answer.Mailbox.ID != known.MailboxID:
		return u.close(ctx, r, diagnosis.Held, nil, *diagnosis.New(diagnosis.UndoReplaced))
	}
	known.Status, known.Checked = diagnosis.Disabled, time.Now()
	return u.close(ctx, r, diagnosis.Disabled, &known, u.Reason...)
}

// follow waits until the portal has removed the account. The row keeps its turn
// while it waits, because the portal removes only a few accounts at once.
func (u *Undo) follow(ctx context.Context, r *Row, session *people.Session, known journal.Account, op portal.Operation) (Step, error) {
	moved, waits := time.Now(), u.Options.Waits.Removal
	for wait := waits.First; !op.Completed; wait = waits.After(wait) {
		if !pace.Sleep(ctx, wait) || time.Since(moved) > u.Options.PortalWait {
			return u.decide(ctx, r, diagnosis.Unknown, *u.pending())
		}
		now, answer := session.Operation(ctx, op.ID)
		u.Turns.Note(answer)
		switch answer.Fate {
		case diagnosis.Done:
			if now.Percent != op.Percent {
				moved = time.Now()
			}
			now.ID = op.ID // the portal forgets the operation once it has reported the end
			op = now
		case diagnosis.TurnedAway: // the pacer pauses
		case diagnosis.EndsOwner, diagnosis.EndsRun:
			return u.turnedBack(session, answer), nil
		default:
			return u.comeBack(ctx, r)
		}
	}
	// A completed operation proves nothing if the portal was restarted in the middle of it.
	mailbox, found, answer := session.Find(ctx, r.Row.Settings.Email)
	u.Turns.Note(answer)
	switch {
	case answer.Fate == diagnosis.EndsOwner, answer.Fate == diagnosis.EndsRun:
		return u.turnedBack(session, answer), nil
	case answer.Fate != diagnosis.Done:
		return u.comeBack(ctx, r)
	case !found, mailbox.ID != known.MailboxID:
		return u.isGone(ctx, r, known)
	case op.Error != "" || r.removal.unclear+1 >= maxWrites:
		return u.close(ctx, r, diagnosis.Failed, nil, *diagnosis.New(diagnosis.UndoFailed, "Text", op.Error))
	}
	return u.comeBack(ctx, r)
}

func (u *Undo) withdraw(ctx context.Context, r *Row) error {
	if r.removal.intent == 0 {
		return nil
	}
	err := u.Ledger.Withdraw(context.WithoutCancel(ctx), r.removal.intent)
	if err == nil {
		r.removal.intent = 0
	}
	return err
}

// notDone handles the answer to a request that was not carried out, or may not have been.
func (u *Undo) notDone(ctx context.Context, r *Row, session *people.Session, known journal.Account, answer portal.Answer) (Step, error) {
	switch answer.Fate {
	case diagnosis.Final:
		if answer.Code == diagnosis.MailboxMissing {
			return u.isGone(ctx, r, known)
		}
		return u.close(ctx, r, diagnosis.Failed, nil, answer.Problem())
	case diagnosis.Later:
		if time.Since(r.removal.since) > u.Options.PortalWait {
			return u.close(ctx, r, diagnosis.Failed, nil, answer.Problem())
		}
		return wait(u.Options.Waits.Removals, answer.Code), u.withdraw(ctx, r)
	case diagnosis.Unclear, diagnosis.Undecided:
		return u.comeBack(ctx, r)
	}
	return u.turnedBack(session, answer), u.withdraw(ctx, r)
}

// comeBack lets a row wait whose last request may have been carried out. After
// maxWrites such requests the row stays unknown.
func (u *Undo) comeBack(ctx context.Context, r *Row) (Step, error) {
	if r.removal.unclear++; r.removal.unclear >= maxWrites {
		return u.decide(ctx, r, diagnosis.Unknown, *u.pending())
	}
	return wait(u.Options.Waits.LookUp(r.removal.unclear-1), diagnosis.OutcomeUnknown), nil
}

// pending returns the problem of a row whose last request has no known outcome.
func (u *Undo) pending() *diagnosis.Problem {
	if u.Disable {
		return diagnosis.New(diagnosis.OutcomeUnknown)
	}
	return diagnosis.New(diagnosis.UndoPending)
}

// isGone records an account that is no longer there.
func (u *Undo) isGone(ctx context.Context, r *Row, known journal.Account) (Step, error) {
	known.Run = r.Entry.Run
	left := journal.Gone(known)
	if r.Entry.Attempts == 0 && r.removal.intent == 0 {
		return u.close(ctx, r, diagnosis.Removed, &left, *diagnosis.New(diagnosis.UndoGone))
	}
	return u.close(ctx, r, diagnosis.Removed, &left)
}

// close sets the row's outcome and stores it, together with what is known of the
// account, if left is not nil.
func (u *Undo) close(ctx context.Context, r *Row, status diagnosis.Status, left *journal.Account, why ...diagnosis.Problem) (Step, error) {
	r.End(status, why...)
	return u.end(ctx, r, journal.Outcome{Intent: r.removal.intent, Account: left})
}
