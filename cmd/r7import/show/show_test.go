package show

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"r7import/cmd/r7import/ui"
	"r7import/importer/diagnosis"
	"r7import/importer/lang"
	"r7import/importer/pace"
	"r7import/importer/plan"
	"r7import/importer/policy"
)

func TestQuote(t *testing.T) {
	for _, tc := range []struct{ arg, system, want string }{
		{"accounts.xlsx", "linux", "accounts.xlsx"},
		{"список.xlsx", "linux", "список.xlsx"},
		{"my accounts.xlsx", "linux", "'my accounts.xlsx'"},
		{"O'Neil.csv", "linux", `'O'\''Neil.csv'`},
		{"$(reboot)", "linux", "'$(reboot)'"},
		{"", "linux", "''"},
		{`C:\my files\a.csv`, "windows", `"C:\my files\a.csv"`},
	} {
		if got := Quote(tc.arg, tc.system); got != tc.want {
			t.Errorf("Quote(%q, %s) = %s, want %s", tc.arg, tc.system, got, tc.want)
		}
	}
}

// console returns one whose messages can be read.
func console(t *testing.T, language string) (*ui.Console, *bytes.Buffer) {
	t.Helper()
	printer, err := lang.New(language)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	return &ui.Console{Err: &out, Lang: printer}, &out
}

// view returns the plan of a run as it would be shown under the default settings.
func view(t *testing.T, plan *plan.Plan) planView {
	t.Helper()
	c, _ := console(t, "en")
	return planView{Plan: Plan{Plan: plan, Options: policy.Defaults(), Rate: 10}, Console: c}
}

func TestForecastInWords(t *testing.T) {
	night := pace.Window{From: 22 * time.Hour, To: 6 * time.Hour}
	load := plan.Load{Rows: 2000, AtHost: 2000, Host: "imap.example.com", Each: 2850 * time.Millisecond, Rate: 10, Workers: 4, PerHost: 2}
	c, _ := console(t, "en")
	for _, tc := range []struct {
		name     string
		load     plan.Load
		measured int
		window   pace.Window
		want     []string
	}{
		{"nothing measured", load, 0, pace.Window{}, []string{
			"about 50 min, bounded by --per-host 2 on imap.example.com", "if the portal takes 2.9 s for an account; nothing has been measured yet"}},
		{"measured", load, 300, pace.Window{}, []string{
			"about 50 min, bounded by --per-host 2 on imap.example.com", "if the portal takes 2.9 s for an account, as it did for the latest 300"}},
		{"nothing to send", plan.Load{}, 300, night, nil},
	} {
		if diff := cmp.Diff(tc.want, (planView{Plan: Plan{Load: tc.load, Measured: tc.measured, Options: policy.Options{Window: tc.window}, Rate: 10}, Console: c}).forecastLines()); diff != "" {
			t.Errorf("%s: want -, got +\n%s", tc.name, diff)
		}
	}
	v := planView{Plan: Plan{Load: load, Options: policy.Options{Window: night}, Rate: 10}, Console: c}
	if lines := v.forecastLines(); len(lines) != 3 || !strings.HasPrefix(lines[2], "within --window until about 20") {
		t.Errorf("with a window: %q", lines)
	}
}

func TestOwnersOfAPlan(t *testing.T) {
	v := view(t, &plan.Plan{
		Way: policy.OwnerImpersonate,
		Summary: plan.Summary{
			Nobody: 1, People: plan.SignIns{Own: 2, Acting: 1, Caller: 1}, RowsBy: plan.SignIns{Own: 5, Acting: 4, Caller: 3},
		},
	})
	v.User = "anna@example.com"
	want := []string{
		"2 people, who sign in with each row's own portal_user (rows: 5)",
		"1 person, as whom an administrator acts (rows: 4)",
		"3 rows name nobody and go to anna@example.com",
		"1 row names nobody and is held: no --token-file or --user says who gets it",
	}
	if diff := cmp.Diff(want, v.ownerLines()); diff != "" {
		t.Errorf("owners: want -, got +\n%s", diff)
	}
}

func TestRareHosts(t *testing.T) {
	rows := &plan.Plan{Summary: plan.Summary{Rows: 1000, LastDays: 1000, Hosts: []plan.HostUse{
		{Side: diagnosis.Incoming, Host: "imap.example.com", Port: 993, Rows: 970},
		{Side: diagnosis.Incoming, Host: "imap.exmaple.com", Port: 993, Rows: 5},
		{Side: diagnosis.Incoming, Host: "pop.other.test", Port: 995, Rows: 4},
		{Side: diagnosis.Incoming, Host: "mail.branch.test", Port: 143, Rows: 21},
	}}}
	v := view(t, rows)
	want := []string{
		"imap.example.com:993  970 rows",
		"imap.exmaple.com:993  5 rows  ← much like imap.example.com: is it right?",
		"pop.other.test:995    4 rows  ← rare here: is it right?",
		"mail.branch.test:143  21 rows",
	}
	if diff := cmp.Diff(want, v.hostLines(diagnosis.Incoming)); diff != "" {
		t.Errorf("hosts: want -, got +\n%s", diff)
	}
}

func TestManyHostsAreCut(t *testing.T) {
	rows := &plan.Plan{Summary: plan.Summary{Rows: 100, LastDays: 100}}
	for n := range 20 {
		rows.Hosts = append(rows.Hosts, plan.HostUse{Side: diagnosis.Outgoing, Host: "smtp" + strconv.Itoa(n) + ".test", Port: 465, Rows: 5})
	}
	v := view(t, rows)
	got := v.hostLines(diagnosis.Outgoing)
	if len(got) != hostsShown+1 || got[hostsShown] != "and 8 more servers" {
		t.Errorf("hosts shows %d lines, the last %q", len(got), got[len(got)-1])
	}
}

func TestFindingsAreBounded(t *testing.T) {
	f := NewFindings()
	for n := range findingsMax + 50 {
		f.Add(&diagnosis.Problem{Code: diagnosis.ValueEmpty, Args: diagnosis.Args{"Name": strconv.Itoa(n)}, Place: diagnosis.Place{Row: n + 2}})
	}
	if len(f.order) != findingsMax || f.left != 50 {
		t.Errorf("%d findings are kept and %d counted, want %d and 50", len(f.order), f.left, findingsMax)
	}
	c, out := console(t, "en")
	f.Show(c)
	shown := strings.Count(out.String(), "error: ")
	if shown != linesMax || !strings.Contains(out.String(), "850 more problems are not shown") {
		t.Errorf("%d lines are shown, want %d and a count of the others:\n%s", shown, linesMax, out.String()[out.Len()-300:])
	}
}
