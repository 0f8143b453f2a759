package validate_test

import (
	"runtime"
	"strconv"
	"testing"

	"r7import/importer/account"
	"r7import/importer/validate"
)

// BenchmarkSeen measures the memory of duplicates at a million rows.
func BenchmarkSeen(b *testing.B) {
	for name, owned := range map[string]bool{"self": false, "owners": true} {
		b.Run(name, func(b *testing.B) {
			const n = 1_000_000
			for b.Loop() {
				before := heap()
				seen := validate.NewSeen()
				for i := range n {
					row := account.Row{Number: i + 2, Settings: account.Settings{Email: "user" + strconv.Itoa(i) + "@example.org"}}
					if owned {
						row.Owner = account.Owner{User: row.Settings.Email, Password: account.NewSecret("x")}
					}
					seen.Check(&row)
				}
				b.ReportMetric(float64(heap()-before)/n, "B/row")
				runtime.KeepAlive(seen)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
		})
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkCheck measures the rules on a good row.
func BenchmarkCheck(b *testing.B) {
	row := good()
	var rules validate.Rules
	b.ReportAllocs()
	for b.Loop() {
		rules.Check(&row)
	}
	if len(row.Problems) > 0 {
		b.Fatal(codes(row.Problems))
	}
}
