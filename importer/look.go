package importer

import (
	"context"
	"strings"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/portal"
)

const (
	// listFrom is the number of rows of one owner from which one list of all
	// accounts is cheaper than a look at each.
	listFrom = 20
	// listLasts is how long such a list is believed.
	listLasts = 10 * time.Minute
	// lookTries bounds look-ups for one row that get no usable answer.
	lookTries = 3
	// laterTries bounds the writes that a mail server wanted later.
	laterTries = 2
)

// verdict is what a look leads to.
type verdict uint8

const (
	leave  verdict = iota // the row has its outcome
	create                // the account is not there
	update                // it is there and is to be changed
	enable                // it is there as asked for and is to be switched on again
)

// decision is a verdict with what the look found.
type decision struct {
	verdict verdict
	found   account.Mailbox  // if there
	status  diagnosis.Status // for leave
	problem *diagnosis.Problem
	foreign bool           // there, and not made by us
	fields  account.Fields // to update
	off     bool           // switched off by us
}

// claim gives the job its key and checks what is known about the account
// besides the portal. It reports whether the job goes on.
func (e *engine) claim(j *job) bool {
	if j.missing != nil {
		return e.claimMissing(j)
	}
	key := account.NewKey(j.owner.person.ID, j.row.Settings.Email)
	j.entry.OwnerID = j.owner.person.ID
	if j.entry.Owner == "" {
		j.entry.Owner = j.owner.person.Email
	}
	if first, twice := e.keys.add(key, j.row.Number); twice {
		e.decideNow(j, diagnosis.Invalid, *diagnosis.New(diagnosis.SameAccountTwice, "Row", itoa(first)))
		return false
	}
	j.key = key
	intent, open := e.past.open[key]
	j.doubtful = open && e.mode.act != nil
	if e.perID[key.OwnerID]++; e.Options.MaxPerOwner > 0 && e.perID[key.OwnerID] > e.Options.MaxPerOwner {
		e.barNow(j, diagnosis.Held, *e.ownerLimit(e.perID[key.OwnerID]))
		return false
	}
	if e.mismatch(j) {
		e.barNow(j, diagnosis.Held, *diagnosis.New(diagnosis.OwnerMismatch, "Person", j.owner.person.Email))
		return false
	}
	if open && e.mode.writes {
		j.doubtful = false
		j.doubt = &doubt{intent: intent.ID, kind: intent.Kind, since: intent.At, print: intent.Fingerprint}
		e.watch.unknown++
	}
	return true
}

func (e *engine) ownerLimit(addresses int) *diagnosis.Problem {
	return diagnosis.New(diagnosis.OwnerLimit, "Count", itoa(addresses), "Limit", itoa(e.Options.MaxPerOwner))
}

// attempt works on a row and gives back what it held.
func (e *engine) attempt(ctx context.Context, j *job) (after, error) {
	work := e.mode.work
	if j.missing != nil {
		work = e.off.takeBack
	}
	next, err := work(e, ctx, j)
	return func() {
		e.release(j)
		e.met(j)
		if next != nil {
			next()
		}
		e.tried(j)
	}, err
}

// lookAndAct looks directly before writing, decides, and acts.
func (e *engine) lookAndAct(ctx context.Context, j *job) (after, error) {
	known, ok, err := e.History.Account(ctx, j.key)
	if err != nil {
		return nil, err
	}
	if ok && !e.Options.RetryRefused && e.refuses(known, &j.row.Settings) {
		return e.decided(ctx, j, diagnosis.Held, *diagnosis.New(diagnosis.PasswordRefused, "Code", string(known.RefusedCode)))
	}
	mailbox, found, answer := e.look(ctx, j, ok)
	if answer.Fate != diagnosis.Done {
		return e.lookFailed(ctx, j, answer)
	}
	if intent, doubted := e.past.open[j.key]; doubted && !e.mode.writes {
		if !found {
			return e.decided(ctx, j, diagnosis.Unknown, *diagnosis.New(diagnosis.OutcomeUnknown))
		}
		known = asSent(known, intent, mailbox)
	}
	d := e.judge(j, mailbox, found, known)
	if d.verdict == leave {
		return e.leaveAlone(ctx, j, d, known)
	}
	return e.mode.act(e, ctx, j, d)
}

