package plan

import (
	"context"
	"errors"
	"slices"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/policy"
	"r7import/importer/validate"
)

// Outlook is what is known about one row without asking the portal, and what a run
// would do for it.
type Outlook struct {
	Row    account.Row
	Who    Identity
	Holder string // address of the caller, empty if unknown
	Rows   int    // valid rows of the file for that person

	Person  journal.Owner   // what the journal knows of them
	Known   journal.Account // what the journal knows of the account
	Login   journal.Account // what it knows of the login from this machine
	Intent  journal.Intent  // open intent, zero if there is none
	Changed account.Fields  // fields in which row and known account differ

	Why     Why
	Status  diagnosis.Status   // expected status of the row, empty if the look-up decides
	Problem *diagnosis.Problem // expected problem, nil for none
}

// Why is the reason that decides about a row.
type Why string

// The reasons, in about the order in which a run checks them.
const (
	Faulty     Why = "faulty"     // the row has errors
	Callerless Why = "callerless" // the run would not begin without credentials
	Crowded    Why = "crowded"    // the person would get too many addresses
	Done       Why = "done"       // earlier runs have done it
	Rejected   Why = "rejected"   // a mail server has refused its login
	Ownerless  Why = "ownerless"  // no way to sign in for the row
	Barred     Why = "barred"     // the portal has refused the person's password
	Doubtful   Why = "doubtful"   // a request has no outcome
	Absent     Why = "absent"     // no such account is known
	Stale      Why = "stale"      // the account was seen to differ from what is known, or was seen too long ago
	Unlike     Why = "unlike"     // only filled-in values differ, which never change an account
	Off        Why = "off"        // this program has switched it off
	Differs    Why = "differs"    // the row has changed since
	Foreign    Why = "foreign"    // this program did not make it, and rows for such accounts fail
)

// Outlook reads the file and judges the row with that number. The error is a
// [*diagnosis.Problem] if there is no such row.
func (s *Scan) Outlook(ctx context.Context, number int) (*Outlook, error) {
	history, err := NewHistory(ctx, s.History, s.Options)
	if err != nil {
		return nil, err
	}
	p := s.newPlan()
	s.Input.Done = func(_ int, row *account.Row) bool {
		done, doneErr := history.Done(ctx, p.Who(row), row)
		err = errors.Join(err, doneErr)
		return done
	}
	var o *Outlook
	first, last := 0, 0
	names := make(map[string]int)
	for row, err := range s.Input.Rows(ctx) {
		if err != nil {
			return nil, err
		}
		if first == 0 {
			first = row.Number
		}
		last = row.Number
		if row.Number == number {
			o = &Outlook{Row: *row, Who: p.Who(row), Holder: p.holder}
			o.Row.Problems = slices.Clone(row.Problems)
		}
		if who := p.Who(row); !row.Invalid() && who.Via != ByNobody {
			names[who.Name]++
		}
	}
	switch {
	case err != nil:
		return nil, err
	case o == nil:
		return nil, diagnosis.New(diagnosis.RowAbsent, "Row", number, "First", first, "Last", last)
	}
	o.Rows = names[o.Who.Name]
	if err := o.recall(ctx, history); err != nil {
		return nil, err
	}
	o.Why, o.Status, o.Problem, err = o.judge(ctx, s, p.Way, history)
	return o, err
}

// LoginLater returns the login that the portal will use later for a field, in place of
// the one it tests the account with.
func (o *Outlook) LoginLater(f account.Field) string {
	return validate.LoginLater(o.Row.Settings.Email, o.Row.Settings.Text(f))
}

// recall reads what earlier runs know about the row.
func (o *Outlook) recall(ctx context.Context, history *History) (err error) {
	if o.Person, _, err = history.store.Owner(ctx, o.Who.Name); err != nil {
		return err
	}
	if o.Login, _, err = history.store.Login(ctx, &o.Row.Settings); err != nil || o.Person.ID == "" {
		return err
	}
	key := account.NewKey(o.Person.ID, o.Row.Settings.Email)
	o.Intent, _ = history.Open(key)
	known := false
	o.Known, known, err = history.store.Account(ctx, key)
	if known && len(o.Known.Fingerprint) > 0 {
		s := &o.Row.Settings
		o.Changed = history.store.Prints().Changed(o.Known.Fingerprint, key, s, s.Comparable())
	}
	return err
}

// judge returns what a run would do and why, checked in the order of a run.
func (o *Outlook) judge(ctx context.Context, s *Scan, way policy.OwnerWay, h *History) (Why, diagnosis.Status, *diagnosis.Problem, error) {
	if o.Row.Invalid() {
		worst, _ := diagnosis.Worst(o.Row.Problems)
		return Faulty, diagnosis.Invalid, &worst, nil
	}
	if s.lacksCaller(way) {
		return Callerless, diagnosis.NotTried, diagnosis.New(diagnosis.NoCaller), nil
	}
	if limit := s.Options.MaxPerOwner; limit > 0 && o.Rows > limit {
		return Crowded, diagnosis.Held, diagnosis.New(diagnosis.OwnerLimit, "Count", o.Rows, "Limit", limit), nil
	}
	left, known, err := h.Standing(ctx, o.Who, &o.Row)
	action, ours := s.Options.OnChanged, o.Known.Made
	if !ours {
		action = s.Options.OnExisting
	}
	there := o.Known.Status != diagnosis.Removed && (ours || o.Known.MailboxID != 0)
	given := o.Changed & (o.Row.Given | account.Passwords)
	password := o.Who.Login.Password
	var barred *diagnosis.Problem
	if !password.Empty() && !s.Options.RetryRefused {
		barred = s.History.RefusedBefore(&o.Person, password)
	}
	switch {
	case err != nil:
		return "", "", nil, err
	case left == Settled && known.Status == diagnosis.Exists:
		return Done, diagnosis.Exists, diagnosis.New(diagnosis.AccountExists), nil
	case left == Settled:
		return Done, diagnosis.Unchanged, nil, nil
	case o.Who.Via == ByNobody:
		return Ownerless, diagnosis.Held, diagnosis.New(diagnosis.OwnerNobody), nil
	case left == Refused:
		return Rejected, diagnosis.Held, diagnosis.New(diagnosis.PasswordRefused, "Code", known.RefusedCode), nil
	case barred != nil:
		return Barred, diagnosis.Held, barred, nil
	case o.Intent.Kind != "":
		return Doubtful, diagnosis.Unknown, diagnosis.New(diagnosis.OutcomeUnknown), nil
	case !there:
		return Absent, diagnosis.WouldCreate, nil, nil
	case o.Known.Status == diagnosis.Disabled:
		return Off, byAction(action), nil, nil
	case o.Known.Checked.IsZero(), o.Changed == 0 && !h.recent(o.Known):
		return Stale, "", nil, nil
	case o.Changed == 0:
		return Foreign, byAction(action), nil, nil
	case given == 0 && ours:
		return Unlike, diagnosis.Unchanged, nil, nil
	case given == 0:
		return Unlike, diagnosis.Exists, nil, nil
	case given.Has(account.IMAP) && action == policy.Update:
		return Differs, diagnosis.Changed, diagnosis.New(diagnosis.ProtocolFixed), nil
	}
	return Differs, byAction(action), nil, nil
}

// byAction returns the status of a row whose account differs from it.
func byAction(action policy.Action) diagnosis.Status {
	switch action {
	case policy.Update:
		return diagnosis.WouldUpdate
	case policy.Fail:
		return diagnosis.Failed
	}
	return diagnosis.Changed
}
