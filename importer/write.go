package importer

import (
	"context"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/pace"
	"r7import/importer/portal"
)

// intentLasts is how old an intent may be when its request leaves. An older one
// is written anew, because the time after which "not there" is believed counts from it.
const intentLasts = 5 * time.Second

// maxWrites bounds what is ever sent for one row in one run.
const maxWrites = 4

// write makes the account or changes it.
func (e *engine) write(ctx context.Context, j *job, d decision) (after, error) {
	if d.verdict != create && e.tooManyChanges(j) {
		return e.decided(ctx, j, diagnosis.Held, *diagnosis.New(diagnosis.TooManyChanges))
	}
	intent := journal.Intent{
		Run: j.entry.Run, Index: j.entry.Index, Key: j.key, Kind: journal.Create, At: time.Now(),
		Fingerprint: e.fingerprint(j), MailboxID: d.found.ID,
	}
	settings, send := &j.row.Settings, j.session.Create
	switch d.verdict {
	case update:
		intent.Kind, settings, send = journal.Update, overlaid(d, j.row), j.session.Update
	case enable:
		intent.Kind, send = journal.Enable, enabling(j.session)
	}
	id, err := e.Ledger.Intend(context.WithoutCancel(ctx), intent)
	if err != nil {
		return nil, err
	}
	intent.ID = id
	answer := send(ctx, settings, func() error { return e.freshen(ctx, &intent) })
	e.results <- func() { e.releaseEarly(j) }
	e.report(j, answer)
	return e.conclude(ctx, j, intent, answer)
}

// enabling returns what switches an account on. When exactly that leaves is of no
// concern: it may be done twice.
func enabling(s *portal.Session) func(context.Context, *account.Settings, func() error) portal.Answer {
	return func(ctx context.Context, settings *account.Settings, _ func() error) portal.Answer {
		return s.SetEnabled(ctx, settings.Email, true)
	}
}

// foretell notes what write would do.
func (e *engine) foretell(ctx context.Context, j *job, d decision) (after, error) {
	if d.verdict != create {
		j.entry.MailboxID = d.found.ID
		return e.decided(ctx, j, diagnosis.WouldUpdate, *diagnosis.New(diagnosis.WouldChange, "Fields", d.names()))
	}
	return e.decided(ctx, j, diagnosis.WouldCreate)
}

// overlaid returns what the account has, with the row's own cells over it. What
// was only filled in never replaces what somebody chose; the protocol cannot be
// changed by an update (ASC.Api.Mail/MailApi.Accounts.cs, UpdateAccount), and
// passwords left empty stay as they are.
func overlaid(d decision, row *account.Row) *account.Settings {
	s := d.found.Settings
	for f := range row.Given.All() {
		if f < account.NumRequestFields && f != account.IMAP && f != account.Email {
			s.Take(f, &row.Settings)
		}
	}
	return &s
}

// freshen is called when the request is about to leave.
func (e *engine) freshen(ctx context.Context, intent *journal.Intent) error {
	if time.Since(intent.At) < intentLasts {
		return nil
	}
	intent.At = time.Now()
	return e.Ledger.Renew(context.WithoutCancel(ctx), intent.ID, intent.At)
}

// report notes in the row's entry what a request has come to.
func (e *engine) report(j *job, answer portal.Answer) {
	if answer.Fate == diagnosis.NotSent || answer.Fate == diagnosis.TurnedAway {
		return
	}
	j.entry.Attempts++
	if j.entry.Started.IsZero() {
		j.entry.Started = answer.Sent
	}
	j.entry.Took += answer.Took
	j.entry.Evidence = evidence(answer)
}

// conclude makes the outcome of a write durable and says what the scheduler does next.
func (e *engine) conclude(ctx context.Context, j *job, intent journal.Intent, answer portal.Answer) (after, error) {
	switch answer.Fate {
	case diagnosis.Done:
		return e.succeeded(ctx, j, intent, answer)
	case diagnosis.Final:
		return e.declined(ctx, j, intent, answer)
	case diagnosis.Later:
		return e.postponed(ctx, j, intent, answer)
	case diagnosis.Unclear, diagnosis.Undecided:
		return e.doubted(ctx, j, intent, answer)
	}
	return func() { e.turnBack(j, answer) }, e.Ledger.Withdraw(context.WithoutCancel(ctx), intent.ID)
}

