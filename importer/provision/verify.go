package provision

import (
	"context"
	"slices"
	"sync"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/people"
)

// Verification reads the accounts of rows from the portal, whatever the journal says
// of them, and changes nothing.
type Verification struct {
	*Worker
	runIDs sync.Map // set of ids of the runs that dealt with the accounts
}

// Row takes one row to its durable outcome, or returns the time before which nothing
// can be done for it. The error comes from the store.
func (v *Verification) Row(ctx context.Context, r *Row) (Step, error) {
	return v.visit(ctx, r, v.check)
}

// Runs returns the ids of the runs that dealt with the accounts, the oldest first.
func (v *Verification) Runs() (runs []string) {
	for run := range v.runIDs.Range {
		runs = append(runs, run.(string))
	}
	slices.Sort(runs)
	return runs
}

// check looks at the account of one row and stores what it finds. The person's list,
// read once for all of their rows, has the state the portal gives the account; only the
// account itself has the settings. The list may be older than the account.
func (v *Verification) check(ctx context.Context, r *Row, session *people.Session) (Step, error) {
	known, _, err := v.History.Account(ctx, r.Key)
	if err != nil {
		return Step{}, err
	}
	if known.Run != "" {
		v.runIDs.Store(known.Run, true)
	}
	listed, _, answer := session.Listed(ctx, r.Key.Address)
	v.Turns.Note(answer)
	mailbox, found := listed, true
	if answer.Fate == diagnosis.Done && ordinary(listed) {
		mailbox, found, answer = session.Find(ctx, r.Row.Settings.Email)
		v.Turns.Note(answer)
	}
	_, doubted := v.Known.Open(r.Key)
	switch {
	case answer.Fate != diagnosis.Done:
		return v.lookFailed(ctx, r, session, answer)
	case !found && doubted:
		return v.decide(ctx, r, diagnosis.Unknown, *diagnosis.New(diagnosis.OutcomeUnknown))
	}
	ours := known.Made && known.MailboxID == mailbox.ID
	asked := r.Row.Given
	if ours { // only an account of ours was asked to have the values that were filled in
		asked = account.RequestFields
	}
	fields := unlike(asked, &r.Row.Settings, &mailbox.Settings, sameSetting)
	same := found && ordinary(mailbox) && fields == 0 && known.MailboxID == mailbox.ID
	if err := v.seen(ctx, r, known, same); err != nil {
		return Step{}, err
	}
	if !found {
		return v.decide(ctx, r, diagnosis.Missing, *diagnosis.New(diagnosis.AccountMissing))
	}
	r.Entry.MailboxID = mailbox.ID
	if !ordinary(mailbox) {
		return v.decide(ctx, r, diagnosis.Changed, *diagnosis.New(diagnosis.AccountProtected))
	}
	off := ours && listed.ID == mailbox.ID && !listed.Enabled && v.switchedOff(known)
	status := diagnosis.Unchanged
	switch {
	case fields != 0 || off:
		status = diagnosis.Changed
	case !ours:
		status = diagnosis.Exists
	}
	var problems []diagnosis.Problem
	tell := func(is bool, code diagnosis.Code, facts ...any) {
		if is {
			problems = append(problems, *diagnosis.New(code, facts...))
		}
	}
	tell(fields != 0, diagnosis.AccountChanged, "Fields", fields)
	tell(known.Made && !ours, diagnosis.AccountReplaced)
	tell(off, diagnosis.AccountOff)
	if listed.ID == mailbox.ID {
		tell(!listed.Enabled && !off, diagnosis.MailboxDisabled)
		tell(listed.AuthError, diagnosis.MailboxAuthError)
		tell(listed.QuotaError, diagnosis.MailboxQuota)
	}
	return v.decide(ctx, r, status, problems...)
}
