package importer

import (
	"context"
	"maps"
	"slices"
	"sync"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

// Verified sums up what a verification found.
type Verified struct {
	Rows    int `json:"rows"`    // of the file
	Invalid int `json:"invalid"` // of these, with errors: nothing was looked for
	Wanted  int `json:"wanted"`  // all others
	Present int `json:"present"` // of these, those that have an account
	Equal   int `json:"equal"`   // as the row asks, in all but the passwords
	Changed int `json:"changed"` // not as the row asks
	Missing int `json:"missing"` // without an account
	Unseen  int `json:"unseen"`  // of which it was not found out

	Syncing    int `json:"syncing"` // of those present: the portal fetches their mail
	Disabled   int `json:"disabled"`
	AuthError  int `json:"auth_error"`
	QuotaError int `json:"quota_error"`
}

// Agrees reports whether every row has an account that is as it asks.
func (v *Verified) Agrees() bool { return v.Rows > 0 && v.Equal == v.Rows }

func (v *Verified) count(e *journal.Entry) {
	v.Rows++
	if e.Status == diagnosis.Invalid {
		v.Invalid++
		return
	}
	v.Wanted++
	switch e.Status {
	case diagnosis.Unchanged, diagnosis.Exists:
		v.Equal++
	case diagnosis.Changed:
		v.Changed++
	case diagnosis.Missing:
		v.Missing++
		return
	default:
		v.Unseen++
		return
	}
	v.Present++
	says := func(code diagnosis.Code) bool {
		return slices.ContainsFunc(e.Problems, func(p diagnosis.Problem) bool { return p.Code == code })
	}
	disabled, authError := says(diagnosis.MailboxDisabled), says(diagnosis.MailboxAuthError)
	if disabled {
		v.Disabled++
	}
	if authError {
		v.AuthError++
	}
	if !disabled && !authError {
		v.Syncing++
	}
	if says(diagnosis.MailboxQuota) {
		v.QuotaError++
	}
}

// Verification is what [Importer.Verify] found.
type Verification struct {
	Result
	Counts Verified
	Runs   []string // that dealt with the accounts, the oldest first
}

// Verify looks at the account of every row anew, whatever earlier runs say of
// it, and changes nothing. Passwords cannot be read back: they are not compared.
// The error is of the machine or the store.
func (im *Importer) Verify(ctx context.Context, plan *Plan) (Verification, error) {
	v := verifier{runs: make(map[string]bool)}
	result, err := im.execute(ctx, plan, mode{
		remember: func(*reader, context.Context, *job) (bool, error) { return false, nil },
		work:     v.check, perHost: im.Options.Workers * 2,
	})
	found := Verification{Result: result, Runs: slices.Sorted(maps.Keys(v.runs))}
	if err != nil {
		return found, err
	}
	for e, err := range im.Ledger.Entries(context.WithoutCancel(ctx), plan.Run.ID) {
		if err != nil {
			return found, err
		}
		found.Counts.count(&e)
	}
	return found, nil
}

// verifier is a verification under way.
type verifier struct {
	mu   sync.Mutex
	runs map[string]bool
}

// check looks at the account of one row. The owner's list, read once for all of
// their rows, tells what the portal makes of the account; its settings are in
// the account alone.
func (v *verifier) check(e *engine, ctx context.Context, j *job) (after, error) {
	known, _, err := e.History.Account(ctx, j.key)
	if err != nil {
		return nil, err
	}
	v.dealtWith(known.Run)
	listed, _, answer := j.owner.accounts(ctx, j.session, j.key.Address)
	if answer.Fate != diagnosis.Done {
		return e.lookFailed(ctx, j, answer)
	}
	if !ordinary(listed) {
		j.entry.MailboxID = listed.ID
		return e.decided(ctx, j, diagnosis.Changed, *diagnosis.New(diagnosis.AccountProtected))
	}
	mailbox, found, answer := j.session.Find(ctx, j.row.Settings.Email)
	switch {
	case answer.Fate != diagnosis.Done:
		return e.lookFailed(ctx, j, answer)
	case found:
		return e.found(ctx, j, mailbox, listed, known)
	}
	if _, doubted := e.past.open[j.key]; doubted {
		return e.decided(ctx, j, diagnosis.Unknown, *diagnosis.New(diagnosis.OutcomeUnknown))
	}
	return e.decided(ctx, j, diagnosis.Missing, *diagnosis.New(diagnosis.AccountMissing))
}

func (v *verifier) dealtWith(run string) {
	if run == "" {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.runs[run] = true
}

// ordinary reports whether a mailbox is an account like those we make.
func ordinary(m account.Mailbox) bool { return !m.Hosted && !m.OAuth && !m.Alias && !m.Group }

// found says what there is to say of an account that is there. listed is the same
// as the owner's list shows it, without an address if that is older than the account.
func (e *engine) found(ctx context.Context, j *job, mailbox, listed account.Mailbox, known journal.Account) (after, error) {
	j.entry.MailboxID = mailbox.ID
	if !ordinary(mailbox) {
		return e.decided(ctx, j, diagnosis.Changed, *diagnosis.New(diagnosis.AccountProtected))
	}
	var problems []diagnosis.Problem
	tell := func(is bool, code diagnosis.Code, facts ...string) {
		if is {
			problems = append(problems, *diagnosis.New(code, facts...))
		}
	}
	ours := known.Made && known.MailboxID == mailbox.ID
	fields := e.deviations(j, mailbox, ours)
	status := diagnosis.Unchanged
	switch {
	case fields != 0:
		status = diagnosis.Changed
	case !ours:
		status = diagnosis.Exists
	}
	tell(fields != 0, diagnosis.AccountChanged, "Fields", fieldNames(fields))
	tell(known.Made && !ours, diagnosis.AccountReplaced)
	if listed.ID == mailbox.ID {
		tell(!listed.Enabled, diagnosis.MailboxDisabled)
		tell(listed.AuthError, diagnosis.MailboxAuthError)
		tell(listed.QuotaError, diagnosis.MailboxQuota)
	}
	return e.decided(ctx, j, status, problems...)
}

// deviations returns the fields in which an account is not as the row asks. What
// was only filled in was asked of an account of ours alone.
func (e *engine) deviations(j *job, mailbox account.Mailbox, ours bool) account.Fields {
	asked := j.row.Given
	if ours {
		asked = allFields
	}
	var fields account.Fields
	for f := range asked.All() {
		if f < account.NumRequestFields && !f.Secret() && !sameSetting(f, &j.row.Settings, &mailbox.Settings) {
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
