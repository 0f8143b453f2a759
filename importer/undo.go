package importer

import (
	"context"
	"errors"
	"slices"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/plan"
	"r7import/importer/provision"
)

// Undoing is a prepared undo. Nothing has been sent for it.
type Undoing struct {
	*plan.Plan
	Of      []journal.Run // the runs that are undone, the newest first
	Disable bool          // accounts are only switched off

	Made     int // accounts that the runs made, according to the journal
	Unproven int // accounts that the runs may have made, without an answer of the portal that proves it
	Done     int // of those made: undone already
	Held     int // of those made: known to have changed since
	Here     int // of the others: with a row in the file
	Rowless  int // of the others: without one
	People   int // owners of those with a row
	// Strangers counts rows whose owner the journal does not know by the name in
	// the file. Only their sign-in shows whether the runs made their accounts.
	Strangers int

	creations map[account.Key]creation
	changed   map[account.Key]bool // updated by one of the runs
	other     map[account.Key]bool // updated by a run that is not undone, after the oldest of those that are
	known     *plan.History
	history   *journal.Store
}

// creation is an account that a run made, according to its entry.
type creation struct {
	mailbox int64
	proven  bool // the portal returned it from a create call of the run
}

// PrepareUndo reads the file, which says who signs in for which account, and reads
// from the journal which accounts the runs made. It sends nothing. runs holds at
// least one run, the newest first.
// It lifts the limit of accounts a person and the check of names. An error that the
// user can act on is a *diagnosis.Problem.
func (im *Importer) PrepareUndo(ctx context.Context, runs []journal.Run, disable bool) (*Undoing, error) {
	for _, run := range runs {
		if run.Kind != journal.KindRun {
			return nil, diagnosis.New(diagnosis.UndoNoRun, "Run", run.ID)
		}
	}
	im.Options.MaxPerOwner, im.Options.AllowMismatch = 0, true
	known, err := plan.NewHistory(ctx, im.History, &im.Options)
	if err != nil {
		return nil, err
	}
	u := &Undoing{
		Of: runs, Disable: disable, known: known, history: im.History,
		creations: make(map[account.Key]creation), changed: make(map[account.Key]bool), other: make(map[account.Key]bool),
	}
	if err := u.recall(ctx); err != nil {
		return nil, err
	}
	if u.Plan, err = im.Prepare(ctx, journal.KindUndo); err != nil {
		return nil, err
	}
	if err := u.match(ctx, im.Input); err != nil {
		return nil, errors.Join(err, im.Discard(context.WithoutCancel(ctx), u.Plan))
	}
	return u, nil
}

// recall collects the accounts that the runs made, from their entries.
func (u *Undoing) recall(ctx context.Context) error {
	all, err := u.history.Runs(ctx)
	if err != nil {
		return err
	}
	left := len(u.Of)
	for _, run := range slices.Backward(all) { // newest first: of two mailboxes with one address the newer one counts
		if left == 0 {
			break
		}
		if run.Kind != journal.KindRun {
			continue
		}
		ours := slices.ContainsFunc(u.Of, func(r journal.Run) bool { return r.ID == run.ID })
		if ours {
			left--
		}
		for e, err := range u.history.Entries(ctx, run.ID) {
			if err != nil {
				return err
			}
			key := account.NewKey(e.OwnerID, e.Email)
			_, twice := u.creations[key]
			switch {
			case e.OwnerID == "":
			case e.Status == diagnosis.Created && ours && !twice:
				// An entry with a code was found by a look-up or resolved by hand: that proves nothing.
				u.creations[key] = creation{e.MailboxID, e.Code == "" && e.MailboxID != 0}
			case e.Status == diagnosis.Updated && ours:
				u.changed[key] = true
			case e.Status == diagnosis.Updated:
				u.other[key] = true
			}
		}
	}
	for key, one := range u.creations {
		if !one.proven {
			u.Unproven++
			continue
		}
		u.Made++
		known, _, err := u.history.Account(ctx, key)
		if err != nil {
			return err
		}
		switch status, _ := u.verdict(key, known); status {
		case "":
			u.Rowless++ // until a row is found
		case diagnosis.Held:
			u.Held++
		default:
			u.Done++
		}
	}
	return nil
}

// match counts the rows of the file by what the undo has to do for their accounts.
func (u *Undoing) match(ctx context.Context, input *plan.Input) error {
	people := make(map[string]bool)
	for row, err := range input.Rows(ctx) {
		if err != nil {
			return err
		}
		if row.Invalid() {
			continue
		}
		key, status, _, err := u.judge(ctx, u.Who(row), row)
		switch {
		case err != nil:
			return err
		case key == account.Key{}:
			u.Strangers++
		case status == "":
			u.Here++
			u.Rowless--
			people[key.OwnerID] = true
		}
	}
	u.People = len(people)
	return nil
}

// judge returns the verdict on a row. The key is zero if the journal does not know its owner.
func (u *Undoing) judge(ctx context.Context, who plan.Identity, r *account.Row) (account.Key, diagnosis.Status, *diagnosis.Problem, error) {
	key, err := u.known.KeyOf(ctx, who, r)
	if err != nil || key == (account.Key{}) {
		return key, "", nil, err
	}
	known, _, err := u.history.Account(ctx, key)
	status, problem := u.verdict(key, known)
	return key, status, problem, err
}

