// Package trust says who else may change or read a file, as ssh asks it of its own
// files: one that says what the program does, or to whom passwords go, must not be
// changed by others. On Windows, where modes do not tell, every file is trusted.
package trust

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"r7import/importer/diagnosis"
)

// File refuses a file that others may change: one of somebody who is neither the
// user nor the administrator of the machine, one they may write to, or one that
// lies in a folder in which everybody may put another in its place. A file that is
// not there, a pipe and a device are for those who open them.
func File(path string) error {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	if err := Info(path, info); err != nil {
		return err
	}
	folder := filepath.Dir(path)
	if info, err := os.Stat(folder); err == nil && lets(info, writeByAll) && info.Mode()&fs.ModeSticky == 0 {
		return diagnosis.New(diagnosis.FileWritable, "File", folder)
	}
	return nil
}

// What a mode lets others do.
const (
	writeByAll    fs.FileMode = 0o002
	writeByOthers fs.FileMode = 0o022
	readByOthers  fs.FileMode = 0o044
)

// Info is [File] for what is known of an open file, without its folder.
func Info(path string, info fs.FileInfo) error {
	uid, known := owner(info)
	switch {
	case !info.Mode().IsRegular():
		return nil
	case known && uid != os.Geteuid() && uid != 0:
		return diagnosis.New(diagnosis.FileForeign, "File", path)
	case lets(info, writeByOthers):
		return diagnosis.New(diagnosis.FileWritable, "File", path)
	}
	return nil
}

// Own refuses a file or folder that is not the user's own. What is not there is no
// reason to refuse.
func Own(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	if uid, known := owner(info); known && uid != os.Geteuid() {
		return diagnosis.New(diagnosis.FileForeign, "File", path)
	}
	return nil
}

// Folder refuses a folder in which others may put their own things in the place of
// the user's.
func Folder(path string) error {
	info, err := os.Stat(path)
	if err == nil && lets(info, writeByOthers) && info.Mode()&fs.ModeSticky == 0 {
		return diagnosis.New(diagnosis.FileWritable, "File", path)
	}
	return nil
}

// Readable reports whether somebody but the owner may read a file.
func Readable(info fs.FileInfo) bool { return info.Mode().IsRegular() && lets(info, readByOthers) }
