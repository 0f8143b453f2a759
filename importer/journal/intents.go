package journal

import (
	"context"
	"errors"
	"slices"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// IntentKind is the kind of a write.
type IntentKind string

// The kinds of writes.
const (
	Create  IntentKind = "create"
	Update  IntentKind = "update"
	Remove  IntentKind = "remove"
	Disable IntentKind = "disable"
	Enable  IntentKind = "enable"
)

// Intent is a write that is about to be sent, or that was sent and has no known
// outcome.
type Intent struct {
	ID          int64 // returned by Intend
	Run         string
	Index       int // of the row in the run's file
	Key         account.Key
	Kind        IntentKind
	At          time.Time // to the millisecond
	Fingerprint account.Fingerprint
	MailboxID   int64 // found by the look-up before it, 0 if there was none
}

// Outcome is the result of a write.
type Outcome struct {
	Intent int64 // its id
	// Entry is the row as this run reports it. If an earlier run made the intent,
	// the row of that run gets the outcome as well.
	Entry Entry
	// Account is stored as it is, unless it is nil.
	Account *Account
	// Refused is the fingerprint of credentials that a mail server refused. It is
	// stored with the account, which does not change otherwise.
	Refused     account.Fingerprint
	RefusedCode diagnosis.Code
}

var errNoIntent = errors.New("journal: no such intent")

// Intend makes an intent durable and returns its id. The write must not be sent before
// it returns, and not at all if it fails. Concurrent calls share a commit. A row has one
// intent at a time.
func (s *Store) Intend(ctx context.Context, i Intent) (int64, error) {
	run, err := s.numberOf(ctx, i.Run)
	if err != nil {
		return 0, err
	}
	id := entryID(run, i.Index)
	return id, s.write(ctx, func(t *tx) error {
		return t.changeOne(errNoEntry, addIntent, string(i.Kind), i.At.UnixMilli(), i.Key.OwnerID, i.Key.Address,
			blob(i.Fingerprint), number(i.MailboxID), id)
	})
}

// Renew sets the time of an intent whose request leaves later than
// expected.
func (s *Store) Renew(ctx context.Context, id int64, at time.Time) error {
	return s.write(ctx, func(t *tx) error {
		return t.changeOne(errNoIntent, renewIntent, at.UnixMilli(), id)
	})
}

// Withdraw closes intents whose requests were never sent or turned out to have had no
// effect. Their rows count as not tried again.
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

// Settle makes the outcome of a write durable: it closes the intent, sets the outcome of
// the row, and stores what is known of the account, all or nothing.
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
			// All but the owner, and the attempts, times and evidence of this run.
			err = t.changeOne(errNoIntent, settleEarlier, append(slices.Clone(outcome[1:7]), o.Intent)...)
		}
		if err != nil || save == nil {
			return err
		}
		return save(t)
	})
}

// refuse stores the refused credentials with the account of an intent.
func refuse(t *tx, o *Outcome, run int64) error {
	var key account.Key
	if err := t.QueryRow(intentKey, o.Intent).Scan(&key.Address, &key.OwnerID); err != nil {
		return errors.Join(errNoIntent, err)
	}
	_, err := t.exec(refuseAccount, key.Address, key.OwnerID, blob(o.Refused), text(o.RefusedCode), number(run))
	return err
}

// OpenIntents returns the writes of all runs whose outcome is not known, the oldest
// first.
func (s *Store) OpenIntents(ctx context.Context) ([]Intent, error) {
	open, err := list(ctx, s.read, func(l line) (i Intent, err error) {
		var at int64
		err = l.Scan(&i.ID, &i.Run, &i.Key.OwnerID, &i.Key.Address, &i.Kind, &at, (*[]byte)(&i.Fingerprint), &i.MailboxID)
		i.Index, i.At = int(i.ID%entriesPerRun), timeOf(at)
		return i, err
	}, openIntents)
	return open, s.failed(err)
}
