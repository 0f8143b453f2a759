package journal

import (
	"context"
	"hash/maphash"
	"sync"

	"r7import/importer/account"
)

// accountIndex finds accounts by key. It is kept in memory, 24 bytes and some an
// account, and not by SQLite: the rows of a file come in an order of their own,
// and a tree of keys would have a page of it written anew for nearly every one of
// them, which costs as much as all else that is stored for the row. Accounts are
// never removed and never get another key, so the index cannot be out of date
// about those it has. It is safe for concurrent use.
type accountIndex struct {
	store *Store
	seeds [2]maphash.Seed

	mu   sync.Mutex
	ids  map[[2]uint64]int64 // by a hash that no two keys share
	last int64               // the highest id
	read bool                // nothing is missing that was stored when it was first needed
}

func newAccountIndex(s *Store) *accountIndex {
	seeds := [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}
	return &accountIndex{store: s, seeds: seeds, ids: make(map[[2]uint64]int64)}
}

// find returns the id of an account, zero if nothing is known of it. Beside a
// store that is opened for reading somebody may be writing, hence it looks for
// accounts that are new.
func (x *accountIndex) find(ctx context.Context, key account.Key) (int64, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	hash := x.hash(key)
	if _, ok := x.ids[hash]; !ok && (!x.read || x.store.readOnly) {
		if err := x.load(ctx); err != nil {
			return 0, x.store.failed(err)
		}
	}
	return x.ids[hash], nil
}

// take returns the id of an account, a new one if nothing is known of it.
func (x *accountIndex) take(ctx context.Context, key account.Key) (int64, error) {
	if id, err := x.find(ctx, key); id != 0 || err != nil {
		return id, err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	hash := x.hash(key)
	if _, ok := x.ids[hash]; !ok {
		x.last++
		x.ids[hash] = x.last
	}
	return x.ids[hash], nil
}

// load reads the accounts that have come since the last time.
func (x *accountIndex) load(ctx context.Context) error {
	rows, err := x.store.read.QueryContext(ctx, accountKeys, x.last)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var key account.Key
		if err := rows.Scan(&id, &key.Address, &key.OwnerID); err != nil {
			return err
		}
		x.ids[x.hash(key)], x.last = id, id
	}
	x.read = rows.Err() == nil
	return rows.Err()
}

func (x *accountIndex) hash(key account.Key) [2]uint64 {
	return [2]uint64{maphash.Comparable(x.seeds[0], key), maphash.Comparable(x.seeds[1], key)}
}
