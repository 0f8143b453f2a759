package source_test

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source"
)

var update = flag.Bool("update", false, "write the odd files and what comes of them anew")

// odd is one file of the collection in testdata/odd.
type odd struct {
	name    string        // of the file; what is wrong or special about it
	content []byte        // as the generator makes it
	make    func() []byte // instead, where that is costly or never the same
	// want is the outcome in short: the numbers of the rows, each with the codes
	// of its problems, or the code of the refusal.
	want string
	with func(*source.Options) // the flags, if any
}

func oddFiles() []odd {
	return slices.Concat(oddEncodings(), oddDelimiters(), oddQuotes(), oddRows(), oddValues(), oddKinds(), oddWrapped(), oddSheets(), oddCells(), oddParts(), oddArchives(), oddForeign())
}

// TestOddFiles reads every file of the collection and compares all that comes of
// it. Each case has a file in testdata/odd and a section in testdata/odd.golden.
func TestOddFiles(t *testing.T) {
	cases := oddFiles()
	if *update {
		writeOdd(t, cases)
	}
	golden := sections(t, "testdata/odd.golden")
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			short, full := outcome(t, filepath.Join("testdata", "odd", tc.name), tc.with)
			if short != tc.want {
				t.Errorf("outcome of %s = %q, want %q", tc.name, short, tc.want)
			}
			if diff := cmp.Diff(golden[tc.name], full); diff != "" {
				t.Errorf("%s, golden - got +\n%s", tc.name, diff)
			}
		})
	}
	if len(golden) != len(cases) {
		t.Errorf("the golden file has %d sections, want %d: run with -update", len(golden), len(cases))
	}
}

func TestOddFilesAreMany(t *testing.T) {
	names := make(map[string]bool)
	for _, tc := range oddFiles() {
		if names[tc.name] {
			t.Errorf("two cases are called %s", tc.name)
		}
		names[tc.name] = true
	}
	if len(names) < 150 {
		t.Errorf("the collection has %d files, want 150 at least", len(names))
	}
}

func writeOdd(t *testing.T, cases []odd) {
	t.Helper()
	var golden strings.Builder
	for _, tc := range cases {
		path := filepath.Join("testdata", "odd", tc.name)
		writeFile(t, path, tc)
		_, full := outcome(t, path, tc.with)
		fmt.Fprintf(&golden, "-- %s --\n%s", tc.name, full)
	}
	if err := os.WriteFile("testdata/odd.golden", []byte(golden.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// writeFile writes the file of a case. One that costs, or that chance has a part
// in, stays as it is; delete it to have another. Files of other programs have no content here.
func writeFile(t *testing.T, path string, tc odd) {
	t.Helper()
	content := tc.content
	if tc.make != nil {
		if _, err := os.Stat(path); err == nil {
			return
		}
		content = tc.make()
	}
	if content == nil {
		return
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// sections returns the parts of a golden file by their names.
func sections(t *testing.T, path string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	parts := make(map[string]string)
	for section := range strings.SplitSeq("\n"+string(text), "\n-- ") {
		if name, body, ok := strings.Cut(section, " --\n"); ok {
			parts[name] = strings.TrimSuffix(body, "\n") + "\n"
		}
	}
	return parts
}

// outcome reads a file, checks that a second reading gives the same, and returns
// what came of it in short and in full.
func outcome(t *testing.T, path string, with func(*source.Options)) (short, full string) {
	t.Helper()
	o := source.Options{Known: isKnown}
	if with != nil {
		with(&o)
	}
	var out bytes.Buffer
	f, err := source.Open(t.Context(), path, o)
	if err != nil {
		p := problem(t, err)
		fmt.Fprintf(&out, "refused %s\n", describe(p))
		return "refused " + string(p.Code), out.String()
	}
	defer f.Close()
	for _, n := range f.Notices() {
		fmt.Fprintf(&out, "notice %s\n", describe(&n))
	}
	if f.Sheet() != "" {
		fmt.Fprintf(&out, "sheet %q\n", f.Sheet())
	}
	for _, c := range f.Columns() {
		fmt.Fprintf(&out, "column %s %q\n", c.Label, c.Header)
	}
	short, rows := readRows(t, f)
	if again, _ := readRows(t, f); again != short {
		t.Errorf("%s: the second reading gave %q, the first %q", path, again, short)
	}
	out.WriteString(rows)
	for _, n := range f.Passed() {
		fmt.Fprintf(&out, "passed %s\n", describe(&n))
	}
	return short, out.String()
}

func readRows(t *testing.T, f *source.File) (short, full string) {
	t.Helper()
	var parts []string
	var out bytes.Buffer
	for r, err := range f.Records(t.Context(), names(f.Columns())) {
		if err != nil {
			p := problem(t, err)
			fmt.Fprintf(&out, "refused %s\n", describe(p))
			parts = append(parts, "refused "+string(p.Code))
			break
		}
		part := fmt.Sprint(r.Row)
		fmt.Fprintf(&out, "row %d", r.Row)
		for field := range account.NumFields {
			if text := r.Text(field); text != "" {
				fmt.Fprintf(&out, " %s=%s", field, quoted(text))
			}
		}
		out.WriteString("\n")
		for _, p := range r.Problems {
			part += ":" + string(p.Code)
			fmt.Fprintf(&out, "  %s\n", describe(&p))
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, " "), out.String()
}

// quoted returns a text that a golden file can hold.
func quoted(text string) string {
	if len(text) > 200 {
		return fmt.Sprintf("%+q... (%d bytes)", text[:20], len(text))
	}
	return fmt.Sprintf("%q", text)
}

func problem(t *testing.T, err error) *diagnosis.Problem {
	t.Helper()
	p, ok := err.(*diagnosis.Problem)
	if !ok {
		t.Fatalf("the error is %v, want a *diagnosis.Problem", err)
	}
	return p
}

func describe(p *diagnosis.Problem) string {
	var out strings.Builder
	out.WriteString(string(p.Code))
	if p.Field != "" {
		fmt.Fprintf(&out, " field=%s", p.Field)
	}
	if p.Place.Row > 0 {
		fmt.Fprintf(&out, " at=%s%d", p.Place.Column, p.Place.Row)
	}
	if p.Place.Header != "" {
		fmt.Fprintf(&out, " header=%q", p.Place.Header)
	}
	for _, name := range slices.Sorted(maps.Keys(p.Args)) {
		fmt.Fprintf(&out, " %s=%q", name, p.Args[name])
	}
	return out.String()
}
