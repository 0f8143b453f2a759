package source_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"r7import/importer/diagnosis"
	"r7import/importer/source"
)

// refusedWith opens a path and returns the code of the refusal, empty for none.
func refusedWith(t *testing.T, path string, o source.Options) diagnosis.Code {
	t.Helper()
	f, err := source.Open(t.Context(), path, o)
	if err == nil {
		f.Close()
		return ""
	}
	p := problem(t, err)
	if p.Code.Scope() != diagnosis.File && p.Code.Scope() != diagnosis.Usage {
		t.Errorf("Open(%s): the scope of %s is %v, want File or Usage", path, p.Code, p.Code.Scope())
	}
	return p.Code
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, tc := range []struct {
		name string
		path string
		o    source.Options
		want diagnosis.Code
	}{
		{"missing", filepath.Join(dir, "none.csv"), source.Options{}, diagnosis.FileMissing},
		{"folder", dir, source.Options{}, diagnosis.FileIsFolder},
		{"empty", write("empty.csv", ""), source.Options{}, diagnosis.FileEmpty},
		{"Excel's lock file", write("~$accounts.xlsx", "\x05admin"), source.Options{}, diagnosis.FileIsLock},
		{"LibreOffice's lock file", write(".~lock.accounts.ods#", ",admin,"), source.Options{}, diagnosis.FileIsLock},
		{"empty standard input", "-", source.Options{Stdin: strings.NewReader("")}, diagnosis.FileEmpty},
		{"no standard input", "-", source.Options{}, diagnosis.FileEmpty},
		{"large standard input", "-", source.Options{Stdin: strings.NewReader(strings.Repeat("x", 100)), MaxBytes: 99}, diagnosis.FileTooLarge},
		{"large packed workbook", write("book.xlsx.gz", string(gzipped(sheetOf(goodRows)))), source.Options{MaxBytes: 1000}, diagnosis.FileTooLarge},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := refusedWith(t, tc.path, tc.o); got != tc.want {
				t.Errorf("Open(%s) is refused with %q, want %q", tc.path, got, tc.want)
			}
		})
	}
}

func TestOpenSaysWhoElseHasTheFile(t *testing.T) {
	for _, lock := range []string{"~$accounts.csv", ".~lock.accounts.csv#"} {
		dir := t.TempDir()
		path := filepath.Join(dir, "accounts.csv")
		for _, name := range []string{path, filepath.Join(dir, lock)} {
			if err := os.WriteFile(name, []byte(english), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		f, err := source.Open(t.Context(), path, source.Options{Known: isKnown})
		if err != nil {
			t.Fatalf("Open beside %s = %v", lock, err)
		}
		defer f.Close()
		if got := f.Notices()[0]; got.Code != diagnosis.FileOpenElsewhere || got.Args["Saved"] == "" {
			t.Errorf("Open beside %s notes %v first, want FILE_OPEN_ELSEWHERE with the time", lock, got.Error())
		}
	}
}

func TestStandardInputOfAllKinds(t *testing.T) {
	for _, tc := range []struct {
		name    string
		content []byte
		sheet   string
	}{
		{"text", []byte(english), ""},
		{"packed text", gzipped([]byte(english)), ""},
		{"workbook", sheetOf(goodRows), "Sheet1"},
		{"packed workbook", gzipped(sheetOf(goodRows)), "Sheet1"},
		{"encrypted text", encrypted([]byte(english), identity().Recipient()), ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := source.Options{Stdin: strings.NewReader(string(tc.content)), Known: isKnown}
			withKey(&o)
			f, err := source.Open(t.Context(), "-", o)
			if err != nil {
				t.Fatalf("Open(-) = %v", err)
			}
			defer f.Close()
			if short, _ := readRows(t, f); short != "2 3" || f.Sheet() != tc.sheet || f.Name() != "stdin" {
				t.Errorf("rows %q of sheet %q in %q, want 2 3 of %q in stdin", short, f.Sheet(), f.Name(), tc.sheet)
			}
		})
	}
}

func TestDigest(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv")
	if err := os.WriteFile(path, []byte("email\na@example.com\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := source.Open(t.Context(), path, source.Options{Known: isKnown})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const want = "04476e00c6b804315c8d8c5b1a61ef8f16cb586a73b03cbcc1139fe0b1f2893a"
	if got, err := f.Digest(); got != want || err != nil {
		t.Errorf("Digest() = %q, %v, want %q", got, err, want)
	}
}
