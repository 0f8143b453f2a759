package journal_test

import (
	"testing"

	"r7import/importer/account"
	"r7import/importer/journal"
)

func TestAccountsAreFoundByKey(t *testing.T) {
	dir := t.TempDir()
	writer := open(t, dir)
	run := beginWith(t, writer, 3)
	settle(t, writer, run, 0)
	reader := openReadOnly(t, dir)
	mailbox := func(s *journal.Store, i int) int64 {
		a, _ := accountOf(t, s, i)
		return a.MailboxID
	}
	same(t, "beside the writer: accounts 0 and 1", []int64{mailbox(reader, 0), mailbox(reader, 1)}, []int64{1, 0})

	settle(t, writer, run, 1)
	changed := journal.Account{Key: keyOf(0), MailboxID: 10, Run: run}
	must(t, "SaveAccount", writer.SaveAccount(t.Context(), changed))
	same(t, "later: accounts 0 and 1", []int64{mailbox(reader, 0), mailbox(reader, 1)}, []int64{10, 2})

	must(t, "SaveAccount without a run", writer.SaveAccount(t.Context(), journal.Account{Key: keyOf(2), MailboxID: 3}))
	must(t, "Close", writer.Close())
	again := open(t, dir)
	changed.MailboxID = 11
	must(t, "SaveAccount", again.SaveAccount(t.Context(), changed))
	same(t, "opened again: accounts 0, 1 and 2", []int64{mailbox(again, 0), mailbox(again, 1), mailbox(again, 2)}, []int64{11, 2, 3})

	other := account.NewKey(keyOf(1).OwnerID, keyOf(0).Address)
	if _, known, err := again.Account(t.Context(), other); known || err != nil {
		t.Errorf("Account(an address under another owner) = %v, %v, want nothing", known, err)
	}
}

// TestTwoWriters is about a process that does not heed the lock: it must not
// write over what the other one has stored.
func TestTwoWriters(t *testing.T) {
	dir := t.TempDir()
	first, second := open(t, dir), open(t, dir)
	for i, s := range []*journal.Store{first, second} {
		if _, known := accountOf(t, s, i); known {
			t.Fatalf("Account(%d) is known before anything was stored", i)
		}
	}
	must(t, "SaveAccount by the first", first.SaveAccount(t.Context(), journal.Account{Key: keyOf(0), MailboxID: 1}))
	must(t, "SaveAccount by the second", second.SaveAccount(t.Context(), journal.Account{Key: keyOf(1), MailboxID: 2}))
	for _, s := range []*journal.Store{first, second} {
		for i := range 2 {
			got, _ := accountOf(t, s, i)
			same(t, "mailbox of account "+keyOf(i).Address, got.MailboxID, int64(i+1))
		}
	}
}
