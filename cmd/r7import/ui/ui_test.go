package ui_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"r7import/cmd/r7import/ui"
	"r7import/importer"
	"r7import/importer/diagnosis"
	"r7import/importer/lang"
)

func console(t *testing.T, language, typed string) (*ui.Console, *bytes.Buffer) {
	t.Helper()
	printer, err := lang.New(language)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	return &ui.Console{In: strings.NewReader(typed), Err: &out, Lang: printer}, &out
}

func TestClean(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"plain", "Анна O'Neil — «почта»\u00a0№ 5", "Анна O'Neil — «почта»\u00a0№ 5"},
		{"escape sequence", "a\x1b[2Jb", `a\x1b[2Jb`},
		{"C1", "a\u009bb", `a\x9bb`},
		{"forged line", "a\r\nr7import: done", `a\x0d\x0ar7import: done`},
		{"right to left", "a\u202eb", `a\u{202E}b`},
		{"zero width", "a\u200bb", `a\u{200B}b`},
		{"not UTF-8", "a\xffb", `a\xffb`},
		{"replacement character", "a\uFFFDb\n", "a\uFFFDb" + `\x0a`},
		{"NUL", "\x00", `\x00`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := ui.Clean(tc.text); got != tc.want {
				t.Errorf("Clean(%q) = %q, want %q", tc.text, got, tc.want)
			}
		})
	}
}

func TestError(t *testing.T) {
	missing := diagnosis.New(diagnosis.PortalMissing)
	odd := &diagnosis.Problem{Code: diagnosis.ValueEmpty, Args: diagnosis.Args{"Name": "a\nb"}}
	for _, tc := range []struct {
		name, language string
		err            error
		want           []string
	}{
		{"problem", "en", missing, []string{"r7import: error: it was not said which portal to work on", "r7import: hint: add --portal https://portal.example.com"}},
		{"russian", "ru", missing, []string{"r7import: ошибка: не указано, с каким порталом работать", "r7import: подсказка: добавьте --portal"}},
		{"several", "en", diagnosis.Problems{*missing, *odd}, []string{"r7import: error: it was", "r7import: hint", `r7import: error: a\x0ab: the value is empty`, "r7import: hint"}},
		{"joined", "en", errors.Join(missing, errors.New("disk on fire")), []string{"r7import: error: it was", "r7import: hint", "r7import: error: unexpected error: disk on fire", "r7import: hint: running"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, out := console(t, tc.language, "")
			c.Quiet = true // errors are told even so
			c.Error(tc.err)
			lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
			if len(lines) != len(tc.want) {
				t.Fatalf("Error(%v) wrote %q, want %d lines", tc.err, out, len(tc.want))
			}
			for i, line := range lines {
				if !strings.HasPrefix(line, tc.want[i]) {
					t.Errorf("Error(%v): line %d is %q, want %q", tc.err, i+1, line, tc.want[i])
				}
			}
		})
	}
}

func TestQuietLeavesOutWarnings(t *testing.T) {
	warning := diagnosis.New(diagnosis.VariableUnknown, "Variable", "R7IMPORT_X")
	for quiet, want := range map[bool]string{false: "r7import: warning: ", true: ""} {
		c, out := console(t, "en", "")
		c.Quiet = quiet
		c.Problem(warning)
		if got := out.String(); !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("Problem with Quiet %v wrote %q, want %q", quiet, got, want)
		}
	}
}

func TestConfirm(t *testing.T) {
	for _, tc := range []struct {
		typed string
		asked int // how often
		want  bool
	}{
		{"yes\n", 1, true}, {"Y\n", 1, true}, {" да \n", 1, true}, {"Д\r\n", 1, true}, {"yes", 1, true},
		{"no\n", 1, false}, {"Нет\n", 1, false}, {"", 1, false}, {"\n", 2, false}, {"yes please\n", 2, false},
		{"yse\n\nyes\n", 3, true}, {"lf\nno\nyes\n", 2, false},
	} {
		c, out := console(t, "en", tc.typed)
		got, err := c.Confirm(t.Context(), "ui.warning")
		if got != tc.want || err != nil {
			t.Errorf("Confirm answered %q = %v, %v, want %v", tc.typed, got, err, tc.want)
		}
		const question, again = "r7import: warning [yes/no] ", "r7import: please answer yes or no\n"
		if want := question + strings.Repeat(again+question, tc.asked-1); out.String() != want {
			t.Errorf("Confirm answered %q asked %q, want %q", tc.typed, out, want)
		}
	}
}

