package report_test

import (
	"fmt"
	"iter"
	"time"

	"r7import/importer/diagnosis"
	"r7import/report"
)

// nightCauses are why rows of a night do not end as they should: how many of 2,000
// rows, and what is said of them.
var nightCauses = []struct {
	rows    int
	status  diagnosis.Status
	side    diagnosis.Side
	host    string
	problem diagnosis.Problem
}{
	{143, diagnosis.Failed, diagnosis.Incoming, "imap.yandex.example", diagnosis.Problem{Code: diagnosis.MailAppPassword, Args: diagnosis.Args{"Text": "[AUTHENTICATIONFAILED] LOGIN invalid credentials or IMAP is disabled"}}},
	{41, diagnosis.Failed, diagnosis.Incoming, "imap.example.org", diagnosis.Problem{Code: diagnosis.MailAuth, Args: diagnosis.Args{"Text": "NO [AUTHENTICATIONFAILED] Authentication failed."}}},
	{17, diagnosis.Failed, diagnosis.Outgoing, "smtp.example.org", diagnosis.Problem{Code: diagnosis.MailAuth, Args: diagnosis.Args{"Text": "535 5.7.8 Error: authentication failed"}}},
	{12, diagnosis.Failed, diagnosis.Incoming, "mail.old.example.org", diagnosis.Problem{Code: diagnosis.MailTimeout}},
	{9, diagnosis.Held, "", "", diagnosis.Problem{Code: diagnosis.OwnerMismatch, Args: diagnosis.Args{"Person": "Иванов Иван"}}},
	{8, diagnosis.Invalid, "", "", diagnosis.Problem{Code: diagnosis.PortRange, Field: "port", Args: diagnosis.Args{"Max": "65535"}, Place: diagnosis.Place{Column: "F", Header: "Порт"}}},
	{6, diagnosis.Invalid, "", "", diagnosis.Problem{Code: diagnosis.AddressSyntax, Field: "email", Place: diagnosis.Place{Column: "B", Header: "Почта"}}},
	{5, diagnosis.Changed, "", "", diagnosis.Problem{Code: diagnosis.AccountDiffers, Args: diagnosis.Args{"Fields": "port, server"}}},
	{3, diagnosis.Unknown, "", "", diagnosis.Problem{Code: diagnosis.OutcomeUnknown}},
	{24, diagnosis.NotTried, diagnosis.Incoming, "imap.full.example", diagnosis.Problem{Code: diagnosis.HostPaused, Args: diagnosis.Args{"Why": "HOST_FULL", "Host": "imap.full.example"}}},
}

var (
	families = []string{"Соловьёва", "Воробьёв", "Лебедева", "Орлов", "Журавлёва", "Соколов", "Зимина", "Цой"}
	given    = []string{"Алёна", "Пётр", "Анна", "Глеб", "Юлия", "Ян", "Вера"}
)

// night yields n rows as a night makes them, of which those of nightCauses are spread
// evenly among each 2,000.
func night(n int) iter.Seq2[report.Row, error] {
	var bad [2000]int // 1 + index of the cause
	at := 0
	for c, cause := range nightCauses {
		for range cause.rows {
			at = (at + 701) % len(bad) // goes through all of them
			bad[at] = c + 1
		}
	}
	began := time.Date(2026, 3, 2, 22, 0, 4, 0, moscow)
	return func(yield func(report.Row, error) bool) {
		for i := range n {
			row := report.Row{
				Number: i + 2, Name: families[i%len(families)] + " " + given[i%len(given)], Email: fmt.Sprintf("user%05d@example.org", i),
				Owner: fmt.Sprintf("user%05d@example.org", i), Status: diagnosis.Created, Host: "imap.example.org", MailboxID: int64(4000 + i),
				Attempts: 1, StartedAt: began.Add(time.Duration(i) * 4 * time.Second), Duration: time.Duration(1200+i*37%2500) * time.Millisecond,
				Evidence: "201", Run: "20260302-220000-k7",
			}
			if i%50 == 7 {
				row.Owner = "boss@example.org"
			}
			if i >= 900 { // an hour of rest
				row.StartedAt = row.StartedAt.Add(time.Hour)
			}
			if c := bad[i%len(bad)]; c > 0 {
				cause := &nightCauses[c-1]
				row.Status, row.Side, row.Host, row.MailboxID, row.Evidence = cause.status, cause.side, cause.host, 0, "500 login test"
				problem := cause.problem
				problem.Place.Row = row.Number
				row.Problems = []diagnosis.Problem{problem}
				if cause.status == diagnosis.Invalid || cause.status == diagnosis.NotTried {
					row.StartedAt, row.Duration, row.Attempts = time.Time{}, 0, 0
				}
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

// nightSummary sums up n rows of a night in which the portal and two mail hosts had
// their troubles.
func nightSummary(n int) report.Summary {
	var tally report.Tally
	for row := range night(n) {
		tally.Add(&row)
	}
	began := time.Date(2026, 3, 2, 22, 0, 0, 0, moscow)
	after := func(minutes int) time.Time { return began.Add(time.Duration(minutes) * time.Minute) }
	return tally.Summary(report.Summary{
		Command: "run", Run: "20260302-220000-k7", File: "Сотрудники 2026.xlsx", Portal: "https://portal.example.org",
		StartedAt: began, EndedAt: began.Add(time.Duration(n)*4*time.Second + time.Hour + time.Minute),
		Timeline: report.Timeline{Events: []report.Event{
			{Kind: "pause", Code: diagnosis.PortalBusy, Start: after(12), End: after(14)},
			{Kind: "rest", Host: "imap.full.example", Code: diagnosis.HostFull, Start: after(20), End: after(85), Count: 4},
			{Kind: "rest", Host: "mail.old.example.org", Code: diagnosis.HostSilent, Start: after(31), End: after(36)},
			{Kind: "away", Code: diagnosis.PortalDown, Start: after(60), End: after(119)},
			{Kind: "rest", Host: "imap.full.example", Code: diagnosis.HostFull, Start: after(150), Count: 7},
		}},
	})
}

// nightProof is a proof of three people.
func nightProof() *report.Proof {
	counts := []report.ProofCount{{"запрошено", "wanted", 4}, {"есть на портале", "present", 3}, {"сервер почты отверг вход", "auth_error", 1}}
	return &report.Proof{
		Title: "Что найдено на портале", Verdict: "Не у каждой строки есть учётная запись, которая с ней совпадает.", Counts: counts, Columns: counts,
		Facts: []report.Fact{{Label: "Файл", Value: "Сотрудники 2026.xlsx"}, {Label: "Хеш файла", Value: "6fb7c24a2f0e1f0b8de9a6a0d3f6a4a3c0ffee6fb7c24a2f0e1f0b8de9a6a0d3"}},
		People: []report.ProofPerson{
			{Owner: "orlov@example.org", Name: "Глеб Орлов", Counts: []int{2, 1, 1}},
			{Owner: "tsoy@example.org", Name: "Ян Цой", Agrees: true, Counts: []int{1, 1, 0}},
			{Owner: "zimina@example.org", Name: "Юлия Зимина", Agrees: true, Counts: []int{1, 1, 0}},
		},
	}
}
