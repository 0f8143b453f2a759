package main

import (
	"errors"
	"io/fs"
	"os"
)

var errNoLogFile = errors.New("not a file of its own")

// openLogFile opens a file to write at its end, for its user alone. A link is not
// followed, since it may lead to a file of somebody else's choice, and a pipe is not
// waited for.
func openLogFile(path string) (*os.File, error) {
	switch info, err := os.Lstat(path); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errNoLogFile
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY|noFollow, 0o600)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errNoLogFile // put there in the meantime
	}
	if err == nil {
		err = f.Chmod(0o600)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
