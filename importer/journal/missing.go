package journal

import (
	"context"
	"encoding/json"
	"iter"

	"r7import/importer/account"
)

// MadeFrom yields the accounts made by us from a file of that name and sheet, as
// far as is known still at work, by address: those where the last run that wrote
// to them or looked at them read such a file. The caller must not use the store
// until the sequence has ended. The first error ends it.
func (s *Store) MadeFrom(ctx context.Context, file, sheet string) iter.Seq2[account.Key, error] {
	return func(yield func(account.Key, error) bool) {
		rows, err := s.read.QueryContext(ctx, accountsMadeFrom, file, sheet)
		if err != nil {
			yield(account.Key{}, s.failed(err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			var key account.Key
			if err := rows.Scan(&key.Address, &key.OwnerID); err != nil {
				yield(account.Key{}, s.failed(err))
				return
			}
			if !yield(key, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(account.Key{}, s.failed(err))
		}
	}
}

// AskedElsewhere returns those of some addresses, in lower case, for which a run
// of another file had a row after the last run of this one that had.
func (s *Store) AskedElsewhere(ctx context.Context, file, sheet string, addresses []string) (map[string]bool, error) {
	elsewhere := make(map[string]bool)
	err := s.each(ctx, askedElsewhere, addresses, func(scan func(...any) error) error {
		var address string
		err := scan(&address)
		elsewhere[address] = true
		return err
	}, file, sheet)
	return elsewhere, err
}

// OwnersWithIDs returns the names that are known of people, by their portal ids.
func (s *Store) OwnersWithIDs(ctx context.Context, ids []string) ([]Owner, error) {
	var owners []Owner
	err := s.each(ctx, ownersWithIDs, ids, func(scan func(...any) error) error {
		var o Owner
		err := scan(&o.Name, &o.ID, &o.Email)
		owners = append(owners, o)
		return err
	})
	return owners, err
}

// each calls take for every line that a query about a list gives.
func (s *Store) each(ctx context.Context, query string, list []string, take func(scan func(...any) error) error, more ...any) error {
	encoded, err := json.Marshal(list)
	if err != nil {
		return err
	}
	rows, err := s.read.QueryContext(ctx, query, append([]any{string(encoded)}, more...)...)
	if err != nil {
		return s.failed(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := take(rows.Scan); err != nil {
			return s.failed(err)
		}
	}
	return s.failed(rows.Err())
}
