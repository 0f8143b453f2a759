package report

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"r7import/importer/diagnosis"
	"r7import/importer/durable"
)

// replace moves a file onto another; tests stand in for Windows here.
var replace = durable.Move

// Check reports, before anything is sent, why a report could not be written to
// path: an extension no report has, a folder that is missing or cannot be
// written to, a target that is a folder, a device, read-only, a symbolic link,
// or the input itself under any name. It leaves nothing behind. The input may be
// empty or "-" where there is no file. The error is a *diagnosis.Problem.
func Check(path, input string) error {
	if _, err := FormatOf(path); err != nil {
		return err
	}
	return CheckPath(path, input)
}

// CheckPath is [Check] for a file of any kind.
func CheckPath(path, input string) error {
	dir := filepath.Dir(path)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return diagnosis.Wrap(err, diagnosis.ReportNoFolder, "Folder", dir)
	}
	if err := checkTarget(path); err != nil {
		return err
	}
	if at, err := os.Stat(path); err == nil {
		if read, err := os.Stat(input); err == nil && os.SameFile(at, read) {
			return diagnosis.New(diagnosis.ReportIsInput, "Name", path)
		}
	}
	probe, err := durable.Create(path)
	if err != nil {
		return diagnosis.Wrap(err, diagnosis.ReportFolderReadOnly, "Folder", dir)
	}
	_ = probe.Close()
	_ = os.Remove(probe.Name())
	return nil
}

// checkTarget looks at what is at path now. A link is not followed.
func checkTarget(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return writeProblem(err, path)
	}
	switch mode := info.Mode(); {
	case mode.IsDir():
		return diagnosis.New(diagnosis.ReportIsFolder, "Name", path)
	case mode&fs.ModeSymlink != 0:
		return diagnosis.New(diagnosis.ReportIsLink, "Name", path)
	case !mode.IsRegular():
		return diagnosis.New(diagnosis.ReportNotAFile, "Name", path)
	case mode.Perm()&0o200 == 0:
		return diagnosis.New(diagnosis.ReportReadOnly, "Name", path)
	}
	return nil
}

// Publish lets fill write a file and moves it to path once it is whole and on
// disk. A link at path is not followed. If path cannot be replaced the file goes
// beside it under a numbered name; Publish returns the name it got. On an error
// nothing is left behind and what was at path before stays. The error is a
// *diagnosis.Problem, or that of a context which ended while fill worked.
func Publish(path string, fill func(io.Writer) error) (writtenTo string, err error) {
	if err := checkTarget(path); err != nil {
		return "", err
	}
	f, err := durable.Create(path)
	if err != nil {
		return "", writeProblem(err, path)
	}
	defer func() {
		_ = f.Close() // no harm if it is closed already
		if writtenTo == "" {
			_ = os.Remove(f.Name())
		}
	}()
	if err = fill(f); err == nil {
		err = durable.Finish(f)
	}
	if err == nil {
		writtenTo, err = moveInto(f.Name(), path)
	}
	if err != nil {
		return "", writeProblem(err, path)
	}
	_ = durable.SyncFolder(filepath.Dir(path)) // the report can be made again
	return writtenTo, nil
}

// maxNumbered is the highest number tried beside a name that cannot be replaced.
const maxNumbered = 99

// moveInto moves a file to path, or to the first free of path-2, path-3 and so on.
func moveInto(file, path string) (string, error) {
	first := replace(file, path)
	if first == nil {
		return path, nil
	}
	extension := filepath.Ext(path)
	stem := strings.TrimSuffix(path, extension)
	for n := 2; n <= maxNumbered; n++ {
		numbered := fmt.Sprintf("%s-%d%s", stem, n, extension)
		if _, err := os.Lstat(numbered); err == nil {
			continue
		}
		if err := replace(file, numbered); err != nil {
			return "", first
		}
		return numbered, nil
	}
	return "", first
}

// errDiskFull is what Windows says when a disk is full (ERROR_DISK_FULL).
const errDiskFull = syscall.Errno(112)

// notOfWriting is an error that writing a report ran into and did not cause: of
// the rows it is fed, or the end of the context.
type notOfWriting struct{ error }

// writeProblem says why a report could not be written.
func writeProblem(err error, path string) error {
	if other, ok := errors.AsType[notOfWriting](err); ok {
		return other.error
	}
	if problem, ok := errors.AsType[*diagnosis.Problem](err); ok {
		return problem
	}
	cause := err.Error()
	if system, ok := errors.AsType[syscall.Errno](err); ok {
		cause = system.Error() // without the paths Go puts before it
	}
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), runtime.GOOS == "windows" && errors.Is(err, errDiskFull):
		return diagnosis.Wrap(err, diagnosis.ReportDiskFull, "Name", path)
	}
	return diagnosis.Wrap(err, diagnosis.ReportWrite, "Name", path, "Cause", cause)
}