// verdict returns the status that the journal alone gives the row of an account, and
// why. The status is empty if the portal has to be asked.
func (u *Undoing) verdict(key account.Key, known journal.Account) (diagnosis.Status, *diagnosis.Problem) {
	one, ours := u.creations[key]
	open, doubted := u.known.Open(key)
	switch {
	case doubted && (open.Kind == journal.Create || open.Kind == journal.Update):
		return diagnosis.Held, diagnosis.New(diagnosis.UndoInDoubt)
	case !ours:
		return diagnosis.Kept, diagnosis.New(diagnosis.UndoNotMade)
	case known.Status == diagnosis.Removed:
		return diagnosis.Removed, diagnosis.New(diagnosis.UndoBefore)
	case !one.proven:
		return diagnosis.Held, diagnosis.New(diagnosis.UndoUnproven)
	case !known.Made || known.MailboxID != one.mailbox:
		return diagnosis.Held, diagnosis.New(diagnosis.UndoReplaced)
	case known.Status == diagnosis.Updated && (!u.changed[key] || u.other[key]):
		return diagnosis.Held, diagnosis.New(diagnosis.UndoLater)
	case known.Status == diagnosis.Disabled && u.Disable:
		return diagnosis.Disabled, diagnosis.New(diagnosis.UndoBefore)
	}
	return "", nil
}

// Undone is the result of [Importer.Undo].
type Undone struct {
	Result
	// Rowless are the addresses of accounts that the runs made and that no row of
	// the file names. They were left alone because no row says how to sign in.
	Rowless []string
}

// Undo removes or disables the accounts that the runs made, if an account is still
// the same mailbox with the settings they left. After a sudden end it can be repeated
// and skips what is done. It returns when every row has its outcome, when something
// ends the undo for all rows, or when ctx is cancelled, as [Importer.Run] does.
func (im *Importer) Undo(ctx context.Context, u *Undoing) (Undone, error) {
	r, err := im.begin(ctx, u.Plan)
	if err != nil {
		return Undone{Result: Result{Run: u.Run}}, err
	}
	back := provision.Undo{Worker: r.worker, Disable: u.Disable, Verdict: u.verdict}
	undone := Undone{}
	undone.Result, err = r.through(ctx, kind{remember: u.fromJournal, work: back.Row})
	if err != nil {
		return undone, err
	}
	undone.Rowless, err = u.rowless(context.WithoutCancel(ctx), im.Ledger)
	return undone, err
}

// fromJournal decides a row that needs no request.
func (u *Undoing) fromJournal(ctx context.Context, row *provision.Row) (bool, error) {
	key, status, problem, err := u.judge(ctx, row.Who, row.Row)
	if err != nil || status == "" || problem.Code == diagnosis.UndoUnproven { // the portal has to say whether it is still there
		return false, err
	}
	row.Entry.OwnerID, row.Entry.MailboxID = key.OwnerID, u.creations[key].mailbox
	row.End(status, *problem)
	return true, nil
}

// rowless returns the addresses of accounts of the runs that no row names. A row
// whose owner is unknown may name any account with its address.
func (u *Undoing) rowless(ctx context.Context, ledger *journal.Store) ([]string, error) {
	named, ownerless := make(map[account.Key]bool), make(map[string]bool)
	for e, err := range ledger.Entries(ctx, u.Run.ID) {
		if err != nil {
			return nil, err
		}
		key := account.NewKey(e.OwnerID, e.Email)
		named[key] = true
		if e.OwnerID == "" {
			ownerless[key.Address] = true
		}
	}
	var left []string
	for key, one := range u.creations {
		known, _, err := ledger.Account(ctx, key)
		if err != nil {
			return nil, err
		}
		if one.proven && known.Status != diagnosis.Removed && !named[key] && !ownerless[key.Address] {
			left = append(left, key.Address)
		}
	}
	slices.Sort(left)
	return left, nil
}

const (
	// usualRemoval is the assumed duration of a removal, in which the portal
	// deletes the mail it has fetched.
	usualRemoval = 5 * time.Second
	perRemoved   = 5 // requests: look, remove, ask twice for its progress, look
	perDisabled  = 2 // requests: look, switch off
	perPerson    = 4 // requests: sign in, ask for the person, two to close the session
)

// Forecast returns how long the undo takes if nothing fails, at perSecond requests a
// second and with the given workers, and the assumed duration of one removal.
func (u *Undoing) Forecast(perSecond float64, workers int) (takes, each time.Duration) {
	per, each := perRemoved, usualRemoval
	if u.Disable {
		per, each = perDisabled, plan.OtherRequest
	}
	requests := u.Here*per + u.People*perPerson
	takes = time.Duration(float64(requests) / perSecond * float64(time.Second))
	if atOnce := min(workers, max(u.People, 1)); !u.Disable {
		takes = max(takes, time.Duration((u.Here+atOnce-1)/atOnce)*each)
	}
	return takes, each
}
