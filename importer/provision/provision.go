// Package provision takes one row to its outcome: it signs in as its person, looks
// for the account, judges, stores an intent, sends, and stores the outcome.
//
// [Worker.Provision] reads from top to bottom in that order. Beside it, over the
// same parts, are [Worker.Foretell] for a dry run, [Verification] and [Undo].
// A call to the portal is never repeated without a look and an intent of its own.
package provision

import (
	"context"
	"errors"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/pace"
	"r7import/importer/people"
	"r7import/importer/plan"
	"r7import/importer/policy"
	"r7import/importer/portal"
)

// Worker works on rows. It is safe for concurrent use by one goroutine a row.
type Worker struct {
	History *journal.Store // earlier runs
	Ledger  *journal.Store // this run
	Known   *plan.History
	Consent *plan.Consent // nil allows everything
	Options *policy.Options
	People  *people.People
	Slots   *pace.Slots
	Turns   *pace.Turns
	Stop    *pace.Stop
	Tally   *Tally
}

const (
	// intentLasts is how old an intent may be when its request leaves. An older one gets
	// a new time, because the time until "not there" is believed counts from it.
	intentLasts = 5 * time.Second
	// maxWrites bounds the writes sent for one row in one run.
	maxWrites = 4
	// maxPostponed bounds the repeats after a mail server asked to try later.
	maxPostponed = 2
	// maxUnclear bounds the writes whose answer did not say whether they succeeded.
	maxUnclear = 2
	// lookTries bounds the look-ups for one row that get no usable answer.
	lookTries = 3
	// listFrom is the number of rows of one person from which one list of all
	// accounts is cheaper than a look at each.
	listFrom = 20
)

// Provision takes a row to its durable outcome, or returns the time before which
// nothing can be done for it. The error comes from the store.
func (w *Worker) Provision(ctx context.Context, r *Row) (Step, error) {
	for ctx.Err() == nil {
		if step, rests := w.Resting(r); rests {
			return step, nil
		}
		session, step, err := w.enter(ctx, r)
		if session == nil {
			return step, err
		}
		if intent, open := w.Known.Open(r.Key); open && r.doubtful { // the key is known only after the sign-in
			w.Tally.doubt(r, doubt{intent: intent.ID, kind: intent.Kind, since: intent.At, print: intent.Fingerprint})
		}
		r.doubtful = false
		work := w.attempt // slots, turn, look, judge, intend, send, give back, record
		if r.inDoubt != nil {
			work = w.settle // turn, one look
		}
		step, err = work(ctx, r, session)
		if !step.again || err != nil {
			return step, err
		}
	}
	return Step{}, nil
}

// Resting returns the wait of a row whose mail server rests, so that no sign-in is
// made for it. A row that probes the server does not wait, nor one that has, or may
// have, a request without an outcome, because it is only looked up.
func (w *Worker) Resting(r *Row) (Step, bool) {
	_, until, rests := w.Slots.Resting(r.Hosts)
	switch {
	case !rests, r.Prober && !time.Now().Before(until):
		return Step{}, false
	case r.inDoubt != nil, r.Key == account.Key{} && w.Known.AnyOpen():
		return Step{}, false
	}
	return Step{Until: until, Why: diagnosis.HostPaused}, true
}

// enter returns the session of the row's person. If it is nil, the step is the
// result for the row.
func (w *Worker) enter(ctx context.Context, r *Row) (*people.Session, Step, error) {
	claimed := r.Key != account.Key{}
	session, until, err := w.People.Enter(ctx, &r.Member)
	if err != nil {
		return nil, Step{}, err
	}
	if !claimed && r.Key != (account.Key{}) {
		r.Entry.OwnerID = r.Key.OwnerID
		if _, open := w.Known.Open(r.Key); open && r.Missing == nil {
			r.doubtful = true
		}
	}
	switch {
	case session != nil:
		return session, Step{}, nil
	case !until.IsZero():
		return nil, Step{Until: until, Why: diagnosis.PortalBlocked}, nil
	case r.Member.Bar == nil:
		return nil, Step{}, nil // the run stops
	case r.Member.Bar.Status == diagnosis.Invalid: // another row has claimed the account, so a doubt is not this row's
		r.End(diagnosis.Invalid, r.Member.Bar.Problem)
	default:
		r.Bar(r.Member.Bar.Status, r.Member.Bar.Problem)
	}
	step, err := w.end(ctx, r, journal.Outcome{})
	return nil, step, err
}

