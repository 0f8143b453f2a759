package report

import (
	"context"
	"io"
	"iter"
	"os"
	"path/filepath"
	"testing"
)

// Encode is encode for a report that goes to a writer of a test.
func Encode(ctx context.Context, w io.Writer, format Format, rows iter.Seq2[Row, error], summary Summary, o Options) error {
	return encode(ctx, w, filepath.Join(os.TempDir(), "report"), format, rows, summary, o)
}

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
