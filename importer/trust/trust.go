// Package trust checks who else may change or read a file, as ssh does for its own
// files: a file that decides what the program does, or where passwords go, must not be
// changeable by others. On Windows, where modes do not show this, every file is trusted.
package trust

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"r7import/importer/diagnosis"
)

// File refuses a file that others may change: it belongs to neither the
// user nor the administrator of the machine, or others may write to it,
// or everybody may replace it in its folder. A file that does not exist,
// a pipe and a device are not refused; opening them is up to the caller.
func File(path string) error {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	if err := Info(path, info); err != nil {
		return err
	}
	folder := filepath.Dir(path)
	if info, err := os.Stat(folder); err == nil && grants(info, writeByAll) && info.Mode()&fs.ModeSticky == 0 {
		return diagnosis.New(diagnosis.FileWritable, "File", folder)
	}
	return nil
}

// The permissions of others.
const (
	writeByAll    fs.FileMode = 0o002
	writeByOthers fs.FileMode = 0o022
	readByOthers  fs.FileMode = 0o044
)

// Info is [File] for the facts about an open file; it does not check the folder.
func Info(path string, info fs.FileInfo) error {
	uid, known := owner(info)
	switch {
	case !info.Mode().IsRegular():
		return nil
	case known && uid != os.Geteuid() && uid != 0:
		return diagnosis.New(diagnosis.FileForeign, "File", path)
	case grants(info, writeByOthers):
		return diagnosis.New(diagnosis.FileWritable, "File", path)
	}
	return nil
}

// Own refuses a file or folder that belongs to another
// user. One that does not exist is not refused.
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

// Folder refuses a folder in which others may
// replace files of the user with files of their own.
func Folder(path string) error {
	info, err := os.Stat(path)
	if err == nil && grants(info, writeByOthers) && info.Mode()&fs.ModeSticky == 0 {
		return diagnosis.New(diagnosis.FileWritable, "File", path)
	}
	return nil
}

// Readable reports whether users other than the owner may read a file.
func Readable(info fs.FileInfo) bool { return info.Mode().IsRegular() && grants(info, readByOthers) }
