package journal

import (
	"errors"
	"os"
	"strconv"
	"strings"

	"github.com/gofrs/flock"

	"r7import/importer/diagnosis"
)

// Lock keeps other processes from running on this portal until unlock is called or
// this process ends, however it ends. If another process holds the lock, the error
// is a *diagnosis.Problem of scope Busy with its process id.
func (s *Store) Lock() (unlock func(), err error) {
	if s.readOnly {
		return nil, errReadOnly
	}
	if s.folder == "" {
		return func() {}, nil
	}
	for _, file := range []string{lockFile, pidFile} {
		if err := makePrivate(s.path(file)); err != nil {
			return nil, err
		}
	}
	lock := flock.New(s.path(lockFile))
	held, err := lock.TryLock()
	if err != nil {
		return nil, unusable(err, s.path(lockFile))
	}
	if !held {
		return nil, diagnosis.New(diagnosis.StateLocked, "Pid", s.holder(), "Path", s.folder)
	}
	// The process id has a file of its own because Windows does not let others read a locked file.
	err = os.WriteFile(s.path(pidFile), []byte(strconv.Itoa(os.Getpid())), 0o600)
	if err != nil {
		return nil, errors.Join(unusable(err, s.path(pidFile)), lock.Close())
	}
	return func() { _ = lock.Close() }, nil
}

// Going reports whether another process runs on this portal.
func (s *Store) Going() bool {
	if s.folder == "" {
		return false
	}
	lock := flock.New(s.path(lockFile))
	free, err := lock.TryRLock()
	_ = lock.Close()
	return err == nil && !free
}

// holder returns the process id of the lock's holder, "?" if it is unknown.
func (s *Store) holder() string {
	content, err := os.ReadFile(s.path(pidFile))
	pid, numeric := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil || numeric != nil {
		return "?"
	}
	return strconv.Itoa(pid)
}
