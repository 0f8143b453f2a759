package journal_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"r7import/importer/account"
	"r7import/importer/journal"
)

// person returns the settings of one of many accounts.
func person(i int, password, smtp string) *account.Settings {
	address := fmt.Sprintf("user%02d@example.org", i)
	return &account.Settings{
		Name: "User", Email: address, SMTPAuth: true, IMAP: true, Restrict: true,
		Incoming: account.Server{Host: "imap.example.org", Port: 993, Login: address, Password: account.NewSecret(password), Encryption: account.TLS, Auth: 1},
		Outgoing: account.Server{Host: "smtp.example.org", Port: 465, Login: address, Password: account.NewSecret(smtp), Encryption: account.TLS, Auth: 1},
	}
}

func keyOfPerson(i int) account.Key {
	return account.NewKey("f4ad6e7b-0000-4000-8000-000000000001", fmt.Sprintf("user%02d@example.org", i))
}

// testdata/quick is a store of the first version: account 1 was made, account 2
// refused, account 3 made with two passwords, account 4 is in doubt, and the portal
// has refused a password of user01.
func TestQuickHashesAreRewritten(t *testing.T) {
	const url = "https://portal.example.org"
	for name, o := range map[string]journal.Options{"for writing": {}, "for reading": {ReadOnly: true}} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			folder, err := journal.Folder(dir, url)
			must(t, "Folder", err)
			must(t, "CopyFS", os.CopyFS(folder, os.DirFS("testdata/quick")))
			before := printsIn(t, folder)
			for range 2 { // the second time nothing is left to do
				s, err := journal.Open(dir, url, o)
				must(t, "Open", err)
				checkPeople(t, s)
				must(t, "Close", s.Close())
			}
			for _, old := range before {
				piece := old[12:24] // with the quick hash of the password in its middle
				must(t, "WalkDir", filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
					if err != nil || entry.IsDir() {
						return err
					}
					content, err := os.ReadFile(path)
					if bytes.Contains(content, piece) {
						t.Errorf("%s still holds a quick hash", filepath.Base(path))
					}
					return err
				}))
			}
		})
	}
}

// checkPeople checks that a rewritten store remembers what it did.
func checkPeople(t *testing.T, s *journal.Store) {
	t.Helper()
	known := func(i int) journal.Account {
		a, ok, err := s.Account(t.Context(), keyOfPerson(i))
		if err != nil || !ok {
			t.Fatalf("account %d: %v, %v", i, ok, err)
		}
		return a
	}
	intents, err := s.OpenIntents(t.Context())
	if err != nil || len(intents) != 1 {
		t.Fatalf("open intents: %v, %v", intents, err)
	}
	for _, tc := range []struct {
		name     string
		print    account.Fingerprint
		settings *account.Settings
		among    account.Fields
		want     account.Fields
	}{
		{"the same", known(1).Fingerprint, person(1, "password-01", "password-01"), account.RequestFields, 0},
		{"another password", known(1).Fingerprint, person(1, "password-02", "password-01"), account.RequestFields, account.Passwords},
		{"another SMTP password", known(1).Fingerprint, person(1, "password-01", "password-02"), account.RequestFields, account.Passwords},
		{"refused", known(2).Refused, person(2, "password-02", "password-02"), account.Credentials, 0},
		{"no longer refused", known(2).Refused, person(2, "password-03", "password-03"), account.Credentials, account.Passwords},
		{"two passwords", known(3).Fingerprint, person(3, "password-03", "another"), account.RequestFields, 0},
		{"in doubt", intents[0].Fingerprint, person(4, "password-04", "password-04"), account.RequestFields, 0},
	} {
		i := map[byte]int{'1': 1, '2': 2, '3': 3, '4': 4}[tc.settings.Email[5]]
		same(t, tc.name, s.Prints().Changed(tc.print, keyOfPerson(i), tc.settings, tc.among), tc.want)
	}
	owner, ok, err := s.Owner(t.Context(), "user01@example.org")
	if err != nil || !ok {
		t.Fatalf("owner: %v, %v", ok, err)
	}
	same(t, "refused portal password", s.Prints().SameSecret(owner.Refused, owner.Name, account.NewSecret("portal-01")), true)
	same(t, "another portal password", s.Prints().SameSecret(owner.Refused, owner.Name, account.NewSecret("portal-02")), false)
}

// printsIn reads all fingerprints of a store as whoever stole it would.
func printsIn(t *testing.T, folder string) []account.Fingerprint {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(folder, "state.db"))
	must(t, "Open", err)
	defer db.Close()
	rows, err := db.Query("SELECT coalesce(fingerprint, refused) FROM accounts ORDER BY id")
	must(t, "Query", err)
	defer rows.Close()
	var prints []account.Fingerprint
	for rows.Next() {
		var print []byte
		must(t, "Scan", rows.Scan(&print))
		prints = append(prints, print)
	}
	must(t, "Query", rows.Err())
	return prints
}

