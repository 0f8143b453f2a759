package journal_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

func TestRunsAreKept(t *testing.T) {
	everywhere(t, func(t *testing.T, s *journal.Store) {
		ctx := t.Context()
		started := time.Date(2026, 11, 22, 21, 30, 45, 0, time.UTC)
		first := begin(t, s, journal.Run{
			Kind: journal.KindPlan, File: "кадры.xlsx", FileDigest: "abc", Sheet: "Лист1", Portal: portal, Version: "1.2",
			Started: started, Args: json.RawMessage(`{"rate":10}`),
		})
		if !regexp.MustCompile(`^20261122-213045-[2-9a-z]{3}$`).MatchString(first.ID) || first.State != journal.Running {
			t.Errorf("Begin gave id %q, state %q", first.ID, first.State)
		}
		second := begin(t, s, journal.Run{File: "accounts.csv", Started: started.Add(time.Hour)})
		addRows(t, s, second.ID, 700)
		must(t, "End", s.End(ctx, second.ID, journal.Finished))

		got, err := s.Runs(ctx)
		must(t, "Runs", err)
		if len(got) != 2 || got[1].Ended.IsZero() || !got[0].Ended.IsZero() {
			t.Fatalf("Runs = %+v", got)
		}
		first.State = journal.Interrupted // the second one began: the process of the first is gone
		second.State, second.Rows, second.Ended = journal.Finished, 700, got[1].Ended
		same(t, "Runs", got, []journal.Run{first, second})

		for _, name := range []string{"latest", second.ID, "20261122-2230", strings.ToUpper(second.ID)} {
			found, err := s.Run(ctx, name)
			must(t, "Run "+name, err)
			same(t, "Run "+name, found, second)
		}
		_, err = s.Run(ctx, "20261122")
		wantCode(t, "Run by what two begin with", err, diagnosis.RunAmbiguous)
		for _, name := range []string{"", "2025", "%", "_0261122-2230"} {
			_, err = s.Run(ctx, name)
			wantCode(t, fmt.Sprintf("Run %q", name), err, diagnosis.RunUnknown)
		}
		if err := s.End(ctx, "20250101-000000-abc", journal.Finished); err == nil {
			t.Error("End of an unknown run: no error")
		}
	})
}

func TestLatestOfNoRuns(t *testing.T) {
	everywhere(t, func(t *testing.T, s *journal.Store) {
		_, err := s.Run(t.Context(), "latest")
		wantCode(t, "Run latest", err, diagnosis.RunUnknown)
	})
}

func TestUnfinishedRuns(t *testing.T) {
	everywhere(t, func(t *testing.T, s *journal.Store) {
		ctx := t.Context()
		run := func(file string, state journal.RunState) string {
			r := begin(t, s, journal.Run{File: file})
			if state != journal.Running {
				must(t, "End", s.End(ctx, r.ID, state))
			}
			return r.ID
		}
		run("a.csv", journal.Stopped) // finished by a later one
		died := run("b.csv", journal.Running)
		run("a.csv", journal.Finished)
		stopped := run("c.csv", journal.Stopped)
		going := run("a.csv", journal.Running)
		got, err := s.Unfinished(ctx)
		must(t, "Unfinished", err)
		var ids []string
		for _, r := range got {
			ids = append(ids, r.ID)
		}
		same(t, "Unfinished", ids, []string{died, stopped, going})
		same(t, "state of the run whose process died", got[0].State, journal.Interrupted)
	})
}

