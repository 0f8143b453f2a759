package report

import (
	"io"
	"testing"
)

// What the tests need beyond the public door.
var (
	Encode = encode
)

// SetRowsPerSheet makes sheets smaller for one test.
func SetRowsPerSheet(t *testing.T, n int) {
	was := rowsPerSheet
	rowsPerSheet = n
	t.Cleanup(func() { rowsPerSheet = was })
}

// SetReplace stands in for a system that refuses to replace some files.
func SetReplace(t *testing.T, f func(source, destination string) error) {
	was := replace
	replace = f
	t.Cleanup(func() { replace = was })
}

var _ io.Writer = (*FullDisk)(nil)

// FullDisk takes so many bytes and then fails.
type FullDisk struct {
	Room int
	Err  error
}

func (d *FullDisk) Write(p []byte) (int, error) {
	if len(p) > d.Room {
		n := d.Room
		d.Room = 0
		return n, d.Err
	}
	d.Room -= len(p)
	return len(p), nil
}
