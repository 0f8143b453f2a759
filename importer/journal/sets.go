package journal

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"
)

// setTables are the tables that outlast a run, apart from accounts and owners.
const setTables = `
	CREATE TABLE IF NOT EXISTS data_sets ( -- as the last run found them that went by all their rows
		name  TEXT NOT NULL,
		sheet TEXT NOT NULL,
		rows  INTEGER NOT NULL,
		size  INTEGER NOT NULL,
		run   TEXT NOT NULL,
		PRIMARY KEY (name, sheet)
	) WITHOUT ROWID;

	CREATE TABLE IF NOT EXISTS spent_plans (
		id  TEXT PRIMARY KEY,
		run TEXT NOT NULL, -- that carries it out, or has
		at  INTEGER NOT NULL
	) WITHOUT ROWID;
`

const (
	readDataSet = `SELECT rows, size, run FROM data_sets WHERE name = ? AND sheet = ?`
	keepDataSet = `INSERT INTO data_sets (name, sheet, rows, size, run) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (name, sheet) DO UPDATE SET rows = excluded.rows, size = excluded.size, run = excluded.run`
	readSpent   = `SELECT run FROM spent_plans WHERE id = ?`
	spendPlan   = `INSERT INTO spent_plans (id, run, at) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET run = excluded.run`
	forgetSpent = `DELETE FROM spent_plans WHERE at < ?`
	forgetSets  = `DELETE FROM data_sets WHERE run NOT IN (SELECT id FROM runs WHERE removed = 0)`
)

// DataSet is what is known of a data set, the rows that are brought to a portal again and again.
type DataSet struct {
	Name  string // given name, else that of the file
	Sheet string
	Rows  int
	Size  int64  // of the file, 0 if unknown
	Run   string // the last one over all rows
}

// DataSet returns the data set that KeepDataSet stored, the zero DataSet if there is none.
func (s *Store) DataSet(ctx context.Context, name, sheet string) (DataSet, error) {
	d := DataSet{Name: name, Sheet: sheet}
	known, err := s.found(s.read.QueryRowContext(ctx, readDataSet, name, sheet).Scan(&d.Rows, &d.Size, &d.Run))
	if !known {
		return DataSet{}, err
	}
	return d, nil
}

// KeepDataSet stores a data set as a run found it.
func (s *Store) KeepDataSet(ctx context.Context, d DataSet) error {
	return s.write(ctx, func(t *tx) error {
		_, err := t.exec(keepDataSet, d.Name, d.Sheet, int64(d.Rows), d.Size, d.Run)
		return err
	})
}

// SpentBy returns the run that carried out a plan, empty if there is none.
func (s *Store) SpentBy(ctx context.Context, plan string) (run string, err error) {
	_, err = s.found(s.read.QueryRowContext(ctx, readSpent, plan).Scan(&run))
	return run, err
}

// Spend stores that a run carries out a plan.
func (s *Store) Spend(ctx context.Context, plan, run string) error {
	now := time.Now().UnixMilli()
	return s.write(ctx, func(t *tx) error {
		_, err := t.exec(spendPlan, plan, run, now)
		return err
	})
}

// mostSets bounds the data sets that count as in use.
const mostSets = 100

// Outlived returns the runs of [Store.Prunable], the oldest first, that are neither among
// the latest runs, up to that number, nor the last run of a data set in use. That last
// run shows which file had a row last.
func (s *Store) Outlived(ctx context.Context, before time.Time, latest int) ([]Run, error) {
	all, err := s.Runs(ctx)
	if err != nil {
		return nil, err
	}
	needed := make(map[string]bool)
	sets := make(map[[2]string]bool)
	for i, r := range slices.Backward(all) {
		set := [2]string{r.File, r.Sheet}
		last := r.Kind == KindRun && !sets[set] && len(sets) < mostSets
		if last {
			sets[set] = true
		}
		needed[r.ID] = last || i >= len(all)-latest
	}
	old, err := s.Prunable(ctx, before)
	return slices.DeleteFunc(old, func(r Run) bool { return needed[r.ID] }), err
}

// Forget removes runs, data sets whose last run is gone, and the records of plans spent
// before that time. The store reuses the space, its files do not shrink.
func (s *Store) Forget(ctx context.Context, runs []Run, spentBefore time.Time) error {
	for _, r := range runs {
		if err := s.remove(ctx, r.ID); err != nil {
			return err
		}
	}
	return s.write(ctx, func(t *tx) error {
		_, spent := t.exec(forgetSpent, spentBefore.UnixMilli())
		_, sets := t.exec(forgetSets)
		return errors.Join(spent, sets)
	})
}

// reportOf matches the id of the run in the name of a report.
var reportOf = regexp.MustCompile(`-(\d{8}-\d{6}-[a-z0-9]{3})(-\d+)?\.[a-z]+$`)

// SweepReports removes the reports in a folder whose runs are no longer in the store. The
// store must be locked.
func (s *Store) SweepReports(ctx context.Context, folder string) error {
	files, err := os.ReadDir(folder)
	if err != nil {
		return nil // there are no reports
	}
	runs, err := s.Runs(ctx)
	if err != nil {
		return err
	}
	known := make(map[string]bool, len(runs))
	for _, r := range runs {
		known[r.ID] = true
	}
	var errs []error
	for _, f := range files {
		if m := reportOf.FindStringSubmatch(f.Name()); m != nil && !known[m[1]] && f.Type().IsRegular() {
			errs = append(errs, os.Remove(filepath.Join(folder, f.Name())))
		}
	}
	return errors.Join(errs...)
}
