package provision

import (
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/plan"
	"r7import/importer/policy"
)

// verdict is what a look leads to: the write to be made, or none.
type verdict = journal.IntentKind

const (
	leave  verdict = ""             // the row has its outcome
	create         = journal.Create // the account is not there
	update         = journal.Update // it is there and is to be changed
	enable         = journal.Enable // it is there as asked for and is to be switched on again
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

// judge decides what the row needs, from what the look found and what the journal remembers.
func (w *Worker) judge(r *Row, mailbox account.Mailbox, found bool, known journal.Account) decision {
	switch {
	case !found && r.Row.Settings.Incoming.Password.Empty(): // the row was taken for done
		return decision{status: diagnosis.Held, problem: diagnosis.New(diagnosis.PasswordNeeded)}
	case !found:
		return decision{verdict: create}
	}
	ours := known.Made && known.MailboxID == mailbox.ID
	d := decision{found: mailbox, foreign: !ours}
	if !ordinary(mailbox) {
		d.status, d.problem = diagnosis.Exists, diagnosis.New(diagnosis.AccountProtected)
		return d
	}
	d.fields = w.differences(r, mailbox, known, ours)
	d.off = ours && w.switchedOff(known)
	if d.fields == 0 && !d.off && !(d.foreign && w.Options.OnExisting == policy.Fail) {
		if d.status = diagnosis.Unchanged; d.foreign {
			d.status, d.problem = diagnosis.Exists, diagnosis.New(diagnosis.AccountExists)
		}
		return d
	}
	action := w.Options.OnChanged
	if d.foreign {
		action = w.Options.OnExisting
	}
	switch {
	case action == policy.Fail:
		d.status, d.problem = diagnosis.Failed, diagnosis.New(diagnosis.AccountRefused, "Fields", d.names())
	case action == policy.Skip:
		d.status, d.problem = diagnosis.Changed, diagnosis.New(diagnosis.AccountDiffers, "Fields", d.names())
	case d.fields.Has(account.IMAP):
		d.status, d.problem = diagnosis.Changed, diagnosis.New(diagnosis.ProtocolFixed)
	case d.fields == 0:
		d.verdict = enable
	default:
		d.verdict = update
	}
	return d
}

// switchedOff reports whether a run or an undo has switched an account of ours
// off, or may have. What the portal shows of an account alone does not tell.
func (w *Worker) switchedOff(known journal.Account) bool {
	open, _ := w.Known.Open(known.Key)
	return known.Status == diagnosis.Disabled || open.Kind == journal.Disable || open.Kind == journal.Enable
}

// differences returns the fields in which the account is not as the row asks.
// Passwords cannot be read back: for an account of ours they differ if the row
// has changed since, for a foreign one they are taken as equal.
func (w *Worker) differences(r *Row, mailbox account.Mailbox, known journal.Account, ours bool) account.Fields {
	var fields account.Fields
	if mailbox.Detailed {
		fields = unlike(r.Row.Given, &r.Row.Settings, &mailbox.Settings, sameText)
	}
	if ours && fields == 0 && !r.Row.Settings.WithoutPasswords() { // else they are sent anyway, or not known
		fields = w.History.Prints().Changed(known.Fingerprint, r.Key, &r.Row.Settings, account.Passwords)
	}
	return fields
}

// comparison reports whether a field has what was asked for.
type comparison func(f account.Field, asked, there *account.Settings) bool

// unlike returns those of some fields, passwords aside, in which what there is is not
// the same as what was asked for.
func unlike(of account.Fields, asked, there *account.Settings, same comparison) (fields account.Fields) {
	for f := range (of & account.RequestFields &^ account.Passwords).All() {
		if !same(f, asked, there) {
			fields = fields.With(f)
		}
	}
	return fields
}

// sameText compares as the portal does: it lower-cases addresses and hosts, and
// logins that contain the address (ASC.Mail/Utils/Converter.cs).
func sameText(f account.Field, asked, there *account.Settings) bool {
	a, b := asked.Text(f), there.Text(f)
	switch f {
	case account.Email, account.ServerHost, account.SMTPServer, account.Account, account.SMTPAccount:
		return strings.EqualFold(a, b)
	}
	return a == b
}

// sameSetting compares what was asked for with what there is. Where the outgoing
// server wants no login, it does not matter which one there would be.
func sameSetting(f account.Field, asked, there *account.Settings) bool {
	return (f == account.SMTPAccount || f == account.AuthSMTP) && !asked.SMTPAuth || sameText(f, asked, there)
}

// ordinary reports whether a mailbox is an account like those we make.
func ordinary(m account.Mailbox) bool { return !m.Hosted && !m.OAuth && !m.Alias && !m.Group }

// names lists in what an account is not as the row asks.
func (d *decision) names() string {
	names := d.fields.String()
	if d.off {
		return strings.TrimPrefix(names+", enabled", ", ")
	}
	return names
}

// changeOf is what a decision comes to as a plan has it that is saved.
func changeOf(consent *plan.Consent, r *Row, d decision) plan.Change {
	c := plan.Change{
		Row: r.Entry.Row, Email: r.Entry.Email, Owner: r.Entry.Owner, OwnerID: r.Key.OwnerID, Status: diagnosis.WouldUpdate, Fields: d.names(),
	}
	switch d.verdict {
	case create:
		c.Status = diagnosis.WouldCreate
		consent.Sign(&c, 0, nil, &r.Row.Settings)
	case update:
		consent.Sign(&c, d.found.ID, &d.found.Settings, overlaid(d, r.Row))
	default:
		consent.Sign(&c, d.found.ID, nil, nil)
	}
	return c
}

// overlaid returns what the account has, with the row's own cells over it. What
// was only filled in never replaces what somebody chose; the protocol cannot be
// changed by an update (ASC.Api.Mail/MailApi.Accounts.cs, UpdateAccount), and
// passwords left empty stay as they are. Where both servers have one login, a new
// password is that of both.
func overlaid(d decision, row *account.Row) *account.Settings {
	s := d.found.Settings
	for f := range row.Given.All() {
		if f < account.NumRequestFields && f != account.IMAP && f != account.Email {
			s.Take(f, &row.Settings)
		}
	}
	if row.Given.Has(account.Password) && strings.EqualFold(s.Text(account.Account), s.Text(account.SMTPAccount)) {
		s.Take(account.SMTPPassword, &row.Settings) // the row's own, or the same
	}
	return &s
}