// attempt looks for the account, and creates or changes it if needed.
func (w *Worker) attempt(ctx context.Context, r *Row, session *people.Session) (Step, error) {
	slot, err := w.Slots.Take(ctx, pace.Needs{Index: r.Index, Hosts: r.Hosts, Domain: r.domain, Prober: r.Prober})
	if err != nil {
		return Step{}, nil // the run stops
	}
	if slot == nil { // a mail server rests
		return wait(0, diagnosis.HostPaused), nil
	}
	defer slot.Return(false)
	turn, err := w.Turns.Take(ctx, r.Index)
	if err != nil {
		return Step{}, nil // the run stops
	}
	defer turn.Done()
	if step, rests := w.Resting(r); rests { // the rest began while the row waited
		return step, nil
	}

	// Look.
	seen, step, err := w.examine(ctx, r, session)
	if seen == nil {
		return step, err
	}

	// Judge.
	d := w.judge(r, seen.mailbox, seen.found, seen.known)
	if d.verdict == leave {
		slot.Return(true)
	}
	if err := w.remember(ctx, r, d, seen.known); err != nil {
		return Step{}, err
	}
	if d.verdict == leave {
		return w.leaveAlone(ctx, r, d)
	}
	change := changeOf(w.Consent, r, d)
	if problem := w.Consent.Bars(&change); problem != nil {
		return w.decide(ctx, r, diagnosis.Held, *problem)
	}
	if d.verdict != create && !w.Tally.mayChange(r) {
		w.Consent.Await(change)
		return w.decide(ctx, r, diagnosis.Held, *diagnosis.New(diagnosis.TooManyChanges))
	}

	// Intend.
	intent := journal.Intent{
		Run: r.Entry.Run, Index: r.Index, Key: r.Key, Kind: d.verdict, At: time.Now(),
		Fingerprint: w.fingerprint(r, seen.known), MailboxID: d.found.ID,
	}
	if intent.ID, err = w.Ledger.Intend(context.WithoutCancel(ctx), intent); err != nil {
		return Step{}, err
	}

	// Send.
	answer := w.send(ctx, r, session, d, &intent)
	r.report(answer)
	w.Turns.NoteWrite(answer)
	switch side := r.host(answer.Side); { // what the write shows about the mail servers
	case answer.Fate == diagnosis.Done && intent.Kind != journal.Enable: // enabling contacts no mail server
		for _, h := range r.Hosts {
			slot.Report(h, r.Key.Address, pace.Good)
		}
	case (answer.Fate == diagnosis.Final || answer.Fate == diagnosis.Later) && side != "":
		slot.Report(side, r.Key.Address, pace.EvidenceOf(answer.Code))
	}
	slot.Return(answer.Fate == diagnosis.Done)

	// Record.
	switch answer.Fate {
	case diagnosis.Done:
		return w.succeeded(ctx, r, session, d, intent, answer)
	case diagnosis.Final:
		return w.declined(ctx, r, intent, answer)
	case diagnosis.Later:
		if r.postponed >= maxPostponed || r.Entry.Attempts >= maxWrites {
			return w.declined(ctx, r, intent, answer)
		}
		r.postponed++
		err := w.Ledger.Settle(context.WithoutCancel(ctx), journal.Outcome{Intent: intent.ID, Entry: r.fail(diagnosis.NotTried, answer)})
		return wait(w.Options.Waits.Later, answer.Code), err
	case diagnosis.Unclear, diagnosis.Undecided:
		return w.doubted(ctx, r, intent, answer)
	}
	err = w.Ledger.Withdraw(context.WithoutCancel(ctx), intent.ID) // the portal did not process it
	return w.turnedBack(session, answer), err
}

// sight is what the journal and the look-up say about a row's account.
type sight struct {
	known   journal.Account
	mailbox account.Mailbox // zero if not found
	found   bool
}

