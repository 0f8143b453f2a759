package journal

import (
	"context"
	"errors"
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
// it returns, and nothing if it fails. Calls at the same time share a commit. A row
// has one intent at a time.
func (s *Store) Intend(ctx context.Context, i Intent) (int64, error) {
	run, err := s.number(ctx, i.Run)
	if err != nil {
		return 0, err
	}
	id := entryID(run, i.Index)
	return id, s.write(ctx, func(t *tx) error {
		return t.changeOne(errNoEntry, addIntent, string(i.Kind), i.At.UnixMilli(), i.Key.OwnerID, i.Key.Address,
			blob(i.Fingerprint), number(i.MailboxID), id)
	})
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
	return s.write(ctx, func(t *tx) error {
		for _, id := range ids {
			if err := t.changeOne(errNoIntent, closeIntent, id); err != nil {
				return err
			}
			if _, err := t.exec(undoubtEntry, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// Settle makes the outcome of a write durable: the intent is closed, the row
// gets its outcome, and what is known of the account is stored, all or nothing.
func (s *Store) Settle(ctx context.Context, o Outcome) error {
	id, outcome, err := s.outcome(ctx, &o.Entry)
	if err != nil {
		return err
	}
	var save change
	if o.Account != nil {
		if save, err = s.saving(ctx, o.Account); err != nil {
			return err
		}
	}
	return s.write(ctx, func(t *tx) error {
		if len(o.Refused) > 0 {
			if err := refuse(t, &o, id/entriesPerRun); err != nil {
				return err
			}
		}
		if id == o.Intent {
			err = t.changeOne(errNoIntent, settleEntry, append(outcome, id)...)
		} else if err = t.changeOne(errNoEntry, setEntry, append(outcome, id)...); err == nil {
			// All but who the owner is, and when and how this run has written.
			err = t.changeOne(errNoIntent, settleEarlier, append(slices.Clone(outcome[1:7]), o.Intent)...)
		}
		if err != nil || save == nil {
			return err
		}
		return save(t)
	})
}

// refuse stores with the account of an intent which credentials were refused.
func refuse(t *tx, o *Outcome, run int64) error {
	var key account.Key
	if err := t.QueryRow(intentKey, o.Intent).Scan(&key.Address, &key.OwnerID); err != nil {
		return errors.Join(errNoIntent, err)
	}
	_, err := t.exec(refuseAccount, key.Address, key.OwnerID, blob(o.Refused), text(o.RefusedCode), number(run))
	return err
}

// OpenIntents returns the writes without an outcome, of all runs, the oldest
// first: nobody knows whether they were done.
func (s *Store) OpenIntents(ctx context.Context) ([]Intent, error) {
	open, err := list(ctx, s.read, func(l line) (i Intent, err error) {
		var at int64
		err = l.Scan(&i.ID, &i.Run, &i.Key.OwnerID, &i.Key.Address, &i.Kind, &at, (*[]byte)(&i.Fingerprint), &i.MailboxID)
		i.Index, i.At = int(i.ID%entriesPerRun), timeOf(at)
		return i, err
	}, openIntents)
	return open, s.failed(err)
}
