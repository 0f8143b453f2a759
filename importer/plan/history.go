package plan

import (
	"context"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/policy"
)

// History answers from the journal what earlier runs know about a row. It is not
// safe for concurrent use, except for methods that say so.
type History struct {
	store   *journal.Store
	options *policy.Options
	intents map[account.Key]journal.Intent // requests without a known outcome
	ids     map[string]string              // portal ids by the name of the owner; empty for a name the journal does not know
}

// NewHistory returns a History and reads the open intents of earlier runs.
func NewHistory(ctx context.Context, store *journal.Store, options *policy.Options) (*History, error) {
	intents, err := store.OpenIntents(ctx)
	if err != nil {
		return nil, err
	}
	h := &History{store: store, options: options, intents: make(map[account.Key]journal.Intent, len(intents)), ids: make(map[string]string)}
	for _, intent := range intents {
		h.intents[intent.Key] = intent
	}
	return h, nil
}

// Open returns the request for an account whose outcome is unknown, and whether there
// is one. It is safe for concurrent use.
func (h *History) Open(key account.Key) (journal.Intent, bool) {
	intent, open := h.intents[key]
	return intent, open
}

// AnyOpen reports whether there is such a request for any account. It is safe for concurrent use.
func (h *History) AnyOpen() bool { return len(h.intents) > 0 }

// KeyOf returns the key of the row's account, the zero key if the journal does not
// know the owner by the name in the row.
func (h *History) KeyOf(ctx context.Context, who Identity, row *account.Row) (account.Key, error) {
	id, known := h.ids[who.Name]
	if !known {
		owner, _, err := h.store.Owner(ctx, who.Name)
		if err != nil {
			return account.Key{}, err
		}
		id, h.ids[who.Name] = owner.ID, owner.ID
	}
	if id == "" {
		return account.Key{}, nil
	}
	return account.NewKey(id, row.Settings.Email), nil
}

// recall returns what the journal knows of the row's account, and whether a request for
// it is in doubt. In doubt known is zero.
func (h *History) recall(ctx context.Context, who Identity, row *account.Row) (known journal.Account, doubted bool, err error) {
	key, err := h.KeyOf(ctx, who, row)
	if _, doubted = h.intents[key]; err == nil && !doubted && key != (account.Key{}) {
		known, _, err = h.store.Account(ctx, key)
	}
	return known, doubted, err
}

// Standing says whether earlier runs leave anything to do for a row.
type Standing uint8

const (
	ToDo    Standing = iota
	Settled          // an earlier run made the account or saw it, and the row has not changed since
	Refused          // a mail server has refused its login, and the login has not changed since
)

// Standing returns what is left to do for a row, with what is known of its account.
// Only rows that are ToDo need a sign-in. A row in doubt is always ToDo.
func (h *History) Standing(ctx context.Context, who Identity, row *account.Row) (Standing, journal.Account, error) {
	known, doubted, err := h.recall(ctx, who, row)
	foreign := known.Status == diagnosis.Exists && h.options.OnExisting == policy.Fail
	switch {
	case doubted, err != nil:
		return ToDo, known, err
	case !foreign && h.recent(known) && h.agrees(known, &row.Settings):
		return Settled, known, nil
	case h.options.RetryRefused:
		return ToDo, known, nil
	case h.Refuses(known, &row.Settings):
		return Refused, known, nil
	}
	login, _, err := h.store.Login(ctx, &row.Settings) // from this machine
	if err == nil && login.Checked.After(known.Checked) && h.Refuses(login, &row.Settings) {
		return Refused, login, nil
	}
	return ToDo, known, err
}

// Done reports whether earlier runs have done what a row asks for, however long ago.
// Passwords that the row does not have are not compared.
func (h *History) Done(ctx context.Context, who Identity, row *account.Row) (bool, error) {
	known, _, err := h.recall(ctx, who, row)
	return err == nil && h.agrees(known, &row.Settings), err
}

// agrees reports whether the account, as far as known, exists, is not switched off, and is
// as the row asks. Passwords the row does not have count as equal.
func (h *History) agrees(known journal.Account, s *account.Settings) bool {
	switch {
	case known.Status == diagnosis.Disabled, known.Checked.IsZero():
		return false
	case known.Status != diagnosis.Created && known.MailboxID == 0: // an account resolved by hand has no number, see journal.Resolve
		return false
	}
	return h.store.Prints().Changed(known.Fingerprint, known.Key, s, s.Comparable()) == 0
}

// Refuses reports whether a mail server has refused the credentials in s before. It
// is safe for concurrent use.
func (h *History) Refuses(known journal.Account, s *account.Settings) bool {
	return len(known.Refused) > 0 && h.store.Prints().Changed(known.Refused, known.Key, s, account.Credentials) == 0
}

// recent reports whether an account was seen recently enough.
func (h *History) recent(known journal.Account) bool {
	return h.options.Recheck == 0 || time.Since(known.Checked) < h.options.Recheck
}