// asSent returns what is known of an account once the look has found what an
// earlier run sent without getting an answer: a real run would take it for ours.
func asSent(known journal.Account, intent journal.Intent, mailbox account.Mailbox) journal.Account {
	if intent.Kind != journal.Create {
		return known
	}
	return journal.Account{Key: intent.Key, MailboxID: mailbox.ID, Made: true, Fingerprint: intent.Fingerprint}
}

// leaveAlone gives the row its outcome without a write. What was seen to agree
// is remembered, so that the next run need not look again.
func (e *engine) leaveAlone(ctx context.Context, j *job, d decision, known journal.Account) (after, error) {
	j.entry.MailboxID = d.found.ID
	if d.fields == 0 && d.found.Detailed && d.status.Desired() {
		seen := journal.Account{
			Key: j.key, MailboxID: d.found.ID, Made: known.Made && !d.foreign, Status: d.status,
			Fingerprint: e.fingerprint(j), Run: j.entry.Run, Checked: time.Now(),
		}
		if seen.Made && known.Status == diagnosis.Updated {
			seen.Status = diagnosis.Updated // an undo of the run that made it must not take it for what that run left
		}
		if err := e.Ledger.SaveAccount(context.WithoutCancel(ctx), seen); err != nil {
			return nil, err
		}
	}
	if d.problem == nil {
		return e.decided(ctx, j, d.status)
	}
	return e.decided(ctx, j, d.status, *d.problem)
}

// fingerprint may be called from tasks.
func (e *engine) fingerprint(j *job) account.Fingerprint {
	return e.History.Prints().Of(j.key, &j.row.Settings)
}

// look finds the account. For an owner with many rows one list answers for
// those nothing else is known of; where list or journal leave a doubt, and for
// what is there, the account itself is read: it alone is never cached by the
// portal (ASC.Mail/Core/Engine/CacheEngine.cs).
func (e *engine) look(ctx context.Context, j *job, known bool) (account.Mailbox, bool, portal.Answer) {
	if j.owner.rows <= listFrom || known || j.settled || j.entry.Attempts > 0 {
		return j.session.Find(ctx, j.row.Settings.Email)
	}
	listed, there, answer := j.owner.accounts(ctx, j.session, j.key.Address)
	if answer.Fate != diagnosis.Done || !there || listed.Alias || listed.Group {
		return listed, there, answer
	}
	return j.session.Find(ctx, j.row.Settings.Email)
}

// accounts looks an address up in the owner's list, which is read anew when it is old.
func (o *owner) accounts(ctx context.Context, session *portal.Session, address string) (account.Mailbox, bool, portal.Answer) {
	o.listing.Lock()
	defer o.listing.Unlock()
	if o.list == nil || time.Since(o.listed) > listLasts {
		mailboxes, answer := session.Accounts(ctx)
		if answer.Fate != diagnosis.Done {
			return account.Mailbox{}, false, answer
		}
		o.list, o.listed = make(map[string]account.Mailbox, len(mailboxes)), time.Now()
		for _, m := range mailboxes {
			o.list[strings.ToLower(m.Address)] = m
		}
	}
	m, ok := o.list[address]
	return m, ok, portal.Answer{Fate: diagnosis.Done}
}

// lookFailed handles a look that did not say whether the account is there.
func (e *engine) lookFailed(ctx context.Context, j *job, answer portal.Answer) (after, error) {
	switch answer.Fate {
	case diagnosis.Final:
		j.entry.Evidence = evidence(answer)
		return e.decided(ctx, j, diagnosis.Failed, answer.Problem())
	case diagnosis.EndsOwner, diagnosis.EndsRun, diagnosis.NotSent, diagnosis.TurnedAway:
		return func() { e.turnBack(j, answer) }, nil
	}
	return func() {
		e.note(answer)
		if j.blind++; j.blind < lookTries || e.portal.troubled() {
			e.again(j)
			return
		}
		e.decideLater(j, diagnosis.Failed, answer.Problem())
	}, nil
}

