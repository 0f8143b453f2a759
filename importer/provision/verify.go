package provision

import (
	"context"
	"maps"
	"slices"
	"sync"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/people"
)

// Verification looks at the accounts of rows anew, whatever earlier runs say of
// them, and changes nothing.
type Verification struct {
	*Worker

	mu   sync.Mutex
	runs map[string]bool // that dealt with the accounts
}

// Row takes one row to its durable outcome, or to a moment before which nothing can
// be done. The error is of the store.
func (v *Verification) Row(ctx context.Context, r *Row) (Step, error) {
	return v.visit(ctx, r, v.check)
}

// Runs returns the runs that dealt with the accounts, the oldest first.
func (v *Verification) Runs() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Sorted(maps.Keys(v.runs))
}

func (v *Verification) dealtWith(run string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.runs == nil {
		v.runs = make(map[string]bool)
	}
	if run != "" {
		v.runs[run] = true
	}
}

// check looks at the account of one row. The person's list, read once for all of
// their rows, tells what the portal makes of the account; its settings are in the
// account alone.
func (v *Verification) check(ctx context.Context, r *Row, session *people.Session) (Step, error) {
	known, _, err := v.History.Account(context.WithoutCancel(ctx), r.Key)
	if err != nil {
		return Step{}, err
	}
	v.dealtWith(known.Run)
	listed, _, answer := session.Listed(ctx, r.Key.Address)
	v.Turns.Note(answer)
	if answer.Fate != diagnosis.Done {
		return v.lookFailed(ctx, r, session, answer)
	}
	if !ordinary(listed) {
		r.Entry.MailboxID = listed.ID
		if err := v.seen(ctx, r, known, false); err != nil {
			return Step{}, err
		}
		return v.decide(ctx, r, diagnosis.Changed, *diagnosis.New(diagnosis.AccountProtected))
	}
	mailbox, found, answer := session.Find(ctx, r.Row.Settings.Email)
	v.Turns.Note(answer)
	switch {
	case answer.Fate != diagnosis.Done:
		return v.lookFailed(ctx, r, session, answer)
	case found:
		return v.describe(ctx, r, mailbox, listed, known)
	}
	if _, doubted := v.Known.Open(r.Key); doubted {
		return v.decide(ctx, r, diagnosis.Unknown, *diagnosis.New(diagnosis.OutcomeUnknown))
	}
	if err := v.seen(ctx, r, known, false); err != nil {
		return Step{}, err
	}
	return v.decide(ctx, r, diagnosis.Missing, *diagnosis.New(diagnosis.AccountMissing))
}

// ordinary reports whether a mailbox is an account like those we make.
func ordinary(m account.Mailbox) bool { return !m.Hosted && !m.OAuth && !m.Alias && !m.Group }

// describe says what there is to say of an account that is there. listed is the same
// as the person's list shows it, without an address if that is older than the account.
func (v *Verification) describe(ctx context.Context, r *Row, mailbox, listed account.Mailbox, known journal.Account) (Step, error) {
	r.Entry.MailboxID = mailbox.ID
	if !ordinary(mailbox) {
		if err := v.seen(ctx, r, known, false); err != nil {
			return Step{}, err
		}
		return v.decide(ctx, r, diagnosis.Changed, *diagnosis.New(diagnosis.AccountProtected))
	}
	var problems []diagnosis.Problem
	tell := func(is bool, code diagnosis.Code, facts ...any) {
		if is {
			problems = append(problems, *diagnosis.New(code, facts...))
		}
	}
	ours := known.Made && known.MailboxID == mailbox.ID
	fields := deviations(r, mailbox, ours)
	if err := v.seen(ctx, r, known, fields == 0 && known.MailboxID == mailbox.ID); err != nil {
		return Step{}, err
	}
	open, _ := v.Known.Open(r.Key)
	off := ours && listed.ID == mailbox.ID && !listed.Enabled && switchedOff(known, open)
	status := diagnosis.Unchanged
	switch {
	case fields != 0 || off:
		status = diagnosis.Changed
	case !ours:
		status = diagnosis.Exists
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

// deviations returns the fields in which an account is not as the row asks. What
// was only filled in was asked of an account of ours alone.
func deviations(r *Row, mailbox account.Mailbox, ours bool) account.Fields {
	asked := r.Row.Given
	if ours {
		asked = allFields
	}
	var fields account.Fields
	for f := range asked.All() {
		if f < account.NumRequestFields && !f.Secret() && !sameSetting(f, &r.Row.Settings, &mailbox.Settings) {
			fields = fields.With(f)
		}
	}
	return fields
}

// allFields are the fields of the request.
const allFields = account.Fields(1<<account.NumRequestFields - 1)

// sameSetting compares what was asked for with what there is. Where the outgoing
// server wants no login, it does not matter which one there would be.
func sameSetting(f account.Field, asked, there *account.Settings) bool {
	if (f == account.SMTPAccount || f == account.AuthSMTP) && !asked.SMTPAuth {
		return true
	}
	return sameText(f, asked.Text(f), there.Text(f))
}
