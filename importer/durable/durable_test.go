package durable_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

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