// examine reads the row's account from the journal and looks for it in the portal. If
// the sight is nil, the step is the result for the row.
func (w *Worker) examine(ctx context.Context, r *Row, session *people.Session) (*sight, Step, error) {
	known, ok, err := w.History.Account(ctx, r.Key)
	if err != nil {
		return nil, Step{}, err
	}
	if ok && !w.Options.RetryRefused && w.Known.Refuses(known, &r.Row.Settings) {
		step, err := w.decide(ctx, r, diagnosis.Held, *diagnosis.New(diagnosis.PasswordRefused, "Code", known.RefusedCode))
		return nil, step, err
	}
	mailbox, found, answer := w.look(ctx, r, session, ok)
	if answer.Fate != diagnosis.Done {
		step, err := w.lookFailed(ctx, r, session, answer)
		return nil, step, err
	}
	return &sight{known, mailbox, found}, Step{}, nil
}

// look finds the account. For a person with many rows, rows the journal knows nothing
// about are looked up in one list of all accounts. If the row is in that list, was
// written before or is known, the account itself is read, because the portal may
// cache lists but never a single account (ASC.Mail/Core/Engine/CacheEngine.cs).
func (w *Worker) look(ctx context.Context, r *Row, session *people.Session, known bool) (account.Mailbox, bool, portal.Answer) {
	if session.Rows > listFrom && !known && !r.absent && r.Entry.Attempts == 0 {
		listed, there, answer := session.Listed(ctx, r.Key.Address)
		if answer.Fate != diagnosis.Done || !there || listed.Alias || listed.Group {
			w.Turns.Note(answer)
			return listed, there, answer
		}
	}
	mailbox, found, answer := session.Find(ctx, r.Row.Settings.Email)
	w.Turns.Note(answer)
	return mailbox, found, answer
}

// lookFailed handles a look-up that did not say whether the account is there.
func (w *Worker) lookFailed(ctx context.Context, r *Row, session *people.Session, answer portal.Answer) (Step, error) {
	switch answer.Fate {
	case diagnosis.Final:
		r.Entry.Evidence = evidence(answer)
		return w.decide(ctx, r, diagnosis.Failed, answer.Problem())
	case diagnosis.EndsOwner, diagnosis.EndsRun, diagnosis.NotSent, diagnosis.TurnedAway:
		return w.turnedBack(session, answer), nil
	}
	if r.looks++; r.looks < lookTries || w.Turns.Troubled() {
		return again, nil
	}
	return w.decide(ctx, r, diagnosis.Failed, answer.Problem())
}

// turnedBack handles an answer that leaves the row as it was: the row starts again.
func (w *Worker) turnedBack(session *people.Session, answer portal.Answer) Step {
	w.Stop.Heed(answer)
	if answer.Fate == diagnosis.EndsOwner {
		w.People.Lost(session, answer)
	}
	return again
}

// remember stores the result of a look-up. If the account agrees with the row, the
// next run need not look. If the account is not as the journal knows it, the next
// run looks whatever the outcome in this one.
func (w *Worker) remember(ctx context.Context, r *Row, d decision, known journal.Account) error {
	switch {
	case d.verdict == leave && d.fields == 0 && d.found.Detailed && d.status.Desired():
		seen := journal.Account{
			Key: r.Key, MailboxID: d.found.ID, Made: known.Made && !d.foreign, Status: d.status,
			Fingerprint: w.fingerprint(r, known), Run: r.Entry.Run, Checked: time.Now(),
		}
		if seen.Made && known.Status == diagnosis.Updated {
			seen.Status = diagnosis.Updated // an undo of the run that made it must see that it was updated since
		}
		return w.Ledger.SaveAccount(context.WithoutCancel(ctx), seen)
	case d.verdict != create && w.History.Prints().Changed(known.Fingerprint, r.Key, &r.Row.Settings, r.Row.Settings.Comparable()) != 0:
		// The row has changed, so the next run looks anyway.
		return nil
	}
	return w.seen(ctx, r, known, false)
}

// seen stores whether the portal's account is the same as the journal's.
func (w *Worker) seen(ctx context.Context, r *Row, known journal.Account, same bool) error {
	if known.Key == (account.Key{}) || !same && known.Checked.IsZero() {
		return nil
	}
	known.Run, known.Checked = r.Entry.Run, time.Time{}
	if same {
		known.Checked = time.Now()
	}
	return w.Ledger.SaveAccount(context.WithoutCancel(ctx), known)
}