func TestConfirmEndsWithItsContext(t *testing.T) {
	c, _ := console(t, "en", "")
	silent := make(chan struct{})
	defer close(silent)
	c.In = reader(func([]byte) (int, error) { <-silent; return 0, nil })
	asked := errors.New("a signal")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(asked)
	if _, err := c.Confirm(ctx, "ui.warning"); !errors.Is(err, asked) {
		t.Errorf("Confirm = %v, want the cause of the cancelled context", err)
	}
}

type reader func([]byte) (int, error)

func (r reader) Read(p []byte) (int, error) { return r(p) }

func TestDuration(t *testing.T) {
	c, _ := console(t, "ru", "")
	for d, want := range map[time.Duration]string{
		0:                             "0 с",
		1400 * time.Millisecond:       "1 с",
		70 * time.Second:              "1 мин 10 с",
		2 * time.Hour:                 "2 ч",
		2*time.Hour + 29*time.Second:  "2 ч",
		50*time.Hour + 90*time.Minute: "2 д 3 ч",
	} {
		if got := c.Duration(d); got != want {
			t.Errorf("Duration(%v) = %q, want %q", d, got, want)
		}
	}
}

// follow shows a run of 100 rows, one each second, as a style would.
func follow(t *testing.T, style ui.Style, quiet bool) string {
	t.Helper()
	c, out := console(t, "en", "")
	c.Quiet = quiet
	p := c.Follow(style)
	for done := range 36 {
		p.Show(importer.Progress{
			Total: 100, Decided: done, Rate: 4.25, Limit: 10, InFlight: 2,
			Counts: map[diagnosis.Status]int{diagnosis.Created: done - done/5, diagnosis.Failed: done / 5},
		})
		time.Sleep(time.Second)
	}
	p.Show(importer.Progress{Total: 100, Decided: 40, Counts: map[diagnosis.Status]int{diagnosis.Created: 40}, Unknown: 2, Waiting: 2,
		Until: time.Now().Add(10 * time.Minute), Why: "SOME_CODE"})
	p.Stop()
	return out.String()
}

func TestPlainProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := strings.Split(strings.TrimSpace(follow(t, ui.Auto, false)), "\n")
		want := []string{
			"r7import: 10 of 100 rows; created 8, failed 2; 4.2 requests/s; about 1 min 30 s left",
			"r7import: 20 of 100 rows; created 16, failed 4; 4.2 requests/s; about 1 min 20 s left",
			"r7import: 30 of 100 rows; created 24, failed 6; 4.2 requests/s; about 1 min 10 s left",
			"r7import: 40 of 100 rows; created 40, being looked up 2; 0.0 requests/s; about 10 min left; waiting until 00:10:36: SOME_CODE",
		}
		if len(got) != len(want) {
			t.Fatalf("plain progress wrote %q, want %d lines", got, len(want))
		}
		for i := range want[:3] {
			if got[i] != want[i] {
				t.Errorf("line %d = %q, want %q", i+1, got[i], want[i])
			}
		}
		// The last line names a time of day, which depends on the zone.
		if head, _, _ := strings.Cut(want[3], "; waiting"); !strings.HasPrefix(got[3], head) || !strings.HasSuffix(got[3], ": SOME_CODE") {
			t.Errorf("last line = %q, want %q", got[3], want[3])
		}
	})
}

