package trust_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"r7import/importer/diagnosis"
	"r7import/importer/trust"
)

func TestTrust(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes do not tell on Windows")
	}
	const somebody = 12345
	for _, tc := range []struct {
		name         string
		mode, folder fs.FileMode
		owner        int
		file, own    diagnosis.Code
		readable     bool
	}{
		{name: "private", mode: 0o600, folder: 0o700},
		{name: "others may read", mode: 0o644, folder: 0o755, readable: true},
		{name: "the group may write", mode: 0o660, folder: 0o755, file: diagnosis.FileWritable, readable: true},
		{name: "others may write", mode: 0o602, folder: 0o755, file: diagnosis.FileWritable},
		{name: "everybody may replace it", mode: 0o600, folder: 0o777, file: diagnosis.FileWritable},
		{name: "as in /tmp", mode: 0o600, folder: 0o777 | fs.ModeSticky},
		{name: "the group may replace it", mode: 0o600, folder: 0o775},
		{name: "somebody else's", mode: 0o600, folder: 0o755, owner: somebody, file: diagnosis.FileForeign, own: diagnosis.FileForeign},
	} {
		t.Run(tc.name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "folder")
			path := filepath.Join(folder, "file")
			err := errors.Join(os.Mkdir(folder, 0o700), os.WriteFile(path, nil, 0o600), os.Chmod(path, tc.mode), os.Chmod(folder, tc.folder))
			if err != nil {
				t.Fatal(err)
			}
			if tc.owner != 0 {
				if err := os.Chown(path, tc.owner, -1); err != nil {
					t.Skip("only the administrator gives files away: ", err)
				}
			}
			if got := codeOf(trust.File(path)); got != tc.file {
				t.Errorf("File = %q, want %q", got, tc.file)
			}
			if got := codeOf(trust.Own(path)); got != tc.own {
				t.Errorf("Own = %q, want %q", got, tc.own)
			}
			info, err := os.Stat(path)
			if err != nil || trust.Readable(info) != tc.readable {
				t.Errorf("Readable = %v, %v, want %v", trust.Readable(info), err, tc.readable)
			}
		})
	}
	for _, path := range []string{filepath.Join(t.TempDir(), "nothing"), os.DevNull} {
		if err := errors.Join(trust.File(path)); err != nil {
			t.Errorf("File(%s) = %v", path, err)
		}
	}
}

func codeOf(err error) diagnosis.Code {
	var problem *diagnosis.Problem
	if errors.As(err, &problem) {
		return problem.Code
	}
	return ""
}
