package report_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"r7import/importer/diagnosis"
	"r7import/report"
)

// wantCode fails unless err is a problem with that code, or nil for an empty one.
func wantCode(t *testing.T, call string, err error, want diagnosis.Code) {
	t.Helper()
	if want == "" {
		if err != nil {
			t.Errorf("%s = %v, want no error", call, err)
		}
		return
	}
	var p *diagnosis.Problem
	if !errors.As(err, &p) || p.Code != want {
		t.Errorf("%s = %v, want %s", call, err, want)
	}
}

func write(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// names lists what is in a folder.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func TestFormatOf(t *testing.T) {
	for _, tc := range []struct {
		path string
		want report.Format
		code diagnosis.Code
	}{
		{"a.csv", report.CSV, ""},
		{"dir.d/Отчёт.XLSX", report.XLSX, ""},
		{"a.b.jsonl", report.JSONL, ""},
		{"a.html", report.HTML, ""},
		{"a.pdf", "", diagnosis.ReportFormat},
		{"a.csv.gz", "", diagnosis.ReportFormat},
		{"csv", "", diagnosis.ReportFormat},
		{"-", "", diagnosis.ReportFormat},
		{"", "", diagnosis.ReportFormat},
	} {
		t.Run(tc.path, func(t *testing.T) {
			got, err := report.FormatOf(tc.path)
			if got != tc.want {
				t.Errorf("FormatOf(%q) = %q, want %q", tc.path, got, tc.want)
			}
			wantCode(t, "FormatOf", err, tc.code)
		})
	}
}

