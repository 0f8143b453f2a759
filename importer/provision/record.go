package provision

import (
	"context"
	"strconv"
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/portal"
)

// fail is End with the problem, side and host of the answer.
func (r *Row) fail(status diagnosis.Status, answer portal.Answer) journal.Entry {
	r.End(status, answer.Problem())
	if answer.Side != "" {
		r.Entry.Side = answer.Side
	}
	r.Entry.Host = r.host(answer.Side)
	return r.Entry
}

// report adds a request and its answer to the row's entry.
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

// decide stores an outcome that needed no write.
func (w *Worker) decide(ctx context.Context, r *Row, status diagnosis.Status, problems ...diagnosis.Problem) (Step, error) {
	r.End(status, problems...)
	return w.end(ctx, r, journal.Outcome{})
}

// end stores the row's outcome and returns when it is durable. It closes the intent of
// the outcome, if there is one, and stores what is known of the account, if that has
// changed.
func (w *Worker) end(ctx context.Context, r *Row, outcome journal.Outcome) (_ Step, err error) {
	ctx, outcome.Entry = context.WithoutCancel(ctx), r.Entry
	if outcome.Intent != 0 {
		err = w.Ledger.Settle(ctx, outcome)
	} else {
		if outcome.Account != nil {
			err = w.Ledger.SaveAccount(ctx, *outcome.Account)
		}
		if err == nil {
			err = w.Ledger.SetEntries(ctx, r.Entry)
		}
	}
	if err != nil {
		return Step{}, err
	}
	w.Tally.ended(r)
	return done, nil
}

// fingerprint returns the fingerprint of the settings a row asks for. For a row without
// passwords it is the known one.
func (w *Worker) fingerprint(r *Row, known journal.Account) account.Fingerprint {
	if r.Row.Settings.WithoutPasswords() && len(known.Fingerprint) > 0 {
		return known.Fingerprint
	}
	return w.History.Prints().Of(r.Key, &r.Row.Settings)
}

// evidence returns the HTTP status and text of the portal's answer.
func evidence(answer portal.Answer) string {
	if answer.Status == 0 {
		return ""
	}
	return strings.TrimSuffix("HTTP "+strconv.Itoa(answer.Status)+": "+answer.Text, ": ")
}
