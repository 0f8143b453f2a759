package journal

import (
	"context"
	"database/sql"
	"runtime"

	"golang.org/x/sync/errgroup"

	"r7import/importer/account"
)

// costOf returns what a slow hash takes in this store. What lies in memory leaves
// nothing behind to be guessed from.
func (s *Store) costOf() account.Cost {
	if s.folder == "" {
		return account.LeastCost
	}
	return account.UsualCost
}

// loadPrints makes the maker of fingerprints, of the cost the store was made with.
func (s *Store) loadPrints(db *sql.DB) error {
	var cost account.Cost
	if err := db.QueryRow(readCost).Scan(&cost.Passes, &cost.Memory); err != nil {
		return err
	}
	s.prints = account.NewFingerprinter(s.key, cost)
	return nil
}

// slowDown puts slow hashes in the place of the quick ones of secrets, by which
// whoever has the key could try millions of passwords a second. What they remember
// stays the same; accounts are written anew with hashes of today as they are
// dealt with.
func (s *Store) slowDown(t *sql.Tx) error {
	cost := s.costOf()
	if _, err := t.Exec(setCost, cost.Passes, cost.Memory); err != nil {
		return err
	}
	prints := account.NewFingerprinter(s.key, cost)
	print := func(key account.Key, old []byte) any { return []byte(prints.Upgrade(key, old)) }
	for _, r := range []struct {
		find, rewrite string
		anew          func(key account.Key, old []byte) any
	}{
		{quickPrints, rewritePrint, print},
		{quickRefusals, rewriteRefused, print},
		{quickIntents, rewriteIntent, print},
		{quickOwners, rewriteOwner, func(name account.Key, old []byte) any { return prints.UpgradeSecret(name.Address, old) }},
		{plainDigests, rewriteDigest, func(digest account.Key, _ []byte) any { return s.FileDigest(digest.Address) }},
	} {
		if err := rewrite(t, r.find, r.rewrite, r.anew); err != nil {
			return err
		}
	}
	return nil
}

// hashed is a line with a hash and with what that is the hash of.
type hashed struct {
	id   any
	key  account.Key
	hash []byte
	anew any
}

// rewrite gives each line that a query finds another hash.
func rewrite(t *sql.Tx, find, rewrite string, anew func(account.Key, []byte) any) error {
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
			lines[i].anew = anew(lines[i].key, lines[i].hash)
			return nil
		})
	}
	_ = work.Wait() // nothing in it can fail
	for _, l := range lines {
		if _, err := t.Exec(rewrite, l.anew, l.id); err != nil {
			return err
		}
	}
	return nil
}
