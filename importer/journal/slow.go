package journal

import (
	"context"
	"database/sql"
	"runtime"

	"golang.org/x/sync/errgroup"

	"r7import/importer/account"
)

// costOf returns the cost of a slow hash in this store. A store in memory needs the
// least, because it leaves no hashes behind.
func (s *Store) costOf() account.Cost {
	if s.folder == "" {
		return account.LeastCost
	}
	return account.UsualCost
}

// loadPrints creates the fingerprinter with the cost that is stored in the database.
func (s *Store) loadPrints(db *sql.DB) error {
	var cost account.Cost
	if err := db.QueryRow(readCost).Scan(&cost.Passes, &cost.Memory); err != nil {
		return err
	}
	s.fingerprinter = account.NewFingerprinter(s.key, cost)
	return nil
}

// slowDown replaces the quick hashes of secrets by slow ones. With the key and a quick
// hash, millions of passwords a second could be tried. The slow hashes are made from the
// quick ones, so they match the same secrets; accounts get hashes of the present kind
// when runs deal with them.
func (s *Store) slowDown(t *sql.Tx) error {
	cost := s.costOf()
	if _, err := t.Exec(setCost, cost.Passes, cost.Memory); err != nil {
		return err
	}
	prints := account.NewFingerprinter(s.key, cost)
	print := func(key account.Key, old []byte) any { return []byte(prints.Upgrade(key, old)) }
	for _, r := range []struct {
		find, rewrite string
		rehash        func(key account.Key, old []byte) any
	}{
		{quickPrints, rewritePrint, print},
		{quickRefusals, rewriteRefused, print},
		{quickIntents, rewriteIntent, print},
		{quickOwners, rewriteOwner, func(name account.Key, old []byte) any { return prints.UpgradeSecret(name.Address, old) }},
		{plainDigests, rewriteDigest, func(digest account.Key, _ []byte) any { return s.FileDigest(digest.Address) }},
	} {
		if err := rewrite(t, r.find, r.rewrite, r.rehash); err != nil {
			return err
		}
	}
	return nil
}

// hashed is a line with a hash, and with the key that its new hash is made with.
type hashed struct {
	id       any
	key      account.Key
	hash     []byte
	rehashed any
}

// rewrite replaces the hash in each line that the query find returns.
func rewrite(t *sql.Tx, find, rewrite string, rehash func(account.Key, []byte) any) error {
	lines, err := list(context.Background(), t, func(l line) (h hashed, err error) {
		return h, l.Scan(&h.id, &h.key.Address, &h.key.OwnerID, &h.hash)
	}, find)
	if err != nil {
		return err
	}
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	for i := range lines {
		work.Go(func() error {
			lines[i].rehashed = rehash(lines[i].key, lines[i].hash)
			return nil
		})
	}
	_ = work.Wait() // the functions return no error
	for _, l := range lines {
		if _, err := t.Exec(rewrite, l.rehashed, l.id); err != nil {
			return err
		}
	}
	return nil
}
