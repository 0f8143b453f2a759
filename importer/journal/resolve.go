package journal

import (
	"context"
	"slices"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// Word is what a person who has looked in the portal says about an account in doubt.
type Word string

// The values of Word.
const (
	IsCreated Word = "created" // the account is there, as the last request asked
	IsAbsent  Word = "absent"  // the account is not there
)

// Resolve settles a row whose last request has no outcome, by the word of a person
// who has looked, and returns the updated row. It is for portals that do not answer
// look-ups. An account that a row is resolved to have created never counts as made
// by this program. For a create, IsAbsent is accepted only when settle has passed
// since the request, because until then the portal may be working on it.
// The store must be locked. An error that the user can act on is a
// *diagnosis.Problem.
func Resolve(ctx context.Context, store *Store, run Run, row int, word Word, settle time.Duration) (Entry, error) {
	entry, err := entryOf(ctx, store, run, row)
	if err != nil {
		return entry, err
	}
	intent, err := openIntentOf(ctx, store, &entry)
	if err != nil {
		return entry, err
	}
	until := intent.At.Add(settle)
	if word == IsAbsent && intent.Kind == Create && time.Now().Before(until) {
		return entry, diagnosis.New(diagnosis.ResolveTooSoon, "Row", row, "Until", until.Local().Format(time.TimeOnly))
	}
	known, _, err := store.Account(ctx, intent.Key)
	if err != nil {
		return entry, err
	}
	status, known := meaning(word, intent, known)
	entry.Status, entry.Code, entry.Side, entry.Host = status, diagnosis.ResolvedByHand, "", ""
	entry.Problems = append(ofTheRow(entry.Problems), *diagnosis.New(diagnosis.ResolvedByHand))
	if status == diagnosis.NotTried {
		if err := store.Withdraw(ctx, intent.ID); err != nil {
			return entry, err
		}
		return entry, store.SetEntries(ctx, entry)
	}
	return entry, store.Settle(ctx, Outcome{Intent: intent.ID, Entry: entry, Account: &known})
}

// entryOf returns the row with that number in a run.
func entryOf(ctx context.Context, store *Store, run Run, row int) (Entry, error) {
	for e, err := range store.Entries(ctx, run.ID) {
		if err != nil || e.Row == row {
			return e, err
		}
	}
	return Entry{}, diagnosis.New(diagnosis.ResolveNoRow, "Run", run.ID, "Row", row)
}

// openIntentOf returns the open intent of a row. It may be that of another run for the
// same account.
func openIntentOf(ctx context.Context, store *Store, e *Entry) (Intent, error) {
	intents, err := store.OpenIntents(ctx)
	if err != nil {
		return Intent{}, err
	}
	i := slices.IndexFunc(intents, func(i Intent) bool {
		return i.Run == e.Run && i.Index == e.Index || e.OwnerID != "" && i.Key == account.NewKey(e.OwnerID, e.Email)
	})
	if i < 0 {
		return Intent{}, diagnosis.New(diagnosis.ResolveNoDoubt, "Run", e.Run, "Row", e.Row)
	}
	return intents[i], nil
}

// meaning returns the row's status and what is known of the account after a word about
// its request. NotTried means that nothing was done; then the account is not stored.
func meaning(word Word, intent Intent, known Account) (diagnosis.Status, Account) {
	known.Key, known.Run, known.Checked = intent.Key, intent.Run, time.Now()
	switch {
	case intent.Kind == Create && word == IsCreated:
		known.MailboxID, known.Made, known.Status, known.Fingerprint = 0, false, diagnosis.Created, intent.Fingerprint
	case intent.Kind == Update && word == IsCreated:
		known.Status, known.Fingerprint = diagnosis.Updated, intent.Fingerprint
	case intent.Kind == Remove && word == IsAbsent:
		known = Gone(known)
	default:
		return diagnosis.NotTried, known
	}
	return known.Status, known
}

// Gone returns what is known of an account after its removal.
func Gone(known Account) Account {
	return Account{Key: known.Key, Run: known.Run, Checked: time.Now(), Status: diagnosis.Removed}
}

// ofTheRow returns the problems that concern the row itself and not a request.
func ofTheRow(problems []diagnosis.Problem) []diagnosis.Problem {
	return slices.DeleteFunc(problems, func(p diagnosis.Problem) bool { return p.Field == "" && p.Place.Row == 0 })
}
