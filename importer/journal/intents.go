package journal

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// IntentKind is what a write is about to do.
type IntentKind string

// The kinds of writes.
const (
	Create  IntentKind = "create"
	Update  IntentKind = "update"
	Remove  IntentKind = "remove"
	Disable IntentKind = "disable"
	Enable  IntentKind = "enable"
)

// Intent is a write that is about to be sent, or was sent and whose outcome is
// not known.
type Intent struct {
	ID          int64 // given by Intend
	Run         string
	Index       int // of the row in the run's file
	Key         account.Key
	Kind        IntentKind
	At          time.Time // to the millisecond
	Fingerprint account.Fingerprint
	MailboxID   int64 // what the look before it found, 0 if it said that there is none
}

// Outcome is how a write ended.
type Outcome struct {
	Intent int64 // its id
	// Entry is the row as this run reports it. The run may be a later one than
	// that of the intent; then the row of the intent's run gets the outcome as well.
	Entry Entry
	// Account is stored as it is, if there is one.
	Account *Account
	// Refused is the fingerprint of credentials that a mail server refused: they
	// are remembered with the account, of which nothing else changes.
	Refused     account.Fingerprint
	RefusedCode diagnosis.Code
}

var errNoIntent = errors.New("journal: no such intent")

// Intend makes an intent durable and returns its id. Nothing may be sent before
// it returns, and nothing if it fails. Calls at the same time share a commit.
func (s *Store) Intend(ctx context.Context, i Intent) (int64, error) {
	run, err := s.number(ctx, i.Run)
	if err != nil {
		return 0, err
	}
	id, entry := s.lastIntent.Add(1), entryID(run, i.Index)
	err = s.write(ctx, func(t *tx) error {
		_, err := t.exec(addIntent, id, entry, i.Key.Address, i.Key.OwnerID, string(i.Kind), i.At.UnixMilli(),
			blob(i.Fingerprint), number(i.MailboxID))
		return err
	})
	if err != nil {
		return 0, err
	}
	s.mu.Lock()
	s.intents[id] = openIntent{entry, i.Key}
	s.mu.Unlock()
	return id, nil
}

// Renew gives an intent a later time, because its request leaves later than
// thought.
func (s *Store) Renew(ctx context.Context, id int64, at time.Time) error {
	return s.write(ctx, func(t *tx) error {
		return t.changeOne(errNoIntent, renewIntent, at.UnixMilli(), id)
	})
}

// Withdraw closes intents whose requests never left, or of which it has turned
// out that nothing came. Their rows are as if they had not been tried.
func (s *Store) Withdraw(ctx context.Context, ids ...int64) error {
	intents := make([]openIntent, len(ids))
	for i, id := range ids {
		var err error
		if intents[i], err = s.intent(id); err != nil {
			return err
		}
	}
	err := s.write(ctx, func(t *tx) error {
		for i, id := range ids {
			if err := t.changeOne(errNoIntent, closeIntent, id); err != nil {
				return err
			}
			if _, err := t.exec(undoubtEntry, intents[i].entry); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		s.forget(ids...)
	}
	return err
}

// Settle makes the outcome of a write durable: the intent is closed, the row
// gets its outcome, and what is known of the account is stored, all or nothing.
func (s *Store) Settle(ctx context.Context, o Outcome) error {
	changes, err := s.settling(ctx, &o)
	if err != nil {
		return err
	}
	if err := s.write(ctx, together(changes)); err != nil {
		return err
	}
	s.forget(o.Intent)
	return nil
}

// settling returns the changes that an outcome makes.
func (s *Store) settling(ctx context.Context, o *Outcome) ([]change, error) {
	intent, err := s.intent(o.Intent)
	if err != nil {
		return nil, err
	}
	run, err := s.number(ctx, o.Entry.Run)
	if err != nil {
		return nil, err
	}
	set, err := s.setting(ctx, &o.Entry)
	if err != nil {
		return nil, err
	}
	changes := []change{closing(o.Intent), set}
	if intent.entry != entryID(run, o.Entry.Index) {
		changes = append(changes, settingEarlier(intent.entry, &o.Entry))
	}
	if o.Account != nil {
		save, err := s.saving(ctx, o.Account)
		if err != nil {
			return nil, err
		}
		changes = append(changes, save)
	}
	if len(o.Refused) > 0 {
		id, err := s.accounts.take(ctx, intent.key)
		if err != nil {
			return nil, err
		}
		changes = append(changes, refusing(id, intent.key, o, run))
	}
	return changes, nil
}

func closing(id int64) change {
	return func(t *tx) error { return t.changeOne(errNoIntent, closeIntent, id) }
}

func settingEarlier(entry int64, e *Entry) change {
	return func(t *tx) error {
		problems, err := encodeProblems(e.Problems)
		if err != nil {
			return err
		}
		// The row may have been pruned with its run, hence not changeOne.
		_, err = t.exec(setEarlier, string(e.Status), text(e.Code), text(e.Side), text(e.Host), text(problems), number(e.MailboxID), entry)
		return err
	}
}

func refusing(id int64, key account.Key, o *Outcome, run int64) change {
	return func(t *tx) error {
		return t.changeOne(errOtherAccount, refuseAccount, id, key.Address, key.OwnerID, blob(o.Refused), text(o.RefusedCode), number(run))
	}
}

func (s *Store) intent(id int64) (openIntent, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	intent, ok := s.intents[id]
	if !ok {
		return openIntent{}, errNoIntent
	}
	return intent, nil
}

func (s *Store) forget(ids ...int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		delete(s.intents, id)
	}
}

// OpenIntents returns the writes without an outcome, of all runs, the oldest
// first: nobody knows whether they were done.
func (s *Store) OpenIntents(ctx context.Context) ([]Intent, error) {
	rows, err := s.read.QueryContext(ctx, openIntents)
	if err != nil {
		return nil, s.failed(err)
	}
	defer rows.Close()
	var out []Intent
	for rows.Next() {
		var i Intent
		var entry, at int64
		err := rows.Scan(&i.ID, &i.Run, &entry, &i.Key.OwnerID, &i.Key.Address, &i.Kind, &at, (*[]byte)(&i.Fingerprint), &i.MailboxID)
		if err != nil {
			return nil, s.failed(err)
		}
		i.Index, i.At = int(entry%entriesPerRun), timeOf(at)
		out = append(out, i)
	}
	return out, s.failed(rows.Err())
}

// loadIntents remembers the intents that earlier processes left open.
func (s *Store) loadIntents() error {
	ctx := context.Background()
	left, err := s.OpenIntents(ctx)
	if err != nil {
		return err
	}
	for _, i := range left {
		run, err := s.number(ctx, i.Run)
		if err != nil {
			return err
		}
		s.intents[i.ID] = openIntent{entryID(run, i.Index), i.Key}
	}
	s.lastIntent.Store(slices.Max(append(slices.Collect(maps.Keys(s.intents)), 0)))
	return nil
}
