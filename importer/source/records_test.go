package source_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// opened returns a file with that many rows.
func opened(t *testing.T, rows int, o source.Options) *source.File {
	t.Helper()
	var text strings.Builder
	text.WriteString("name,email,Отдел\n")
	for i := range rows {
		fmt.Fprintf(&text, "N%d,n%d@example.com,Склад\n", i, i)
	}
	o.Stdin, o.Known = strings.NewReader(text.String()), isKnown
	f, err := source.Open(t.Context(), "-", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestRecordsEndWithTheLoop(t *testing.T) {
	f := opened(t, 5000, source.Options{})
	for _, after := range []int{1, 2, 500} {
		n := 0
		for _, err := range f.Records(t.Context(), names(f.Columns())) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n == after {
				break
			}
		}
		goleak.VerifyNone(t)
	}
}

func TestRecordsEndWithTheContext(t *testing.T) {
	f := opened(t, 5000, source.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	var last error
	for _, err := range f.Records(ctx, names(f.Columns())) {
		if n++; n == 10 {
			cancel()
		}
		last = err
	}
	if !errors.Is(last, context.Canceled) || n > 1000 {
		t.Errorf("the loop ended after %d steps with %v, want context.Canceled soon after 10", n, last)
	}
	goleak.VerifyNone(t)
}

func TestRecordsAgain(t *testing.T) {
	f := opened(t, 300, source.Options{})
	for pass := range 3 {
		n := 0
		for r, err := range f.Records(t.Context(), names(f.Columns())) {
			if err != nil || r.Row != n+2 || r.Text(account.Name) != fmt.Sprintf("N%d", n) {
				t.Fatalf("pass %d, row %d: %v, %v", pass, n, r, err)
			}
			n++
		}
		if n != 300 {
			t.Errorf("pass %d gave %d rows, want 300", pass, n)
		}
	}
}

func TestTextOutlivesTheRecord(t *testing.T) {
	f := opened(t, 2000, source.Options{})
	var kept []string
	for r, err := range f.Records(t.Context(), names(f.Columns())) {
		if err != nil {
			t.Fatal(err)
		}
		kept = append(kept, r.Text(account.Email))
	}
	runtime.GC()
	for i, text := range kept {
		if want := fmt.Sprintf("n%d@example.com", i); text != want {
			t.Fatalf("kept text %d is %q, want %q", i, text, want)
		}
	}
}

// TestCutBetweenPasses cuts a file after it was opened: fewer rows must not look like all rows.
func TestCutBetweenPasses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv")
	text := "name,email\n" + strings.Repeat("Anna,a@example.com\n", 10_000)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := source.Open(t.Context(), path, source.Options{Known: isKnown})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := os.Truncate(path, int64(len(text)/2)); err != nil {
		t.Fatal(err)
	}
	var last error
	for _, err := range f.Records(t.Context(), names(f.Columns())) {
		last = err
	}
	if last == nil || problem(t, last).Code != diagnosis.FileBroken {
		t.Errorf("reading a file cut in the meantime ends with %v, want FILE_BROKEN", last)
	}
}

func TestRecordPlaces(t *testing.T) {
	book := filepath.Join(t.TempDir(), "book.xlsx")
	if err := os.WriteFile(book, sheetOf(goodRows), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name  string
		path  string
		field account.Field
		has   bool
		want  diagnosis.Place
	}{
		{"workbook", book, account.Email, true, diagnosis.Place{File: "book.xlsx", Sheet: "Sheet1", Row: 2, Column: "B", Header: "email"}},
		{"workbook without the column", book, account.ServerHost, false, diagnosis.Place{File: "book.xlsx", Sheet: "Sheet1", Row: 2}},
		{"text", "testdata/odd/title-rows.csv", account.Port, true, diagnosis.Place{File: "title-rows.csv", Row: 5, Column: "4", Header: "port"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f, err := source.Open(t.Context(), tc.path, source.Options{Known: isKnown})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			for r, err := range f.Records(t.Context(), names(f.Columns())) {
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tc.want, r.Place(tc.field)); diff != "" || r.Has(tc.field) != tc.has {
					t.Errorf("Place(%s), want - got +\n%sHas = %v, want %v", tc.field, diff, r.Has(tc.field), tc.has)
				}
				break
			}
		})
	}
}

