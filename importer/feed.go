package importer

import (
	"context"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

// feed reads the file a second time and hands the scheduler the rows that need
// the portal. Rows that need nothing are decided here from what the journal
// holds. It closes incoming when it is through.
func (e *engine) feed(ctx context.Context) error {
	defer close(e.incoming)
	r := reader{engine: e, lent: make(map[string]identity)}
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
	if ctx.Err() == nil {
		if err := r.routeMissing(ctx); err != nil {
			return err
		}
	}
	return r.flush(ctx)
}

// reader is the second reading of the file.
type reader struct {
	*engine
	index   int
	decided []journal.Entry
	lent    map[string]identity // how to sign in as the plan's lenders
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
	if r.plan.lenders[j.who.name] && j.who.via != viaNobody {
		r.lent[j.who.name] = j.who
	}
	var err error
	if r.mode.act != nil {
		if j.doubtful, err = r.past.doubts(ctx, j.who, row); err != nil {
			return err
		}
	}
	switch {
	case j.who.via == viaNobody:
		return r.decide(ctx, j.bar(diagnosis.Held, *diagnosis.New(diagnosis.OwnerNobody)))
	case r.plan.overLimit(j.who):
		return r.decide(ctx, j.bar(diagnosis.Held, *r.ownerLimit(r.plan.rowsOf(j.who))))
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

// settled decides a row that the memory of earlier runs knows to be done, or to
// be refused again: nobody need sign in for that.
func (r *reader) settled(ctx context.Context, j *job) (bool, error) {
	left, known, err := r.past.standing(ctx, j.who, j.row)
	if err != nil || left == toDo {
		return false, err
	}
	j.entry.OwnerID = known.Key.OwnerID
	switch {
	case left == refused:
		j.end(diagnosis.Held, *diagnosis.New(diagnosis.PasswordRefused, "Code", string(known.RefusedCode)))
		return true, nil
	case known.Status == diagnosis.Exists:
		j.end(diagnosis.Exists, *diagnosis.New(diagnosis.AccountExists))
	default:
		j.end(diagnosis.Unchanged)
	}
	j.entry.MailboxID = known.MailboxID
	return true, nil
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