func TestEntriesAreKept(t *testing.T) {
	everywhere(t, func(t *testing.T, s *journal.Store) {
		ctx := t.Context()
		other := beginWith(t, s, 3)
		run := begin(t, s, journal.Run{File: "accounts.csv"}).ID
		full := journal.Entry{
			Run: run, Index: 1, Row: 7, Sheet: "Лист1", Name: "Иванов\x00 \"И\"", Email: "a@b.ru", Owner: "boss@b.ru", OwnerID: "guid",
			Status: diagnosis.Failed, Code: diagnosis.NeverArrived, Side: diagnosis.Incoming, Host: "imap.b.ru",
			Problems:  []diagnosis.Problem{{Code: "X", Field: "port", Place: diagnosis.Place{Row: 7, Column: "F"}, Args: diagnosis.Args{"Count": "3"}}},
			MailboxID: 1 << 40, Filled: "port=preset", Attempts: 2, Started: time.UnixMilli(1_800_000_000_123), Took: 1500 * time.Millisecond, Evidence: "500",
		}
		want := []journal.Entry{{Run: run, Index: 0, Row: 2, Status: diagnosis.Invalid}, full}
		must(t, "AddEntries", s.AddEntries(ctx, want))
		same(t, "Entries", entriesOf(t, s, run), want)

		changed := full
		changed.Name, changed.Email, changed.Owner, changed.Sheet, changed.Filled, changed.Row = "", "", "", "", "", 0
		changed.OwnerID, changed.Status, changed.Code, changed.Side, changed.Host = "other", diagnosis.Exists, "", "", ""
		changed.Problems, changed.Attempts, changed.Evidence, changed.Took = nil, 0, "", 0
		changed.Started, changed.MailboxID = time.Time{}, 0
		must(t, "SetEntries", s.SetEntries(ctx, changed))
		// What the file says of a row is not an outcome.
		changed.Name, changed.Email, changed.Owner, changed.Sheet, changed.Filled, changed.Row = full.Name, full.Email, full.Owner, full.Sheet, full.Filled, full.Row
		same(t, "Entries after SetEntries", entriesOf(t, s, run), []journal.Entry{want[0], changed})
		same(t, "entries of another run", len(entriesOf(t, s, other)), 3)

		must(t, "AddEntries of none", s.AddEntries(ctx, nil))
		if err := s.SetEntries(ctx, journal.Entry{Run: run, Index: 9, Status: diagnosis.Created}); err == nil {
			t.Error("SetEntries of a row that was not added: no error")
		}
		if err := s.SetEntries(ctx, journal.Entry{Run: "nowhere"}); err == nil {
			t.Error("SetEntries in an unknown run: no error")
		}
		for _, err := range s.Entries(ctx, "nowhere") {
			if err == nil {
				t.Error("Entries of an unknown run: no error")
			}
		}
	})
}

func TestManyEntriesComeInOrder(t *testing.T) {
	everywhere(t, func(t *testing.T, s *journal.Store) {
		const rows = 1500
		run := beginWith(t, s, rows)
		var set []journal.Entry
		for i := 0; i < rows; i += 7 {
			set = append(set, journal.Entry{Run: run, Index: i, Status: diagnosis.Exists})
		}
		must(t, "SetEntries", s.SetEntries(t.Context(), set...))
		n := 0
		for e, err := range s.Entries(t.Context(), run) {
			must(t, "Entries", err)
			if e.Index != n || e.Row != n+2 || (e.Status == diagnosis.Exists) != (n%7 == 0) {
				t.Fatalf("entry %d is %+v", n, e)
			}
			// The store can be asked while the sequence goes on.
			if n%500 == 0 {
				_, err := s.Run(t.Context(), run)
				must(t, "Run inside Entries", err)
			}
			n++
		}
		same(t, "number of entries", n, rows)
		for range s.Entries(t.Context(), run) {
			break
		}
	})
}

func TestCounts(t *testing.T) {
	everywhere(t, func(t *testing.T, s *journal.Store) {
		run := beginWith(t, s, 10)
		var set []journal.Entry
		for i := range 6 {
			e := journal.Entry{Run: run, Index: i, Status: diagnosis.Failed, Code: "MAIL_AUTH", Side: diagnosis.Incoming, Host: "a.ru"}
			if i >= 4 {
				e.Host = "b.ru"
			}
			set = append(set, e)
		}
		must(t, "SetEntries", s.SetEntries(t.Context(), set...))
		settle(t, s, run, 6)
		intend(t, s, run, 7)
		got, err := s.Counts(t.Context(), run)
		must(t, "Counts", err)
		same(t, "Counts", got, journal.Counts{
			ByStatus: map[diagnosis.Status]int{diagnosis.Failed: 6, diagnosis.Created: 1, diagnosis.Unknown: 1, diagnosis.NotTried: 2},
			Groups: []journal.Group{
				{Status: diagnosis.Failed, Code: "MAIL_AUTH", Side: diagnosis.Incoming, Host: "a.ru", Count: 4},
				{Status: diagnosis.Failed, Code: "MAIL_AUTH", Side: diagnosis.Incoming, Host: "b.ru", Count: 2},
				{Status: diagnosis.NotTried, Count: 2},
				{Status: diagnosis.Created, Count: 1},
				{Status: diagnosis.Unknown, Code: diagnosis.OutcomeUnknown, Count: 1},
			},
		})
	})
}

