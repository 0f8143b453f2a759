package provision

import (
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/plan"
	"r7import/importer/policy"
)

// verdict is the write that a row needs, or none.
type verdict = journal.IntentKind

const (
	leave  verdict = ""             // none: the row has its outcome
	create         = journal.Create // the account is not there
	update         = journal.Update // the account is there and is to be changed
	enable         = journal.Enable // the account is there as the row asks, but switched off by us
)

// decision is a verdict with the findings that led to it.
type decision struct {
	verdict verdict
	found   account.Mailbox  // zero if there is none
	status  diagnosis.Status // for leave
	problem *diagnosis.Problem
	foreign bool           // the account is there and was not made by us
	fields  account.Fields // that differ
	off     bool           // switched off by us
}

// judge decides what the row needs from the look-up and from what the journal knows.
func (w *Worker) judge(r *Row, mailbox account.Mailbox, found bool, known journal.Account) decision {
	switch {
	case !found && r.Row.Settings.Incoming.Password.Empty(): // allowed for a row that counted as done
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

// switchedOff reports whether a run or an undo has switched off an account of ours,
// or may have. The portal does not show who switched an account off.
func (w *Worker) switchedOff(known journal.Account) bool {
	open, _ := w.Known.Open(known.Key)
	return known.Status == diagnosis.Disabled || open.Kind == journal.Disable || open.Kind == journal.Enable
}

// differences returns the fields in which the account is not as the row asks.
// Passwords cannot be read back: for an account of ours they are compared with what
// was sent last, for a foreign account they count as equal.
func (w *Worker) differences(r *Row, mailbox account.Mailbox, known journal.Account, ours bool) account.Fields {
	var fields account.Fields
	if mailbox.Detailed {
		fields = unlike(r.Row.Given, &r.Row.Settings, &mailbox.Settings, sameText)
	}
	if ours && fields == 0 && !r.Row.Settings.WithoutPasswords() { // otherwise they are sent anyway, or the row has none
		fields = w.History.Prints().Changed(known.Fingerprint, r.Key, &r.Row.Settings, account.Passwords)
	}
	return fields
}

// comparison reports whether a field has the value that was asked for.
type comparison func(f account.Field, asked, there *account.Settings) bool

// unlike returns the fields in of, passwords aside, whose values in asked and there
// differ according to same.
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

// sameSetting is sameText, except that it ignores the outgoing login if the outgoing
// server wants none.
func sameSetting(f account.Field, asked, there *account.Settings) bool {
	return (f == account.SMTPAccount || f == account.AuthSMTP) && !asked.SMTPAuth || sameText(f, asked, there)
}

// ordinary reports whether a mailbox is of the kind that this program makes.
func ordinary(m account.Mailbox) bool { return !m.Hosted && !m.OAuth && !m.Alias && !m.Group }

// names lists the fields in which an account is not as the row asks.
func (d *decision) names() string {
	names := d.fields.String()
	if d.off {
		return strings.TrimPrefix(names+", enabled", ", ")
	}
	return names
}

// changeOf returns the decision as a change of a saved plan.
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

// overlaid returns the account's settings with the row's own cells over them. Values
// that were only filled in never replace what the account has. The protocol cannot be
// changed by an update (ASC.Api.Mail/MailApi.Accounts.cs, UpdateAccount), and empty
// passwords leave the old ones in place. If both servers have the same login, a new
// password is sent for both.
func overlaid(d decision, row *account.Row) *account.Settings {
	s := d.found.Settings
	for f := range row.Given.All() {
		if f < account.NumRequestFields && f != account.IMAP && f != account.Email {
			s.Take(f, &row.Settings)
		}
	}
	if row.Given.Has(account.Password) && strings.EqualFold(s.Text(account.Account), s.Text(account.SMTPAccount)) {
		s.Take(account.SMTPPassword, &row.Settings) // the row's own, or that of the incoming server
	}
	return &s
}