const thiefsAccounts = 40

// stolen returns the folder of a store of 40 accounts who all have the same
// password, for both servers or for the first one only.
func stolen(t *testing.T, password, smtp string) string {
	t.Helper()
	dir := t.TempDir()
	s := open(t, dir)
	for i := range thiefsAccounts {
		a := journal.Account{Key: keyOfPerson(i), MailboxID: int64(i + 1), Fingerprint: s.Prints().Of(keyOfPerson(i), person(i, password, smtp))}
		must(t, "SaveAccount", s.SaveAccount(t.Context(), a))
	}
	must(t, "Close", s.Close())
	return folderOf(t, dir)
}

// Whoever steals the folder with its key can try words, but only so fast: each
// word costs them a slow hash for each account.
func TestWordListWithTheKey(t *testing.T) {
	folder := stolen(t, "letmein", "letmein")
	key, err := os.ReadFile(filepath.Join(folder, "key"))
	must(t, "ReadFile", err)
	prints := printsIn(t, folder)
	thief := account.NewFingerprinter(key, account.UsualCost)
	// What a word took for one account, and one argon2id of that cost, measured in turn.
	least, floor := time.Hour, time.Hour
	for _, word := range []string{"123456", "qwerty", "letmein"} {
		for i, print := range prints {
			began := time.Now()
			changed := thief.Changed(print, keyOfPerson(i), person(i, word, word), account.RequestFields)
			least = min(least, time.Since(began))
			for range 4 {
				began := time.Now()
				argon2.IDKey([]byte("word"), make([]byte, 16), account.UsualCost.Passes, account.UsualCost.Memory, 1, 16)
				floor = min(floor, time.Since(began))
			}
			if (changed == 0) != (word == "letmein") {
				t.Errorf("%q fits account %d: %v", word, i, changed == 0)
			}
		}
	}
	t.Logf("a word took %v an account, one argon2id takes %v", least, floor)
	if least < floor*3/4 {
		t.Errorf("a word took %v an account, less than an argon2id with %v", least, floor)
	}
}

// Without the key there is nothing to be seen: not which accounts have the same
// password, and not whether one account has the same for both servers.
func TestWordListWithoutTheKey(t *testing.T) {
	secretOf := func(print account.Fingerprint) string { return string(print[len(print)-3:]) }
	seen := make(map[string]bool)
	for _, passwords := range [][2]string{{"letmein", "letmein"}, {"letmein", "other"}} {
		for _, print := range printsIn(t, stolen(t, passwords[0], passwords[1])) {
			if seen[secretOf(print)] {
				t.Errorf("two accounts have the same hash %x", secretOf(print))
			}
			seen[secretOf(print)] = true
		}
	}
	folder := stolen(t, "letmein", "letmein")
	thief := account.NewFingerprinter(make([]byte, 32), account.UsualCost)
	for i, print := range printsIn(t, folder) {
		if changed := thief.Changed(print, keyOfPerson(i), person(i, "letmein", "letmein"), account.Passwords); changed == 0 {
			t.Errorf("the password of account %d is found without the key", i)
		}
	}
}

// A fingerprint is made when it is asked for and compared without a slow hash
// where something else differs.
func TestSlowHashesAreMadeOnlyWhenNeeded(t *testing.T) {
	slow := account.NewFingerprinter(make([]byte, 32), account.Cost{Passes: 1, Memory: 64 << 10})
	print := slow.Of(keyOfPerson(1), person(1, "one", "one"))
	took := func(f func()) time.Duration {
		least := time.Hour
		for range 5 {
			began := time.Now()
			f()
			least = min(least, time.Since(began))
		}
		return least
	}
	elsewhere := person(1, "two", "two")
	elsewhere.Incoming.Host = "imap.example.net"
	if d := took(func() { slow.Changed(print, keyOfPerson(1), elsewhere, account.RequestFields) }); d > 5*time.Millisecond {
		t.Errorf("Changed with another server took %v", d)
	}
	if d := took(func() { slow.Of(keyOfPerson(1), person(1, "one", "one")) }); d > 5*time.Millisecond {
		t.Errorf("Of what was made before took %v", d)
	}
	if d := took(func() { slow.SameSecret(nil, "ivan", account.NewSecret("x")) }); d > 5*time.Millisecond {
		t.Errorf("SameSecret with nothing to compare took %v", d)
	}
}
