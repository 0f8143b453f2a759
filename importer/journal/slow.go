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
func (s *Store) slowDown(ctx context.Context, conn *sql.Conn) error {
	cost := s.costOf()
	if _, err := conn.ExecContext(ctx, setCost, cost.Passes, cost.Memory); err != nil {
		return err
	}
	prints := account.NewFingerprinter(s.key, cost)
	if err := rewriteTexts(ctx, conn, quickOwners, rewriteOwner, func(name string, old []byte) any {
		return prints.UpgradeSecret(name, old)
	}); err != nil {
		return err
	}
	if err := rewriteTexts(ctx, conn, plainDigests, rewriteDigest, func(_ string, old []byte) any {
		return s.FileDigest(string(old))
	}); err != nil {
		return err
	}
	if err := rewritePrints(ctx, conn, prints, quickAccounts, rewriteAccount); err != nil {
		return err
	}
	return rewritePrints(ctx, conn, prints, quickIntents, rewriteIntent)
}

// quick is a line with fingerprints of the first format.
type quick struct {
	id     int64
	key    account.Key
	prints []account.Fingerprint
}

func rewritePrints(ctx context.Context, conn *sql.Conn, prints *account.Fingerprinter, find, rewrite string) error {
	lines, err := quickLines(ctx, conn, find)
	if err != nil {
		return err
	}
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	for i := range lines {
		work.Go(func() error {
			for n, old := range lines[i].prints {
				lines[i].prints[n] = prints.Upgrade(lines[i].key, old)
			}
			return nil
		})
	}
	_ = work.Wait() // nothing in it can fail
	for _, line := range lines {
		var values []any
		for _, print := range line.prints {
			values = append(values, blob(print))
		}
		if _, err := conn.ExecContext(ctx, rewrite, append(values, line.id)...); err != nil {
			return err
		}
	}
	return nil
}

func quickLines(ctx context.Context, conn *sql.Conn, find string) ([]quick, error) {
	rows, err := conn.QueryContext(ctx, find)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var lines []quick
	for rows.Next() {
		line := quick{prints: make([]account.Fingerprint, len(columns)-3)}
		into := []any{&line.id, &line.key.Address, &line.key.OwnerID}
		for i := range line.prints {
			into = append(into, (*[]byte)(&line.prints[i]))
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, rows.Err()
}

// rewriteTexts gives each line that a query finds by its first column another value
// for its second one.
func rewriteTexts(ctx context.Context, conn *sql.Conn, find, rewrite string, anew func(id string, old []byte) any) error {
	rows, err := conn.QueryContext(ctx, find)
	if err != nil {
		return err
	}
	defer rows.Close()
	values := make(map[string]any)
	for rows.Next() {
		var id string
		var old []byte
		if err := rows.Scan(&id, &old); err != nil {
			return err
		}
		values[id] = anew(id, old)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for id, value := range values {
		if _, err := conn.ExecContext(ctx, rewrite, value, id); err != nil {
			return err
		}
	}
	return nil
}

// compact leaves nothing on the disk of what was removed or overwritten: the pages
// are written anew without what they had room for, and the log is emptied.
func compact(ctx context.Context, db *sql.DB) error {
	if _, err := db.ExecContext(ctx, "VACUUM"); err != nil {
		return err
	}
	_, err := db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return err
}
