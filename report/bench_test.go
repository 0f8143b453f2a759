package report_test

import (
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"strconv"
	"testing"
	"time"

	"r7import/importer/diagnosis"
	"r7import/report"
)

const benchRows = 20_000

// manyRows yields n rows of which each tenth has two errors.
func manyRows(n int) iter.Seq2[report.Row, error] {
	started := time.Date(2026, 3, 2, 22, 0, 0, 0, moscow)
	return func(yield func(report.Row, error) bool) {
		for i := range n {
			row := report.Row{
				Number: i + 2, Name: "Алёна Соловьёва-Мирная", Email: fmt.Sprintf("user%d@example.org", i), Owner: fmt.Sprintf("user%d@example.org", i),
				Status: diagnosis.Created, Host: "imap.example.org", MailboxID: int64(i), Attempts: 1, StartedAt: started, Duration: time.Second,
				Evidence: "201", Run: "20260302-220000-k7",
			}
			if i%10 == 0 {
				row.Status = diagnosis.Invalid
				row.Problems = []diagnosis.Problem{
					{Code: diagnosis.ReportNoFolder, Field: "port", Place: diagnosis.Place{Row: i + 2, Column: "5", Header: "port"}, Args: diagnosis.Args{"Folder": "x"}},
					{Code: diagnosis.ReportDiskFull, Field: "server", Place: diagnosis.Place{Row: i + 2, Column: "6", Header: "server"}, Args: diagnosis.Args{"Name": "x"}},
				}
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

// BenchmarkWrite sets every format beside encoding/csv with the same cells.
func BenchmarkWrite(b *testing.B) {
	b.Run("encoding/csv", func(b *testing.B) {
		for b.Loop() {
			w := csv.NewWriter(io.Discard)
			for row := range manyRows(benchRows) {
				_ = w.Write([]string{
					strconv.Itoa(row.Number), row.Name, row.Email, row.Owner, string(row.Status), "", "", row.Host, "", "",
					strconv.FormatInt(row.MailboxID, 10), "", "1", row.StartedAt.Format(time.RFC3339), "1000", row.Evidence, row.Run,
				})
			}
			w.Flush()
		}
	})
	for _, format := range report.Formats {
		b.Run(string(format), func(b *testing.B) {
			o := report.Options{Printer: printer(b, "ru")}
			for b.Loop() {
				if err := report.Encode(b.Context(), io.Discard, format, manyRows(benchRows), report.Summary{}, o); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
