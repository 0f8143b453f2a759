package journal_test

import (
	"testing"

	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

func TestAnOlderStoreIsBroughtUpToDate(t *testing.T) {
	for name, o := range map[string]journal.Options{"for writing": {}, "for reading": {ReadOnly: true}} {
		t.Run(name, func(t *testing.T) {
			dir, run := closedStore(t, 3)
			open := func() (*journal.Store, error) { return journal.Open(dir, portal, o) }
			journal.WithMigration(`UPDATE entries SET host = 'from the new version'`, func() {
				for range 2 { // the second time nothing is left to do
					s, err := open()
					must(t, "Open by a newer version", err)
					same(t, "host", entriesOf(t, s, run)[1].Host, "from the new version")
					must(t, "Close", s.Close())
				}
			})
			_, err := open()
			wantCode(t, "Open by the older version afterwards", err, diagnosis.StateNewer)
		})
	}
}

func TestAMigrationThatFailsChangesNothing(t *testing.T) {
	dir, run := closedStore(t, 3)
	journal.WithMigration(`UPDATE entries SET host = 'half'; UPDATE nothing SET at = 1`, func() {
		if _, err := journal.Open(dir, portal, journal.Options{}); err == nil {
			t.Error("Open with a migration that fails: no error")
		}
	})
	s := open(t, dir)
	same(t, "host", entriesOf(t, s, run)[1].Host, "")
}