// leaveAlone gives the row its outcome without a write.
func (w *Worker) leaveAlone(ctx context.Context, r *Row, d decision) (Step, error) {
	r.Entry.MailboxID = d.found.ID
	if d.problem == nil {
		return w.decide(ctx, r, d.status)
	}
	return w.decide(ctx, r, d.status, *d.problem)
}

// errTrouble cancels a write because the portal is in trouble.
var errTrouble = errors.New("provision: the portal is in trouble")

// send makes the single exchange that creates or changes the account.
func (w *Worker) send(ctx context.Context, r *Row, session *people.Session, d decision, intent *journal.Intent) portal.Answer {
	ready := func() error { // called just before the request leaves
		switch {
		case w.Turns.Troubled():
			return errTrouble
		case time.Since(intent.At) < intentLasts:
			return nil
		}
		intent.At = time.Now()
		return w.Ledger.Renew(context.WithoutCancel(ctx), intent.ID, intent.At)
	}
	switch d.verdict {
	case update:
		return session.Update(ctx, overlaid(d, r.Row), ready)
	case enable: // idempotent, so the age of the intent does not matter
		return session.SetEnabled(ctx, r.Row.Settings.Email, true)
	}
	return session.Create(ctx, &r.Row.Settings, ready)
}

// succeeded records an account that was created or changed.
func (w *Worker) succeeded(
	ctx context.Context, r *Row, session *people.Session, d decision, intent journal.Intent, answer portal.Answer,
) (Step, error) {
	id := answer.Mailbox.ID
	var problems []diagnosis.Problem
	switch intent.Kind {
	case journal.Update:
		id = intent.MailboxID
		if !answer.Mailbox.Enabled { // an update does not switch it on (ASC.Mail/Core/Dao/MailboxDao.cs keeps enabled)
			switched := session.SetEnabled(ctx, r.Row.Settings.Email, true)
			w.Turns.NoteWrite(switched)
			switch switched.Fate {
			case diagnosis.Done:
			case diagnosis.Final, diagnosis.Later:
				return w.declined(ctx, r, intent, switched)
			default:
				return w.doubted(ctx, r, intent, switched)
			}
		}
	case journal.Enable:
		problems = append(problems, *diagnosis.New(diagnosis.EnabledAgain))
	}
	r.Entry.MailboxID = id
	made := journal.Account{
		Key: r.Key, MailboxID: id, Made: intent.Kind == journal.Create, Fingerprint: intent.Fingerprint,
		Run: intent.Run, Checked: time.Now(), Status: diagnosis.Created,
	}
	if intent.Kind != journal.Create {
		made.Status, made.Made = diagnosis.Updated, !d.foreign && d.found.ID == id
	}
	r.End(made.Status, problems...)
	return w.end(ctx, r, journal.Outcome{Intent: intent.ID, Account: &made})
}

// declined records a row whose write was refused and is not repeated.
func (w *Worker) declined(ctx context.Context, r *Row, intent journal.Intent, answer portal.Answer) (Step, error) {
	r.fail(diagnosis.Failed, answer)
	outcome := journal.Outcome{Intent: intent.ID}
	if answer.Code.RefusesPassword() {
		outcome.Refused, outcome.RefusedCode = intent.Fingerprint, answer.Code
	}
	return w.end(ctx, r, outcome)
}

// doubted keeps the intent open, because the account may be there.
func (w *Worker) doubted(ctx context.Context, r *Row, intent journal.Intent, answer portal.Answer) (Step, error) {
	if err := w.Ledger.SetEntries(context.WithoutCancel(ctx), r.fail(diagnosis.Unknown, answer)); err != nil {
		return Step{}, err
	}
	w.Tally.doubt(r, doubt{
		intent: intent.ID, kind: intent.Kind, since: intent.At, print: intent.Fingerprint,
		answered: answer.Status != 0 && !answer.Code.Away(),
	})
	return wait(0, diagnosis.OutcomeUnknown), nil
}
