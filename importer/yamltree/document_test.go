package yamltree_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"r7import/importer/diagnosis"
	"r7import/importer/yamltree"
)

// TestDocument reads one mapping with the keys a, b and list, and tells all that is wrong at once.
func TestDocument(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		want       []string // code and place of each problem
	}{
		{"fine", "version: 1\na: x\nlist: [1, y]\n", nil},
		{"nothing but a comment", "# x\n", []string{"YAML_VERSION 1:1"}},
		{"a later version", "version: 2\n", []string{"YAML_VERSION 1:10"}},
		{"a key twice and an unknown one", "version: 1\na: x\na: y\nKanarienvogel: z\n", []string{"YAML_TWICE 3:1", "YAML_KEY 4:1"}},
		{"a list for a text", "version: 1\na: [Kanarienvogel]\n", []string{"YAML_FORM 2:4"}},
		{"a text for keys", "Kanarienvogel\n", []string{"YAML_FORM 1:1", "YAML_VERSION 1:1"}},
		{"two documents", "version: 1\n---\nversion: 1\n", []string{"YAML_SYNTAX 3:8"}},
		{"not YAML", "a: [Kanarienvogel\n", []string{"YAML_SYNTAX 1:4", "YAML_VERSION 1:1"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := yamltree.Read("x.yaml", []byte(tc.text))
			top := d.Known(d.Root(), "version", "a", "list")
			d.Version(d.Root(), top["version"])
			d.Text(top["a"])
			d.Texts(top["list"])
			var got []string
			var problems diagnosis.Problems
			if err := d.Err(); err != nil && !errors.As(err, &problems) {
				t.Fatalf("Err: %T, want diagnosis.Problems", err)
			}
			for _, p := range problems {
				got = append(got, string(p.Code)+" "+p.Args["Line"]+":"+p.Args["Column"])
				if bytes.Contains([]byte(p.Error()), []byte("Kanarienvogel")) {
					t.Errorf("%v repeats the file", &p)
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("problems: want - got +\n%s", diff)
			}
		})
	}
}

func TestReadFileIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.yaml")
	for size, ok := range map[int]bool{0: true, yamltree.MaxSize: true, yamltree.MaxSize + 1: false} {
		if err := os.WriteFile(path, bytes.Repeat([]byte("#"), size), 0o600); err != nil {
			t.Fatal(err)
		}
		if text, err := yamltree.ReadFile(path); (err == nil) != ok || ok && len(text) != size {
			t.Errorf("ReadFile of %d bytes: %d, %v", size, len(text), err)
		}
	}
	if _, err := yamltree.ReadFile(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("ReadFile of no file: %v", err)
	}
}
