package job_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"r7import/cmd/r7import/job"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// grow adds to a file, which gets another time.
func grow(t *testing.T, path, text string) {
	t.Helper()
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write(t, path, string(old)+text)
}

func names(files []job.File) (list []string) {
	for _, f := range files {
		list = append(list, filepath.Base(f.Path))
	}
	return list
}

// TestFilesRest: a file of a folder is taken once size and time have rested for the
// age; others are waited for, but not without end.
func TestFilesRest(t *testing.T) {
	for _, tc := range []struct {
		name     string
		during   func(t *testing.T, folder string, second int)
		want     []string
		restless int
		seconds  int
	}{
		{name: "at rest", want: []string{"old.csv"}, seconds: 10},
		{name: "half written", during: func(t *testing.T, folder string, second int) {
			if second <= 25 {
				grow(t, filepath.Join(folder, "old.csv"), "x")
			}
		}, want: []string{"old.csv"}, seconds: 40},
		{name: "another arrives", during: func(t *testing.T, folder string, second int) {
			if second == 5 {
				write(t, filepath.Join(folder, "new.csv"), "x")
			}
		}, want: []string{"new.csv", "old.csv"}, seconds: 20},
		{name: "written without end", during: func(t *testing.T, folder string, second int) {
			grow(t, filepath.Join(folder, "new.csv"), "x")
		}, want: []string{"old.csv"}, restless: 1, seconds: 110},
		{name: "replaced by one of the same size and time", during: func(t *testing.T, folder string, second int) {
			if second == 5 {
				old := filepath.Join(folder, "old.csv")
				info, err := os.Stat(old)
				write(t, filepath.Join(folder, ".new"), "b")
				if err := errors.Join(err, os.Chtimes(filepath.Join(folder, ".new"), info.ModTime(), info.ModTime()), os.Rename(filepath.Join(folder, ".new"), old)); err != nil {
					t.Fatal(err)
				}
			}
		}, want: []string{"old.csv"}, seconds: 20},
		{name: "taken by another", during: func(t *testing.T, folder string, second int) {
			if second == 5 {
				_ = os.Remove(filepath.Join(folder, "old.csv"))
			}
		}, seconds: 10},
	} {
		t.Run(tc.name, func(t *testing.T) {
			folder := t.TempDir()
			write(t, filepath.Join(folder, "old.csv"), "a")
			if tc.restless > 0 {
				write(t, filepath.Join(folder, "new.csv"), "a")
			}
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				ctx, stop := context.WithCancel(t.Context())
				go func() {
					for second := 1; ; second++ {
						select {
						case <-ctx.Done():
							return
						case <-time.After(time.Until(began.Add(time.Duration(second)*time.Second - time.Second/2))):
							if tc.during != nil {
								tc.during(t, folder, second)
							}
						}
					}
				}()
				in := job.Inputs{Places: []string{folder}, Age: 10 * time.Second}
				files, restless, err := in.Files(ctx)
				stop()
				synctest.Wait()
				if err != nil || !slices.Equal(names(files), tc.want) || restless != tc.restless {
					t.Errorf("Files = %q, %d, %v, want %q, %d", names(files), restless, err, tc.want, tc.restless)
				}
				if took := time.Since(began); took != time.Duration(tc.seconds)*time.Second {
					t.Errorf("it took %v, want %d s", took, tc.seconds)
				}
			})
		})
	}
}

func TestFilesOfPlaces(t *testing.T) {
	folder := t.TempDir()
	drop := filepath.Join(folder, "drop")
	if err := os.Mkdir(drop, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"b.csv", "a.csv", "~$a.csv", ".hidden.csv", "note.pdf", "c.XLSX", "d.csv.gz", "e.csv.filepart"} {
		write(t, filepath.Join(folder, name), "")
		write(t, filepath.Join(drop, name), "")
	}
	in := job.Inputs{Places: []string{filepath.Join(folder, "*.csv"), drop, filepath.Join(folder, "nothing.csv"), filepath.Join(folder, "none-*")}}
	files, _, err := in.Files(t.Context())
	want := []string{"a.csv", "b.csv", "a.csv", "b.csv", "c.XLSX", "d.csv.gz", "nothing.csv"}
	if err != nil || !slices.Equal(names(files), want) {
		t.Errorf("Files = %q, %v, want %q", names(files), err, want)
	}
	in = job.Inputs{Places: []string{filepath.Join(folder, "[")}}
	if _, _, err := in.Files(t.Context()); err == nil {
		t.Error("a pattern without an end is taken for one")
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	in = job.Inputs{Places: []string{drop}, Age: time.Hour}
	if _, _, err := in.Files(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Files with a context that has ended: %v", err)
	}
}

func TestPutAway(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "hr.csv.gz")
	take := func() job.File {
		t.Helper()
		in := job.Inputs{Places: []string{folder}}
		files, _, err := in.Files(t.Context())
		if err != nil || len(files) != 1 {
			t.Fatalf("Files = %q, %v", names(files), err)
		}
		return files[0]
	}
	write(t, path, "first")
	f := take()
	at, err := f.PutAway(job.Done, "1")
	if want := filepath.Join(folder, "done", "hr-1.csv.gz"); err != nil || at != want {
		t.Errorf("PutAway = %s, %v, want %s", at, err, want)
	}
	if at, err := f.PutAway(job.Done, "2"); err != nil || at != "" || f.Waits() {
		t.Errorf("PutAway of a file that has gone = %s, %v", at, err)
	}
	write(t, path, "second")
	f = take()
	write(t, filepath.Join(folder, ".new"), "third!")
	if err := os.Rename(filepath.Join(folder, ".new"), path); err != nil {
		t.Fatal(err)
	}
	if at, err := f.PutAway(job.Done, "3"); err != nil || at != "" {
		t.Errorf("PutAway of a file that is another one by now = %s, %v", at, err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error("the new file was put away unread")
	}
	write(t, filepath.Join(folder, "failed"), "a file where the folder would be")
	f = take()
	if _, err := f.PutAway(job.Failed, "4"); err == nil {
		t.Error("PutAway into a folder that cannot be made: no error")
	}
}
