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
	open   map[account.Key]journal.Intent // requests nobody knows the outcome of
	ids    map[string]string              // portal ids by the name of the owner; empty for a name the journal does not know
	prints *account.Fingerprinter
}

func (im *Importer) memory(ctx context.Context) (*memory, error) {
	intents, err := im.History.OpenIntents(ctx)
	if err != nil {
		return nil, err
	}
	m := &memory{
		Importer: im, open: make(map[account.Key]journal.Intent, len(intents)), ids: make(map[string]string),
		prints: account.NewFingerprinter(im.History.Key()),
	}
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

// settled reports whether an earlier run made the account of a row or saw it
// there, it is not in doubt, and the row still asks for the same. Then neither a
// sign-in nor a look is needed.
func (m *memory) settled(ctx context.Context, who identity, row *account.Row) (journal.Account, bool, error) {
	key, err := m.keyOf(ctx, who, row)
	if err != nil || key == (account.Key{}) {
		return journal.Account{}, false, err
	}
	if _, doubted := m.open[key]; doubted {
		return journal.Account{}, false, nil
	}
	known, ok, err := m.History.Account(ctx, key)
	if err != nil || !ok || known.Status == diagnosis.Exists && m.Options.OnExisting == Fail {
		return journal.Account{}, false, err
	}
	return known, m.believed(known) && known.Fingerprint.Differs(m.prints.Of(&row.Settings)) == 0, nil
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
