package importer

import (
	"context"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/people"
	"r7import/importer/plan"
	"r7import/importer/provision"
)

// entryBatch is the number of outcomes stored at once where nothing depends on them.
const entryBatch = 512

// reader reads the file a second time. It decides rows that need no request from
// the journal.
type reader struct {
	*run
	kind       kind
	rows       chan *provision.Row // rows that need the portal; closed after the last one
	index      int
	noted      []journal.Entry          // outcomes that are not yet durable
	identities map[string]plan.Identity // how to sign in for accounts without a row
}

// read reads the file and sends the rows that need the portal, then the accounts
// without a row that are to be switched off. If ctx ends first, the rows not
// reached stay in the journal as not tried.
func (r *reader) read(ctx context.Context) error {
	defer close(r.rows)
	for row, err := range r.Input.Rows(ctx) {
		if ctx.Err() != nil {
			break
		}
		if err != nil {
			return err
		}
		if !r.plan.Same(r.index, row) {
			return &diagnosis.Problem{Code: diagnosis.InputChanged, Place: diagnosis.Place{File: r.Input.File.Name(), Row: row.Number}}
		}
		if err := r.route(ctx, row); err != nil && ctx.Err() == nil {
			return err
		}
	}
	if ctx.Err() == nil && r.index != r.plan.Rows {
		return &diagnosis.Problem{Code: diagnosis.InputChanged, Place: diagnosis.Place{File: r.Input.File.Name()}}
	}
	for i := range r.plan.Appended {
		row := provision.NewMissing(r.plan, i, r.identities)
		switch {
		case ctx.Err() != nil:
		case row.Who.Via != plan.ByNobody:
			r.send(ctx, row)
		default:
			if err := r.decide(ctx, row.End(diagnosis.Held, *diagnosis.New(diagnosis.MissingNobody))); err != nil {
				return err
			}
		}
	}
	return r.flush(ctx)
}

// route decides a row from the journal or sends it to the feeder.
func (r *reader) route(ctx context.Context, in *account.Row) error {
	index := r.index
	r.index++
	if in.Invalid() {
		entry := plan.NewEntry(r.plan.Run.ID, index, in, "")
		r.announce(&entry, nil)
		return nil
	}
	row := provision.NewRow(r.plan, index, in)
	who := row.Who
	nobody := who.Via == plan.ByNobody
	if !nobody && r.plan.Lenders[who.Name] {
		r.identities[who.Name] = who
	}
	key, err := r.known.KeyOf(ctx, who, in)
	if err != nil {
		return err
	}
	if _, open := r.known.Open(key); open {
		row.Doubt()
	}
	if n, limit := r.plan.RowsOf(who.Name), r.Options.MaxPerOwner; limit > 0 && n > limit {
		return r.decide(ctx, row.Bar(diagnosis.Held, *people.OverLimit(n, limit)))
	}
	if r.kind.remember != nil {
		decided, err := r.kind.remember(ctx, row)
		if err != nil {
			return err
		}
		if decided {
			return r.decide(ctx, row.Entry)
		}
	}
	if nobody {
		return r.decide(ctx, row.Bar(diagnosis.Held, *diagnosis.New(diagnosis.OwnerNobody)))
	}
	r.send(ctx, row)
	return nil
}

func (r *reader) send(ctx context.Context, row *provision.Row) {
	select {
	case r.rows <- row:
	case <-ctx.Done():
	}
}

// decide keeps an outcome that needed no request. Nothing depends on it, so such
// outcomes are stored in batches.
func (r *reader) decide(ctx context.Context, entry journal.Entry) error {
	r.noted = append(r.noted, entry)
	if len(r.noted) < entryBatch {
		return nil
	}
	return r.flush(ctx)
}

// flush makes the kept outcomes durable, even if ctx has ended.
func (r *reader) flush(ctx context.Context) error {
	noted := r.noted
	r.noted = nil
	return r.conclude(ctx, noted)
}
