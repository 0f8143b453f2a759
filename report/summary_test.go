package report_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"r7import/importer/diagnosis"
	"r7import/report"
)

func problem(code diagnosis.Code) []diagnosis.Problem { return []diagnosis.Problem{{Code: code}} }

func TestTally(t *testing.T) {
	refused := func(n int, host string) report.Row {
		return report.Row{Number: n, Status: diagnosis.Failed, Side: diagnosis.Incoming, Host: host, Problems: problem("MAIL_AUTH"), Attempts: 1}
	}
	rows := []report.Row{
		{Number: 2, Status: diagnosis.Created, Attempts: 1},
		{Number: 3, Status: diagnosis.Created, Attempts: 1, Problems: problem(diagnosis.AccountDiffers)},
		{Number: 4, Status: diagnosis.Exists, Problems: problem(diagnosis.AccountExists)},
		refused(5, "imap.example.org"), refused(6, "imap.example.com"), refused(7, "imap.example.org"),
		{Number: 8, Status: diagnosis.NotTried},
		{Number: 9, Status: diagnosis.Invalid, Host: "never.shown", Problems: problem("PORT_RANGE")},
	}
	got := sampleSummary(rows)
	if got.Rows != 8 || got.Warned != 1 || got.Attempts != 5 {
		t.Errorf("rows %d, warned %d, attempts %d, want 8, 1, 5", got.Rows, got.Warned, got.Attempts)
	}
	wantStatuses := map[diagnosis.Status]int{diagnosis.Created: 2, diagnosis.Exists: 1, diagnosis.Failed: 3, diagnosis.NotTried: 1, diagnosis.Invalid: 1}
	if diff := cmp.Diff(wantStatuses, got.Statuses); diff != "" {
		t.Errorf("statuses, want - got +\n%s", diff)
	}
	var causes []string
	for _, c := range got.Causes {
		causes = append(causes, fmt.Sprint(c.Status, " ", c.Code, " ", c.Side, " ", c.Host, " ", c.Count, " ", c.Examples))
	}
	want := []string{
		"failed MAIL_AUTH incoming imap.example.org 2 [5 7]",
		"failed MAIL_AUTH incoming imap.example.com 1 [6]",
		"not_tried    1 [8]",
		"invalid PORT_RANGE file  1 [9]",
		"created ACCOUNT_DIFFERS portal  1 [3]",
	}
	if diff := cmp.Diff(want, causes); diff != "" {
		t.Errorf("causes, want - got +\n%s", diff)
	}
}

func TestTallyIsBounded(t *testing.T) {
	var tally report.Tally
	const rows = 20_000
	for i := range rows {
		tally.Add(&report.Row{Number: i, Status: diagnosis.Failed, Host: fmt.Sprintf("mail%d.example.org", i), Problems: problem("MAIL_AUTH")})
	}
	summary := tally.Summary(report.Summary{})
	counted := 0
	for _, c := range summary.Causes {
		counted += c.Count
	}
	if len(summary.Causes) > 1001 || counted != rows {
		t.Errorf("%d groups count %d rows, want at most 1001 groups and %d rows", len(summary.Causes), counted, rows)
	}
}

func TestSummaryAsJSON(t *testing.T) {
	text, err := json.MarshalIndent(sampleSummary(sampleRows()), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "summary.json", append(text, '\n'))
}