// What stands still is told once a minute, with what it waits for.
func TestPlainProgressOfATrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, out := console(t, "en", "")
		p := c.Follow(ui.Plain)
		began, counts := time.Now(), map[diagnosis.Status]int{diagnosis.Created: 7}
		at := func(d time.Duration) string { return began.Add(d).Local().Format(time.TimeOnly) }
		for time.Since(began) < 2*time.Minute {
			p.Show(importer.Progress{Total: 100, Decided: 7, Counts: counts, Why: diagnosis.PortalDown, Since: began, Until: began.Add(30 * time.Minute)})
			time.Sleep(time.Second)
		}
		p.Show(importer.Progress{Total: 100, Decided: 8, Counts: counts, Why: diagnosis.MailTLS, Until: began.Add(3 * time.Minute), Resting: []importer.HostRest{{Host: "imap.example.org", Until: began.Add(5 * time.Minute)}}})
		p.Stop()
		away := "r7import: 7 of 100 rows; created 7; 0.0 requests/s; the portal does not answer (since " + at(0) + "); it is waited for until " + at(30*time.Minute) + " at the most"
		want := []string{away, away, "r7import: 8 of 100 rows; created 7; 0.0 requests/s; waiting until " + at(3*time.Minute) + ": rows are repeated that a mail server turned away for the moment; rows wait of imap.example.org until " + at(5*time.Minute)}
		if diff := cmp.Diff(want, strings.Split(strings.TrimSpace(out.String()), "\n")); diff != "" {
			t.Errorf("plain progress, want -, got +\n%s", diff)
		}
	})
}

func TestJSONProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lines := strings.Split(strings.TrimSpace(follow(t, ui.JSON, false)), "\n")
		if len(lines) != 4 {
			t.Fatalf("json progress wrote %d lines, want 4", len(lines))
		}
		var got struct {
			Schema   string
			Total    int
			Done     int
			Statuses map[string]int
			Why      string `json:"waits_for"`
		}
		if err := json.Unmarshal([]byte(lines[3]), &got); err != nil {
			t.Fatal(err)
		}
		if got.Schema != "r7import.progress/1" || got.Total != 100 || got.Done != 40 || got.Statuses["created"] != 40 || got.Why != "SOME_CODE" {
			t.Errorf("last line = %s", lines[3])
		}
	})
}

// TestTimeLeft: what is told is never absurd, and nothing where nothing is known.
func TestTimeLeft(t *testing.T) {
	for _, tc := range []struct {
		name    string
		decided func(second int) int
		waiting int
		until   time.Duration
		want    map[int]string // by second
	}{
		{name: "the first row of many", decided: func(s int) int { return min(s/30, 2) }, want: map[int]string{10: "", 40: "", 70: ""}},
		{name: "a burst of rows done earlier, then the slow ones", decided: func(s int) int { return min(1000, 900+s) }, want: map[int]string{5: "", 30: "1 min 10 s", 70: "30 s", 97: ""}},
		{name: "nothing moves any more", decided: func(s int) int { return min(s, 20) * 10 }, want: map[int]string{15: "2 min 15 s", 100: "10 min 50 s", 200: ""}},
		{name: "all that are left wait", decided: func(s int) int { return 990 }, waiting: 10, until: 10 * time.Minute, want: map[int]string{30: "9 min 30 s"}},
		{name: "the last ones", decided: func(s int) int { return min(950+s, 999) }, want: map[int]string{60: ""}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, out := console(t, "en", "")
				p := c.Follow(ui.JSON)
				began := time.Now()
				got := make(map[int]string)
				for second := range 300 {
					picture := importer.Progress{Total: 1000 + 500*btoi(tc.name == "nothing moves any more"), Decided: tc.decided(second), Waiting: tc.waiting}
					if tc.until > 0 {
						picture.Until, picture.Why = began.Add(tc.until), "SOME_CODE"
					}
					p.Show(picture)
					if _, asked := tc.want[second]; asked {
						p.Stop()
						lines := strings.Split(strings.TrimSpace(out.String()), "\n")
						var line struct {
							Left int `json:"left_s"`
						}
						if err := json.Unmarshal([]byte(lines[len(lines)-1]), &line); err != nil {
							t.Fatal(err)
						}
						if line.Left > 0 {
							got[second] = c.Duration(time.Duration(line.Left) * time.Second)
						} else {
							got[second] = ""
						}
					}
					time.Sleep(time.Second)
				}
				if diff := cmp.Diff(tc.want, got); diff != "" {
					t.Errorf("time left by second, want -, got +\n%s", diff)
				}
			})
		})
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestNoProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if got := follow(t, ui.None, false) + follow(t, ui.Bar, true); got != "" {
			t.Errorf("none and quiet wrote %q", got)
		}
	})
}

