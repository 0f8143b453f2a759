package provision

import (
	"context"
	"strconv"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/portal"
)

// fail is End with what the answer says of side and host.
func (r *Row) fail(status diagnosis.Status, answer portal.Answer) journal.Entry {
	r.End(status, answer.Problem())
	if answer.Side != "" {
		r.Entry.Side = answer.Side
	}
	r.Entry.Host = r.host(answer.Side)
	return r.Entry
}

// report notes in the row's entry what a request has come to.
func (r *Row) report(answer portal.Answer) {
	if answer.Fate == diagnosis.NotSent || answer.Fate == diagnosis.TurnedAway {
		return
	}
	r.Entry.Attempts++
	if r.Entry.Started.IsZero() {
		r.Entry.Started = answer.Sent
	}
	r.Entry.Took += answer.Took
	r.Entry.Evidence = evidence(answer)
}

// decide makes an outcome durable that needed no write.
func (w *Worker) decide(ctx context.Context, r *Row, status diagnosis.Status, problems ...diagnosis.Problem) (Step, error) {
	r.End(status, problems...)
	return w.record(ctx, r)
}

// record makes the outcome that the row has been given durable.
func (w *Worker) record(ctx context.Context, r *Row) (Step, error) {
	if err := w.Ledger.SetEntries(context.WithoutCancel(ctx), r.Entry); err != nil {
		return Step{}, err
	}
	w.Tally.ended(r)
	return done, nil
}

// close makes the outcome of a write durable.
func (w *Worker) close(ctx context.Context, r *Row, outcome journal.Outcome) (Step, error) {
	if err := w.Ledger.Settle(context.WithoutCancel(ctx), outcome); err != nil {
		return Step{}, err
	}
	w.Tally.ended(r)
	return done, nil
}

// fingerprint returns that of what a row asks for. One without passwords asks for those
// that are known.
func (w *Worker) fingerprint(r *Row, known journal.Account) account.Fingerprint {
	if r.Row.Settings.WithoutPasswords() && len(known.Fingerprint) > 0 {
		return known.Fingerprint
	}
	return w.History.Prints().Of(r.Key, &r.Row.Settings)
}

// evidence returns what the portal answered, in its own words and without ours.
func evidence(answer portal.Answer) string {
	if answer.Status == 0 {
		return ""
	}
	if answer.Text == "" {
		return "HTTP " + strconv.Itoa(answer.Status)
	}
	return "HTTP " + strconv.Itoa(answer.Status) + ": " + answer.Text
}
