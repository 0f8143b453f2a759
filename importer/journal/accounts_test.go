package journal_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

func TestWhatIsKnownOfAccounts(t *testing.T) {
	everywhere(t, func(t *testing.T, s *journal.Store) {
		ctx := t.Context()
		run := beginWith(t, s, 3)
		if _, known := accountOf(t, s, 0); known {
			t.Error("an account is known before anything was done")
		}
		want := journal.Account{
			Key: keyOf(0), MailboxID: 9, Made: true, Status: diagnosis.Created, Fingerprint: account.Fingerprint("print"),
			Run: run, Checked: time.UnixMilli(1_800_000_000_123),
		}
		must(t, "SaveAccount", s.SaveAccount(ctx, want))
		got, _ := accountOf(t, s, 0)
		same(t, "Account", got, want)

		refused := outcome(intend(t, s, run, 0), run, 0)
		refused.Account, refused.Refused, refused.RefusedCode = nil, account.Fingerprint("wrong"), "MAIL_AUTH"
		refused.Entry.Status = diagnosis.Failed
		must(t, "Settle", s.Settle(ctx, refused))
		want.Refused, want.RefusedCode = refused.Refused, refused.RefusedCode
		got, _ = accountOf(t, s, 0)
		same(t, "Account after a refusal", got, want)

		refused = outcome(intend(t, s, run, 1), run, 1)
		refused.Account, refused.Refused, refused.RefusedCode = nil, account.Fingerprint("wrong"), "MAIL_AUTH"
		must(t, "Settle", s.Settle(ctx, refused))
		got, _ = accountOf(t, s, 1)
		same(t, "an account never made and refused", got, journal.Account{Key: keyOf(1), Refused: refused.Refused, RefusedCode: "MAIL_AUTH", Run: run})

		settle(t, s, run, 1)
		if got, _ = accountOf(t, s, 1); len(got.Refused) > 0 || got.MailboxID != 2 {
			t.Errorf("Account made after a refusal = %+v", got)
		}
		if err := s.SaveAccount(ctx, journal.Account{Key: keyOf(2), Run: "nowhere"}); err == nil {
			t.Error("SaveAccount of an unknown run: no error")
		}
	})
}

func TestAccountsMadeFromAFile(t *testing.T) {
	everywhere(t, func(t *testing.T, s *journal.Store) {
		ctx := t.Context()
		first := beginWith(t, s, 8)
		for i := range 8 {
			settle(t, s, first, i)
		}
		must(t, "SaveAccount", s.SaveAccount(ctx, journal.Account{Key: keyOf(3), MailboxID: 4, Run: first})) // not made by us
		elsewhere := begin(t, s, journal.Run{File: "other.csv"}).ID
		must(t, "SaveAccount", s.SaveAccount(ctx, journal.Account{Key: keyOf(4), MailboxID: 5, Made: true, Run: elsewhere}))

		off, _ := accountOf(t, s, 5)
		off.Status = diagnosis.Disabled
		must(t, "SaveAccount", s.SaveAccount(ctx, off))
		same(t, "MadeFrom", madeFrom(t, s, "accounts.csv"), []account.Key{keyOf(0), keyOf(1), keyOf(2), keyOf(6), keyOf(7)})
		same(t, "MadeFrom another file", madeFrom(t, s, "other.csv"), []account.Key{keyOf(4)})

		// Another file has rows for 0, 1 and 6 after this one, and this one has 1 again since.
		other := begin(t, s, journal.Run{Kind: journal.KindRun, File: "other.csv"}).ID
		upper := row(other, 0)
		upper.Email = strings.ToUpper(upper.Email)
		six := row(other, 6)
		six.Index = 2
		must(t, "AddEntries", s.AddEntries(ctx, []journal.Entry{upper, row(other, 1), six}))
		again := begin(t, s, journal.Run{Kind: journal.KindRun, File: "accounts.csv"}).ID
		one := row(again, 1)
		one.Index = 0
		must(t, "AddEntries", s.AddEntries(ctx, []journal.Entry{one}))
		look := begin(t, s, journal.Run{Kind: journal.KindVerify, File: "other.csv"}).ID
		must(t, "AddEntries", s.AddEntries(ctx, []journal.Entry{row(look, 0)}))
		var addresses []string
		for i := range 8 {
			addresses = append(addresses, keyOf(i).Address)
		}
		got, err := s.AskedElsewhere(ctx, "accounts.csv", "", addresses)
		must(t, "AskedElsewhere", err)
		same(t, "AskedElsewhere", got, map[string]bool{keyOf(0).Address: true, keyOf(6).Address: true})
	})
}

func madeFrom(t *testing.T, s *journal.Store, file string) []account.Key {
	t.Helper()
	var keys []account.Key
	for key, err := range s.MadeFrom(t.Context(), file, "") {
		must(t, "MadeFrom", err)
		keys = append(keys, key)
	}
	return keys
}

func TestOwnersAreKept(t *testing.T) {
	everywhere(t, func(t *testing.T, s *journal.Store) {
		ctx := t.Context()
		owner := func(name string) (journal.Owner, bool) {
			o, ok, err := s.Owner(ctx, name)
			must(t, "Owner", err)
			return o, ok
		}
		if _, known := owner("a@b.ru"); known {
			t.Error("an owner is known before anything was done")
		}
		want := journal.Owner{
			Name: "a@b.ru", ID: "guid", Email: "A@b.ru", Refused: []byte{1, 2, 3}, RefusedCode: "PORTAL_SIGNIN", Attempts: 2,
			LastAttempt: time.UnixMilli(1_800_000_000_001), BlockedUntil: time.UnixMilli(1_800_000_000_002), SMS: 1, Checked: time.UnixMilli(1_800_000_000_003),
		}
		must(t, "SaveOwner", s.SaveOwner(ctx, want))
		got, _ := owner("A@B.ru")
		same(t, "Owner", got, want)
		must(t, "SaveOwner", s.SaveOwner(ctx, journal.Owner{Name: "login", ID: "GUID"}))
		named, err := s.OwnersWithIDs(ctx, []string{"guid", "nobody's"})
		must(t, "OwnersWithIDs", err)
		same(t, "OwnersWithIDs", named, []journal.Owner{{Name: "a@b.ru", ID: "guid", Email: "A@b.ru"}, {Name: "login", ID: "GUID"}})
		must(t, "SaveOwner", s.SaveOwner(ctx, journal.Owner{Name: "A@b.ru"}))
		got, _ = owner("a@b.ru")
		same(t, "Owner saved anew", got, journal.Owner{Name: "a@b.ru"})
	})
}

func TestTokensHaveNamesThatTellNothing(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	name := s.TokenName(account.NewSecret("secret-token"))
	if !regexp.MustCompile(`^token:[0-9a-f]{32}$`).MatchString(name) {
		t.Errorf("TokenName = %q", name)
	}
	if name == s.TokenName(account.NewSecret("secret-tokem")) {
		t.Error("two tokens have one name")
	}
	must(t, "Close", s.Close())
	if again := open(t, dir).TokenName(account.NewSecret("secret-token")); again != name {
		t.Errorf("TokenName after opening again = %q, want %q", again, name)
	}
	other, err := journal.Scratch()
	must(t, "Scratch", err)
	defer other.Close()
	if other.TokenName(account.NewSecret("secret-token")) == name {
		t.Error("another store gives a token the same name: the name does not depend on the key")
	}
}
