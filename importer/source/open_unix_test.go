//go:build unix

package source_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"r7import/importer/diagnosis"
	"r7import/importer/source"
)

// A pipe must be refused without waiting for somebody to write to it.
func TestOpenRefusesPipesAndDevices(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe.csv")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	for _, path := range []string{pipe, "/dev/null"} {
		if got := refusedWith(t, path, source.Options{}); got != diagnosis.FileNotRegular {
			t.Errorf("Open(%s) is refused with %q, want FILE_NOT_REGULAR", path, got)
		}
	}
}
