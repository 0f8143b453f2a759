package journal_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

// atOnce is how many callers write at once. So many wait for each other, which
// makes 100 operations a commit.
const atOnce = 100

func row(run string, i int) journal.Entry {
	return journal.Entry{
		Run: run, Index: i, Row: i + 2, Name: "Иванов Иван Иванович", Email: address(i), Owner: address(i),
		Status: diagnosis.NotTried, Filled: "account=row smtp_account=row smtp_password=row",
	}
}

func address(i int) string { return fmt.Sprintf("user%06d@example.com", i) }

func keyOf(i int) account.Key {
	return account.NewKey(fmt.Sprintf("%08x-1c2b-4a5d-8e9f-0123456789ab", uint32(i)*2654435761), address(i))
}

func addRows(tb testing.TB, s *journal.Store, run string, rows int) {
	tb.Helper()
	const batch = 512
	for from := 0; from < rows; from += batch {
		var entries []journal.Entry
		for i := from; i < min(from+batch, rows); i++ {
			entries = append(entries, row(run, i))
		}
		if err := s.AddEntries(tb.Context(), entries); err != nil {
			tb.Fatal(err)
		}
	}
}

// perRow measures the time the processor spends on f, by row.
func perRow(b *testing.B, what string, f func()) {
	before := cpuTime()
	f()
	b.ReportMetric(float64((cpuTime()-before).Nanoseconds())/1000/float64(b.N), what)
}

// BenchmarkRow is the journal's share of one row, in operations of the benchmark
// as rows: noted by the scan, intended, settled. The baseline appends two lines
// of JSON a row to a file and syncs it each 100.
func BenchmarkRow(b *testing.B) {
	for _, order := range []string{"sorted", "shuffled"} {
		b.Run("journal/"+order, func(b *testing.B) { benchmarkRow(b, order == "shuffled") })
	}
	b.Run("lines", benchmarkLines)
}

func benchmarkRow(b *testing.B, shuffled bool) {
	s, err := journal.Open(b.TempDir(), "https://portal.example.com", journal.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	run, err := s.Begin(b.Context(), journal.Run{Kind: journal.KindRun})
	if err != nil {
		b.Fatal(err)
	}
	order := make([]int, b.N)
	for i := range order {
		order[i] = i
	}
	if shuffled {
		order = rand.Perm(b.N)
	}
	b.ResetTimer()
	perRow(b, "scan-us/row", func() { addRows(b, s, run.ID, b.N) })
	perRow(b, "write-us/row", func() {
		var group sync.WaitGroup
		var next atomic.Int64
		for range atOnce {
			group.Go(func() {
				for i := int(next.Add(1)) - 1; i < b.N; i = int(next.Add(1)) - 1 {
					if err := writeRow(b.Context(), s, run.ID, i, keyOf(order[i])); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		group.Wait()
	})
}

func writeRow(ctx context.Context, s *journal.Store, run string, i int, key account.Key) error {
	now := time.Now()
	id, err := s.Intend(ctx, journal.Intent{Run: run, Index: i, Key: key, Kind: journal.Create, At: now, Fingerprint: print})
	if err != nil {
		return err
	}
	entry := row(run, i)
	entry.OwnerID, entry.Status, entry.MailboxID, entry.Attempts = key.OwnerID, diagnosis.Created, int64(i+1), 1
	entry.Started, entry.Took, entry.Evidence = now, 1500*time.Millisecond, "201"
	return s.Settle(ctx, journal.Outcome{Intent: id, Entry: entry, Account: &journal.Account{
		Key: key, MailboxID: int64(i + 1), Made: true, Status: diagnosis.Created, Fingerprint: print, Run: run, Checked: now,
	}})
}

func benchmarkLines(b *testing.B) {
	f, err := os.Create(filepath.Join(b.TempDir(), "lines"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	perRow(b, "write-us/row", func() {
		encoder := json.NewEncoder(w)
		for i := range b.N {
			if err := encoder.Encode(keyOf(i)); err != nil {
				b.Fatal(err)
			}
			if err := encoder.Encode(row("20261122-213045-k3f", i)); err != nil {
				b.Fatal(err)
			}
			if i%(atOnce/2) == 0 {
				_ = w.Flush()
				_ = f.Sync()
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	const rows = 10_000
	s, err := journal.Open(b.TempDir(), "https://portal.example.com", journal.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for i := range rows {
		a := journal.Account{Key: keyOf(i), MailboxID: 1, Fingerprint: print, Checked: time.Now()}
		if err := s.SaveAccount(b.Context(), a); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("account", func(b *testing.B) {
		for i := range b.N {
			if _, ok, err := s.Account(b.Context(), keyOf(i%rows)); err != nil || !ok {
				b.Fatal(ok, err)
			}
		}
	})
	b.Run("owner", func(b *testing.B) {
		for i := range b.N {
			if _, _, err := s.Owner(b.Context(), address(i)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
