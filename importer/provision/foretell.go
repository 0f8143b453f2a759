package provision

import (
	"context"

	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/people"
)

// Foretell is Provision in a dry run: it signs in, looks, and stores what Provision
// would do. It changes nothing in the portal.
func (w *Worker) Foretell(ctx context.Context, r *Row) (Step, error) {
	return w.visit(ctx, r, w.predict)
}

func (w *Worker) predict(ctx context.Context, r *Row, session *people.Session) (Step, error) {
	seen, step, err := w.examine(ctx, r, session)
	if seen == nil {
		return step, err
	}
	known := seen.known
	intent, doubted := w.Known.Open(r.Key)
	if doubted {
		if !seen.found {
			return w.decide(ctx, r, diagnosis.Unknown, *diagnosis.New(diagnosis.OutcomeUnknown))
		}
		if intent.Kind == journal.Create { // a real run would record the account as made by us
			known = journal.Account{Key: intent.Key, MailboxID: seen.mailbox.ID, Made: true, Fingerprint: intent.Fingerprint}
		}
	}
	d := w.judge(r, seen.mailbox, seen.found, known)
	if !doubted { // a row in doubt is looked up by the next run anyway
		if err := w.remember(ctx, r, d, known); err != nil {
			return Step{}, err
		}
	}
	if d.verdict == leave {
		return w.leaveAlone(ctx, r, d)
	}
	change := changeOf(w.Consent, r, d)
	if problem := w.Consent.Bars(&change); problem != nil {
		return w.decide(ctx, r, diagnosis.Held, *problem)
	}
	w.Consent.Await(change)
	if d.verdict == create {
		return w.decide(ctx, r, diagnosis.WouldCreate)
	}
	r.Entry.MailboxID = d.found.ID
	return w.decide(ctx, r, diagnosis.WouldUpdate, *diagnosis.New(diagnosis.WouldChange, "Fields", d.names()))
}

// visit signs in as the row's person, takes a turn and calls work. It repeats this
// until work gives an outcome, a wait or an error.
func (w *Worker) visit(ctx context.Context, r *Row, work func(context.Context, *Row, *people.Session) (Step, error)) (Step, error) {
	for ctx.Err() == nil {
		session, step, err := w.enter(ctx, r)
		if session == nil {
			return step, err
		}
		turn, err := w.Turns.Take(ctx, r.Index)
		if err != nil {
			return Step{}, nil // the run stops
		}
		step, err = work(ctx, r, session)
		turn.Done()
		if !step.again || err != nil {
			return step, err
		}
	}
	return Step{}, nil
}
