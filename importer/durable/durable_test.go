package durable_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"r7import/importer/durable"
)

func TestWrite(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "key")
	for _, want := range []string{"first", "second, and longer"} {
		if err := durable.Write(path, []byte(want)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("the file holds %q, %v, want %q", got, err, want)
		}
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o600 {
		t.Errorf("the file has mode %v, %v, want one for its owner alone", info.Mode(), err)
	}
	if err := durable.Write(filepath.Join(folder, "none", "key"), nil); err == nil {
		t.Error("a file in a folder that is not there was written")
	}
	if err := os.Mkdir(filepath.Join(folder, "taken"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := durable.Write(filepath.Join(folder, "taken"), []byte("x")); err == nil {
		t.Error("a folder was replaced by a file")
	}
	if left, _ := filepath.Glob(filepath.Join(folder, ".r7import-*")); len(left) > 0 {
		t.Errorf("%q is left behind", left)
	}
}

func TestWriteDoesNotFollowALink(t *testing.T) {
	folder := t.TempDir()
	target, link := filepath.Join(folder, "target"), filepath.Join(folder, "link")
	if err := os.WriteFile(target, []byte("stays"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Skip(err) // Windows asks for a privilege
	}
	if err := durable.Write(link, []byte("new")); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(target); string(got) != "stays" {
		t.Errorf("what the link pointed at holds %q", got)
	}
	if got, _ := os.ReadFile(link); string(got) != "new" {
		t.Errorf("in place of the link is %q", got)
	}
}

// TestCreateRemovesWhatIsAbandoned: nobody holds the file of a process that was killed.
func TestCreateRemovesWhatIsAbandoned(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "a [b]*")
	if err := os.Mkdir(folder, 0o700); err != nil {
		if runtime.GOOS == "windows" {
			t.Skip(err) // no such names there
		}
		t.Fatal(err)
	}
	path := filepath.Join(folder, "copy.xlsx")
	live, err := durable.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer live.Close()
	used, remove, err := durable.Folder(path)
	if err != nil {
		t.Fatal(err)
	}
	dead, deadFolder := filepath.Join(folder, ".r7import-1.tmp"), filepath.Join(folder, ".r7import-report-2.tmp")
	other, link := filepath.Join(folder, ".r7import-3.txt"), filepath.Join(folder, ".r7import-4.tmp")
	long := time.Now().Add(-time.Hour)
	for _, err := range []error{
		os.WriteFile(dead, []byte("secret"), 0o600), os.Mkdir(deadFolder, 0o700), os.WriteFile(filepath.Join(deadFolder, "excelize-1"), nil, 0o600),
		os.WriteFile(other, nil, 0o600), os.Symlink(other, link), os.Chtimes(dead, long, long), os.Chtimes(deadFolder, long, long),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	next, err := durable.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer next.Close()
	for name, want := range map[string]bool{dead: false, deadFolder: false, other: true, link: true, live.Name(): true, used: true, next.Name(): true} {
		if _, err := os.Lstat(name); (err == nil) != want {
			t.Errorf("%s: %v, want it there: %v", filepath.Base(name), err, want)
		}
	}
	if err := remove(); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(used); err == nil {
		t.Error("the folder is there after it was removed")
	}
}
