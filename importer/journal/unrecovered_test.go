package journal_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	_ "modernc.org/sqlite"

	"r7import/importer/journal"
)

// A process can die while it makes the store, before there is a write-ahead log:
// then a rollback journal lies beside the database, which a reader alone cannot use.
func TestReaderOfAStoreWhoseMakingWasCutShort(t *testing.T) {
	const portal = "https://portal.example.org"
	dir := t.TempDir()
	s, err := journal.Open(dir, portal, journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	found, err := filepath.Glob(filepath.Join(dir, "*", "*.db"))
	if err != nil || len(found) != 1 {
		t.Fatalf("databases: %v, %v", found, err)
	}
	database := found[0]
	folder := filepath.Dir(database)
	files, _ := filepath.Glob(filepath.Join(folder, "*"))
	for _, file := range files {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}

	half := filepath.Join(t.TempDir(), "half.db")
	db, err := sql.Open("sqlite", "file:"+half+"?_pragma=journal_mode(delete)&_pragma=cache_size(1)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for _, statement := range []string{
		"CREATE TABLE t (x)", "DROP TABLE t", "BEGIN EXCLUSIVE", "CREATE TABLE store (x)",
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 200) INSERT INTO store SELECT randomblob(4000) FROM n",
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	for _, suffix := range []string{"", "-journal"} {
		text, err := os.ReadFile(half + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(database+suffix, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}

	reader, err := journal.Open(dir, portal, journal.Options{ReadOnly: true})
	if err != nil {
		t.Fatalf("a reader is refused: %v", err)
	}
	defer reader.Close()
	if runs, err := reader.Runs(t.Context()); err != nil || len(runs) != 0 {
		t.Errorf("Runs = %v, %v, want none", runs, err)
	}
}