// turnBack handles an answer after which the job stands where it stood before.
func (e *engine) turnBack(j *job, answer portal.Answer) {
	e.note(answer)
	switch answer.Fate {
	case diagnosis.EndsOwner:
		e.sessionLost(j, answer)
		return
	case diagnosis.EndsRun:
		problem := answer.Problem()
		e.stop(&problem)
	}
	e.again(j)
}

// judge decides what the row needs, from what the look found and what the journal remembers.
func (e *engine) judge(j *job, mailbox account.Mailbox, found bool, known journal.Account) decision {
	if !found {
		return decision{verdict: create}
	}
	ours := known.Made && known.MailboxID == mailbox.ID
	d := decision{found: mailbox, foreign: !ours}
	if mailbox.Hosted || mailbox.OAuth || mailbox.Alias || mailbox.Group {
		d.status, d.problem = diagnosis.Exists, diagnosis.New(diagnosis.AccountProtected)
		return d
	}
	d.fields = e.differences(j, mailbox, known, ours)
	d.off = ours && e.switchedOff(known)
	switch {
	case d.fields != 0 || d.off || d.foreign && e.Options.OnExisting == Fail:
		return e.byPolicy(d)
	case d.foreign:
		d.status, d.problem = diagnosis.Exists, diagnosis.New(diagnosis.AccountExists)
	default:
		d.status = diagnosis.Unchanged
	}
	return d
}

// switchedOff reports whether a run or an undo has switched an account of ours
// off, or may have. What the portal shows of an account alone does not tell.
func (e *engine) switchedOff(known journal.Account) bool {
	kind := e.past.open[known.Key].Kind
	return known.Status == diagnosis.Disabled || kind == journal.Disable || kind == journal.Enable
}

// differences returns the fields in which the account is not as the row asks.
// Passwords cannot be read back: for an account of ours they differ if the row
// has changed since, for a foreign one they are taken as equal.
func (e *engine) differences(j *job, mailbox account.Mailbox, known journal.Account, ours bool) account.Fields {
	var fields account.Fields
	for f := range j.row.Given.All() {
		if f >= account.NumRequestFields || f.Secret() || !mailbox.Detailed {
			continue
		}
		if !sameText(f, j.row.Settings.Text(f), mailbox.Settings.Text(f)) {
			fields = fields.With(f)
		}
	}
	if ours && fields == 0 { // else they are sent anyway
		fields = e.History.Prints().Changed(known.Fingerprint, j.key, &j.row.Settings, account.Passwords)
	}
	return fields
}

// sameText compares as the portal does: it lower-cases addresses and hosts, and
// logins that contain the address (ASC.Mail/Utils/Converter.cs).
func sameText(f account.Field, a, b string) bool {
	switch f {
	case account.Email, account.ServerHost, account.SMTPServer, account.Account, account.SMTPAccount:
		return strings.EqualFold(a, b)
	}
	return a == b
}

func (e *engine) byPolicy(d decision) decision {
	policy := e.Options.OnChanged
	if d.foreign {
		policy = e.Options.OnExisting
	}
	names := d.names()
	switch {
	case policy == Fail:
		d.status, d.problem = diagnosis.Failed, diagnosis.New(diagnosis.AccountRefused, "Fields", names)
	case policy == Skip:
		d.status, d.problem = diagnosis.Changed, diagnosis.New(diagnosis.AccountDiffers, "Fields", names)
	case d.fields.Has(account.IMAP):
		d.status, d.problem = diagnosis.Changed, diagnosis.New(diagnosis.ProtocolFixed)
	case d.fields == 0:
		d.verdict = enable
	default:
		d.verdict = update
	}
	return d
}

// names lists in what an account is not as the row asks.
func (d *decision) names() string {
	names := fieldNames(d.fields)
	if d.off {
		return strings.TrimPrefix(names+", enabled", ", ")
	}
	return names
}

func fieldNames(fields account.Fields) string {
	var names []string
	for f := range fields.All() {
		names = append(names, f.String())
	}
	return strings.Join(names, ", ")
}