func TestBarLetsMessagesPassAbove(t *testing.T) {
	c, out := console(t, "ru", "")
	p := c.Follow(ui.Bar)
	p.Show(importer.Progress{Total: 4, Decided: 1, Counts: map[diagnosis.Status]int{diagnosis.Created: 1}})
	c.Error(diagnosis.New(diagnosis.PortalMissing))
	time.Sleep(500 * time.Millisecond) // the bar is drawn anew every 200 ms
	p.Show(importer.Progress{Total: 4, Decided: 4, Counts: map[diagnosis.Status]int{diagnosis.Created: 4}})
	p.Stop()
	c.Error(diagnosis.New(diagnosis.ConfirmMissing))
	got := out.String()
	bar, below := strings.Index(got, "4/4 [=="), strings.LastIndex(got, "нет терминала")
	if message := strings.Index(got, "не указано"); message < 0 || bar < message || below < bar {
		t.Errorf("message at %d, finished bar at %d, message after it at %d, want this order in\n%q", message, bar, below, got)
	}
	if !strings.Contains(got, "1/4 [=") || !strings.Contains(got, ">     ") {
		t.Errorf("no bar that is a quarter full:\n%q", got)
	}
	if !strings.Contains(got, "создан") {
		t.Errorf("the bar does not tell what became of the rows:\n%q", got)
	}
}

// What stands under the bar takes as many lines as it needs: until when is never cut off.
func TestBarTellsUntilWhen(t *testing.T) {
	c, out := console(t, "en", "")
	p := c.Follow(ui.Bar)
	until := time.Now().Add(10 * time.Minute)
	now := importer.Progress{Total: 4, Decided: 1, Counts: map[diagnosis.Status]int{diagnosis.Created: 1}}
	for n := range 4 {
		rest := importer.HostRest{Host: "imap" + strings.Repeat("-of-a-long-name", 2) + ".example.org", Until: until.Add(time.Duration(n) * time.Minute)}
		now.Resting = append(now.Resting, rest)
	}
	p.Show(now)
	p.Stop()
	for _, rest := range now.Resting {
		if want := rest.Until.Local().Format(time.TimeOnly); !strings.Contains(out.String(), want) {
			t.Errorf("the bar does not tell %s:\n%q", want, out)
		}
	}
}

func TestNobodyListens(t *testing.T) {
	c, _ := console(t, "en", "")
	c.Err = writer(func([]byte) (int, error) { return 0, errors.New("broken pipe") })
	p := c.Follow(ui.Bar)
	for done := range 3 {
		p.Show(importer.Progress{Total: 4, Decided: done})
		c.Say("ui.hint")
		time.Sleep(150 * time.Millisecond)
	}
	p.Stop() // returns
	c.Say("ui.hint")
}

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

func TestWrap(t *testing.T) {
	got := ui.Wrap("адрес портала, например https://portal.example.com\nдальше", 20)
	want := []string{"адрес портала,", "например", "https://portal.example.com", "дальше"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Wrap: want -, got +\n%s", diff)
	}
}

func TestHang(t *testing.T) {
	for _, tc := range []struct {
		name, lead, text string
		indent, width    int
		want             string
	}{
		{"fits", "r7import: ", "all is well", 2, 40, "r7import: all is well"},
		{"blanks stay where it fits", "  ", "imap.example.org:993  17 rows", 4, 40, "  imap.example.org:993  17 rows"},
		{"no terminal", "r7import: ", "a long line that nobody breaks, because it is read by a program", 2, 0,
			"r7import: a long line that nobody breaks, because it is read by a program"},
		{"at words", "r7import: ", "the portal does not answer (since 12:00:00); until 12:30:00", 2, 40,
			"r7import: the portal does not answer\n  (since 12:00:00); until 12:30:00"},
		{"below what it belongs to", "  Rows  ", "50 in the file; 50 to send; 3 have warnings", 8, 40,
			"  Rows  50 in the file; 50 to send; 3\n        have warnings"},
		{"a word that is wider", "", "https://portal.example.org/a-long-way-to-go x", 2, 30, "https://portal.example.org/a-long-way-to-go\n  x"},
	} {
		if got := ui.Hang(tc.lead, tc.text, tc.indent, tc.width); got != tc.want {
			t.Errorf("%s: Hang(%q, %q, %d, %d) = %q, want %q", tc.name, tc.lead, tc.text, tc.indent, tc.width, got, tc.want)
		}
	}
}
