package importer

import (
	"context"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

// memory tells what earlier runs know of a row, without asking the portal. It is
// not safe for concurrent use.
type memory struct {
	*Importer
	open map[account.Key]journal.Intent // requests nobody knows the outcome of
	ids  map[string]string              // portal ids by the name of the owner; empty for a name the journal does not know
}

func (im *Importer) memory(ctx context.Context) (*memory, error) {
	intents, err := im.History.OpenIntents(ctx)
	if err != nil {
		return nil, err
	}
	m := &memory{Importer: im, open: make(map[account.Key]journal.Intent, len(intents)), ids: make(map[string]string)}
	for _, intent := range intents {
		m.open[intent.Key] = intent
	}
	return m, nil
}

// keyOf returns what the row's account is known by, the zero key if the journal
// does not know the owner by the name the row gives.
func (m *memory) keyOf(ctx context.Context, who identity, row *account.Row) (account.Key, error) {
	id, known := m.ids[who.name]
	if !known {
		owner, _, err := m.History.Owner(ctx, who.name)
		if err != nil {
			return account.Key{}, err
		}
		id, m.ids[who.name] = owner.ID, owner.ID
	}
	if id == "" {
		return account.Key{}, nil
	}
	return account.NewKey(id, row.Settings.Email), nil
}

// doubts reports whether an earlier run has left a request for the row's account
// of which nobody knows the outcome.
func (m *memory) doubts(ctx context.Context, who identity, row *account.Row) (bool, error) {
	if len(m.open) == 0 {
		return false, nil
	}
	key, err := m.keyOf(ctx, who, row)
	_, open := m.open[key]
	return open, err
}

// standing is what earlier runs leave to do for a row.
type standing uint8

const (
	toDo    standing = iota
	settled          // an earlier run made the account or saw it there, and the row still asks for the same
	refused          // a mail server has refused its login, and nothing in that has changed
)

// standing says what is left to do for a row, with what is known of its account.
// Only rows to do need a sign-in. A request in doubt is always to do.
func (m *memory) standing(ctx context.Context, who identity, row *account.Row) (standing, journal.Account, error) {
	key, err := m.keyOf(ctx, who, row)
	if err != nil || key == (account.Key{}) {
		return toDo, journal.Account{}, err
	}
	if _, doubted := m.open[key]; doubted {
		return toDo, journal.Account{}, nil
	}
	known, ok, err := m.History.Account(ctx, key)
	if err != nil || !ok {
		return toDo, journal.Account{}, err
	}
	foreign := known.Status == diagnosis.Exists && m.Options.OnExisting == Fail
	switch {
	case !foreign && m.believed(known) && m.History.Prints().Changed(known.Fingerprint, key, &row.Settings, account.RequestFields) == 0:
		return settled, known, nil
	case !m.Options.RetryRefused && m.refuses(known, &row.Settings):
		return refused, known, nil
	}
	return toDo, known, nil
}

// refuses reports whether a mail server has refused what is about to be sent again.
func (im *Importer) refuses(known journal.Account, s *account.Settings) bool {
	return len(known.Refused) > 0 && im.History.Prints().Changed(known.Refused, known.Key, s, account.Credentials) == 0
}

// believed reports whether what is known of an account says that it is there and
// at work, and recently enough.
func (m *memory) believed(known journal.Account) bool {
	switch {
	case known.Status == diagnosis.Disabled:
		return false
	case known.Status != diagnosis.Created && known.MailboxID == 0: // one created by somebody's word has no number, see Resolve
		return false
	}
	return m.Options.Recheck == 0 || time.Since(known.Checked) < m.Options.Recheck
}