func TestAnIntentMakesItsRowUnknown(t *testing.T) {
	everywhere(t, func(t *testing.T, s *journal.Store) {
		ctx := t.Context()
		run := beginWith(t, s, 3)
		sent, withdrawn := intend(t, s, run, 0), intend(t, s, run, 1)
		same(t, "statuses with intents", statuses(entriesOf(t, s, run)), []diagnosis.Status{diagnosis.Unknown, diagnosis.Unknown, diagnosis.NotTried})
		same(t, "code of an unknown row", entriesOf(t, s, run)[0].Code, diagnosis.OutcomeUnknown)

		must(t, "SetEntries", s.SetEntries(ctx, journal.Entry{Run: run, Index: 1, Status: diagnosis.Unknown, Code: "PORTAL_TIMEOUT"}))
		same(t, "code of a row said to be unknown", entriesOf(t, s, run)[1].Code, diagnosis.Code("PORTAL_TIMEOUT"))
		must(t, "Withdraw", s.Withdraw(ctx, withdrawn))
		must(t, "Settle", s.Settle(ctx, outcome(sent, run, 0)))
		same(t, "statuses at the end", statuses(entriesOf(t, s, run)), []diagnosis.Status{diagnosis.Created, diagnosis.NotTried, diagnosis.NotTried})

		left, err := s.OpenIntents(ctx)
		must(t, "OpenIntents", err)
		if len(left) != 0 {
			t.Errorf("OpenIntents = %+v, want none", left)
		}
		for name, err := range map[string]error{
			"Settle":   s.Settle(ctx, outcome(sent, run, 0)),
			"Withdraw": s.Withdraw(ctx, withdrawn),
			"Renew":    s.Renew(ctx, sent, time.Now()),
		} {
			if err == nil {
				t.Errorf("%s of a closed intent: no error", name)
			}
		}
	})
}

func TestOpenIntents(t *testing.T) {
	everywhere(t, func(t *testing.T, s *journal.Store) {
		ctx := t.Context()
		earlier := beginWith(t, s, 2)
		a := journal.Intent{
			Run: earlier, Index: 1, Key: account.NewKey("GUID", "A@B.ru"), Kind: journal.Update,
			At: time.UnixMilli(1_800_000_000_123), Fingerprint: account.Fingerprint("print"), MailboxID: 17,
		}
		var err error
		a.ID, err = s.Intend(ctx, a)
		must(t, "Intend", err)
		later := beginWith(t, s, 2)
		b := intentOf(later, 0)
		b.ID, err = s.Intend(ctx, b)
		must(t, "Intend", err)
		b.At = time.UnixMilli(1_800_000_100_000)
		must(t, "Renew", s.Renew(ctx, b.ID, b.At))
		got, err := s.OpenIntents(ctx)
		must(t, "OpenIntents", err)
		same(t, "OpenIntents", got, []journal.Intent{a, b})
	})
}

func TestALaterRunSettlesAnEarlierOne(t *testing.T) {
	everywhere(t, func(t *testing.T, s *journal.Store) {
		ctx := t.Context()
		earlier := beginWith(t, s, 3)
		found, absent := intend(t, s, earlier, 0), intend(t, s, earlier, 1)
		must(t, "SetEntries", s.SetEntries(ctx, journal.Entry{Run: earlier, Index: 1, Status: diagnosis.Unknown, Code: "PORTAL_TIMEOUT", Attempts: 1}))
		later := beginWith(t, s, 3)
		must(t, "Settle", s.Settle(ctx, outcome(found, later, 0)))
		must(t, "Withdraw", s.Withdraw(ctx, absent))
		want := []diagnosis.Status{diagnosis.Created, diagnosis.NotTried, diagnosis.NotTried}
		same(t, "statuses of the earlier run", statuses(entriesOf(t, s, earlier)), want)
		same(t, "statuses of the later run", statuses(entriesOf(t, s, later)), want)
		same(t, "mailbox in the earlier run", entriesOf(t, s, earlier)[0].MailboxID, int64(1))
		same(t, "attempts in the earlier run", entriesOf(t, s, earlier)[1].Attempts, 1)
	})
}

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

