package journal

import (
	"context"
	"slices"
	"time"
)

// Learn takes over what a scratch store has noted of accounts and owners since a
// moment. What a run has noted here after that moment stays, and so does which run
// dealt with an account. The store must be locked.
func (s *Store) Learn(ctx context.Context, from *Store, since time.Time) error {
	accounts, err := s.newAccounts(ctx, from, since)
	if err != nil {
		return err
	}
	owners, err := s.newOwners(ctx, from, since)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(append(accounts, owners...), pageRows) {
		if err := s.write(ctx, together(part)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) newAccounts(ctx context.Context, from *Store, since time.Time) (changes []change, err error) {
	rows, err := from.read.QueryContext(ctx, listAccounts)
	if err != nil {
		return nil, from.failed(err)
	}
	defer rows.Close()
	for rows.Next() {
		a, err := scanAccount(rows)
		if err != nil {
			return nil, from.failed(err)
		}
		known, _, err := s.Account(ctx, a.Key)
		if err != nil {
			return nil, err
		}
		if known.Checked.After(since) {
			continue
		}
		a.Run = known.Run
		save, err := s.saving(ctx, &a)
		if err != nil {
			return nil, err
		}
		changes = append(changes, save)
	}
	return changes, from.failed(rows.Err())
}

func (s *Store) newOwners(ctx context.Context, from *Store, since time.Time) (changes []change, err error) {
	rows, err := from.read.QueryContext(ctx, listOwners)
	if err != nil {
		return nil, from.failed(err)
	}
	defer rows.Close()
	for rows.Next() {
		var o Owner
		if err := o.scan(rows, &o.Name); err != nil {
			return nil, from.failed(err)
		}
		known, _, err := s.Owner(ctx, o.Name)
		if err != nil {
			return nil, err
		}
		if !known.Checked.After(since) && !known.LastAttempt.After(since) {
			changes = append(changes, savingOwner(&o))
		}
	}
	return changes, from.failed(rows.Err())
}