func TestDefaultName(t *testing.T) {
	for _, tc := range []struct{ input, want string }{
		{"accounts.xlsx", "accounts-report.csv"},
		{filepath.Join("samples", "accounts.csv"), "accounts-report.csv"},
		{"accounts.csv.gz", "accounts-report.csv"},
		{"accounts.XLSX.age", "accounts-report.csv"},
		{"Отдел 1.2025.csv", "Отдел 1.2025-report.csv"},
		{"accounts", "accounts-report.csv"},
		{"-", "r7import-report.csv"},
		{".csv", "r7import-report.csv"},
	} {
		t.Run(tc.input, func(t *testing.T) {
			if got := report.DefaultName(tc.input); got != tc.want {
				t.Errorf("DefaultName(%q) = %q, want %q", tc.input, got, tc.want)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	input := in("accounts.csv")
	write(t, input, "email\n", 0o600)
	write(t, in("old.csv"), "old", 0o600)
	write(t, in("locked.csv"), "old", 0o400)
	if err := os.Mkdir(in("folder.csv"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(input, in("other-name.csv")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(input, in("link.csv")); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	if err := os.Symlink("nowhere", in("dangling.csv")); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, path string
		want       diagnosis.Code
	}{
		{"new file", in("new.csv"), ""},
		{"file that is there", in("old.csv"), ""},
		{"no such extension", in("new.pdf"), diagnosis.ReportFormat},
		{"input", input, diagnosis.ReportIsInput},
		{"input by a longer way", filepath.Join(dir, "folder.csv", "..", "accounts.csv"), diagnosis.ReportIsInput},
		{"input by another name", in("other-name.csv"), diagnosis.ReportIsInput},
		{"link to the input", in("link.csv"), diagnosis.ReportIsLink},
		{"link to nowhere", in("dangling.csv"), diagnosis.ReportIsLink},
		{"folder", in("folder.csv"), diagnosis.ReportIsFolder},
		{"read-only file", in("locked.csv"), diagnosis.ReportReadOnly},
		{"missing folder", in("missing/new.csv"), diagnosis.ReportNoFolder},
		{"folder is a file", in("old.csv/new.csv"), diagnosis.ReportNoFolder},
	} {
		t.Run(tc.name, func(t *testing.T) {
			before := len(names(t, dir))
			err := report.Check(tc.path, input)
			wantCode(t, "Check", err, tc.want)
			if tc.want != "" {
				var p *diagnosis.Problem
				if errors.As(err, &p) && p.Code.Scope() != diagnosis.Usage {
					t.Errorf("%s has scope %d, want Usage", p.Code, p.Code.Scope())
				}
			}
			if after := len(names(t, dir)); after != before {
				t.Errorf("Check left %d files behind", after-before)
			}
		})
	}
}

func TestCheckOfPlacesNobodyCanWriteTo(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("uses /proc and a pipe")
	}
	wantCode(t, "Check", report.Check("/proc/report.csv", "-"), diagnosis.ReportFolderReadOnly)
	pipe := filepath.Join(t.TempDir(), "pipe.csv")
	if err := mkfifo(pipe); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "Check", report.Check(pipe, ""), diagnosis.ReportNotAFile)
}

func TestWriteReplacesWhole(t *testing.T) {
	for _, format := range report.Formats {
		t.Run(string(format), func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "report"+string(format))
			write(t, path, "old", 0o644)
			got, err := report.Write(t.Context(), path, stream(sampleRows()), report.Summary{}, report.Options{Printer: printer(t, "en")})
			if err != nil || got != path {
				t.Fatalf("Write = %q, %v", got, err)
			}
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
				t.Errorf("mode of the report = %v, want 0600", info.Mode())
			}
			if info.Size() < 100 || len(names(t, dir)) != 1 {
				t.Errorf("the folder holds %q, report of %d bytes", names(t, dir), info.Size())
			}
		})
	}
}

// TestWriteEndsEarly sees to it that what was there stays and nothing is left
// beside it, whatever ends the writing.
func TestWriteEndsEarly(t *testing.T) {
	broken := errors.New("the rows broke off")
	rows := func(end func()) iter.Seq2[report.Row, error] {
		return func(yield func(report.Row, error) bool) {
			for _, r := range sampleRows() {
				if !yield(r, nil) {
					return
				}
			}
			end()
			yield(report.Row{}, broken)
		}
	}
	for _, format := range report.Formats {
		for _, tc := range []struct {
			name  string
			want  error
			spoil func(cancel func())
		}{
			{"rows break off", broken, func(func()) {}},
			{"cancelled", context.Canceled, func(cancel func()) { cancel() }},
		} {
			t.Run(tc.name+string(format), func(t *testing.T) {
				t.Setenv("TMPDIR", t.TempDir())
				dir := t.TempDir()
				path := filepath.Join(dir, "report"+string(format))
				write(t, path, "old", 0o600)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				source := rows(func() { tc.spoil(cancel) })
				if tc.want == context.Canceled {
					source = cancelled(source)
				}
				got, err := report.Write(ctx, path, source, report.Summary{}, report.Options{Printer: printer(t, "en")})
				if err != tc.want || got != "" {
					t.Errorf("Write = %q, %v, want %v", got, err, tc.want)
				}
				if text := string(read(t, path)); text != "old" || len(names(t, dir)) != 1 {
					t.Errorf("afterwards the folder holds %q, the report %.20q", names(t, dir), text)
				}
				if left := names(t, os.Getenv("TMPDIR")); len(left) != 0 {
					t.Errorf("left in the temporary folder: %q", left)
				}
			})
		}
	}
}

// cancelled drops the error at the end of rows.
func cancelled(rows iter.Seq2[report.Row, error]) iter.Seq2[report.Row, error] {
	return func(yield func(report.Row, error) bool) {
		rows(func(r report.Row, err error) bool { return err != nil || yield(r, nil) })
	}
}

func TestLinkIsNotFollowed(t *testing.T) {
	dir := t.TempDir()
	victim := filepath.Join(dir, "victim.csv")
	link := filepath.Join(dir, "report.csv")
	write(t, victim, "precious", 0o600)
	if err := os.Symlink(victim, link); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	_, err := report.Write(t.Context(), link, stream(nil), report.Summary{}, report.Options{Printer: printer(t, "en")})
	wantCode(t, "Write", err, diagnosis.ReportIsLink)
	if got := string(read(t, victim)); got != "precious" {
		t.Errorf("the link's target now holds %q", got)
	}
}

func TestFullDisk(t *testing.T) {
	rows := make([]report.Row, 5000)
	for i := range rows {
		rows[i] = report.Row{Number: i, Status: diagnosis.Valid, Evidence: strings.Repeat("x", i%50)}
	}
	for _, format := range report.Formats {
		for _, room := range []int{0, 10, 5000, 70_000} {
			disk := &report.FullDisk{Room: room, Err: syscall.ENOSPC}
			path := filepath.Join(t.TempDir(), "report.csv")
			_, err := report.Publish(path, func(io.Writer) error {
				return report.Encode(t.Context(), disk, format, stream(rows), report.Summary{}, report.Options{Printer: printer(t, "en")})
			})
			wantCode(t, "Publish", err, diagnosis.ReportDiskFull)
			if left := names(t, filepath.Dir(path)); len(left) != 0 {
				t.Errorf("%s with room for %d bytes leaves %q", format, room, left)
			}
		}
	}
}

func TestOtherFailureToWrite(t *testing.T) {
	_, err := report.Publish(filepath.Join(t.TempDir(), "report.csv"), func(io.Writer) error {
		return &os.PathError{Op: "write", Path: "/tmp/x", Err: syscall.EIO}
	})
	wantCode(t, "Publish", err, diagnosis.ReportWrite)
	var p *diagnosis.Problem
	if errors.As(err, &p) && strings.Contains(p.Args["Cause"], "/tmp/x") {
		t.Errorf("the cause %q names the temporary file", p.Args["Cause"])
	}
}

// TestOpenInExcel: Windows refuses to replace a file that another program holds open.
func TestOpenInExcel(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "report.csv")
	write(t, path, "open", 0o600)
	report.SetReplace(t, func(source, destination string) error {
		if destination == path {
			return errors.New("the file is in use")
		}
		return os.Rename(source, destination)
	})
	for _, want := range []string{"report-2.csv", "report-3.csv"} {
		got, err := report.Write(t.Context(), path, stream(sampleRows()), report.Summary{}, report.Options{Printer: printer(t, "en")})
		if err != nil || got != filepath.Join(dir, want) {
			t.Errorf("Write = %q, %v, want %s", got, err, want)
		}
	}
	if text := string(read(t, path)); text != "open" {
		t.Errorf("the open file now holds %q", text)
	}
}

func TestFolderThatTakesNoNewName(t *testing.T) {
	report.SetReplace(t, func(string, string) error { return syscall.EACCES })
	dir := t.TempDir()
	_, err := report.Write(t.Context(), filepath.Join(dir, "report.csv"), stream(nil), report.Summary{}, report.Options{Printer: printer(t, "en")})
	wantCode(t, "Write", err, diagnosis.ReportWrite)
	if left := names(t, dir); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestEmptyReportHasItsHeader(t *testing.T) {
	var b bytes.Buffer
	if err := report.Encode(t.Context(), &b, report.CSV, stream(nil), report.Summary{}, report.Options{Printer: printer(t, "en")}); err != nil {
		t.Fatal(err)
	}
	if want := strings.Join(report.Columns, ",") + "\n"; b.String() != want {
		t.Errorf("report of no rows = %q, want %q", b.String(), want)
	}
}
