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
	return replaceable(path)
}

// Info is [File] for what is known of an open file, without its folder.
func Info(path string, info fs.FileInfo) error {
	switch {
	case !info.Mode().IsRegular():
		return nil
	case !ofUserOrRoot(info):
		return diagnosis.New(diagnosis.FileForeign, "File", path)
	case writableByOthers(info):
		return diagnosis.New(diagnosis.FileWritable, "File", path)
	}
	return nil
}

// replaceable refuses a file in whose folder everybody may do as they like.
func replaceable(path string) error {
	folder := filepath.Dir(path)
	info, err := os.Stat(folder)
	if err == nil && writableByAll(info) {
		return diagnosis.New(diagnosis.FileWritable, "File", folder)
	}
	return nil
}

// Own refuses a file or folder that is not the user's own. What is not there is no
// reason to refuse.
func Own(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !ofUser(info):
		return diagnosis.New(diagnosis.FileForeign, "File", path)
	}
	return nil
}

// Folder refuses a folder in which others may put their own things in the place of
// the user's.
func Folder(path string) error {
	info, err := os.Stat(path)
	if err == nil && writableByOthers(info) && info.Mode()&fs.ModeSticky == 0 {
		return diagnosis.New(diagnosis.FileWritable, "File", path)
	}
	return nil
}

// Readable reports whether somebody but the owner may read a file.
func Readable(info fs.FileInfo) bool { return info.Mode().IsRegular() && readableByOthers(info) }
