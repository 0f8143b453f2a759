package report

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"r7import/importer/diagnosis"
	"r7import/importer/durable"
)

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
