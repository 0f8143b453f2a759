package importer

import (
	"context"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

// feed reads the file a second time and hands the scheduler the rows that need
// the portal. Rows that need nothing are decided here from what the journal
// holds. It closes incoming when it is through.
func (e *engine) feed(ctx context.Context) error {
	defer close(e.incoming)
	r := reader{engine: e, prints: account.NewFingerprinter(e.History.Key()), ids: make(map[string]string)}
	for row, err := range e.Input.Rows(ctx) {
		if ctx.Err() != nil {
			break // the run stops; the rows not reached are in the journal as not tried
		}
		if err != nil {
			return err
		}
		if !r.same(row) {
			return &diagnosis.Problem{Code: diagnosis.InputChanged, Place: diagnosis.Place{File: e.Input.File.Name(), Row: row.Number}}
		}
		if err := r.route(ctx, row); err != nil && ctx.Err() == nil {
			return err
		}
	}
	if ctx.Err() == nil && r.index != e.plan.Rows {
		return &diagnosis.Problem{Code: diagnosis.InputChanged, Place: diagnosis.Place{File: e.Input.File.Name()}}
	}
	return r.flush(ctx)
}

// reader is the second reading of the file.
type reader struct {
	*engine
	prints  *account.Fingerprinter
	ids     map[string]string // portal ids by the name of the owner, from the journal; empty for a name it does not know
	index   int
	decided []journal.Entry
}

// same reports whether the row is the one the scan saw at this place.
func (r *reader) same(row *account.Row) bool {
	return r.index < len(r.plan.hashes) && r.plan.hashes[r.index] == r.plan.hasher.of(row)
}

// route decides the row from the journal or hands it to the scheduler.
func (r *reader) route(ctx context.Context, row *account.Row) error {
	index := r.index
	r.index++
	if row.Invalid() {
		return nil
	}
	j := newJob(r.plan, index, row)
	switch {
	case j.who.via == viaNobody:
		return r.decide(ctx, j.end(diagnosis.Held, *diagnosis.New(diagnosis.OwnerNobody)))
	case r.plan.overLimit(j.who):
		return r.decide(ctx, j.end(diagnosis.Held, *r.ownerLimit(r.plan.rowsOf(j.who))))
	}
	decided, err := r.mode.remember(r, ctx, j)
	if err != nil {
		return err
	}
	if decided {
		return r.decide(ctx, j.entry)
	}
	select {
	case r.incoming <- j:
	case <-ctx.Done():
	}
	return nil
}

// settled decides a row of which the journal says that an earlier run made the
// account or saw it there, that it is not in doubt, and that the row still asks
// for the same. Then neither a sign-in nor a look is needed.
func (r *reader) settled(ctx context.Context, j *job) (bool, error) {
	key, err := r.keyOf(ctx, j)
	if err != nil || key == (account.Key{}) {
		return false, err
	}
	if _, doubted := r.open[key]; doubted {
		return false, nil
	}
	known, ok, err := r.History.Account(ctx, key)
	if err != nil || !ok || !r.settledAs(known, r.prints.Of(&j.row.Settings)) {
		return false, err
	}
	foreign := known.Status == diagnosis.Exists
	if foreign && r.Options.OnExisting == Fail {
		return false, nil
	}
	j.entry.MailboxID, j.entry.OwnerID = known.MailboxID, key.OwnerID
	if foreign {
		j.end(diagnosis.Exists, *diagnosis.New(diagnosis.AccountExists))
	} else {
		j.end(diagnosis.Unchanged)
	}
	return true, nil
}

// keyOf returns what the row's account is known by, the zero key if the journal
// does not know the owner by the name the row gives.
func (r *reader) keyOf(ctx context.Context, j *job) (account.Key, error) {
	id, err := ownerID(ctx, r.History, r.ids, j.who.name)
	if err != nil || id == "" {
		return account.Key{}, err
	}
	return account.NewKey(id, j.row.Settings.Email), nil
}

// settledAs reports whether the journal says that the account is there as the
// fingerprint asks, and recently enough.
func (e *engine) settledAs(known journal.Account, want account.Fingerprint) bool {
	if !believed(known) || known.Fingerprint.Differs(want) != 0 {
		return false
	}
	return e.Options.Recheck == 0 || time.Since(known.Checked) < e.Options.Recheck
}

// believed reports whether what is known of an account says that it is there and at work.
func believed(known journal.Account) bool {
	switch known.Status {
	case diagnosis.Created:
		return true // by somebody's word it has no number, see Resolve
	case diagnosis.Disabled:
		return false
	}
	return known.MailboxID != 0
}

// ownerID returns the portal's id of an owner, empty if the journal does not know
// the name. What it has said is kept in ids.
func ownerID(ctx context.Context, history *journal.Store, ids map[string]string, name string) (string, error) {
	if id, ok := ids[name]; ok {
		return id, nil
	}
	known, _, err := history.Owner(ctx, name)
	if err != nil {
		return "", err
	}
	ids[name] = known.ID
	return known.ID, nil
}

// decide notes an outcome that needed no request. Nothing depends on it, so
// such outcomes are made durable many at a time.
func (r *reader) decide(ctx context.Context, entry journal.Entry) error {
	r.decided = append(r.decided, entry)
	if len(r.decided) < entryBatch {
		return nil
	}
	return r.flush(ctx)
}

// flush makes the outcomes durable; the run stops being cancellable for it.
func (r *reader) flush(ctx context.Context) error {
	if len(r.decided) == 0 {
		return nil
	}
	decided := r.decided
	r.decided = nil
	if err := r.Ledger.SetEntries(context.WithoutCancel(ctx), decided...); err != nil {
		return err
	}
	select {
	case r.results <- func() { r.watch.countAll(decided) }:
	case <-ctx.Done(): // nobody watches any more
	}
	return nil
}
