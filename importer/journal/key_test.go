package journal_test

import (
	"os"
	"testing"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

// ring is a keyring in memory; a nil one keeps nothing.
type ring map[string][]byte

func (r ring) Key(name string) []byte { return r[name] }

func (r ring) Keep(name string, key []byte) bool {
	if r != nil {
		r[name] = key
	}
	return r != nil
}

func TestWhereTheKeyIs(t *testing.T) {
	for _, tc := range []struct {
		name          string
		before, after journal.Options
		old           bool // the store is one of the first version
		file          bool // where the key is at the end
		want          diagnosis.Code
	}{
		{name: "keyring", before: journal.Options{Keyring: ring{}}},
		{name: "no keyring", before: journal.Options{Keyring: ring(nil)}, file: true},
		{name: "a folder for everything", before: journal.Options{Keyring: ring{}, KeyInFile: true}, file: true},
		{name: "a file stays where it is", before: journal.Options{}, after: journal.Options{Keyring: ring{}}, file: true},
		{name: "a keyring that is gone", before: journal.Options{Keyring: ring{}}, after: journal.Options{Keyring: ring(nil)}, want: diagnosis.StateKey},
		{name: "a keyring that has forgotten", before: journal.Options{Keyring: ring{}}, after: journal.Options{Keyring: ring{}}, want: diagnosis.StateKey},
		{name: "an older store", before: journal.Options{Keyring: ring{}}, old: true},
		{name: "an older store without a keyring", before: journal.Options{}, old: true, file: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir, url := t.TempDir(), "https://portal.example.org"
			folder, err := journal.Folder(dir, url)
			must(t, "Folder", err)
			if tc.old {
				must(t, "CopyFS", os.CopyFS(folder, os.DirFS("testdata/quick")))
			}
			if tc.after.Keyring == nil {
				tc.after = tc.before
			}
			name := ""
			for i, o := range []journal.Options{tc.before, tc.after} {
				s, err := journal.Open(dir, url, o)
				if i == 1 && tc.want != "" {
					wantCode(t, "Open", err, tc.want)
					return
				}
				must(t, "Open", err)
				token := s.TokenName(account.NewSecret("token"))
				if i == 1 && token != name {
					t.Error("the key is another one the second time")
				}
				name = token
				must(t, "Close", s.Close())
			}
			if file := len(journal.KeyFiles(dir)) == 1; file != tc.file {
				t.Errorf("the key is in a file: %v, want %v", file, tc.file)
			}
			if kept, _ := tc.before.Keyring.(ring); len(kept) == 0 != tc.file {
				t.Errorf("the keyring holds %d keys", len(kept))
			}
		})
	}
}

// A key goes back into a file when somebody who has the keyring names the folder.
func TestAKeyComesOutOfTheKeyring(t *testing.T) {
	dir, keys := t.TempDir(), ring{}
	for _, o := range []journal.Options{
		{Keyring: keys},                  // made in a session
		{Keyring: keys, KeyInFile: true}, // with --state, there
		{},                               // by a job that has no keyring
	} {
		s, err := journal.Open(dir, portal, o)
		must(t, "Open", err)
		must(t, "Close", s.Close())
	}
	if len(journal.KeyFiles(dir)) != 1 {
		t.Error("the key is not in a file")
	}
}