// succeeded settles an account that was made or changed.
func (e *engine) succeeded(ctx context.Context, j *job, intent journal.Intent, answer portal.Answer) (after, error) {
	id := answer.Mailbox.ID
	var problems []diagnosis.Problem
	switch intent.Kind {
	case journal.Update:
		id = intent.MailboxID
		if !answer.Mailbox.Enabled {
			if next, err := e.switchOn(ctx, j, intent); next != nil || err != nil {
				return next, err
			}
		}
	case journal.Enable:
		problems = append(problems, *diagnosis.New(diagnosis.EnabledAgain))
	}
	j.entry.MailboxID = id
	made := journal.Account{
		Key: j.key, MailboxID: id, Made: intent.Kind == journal.Create, Fingerprint: intent.Fingerprint,
		Run: intent.Run, Checked: time.Now(), Status: diagnosis.Created,
	}
	if intent.Kind != journal.Create {
		made.Status = diagnosis.Updated
		if known, ok, err := e.History.Account(ctx, j.key); err != nil {
			return nil, err
		} else if ok {
			made.Made = known.Made && known.MailboxID == id
		}
	}
	entry := j.end(made.Status, problems...)
	err := e.Ledger.Settle(context.WithoutCancel(ctx), journal.Outcome{Intent: intent.ID, Entry: entry, Account: &made})
	return func() {
		e.portal.good()
		if intent.Kind != journal.Enable { // which loads no mail host
			e.hostNews(j, "", pace.Good)
		}
		e.ended(j, entry.Status)
	}, err
}

// switchOn enables a mailbox that the portal's own service had switched off: an
// update leaves it off (ASC.Mail/Core/Dao/MailboxDao.cs keeps enabled).
func (e *engine) switchOn(ctx context.Context, j *job, intent journal.Intent) (after, error) {
	answer := j.session.SetEnabled(ctx, j.row.Settings.Email, true)
	switch answer.Fate {
	case diagnosis.Done:
		return nil, nil
	case diagnosis.Final, diagnosis.Later:
		return e.declined(ctx, j, intent, answer)
	}
	return e.doubted(ctx, j, intent, answer)
}

// declined settles a row that would be refused again.
func (e *engine) declined(ctx context.Context, j *job, intent journal.Intent, answer portal.Answer) (after, error) {
	problem := answer.Problem()
	host := j.host(answer.Side)
	entry := e.failing(j, diagnosis.Failed, problem, answer)
	outcome := journal.Outcome{Intent: intent.ID, Entry: entry}
	if answer.Code.RefusesPassword() {
		outcome.Refused, outcome.RefusedCode = intent.Fingerprint, answer.Code
	}
	err := e.Ledger.Settle(context.WithoutCancel(ctx), outcome)
	return func() {
		e.portal.good()
		if host != "" {
			e.hostNews(j, host, evidenceOf(answer.Code))
		}
		e.ended(j, entry.Status)
		e.checkFailures()
	}, err
}

// failing is end with what the answer says of side and host.
func (e *engine) failing(j *job, status diagnosis.Status, problem diagnosis.Problem, answer portal.Answer) journal.Entry {
	j.end(status, problem)
	if answer.Side != "" {
		j.entry.Side = answer.Side
	}
	j.entry.Host = j.host(answer.Side)
	return j.entry
}

// postponed lets a row come back when a mail server was busy, at most twice.
func (e *engine) postponed(ctx context.Context, j *job, intent journal.Intent, answer portal.Answer) (after, error) {
	if j.laters >= laterTries || j.entry.Attempts >= maxWrites {
		return e.declined(ctx, j, intent, answer)
	}
	host := j.host(answer.Side)
	entry := e.failing(j, diagnosis.NotTried, answer.Problem(), answer)
	err := e.Ledger.Settle(context.WithoutCancel(ctx), journal.Outcome{Intent: intent.ID, Entry: entry})
	return func() {
		e.portal.good()
		if host != "" {
			e.hostNews(j, host, evidenceOf(answer.Code))
		}
		j.laters++
		e.waiting.add(j, time.Now().Add(e.Options.Waits.Later), answer.Code)
	}, err
}

// doubted keeps the intent open: the account may be there.
func (e *engine) doubted(ctx context.Context, j *job, intent journal.Intent, answer portal.Answer) (after, error) {
	entry := e.failing(j, diagnosis.Unknown, answer.Problem(), answer)
	err := e.Ledger.SetEntries(context.WithoutCancel(ctx), entry)
	return func() {
		e.note(answer)
		j.doubt = &doubt{intent: intent.ID, kind: intent.Kind, since: intent.At, print: intent.Fingerprint}
		e.waiting.add(j, time.Now(), diagnosis.OutcomeUnknown)
		e.watch.unknown++
	}, err
}
