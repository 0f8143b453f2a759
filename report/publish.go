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

// replace moves a file onto another. Tests replace it to simulate Windows.
var replace = durable.Move

// Check returns an error if a report cannot be written to path, so that this shows
// before anything is sent: for an unknown extension, a folder that is missing or not
// writable, a target that is a folder, a device, read-only or a symbolic link,
// and for the input under any name. It leaves no files behind. The input is empty
// or "-" if there is no file. The error is a *diagnosis.Problem.
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

// checkTarget returns an error if path exists and cannot be replaced. It does not follow links.
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

// Publish calls fill to write a file and moves the file to path when it is complete and
// on disk. A link at path is an error. If path cannot be replaced, the file gets a
// numbered name beside it; Publish returns the name of the file. After an error no new
// file exists, and a file that was at path before is unchanged. The error is a
// *diagnosis.Problem, or that of a context that ended during fill.
func Publish(path string, fill func(io.Writer) error) (writtenTo string, err error) {
	if err := checkTarget(path); err != nil {
		return "", err
	}
	f, err := durable.Create(path)
	if err != nil {
		return "", writeProblem(err, path)
	}
	defer func() {
		_ = f.Close() // fails harmlessly if it is already closed
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
	_ = durable.SyncFolder(filepath.Dir(path)) // an error is ignored: the report can be written again
	return writtenTo, nil
}

// maxNumbered is the highest number that moveInto tries.
const maxNumbered = 99

// moveInto moves a file to path or, if path cannot be replaced, to the first free name of path-2, path-3 and so on.
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

// errDiskFull is the error of Windows for a full disk (ERROR_DISK_FULL).
const errDiskFull = syscall.Errno(112)

// sourceError is an error during the writing of a report that is not one of writing:
// an error of the rows, or the end of the context.
type sourceError struct{ error }

// writeProblem returns the problem for an error of writing path. Other errors it returns as they are.
func writeProblem(err error, path string) error {
	if other, ok := errors.AsType[sourceError](err); ok {
		return other.error
	}
	if problem, ok := errors.AsType[*diagnosis.Problem](err); ok {
		return problem
	}
	cause := err.Error()
	if system, ok := errors.AsType[syscall.Errno](err); ok {
		cause = system.Error() // without the paths that Go adds
	}
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), runtime.GOOS == "windows" && errors.Is(err, errDiskFull):
		return diagnosis.Wrap(err, diagnosis.ReportDiskFull, "Name", path)
	}
	return diagnosis.Wrap(err, diagnosis.ReportWrite, "Name", path, "Cause", cause)
}