func TestKnownDomains(t *testing.T) {
	everywhere(t, func(t *testing.T, s *journal.Store) {
		ctx := t.Context()
		known := func(domain string) bool {
			got, err := s.KnownDomain(ctx, domain)
			must(t, "KnownDomain", err)
			return got
		}
		save := func(address string, mailbox int64) {
			must(t, "SaveAccount", s.SaveAccount(ctx, journal.Account{Key: account.NewKey("id", address), MailboxID: mailbox}))
		}
		save("a@never.example", 0)
		save("a@b@first.example", 1)
		for i := range 5000 { // more than are remembered in memory
			if i%100 == 0 {
				save(fmt.Sprintf("a@domain%d.example", i), 1)
			}
		}
		for domain, want := range map[string]bool{"never.example": false, "first.example": true, "FIRST.example": true, "domain0.example": true, "main0.example": false} {
			if got := known(domain); got != want {
				t.Errorf("KnownDomain(%q) = %v, want %v", domain, got, want)
			}
		}
	})
}

func TestAccountsNotInTheFile(t *testing.T) {
	everywhere(t, func(t *testing.T, s *journal.Store) {
		ctx := t.Context()
		first := beginWith(t, s, 8)
		for i := range 8 {
			settle(t, s, first, i)
		}
		must(t, "SaveAccount", s.SaveAccount(ctx, journal.Account{Key: keyOf(3), MailboxID: 4, Run: first})) // not made by us
		elsewhere := begin(t, s, journal.Run{File: "other.csv"}).ID
		must(t, "SaveAccount", s.SaveAccount(ctx, journal.Account{Key: keyOf(4), MailboxID: 5, Made: true, Run: elsewhere}))

		run := begin(t, s, journal.Run{File: "accounts.csv"}).ID
		here, moved, nobody := row(run, 0), row(run, 1), row(run, 2)
		here.OwnerID, here.Email = keyOf(0).OwnerID, strings.ToUpper(here.Email)
		moved.OwnerID = "somebody else"
		must(t, "AddEntries", s.AddEntries(ctx, []journal.Entry{here, moved, nobody}))
		got, err := s.AccountsNotIn(ctx, run)
		must(t, "AccountsNotIn", err)
		var keys []account.Key
		for _, a := range got {
			keys = append(keys, a.Key)
		}
		same(t, "AccountsNotIn", keys, []account.Key{keyOf(1), keyOf(5), keyOf(6), keyOf(7)})
		same(t, "the run of one of them", got[0].Run, first)
	})
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

func TestRunsAreRemoved(t *testing.T) {
	everywhere(t, func(t *testing.T, s *journal.Store) {
		ctx := t.Context()
		old := time.Now().Add(-100 * 24 * time.Hour)
		run := func(started time.Time) string {
			r := begin(t, s, journal.Run{File: "accounts.csv", Started: started})
			addRows(t, s, r.ID, 3)
			return r.ID
		}
		plain, named, doubted := run(old), run(old.Add(time.Second)), run(old.Add(2*time.Second))
		fresh := run(time.Now())
		settle(t, s, named, 0)
		intend(t, s, doubted, 1)
		going := begin(t, s, journal.Run{Started: old.Add(3 * time.Second)}).ID

		wantCode(t, "DeleteRun in doubt", s.DeleteRun(ctx, doubted), diagnosis.RunInDoubt)
		removed, err := s.Prune(ctx, time.Now().Add(-90*24*time.Hour))
		must(t, "Prune", err)
		same(t, "Prune", ids(removed), []string{plain, named})
		left, err := s.Runs(ctx)
		must(t, "Runs", err)
		same(t, "Runs after Prune", ids(left), []string{doubted, fresh, going})
		same(t, "rows left in the run removed", len(entriesOf(t, s, named)), 0)
		if a, known := accountOf(t, s, 0); !known || a.Run != named {
			t.Errorf("the account of the run removed is %+v, known %v", a, known)
		}
		missing, err := s.AccountsNotIn(ctx, fresh)
		must(t, "AccountsNotIn", err)
		same(t, "accounts not in a later run of the file", len(missing), 0)

		must(t, "DeleteRun", s.DeleteRun(ctx, fresh))
		if _, err := s.Run(ctx, fresh); err == nil {
			t.Error("Run finds a run that was deleted")
		}
		if err := s.DeleteRun(ctx, plain); err == nil {
			t.Error("DeleteRun of a run that is gone: no error")
		}
	})
}

func ids(runs []journal.Run) []string {
	var out []string
	for _, r := range runs {
		out = append(out, r.ID)
	}
	return out
}

func TestOneBadChangeSpoilsNoOther(t *testing.T) {
	everywhere(t, func(t *testing.T, s *journal.Store) {
		const callers = 40
		run := beginWith(t, s, callers)
		errs := make(chan error, callers)
		for i := range callers {
			index := i
			if i%10 == 3 {
				index = callers + i // not in the run
			}
			go func() {
				errs <- s.SetEntries(t.Context(), journal.Entry{Run: run, Index: index, Status: diagnosis.Exists})
			}()
		}
		failed := 0
		for range callers {
			if err := <-errs; err != nil {
				failed++
			}
		}
		same(t, "calls that failed", failed, 4)
		exists := slices.DeleteFunc(statuses(entriesOf(t, s, run)), func(st diagnosis.Status) bool { return st != diagnosis.Exists })
		same(t, "rows set", len(exists), callers-4)
	})
}

func TestAClosedStoreRefuses(t *testing.T) {
	s := open(t, t.TempDir())
	run := beginWith(t, s, 1)
	must(t, "Close", s.Close())
	if err := s.SetEntries(t.Context(), row(run, 0)); err == nil {
		t.Error("SetEntries on a closed store: no error")
	}
	if _, err := s.Runs(t.Context()); err == nil {
		t.Error("Runs on a closed store: no error")
	}
}

// TestNoTypeHoldsASecret walks through everything that can be stored.
func TestNoTypeHoldsASecret(t *testing.T) {
	secret := reflect.TypeFor[account.Secret]()
	seen := make(map[reflect.Type]bool)
	var walk func(reflect.Type, string)
	walk = func(typ reflect.Type, path string) {
		if typ == secret {
			t.Errorf("%s is a secret", path)
		}
		if seen[typ] {
			return
		}
		seen[typ] = true
		switch typ.Kind() {
		case reflect.Struct:
			for i := range typ.NumField() {
				f := typ.Field(i)
				if regexp.MustCompile(`(?i)password|token|secret`).MatchString(f.Name) {
					t.Errorf("%s.%s is named like a secret", path, f.Name)
				}
				walk(f.Type, path+"."+f.Name)
			}
		case reflect.Pointer, reflect.Slice, reflect.Map:
			walk(typ.Elem(), path)
		}
	}
	for _, v := range []any{journal.Run{}, journal.Entry{}, journal.Intent{}, journal.Outcome{}, journal.Account{}, journal.Owner{}} {
		walk(reflect.TypeOf(v), reflect.TypeOf(v).Name())
	}
}

func TestAddressesOfOnePortal(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	run := beginWith(t, s, 1)
	must(t, "Close", s.Close())
	sees := func(url string) bool {
		s, err := journal.Open(dir, url, journal.Options{ReadOnly: true})
		must(t, "Open "+url, err)
		defer s.Close()
		_, err = s.Run(t.Context(), run)
		var problem *diagnosis.Problem
		if err != nil && !errors.As(err, &problem) {
			t.Errorf("Run at %s: %v", url, err)
		}
		return err == nil
	}
	for url, want := range map[string]bool{
		"https://portal.example.com/":      true,
		"https://PORTAL.example.com.:443":  true,
		"http://portal.example.com":        true,
		"https://portal.example.com:8443":  false,
		"https://portal.example.com/mail/": false,
		"https://portal.example.org":       false,
		"https://портал.рф":                false,
		"http://[::1]:8080":                false,
	} {
		if got := sees(url); got != want {
			t.Errorf("%s sees the runs of %s: %v, want %v", url, portal, got, want)
		}
	}
	for _, url := range []string{"", "https://", "://", "portal"} {
		if _, err := journal.Open(dir, url, journal.Options{}); err == nil {
			t.Errorf("Open(%q): no error", url)
		}
	}
}