func TestBadCells(t *testing.T) {
	f, err := source.Open(t.Context(), "testdata/odd/several-problems.xlsx", source.Options{Known: isKnown})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for r, err := range f.Records(t.Context(), names(f.Columns())) {
		if err != nil {
			t.Fatal(err)
		}
		for field, want := range map[account.Field]bool{account.Password: true, account.Port: true, account.ServerHost: true, account.Name: false, account.Email: false} {
			if r.Bad(field) != want || want && r.Text(field) != "" {
				t.Errorf("Bad(%s) = %v with text %q, want %v and no text", field, r.Bad(field), r.Text(field), want)
			}
		}
	}
}

func TestIgnoredColumnsTroubleNobody(t *testing.T) {
	f, err := source.Open(t.Context(), "testdata/odd/several-problems.xlsx", source.Options{Known: isKnown})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for r, err := range f.Records(t.Context(), []string{"name", "email"}) {
		if err != nil || len(r.Problems) > 0 {
			t.Errorf("with the bad columns ignored: %v, %v, want no problem", r.Problems, err)
		}
	}
}

// TestNoCellTextInMessages puts a word into every cell of rows that are wrong in
// every way, and looks for it in everything that is said about them.
func TestNoCellTextInMessages(t *testing.T) {
	const canary = "CANARY"
	row := strings.Repeat(canary+",", 3)
	text := "name,email,password\n" + canary + "," + canary + "\n" + row + canary + "\n" + canary + `,"` + canary + "\n" +
		canary + `"` + canary + ",b\n" + canary + "\xff," + canary + ",x\n#" + canary + "," + canary + "@,x\nитого," + canary + ",x\n" +
		canary + "\ufffd," + canary + "," + canary + "\ufffd\n"
	o := source.Options{Stdin: strings.NewReader(text), Known: isKnown, Encoding: "utf-8"}
	f, err := source.Open(t.Context(), "-", o)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	said := f.Notices()
	for r, err := range f.Records(t.Context(), names(f.Columns())) {
		if err != nil {
			t.Fatal(err)
		}
		said = append(said, r.Problems...)
	}
	said = append(said, f.Passed()...)
	if len(said) < 9 {
		t.Errorf("%d things were said, want 9 at least: %v", len(said), said)
	}
	for _, p := range said {
		if text := describe(&p) + p.Error(); strings.Contains(text, canary) {
			t.Errorf("a cell's text is said: %s", text)
		}
	}
}

// A habit is told from a thousand rows; one that breaks it further down is an error.
func TestBrokenPadding(t *testing.T) {
	text := "email, password\n" + strings.Repeat("a@example.com, x\n", 1000) + "b@example.com,y\nc@example.com,\"z\"\nd@example.com,\ne@example.com, x\n"
	f, err := source.Open(t.Context(), "-", source.Options{Stdin: strings.NewReader(text), Known: isKnown})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	short, _ := readRows(t, f)
	const want = " 1001 1002:PADDING_BROKEN 1003:PADDING_BROKEN 1004 1005"
	if !strings.HasSuffix(short, want) || strings.Count(short, ":") != 2 {
		t.Errorf("rows = ...%q, want ...%q and no other problem", short[len(short)-len(want)-20:], want)
	}
}

// TestMisfit reads files of which many rows do not fit their header.
func TestMisfit(t *testing.T) {
	const header, good = "name;email;password\n", "Anna;a@example.com;x\n"
	for _, tc := range []struct {
		name, text string
		refused    bool
	}{
		{"nothing fits", header + strings.Repeat("x\n", 200), true},
		{"lines of prose behind a good beginning", header + strings.Repeat(good, 400) + strings.Repeat("see, below\n", 20_000), true},
		{"a delimiter too many", header + strings.Repeat("Anna;a@example.com;x;y\n", 100), true},
		{"open quotation marks", header + strings.Repeat("Anna;a@example.com;\"x\n", 100), true},
		{"a few short rows", header + strings.Repeat("x\n", 99), false},
		{"one in ten fits", header + strings.Repeat(good+strings.Repeat("x\n", 9), 1000), false},
		{"good ones first", header + strings.Repeat(good, 1000) + strings.Repeat("x\n", 20_000), false},
		{"all commented", header + strings.Repeat("# "+good, 200), false},
		{"cells that nobody reads", "email;note;room\n" + strings.Repeat("a@example.com\n", 200), false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f, err := source.Open(t.Context(), "-", source.Options{Stdin: strings.NewReader(tc.text), Known: isKnown})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			rows := 0
			for _, err = range f.Records(t.Context(), names(f.Columns())) {
				rows++
			}
			if refused := err != nil; refused != tc.refused || refused && (rows != 1 || problem(t, err).Code != diagnosis.FileMisfit) {
				t.Errorf("%d rows, then %v, want refused %t", rows-1, err, tc.refused)
			}
		})
	}
}
