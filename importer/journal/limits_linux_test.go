package journal_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

func init() {
	children["umask"] = childUmask
	children["limit"] = childLimit
}

// childUmask makes a store under a umask that takes every right away, and
// prints the modes of what it made.
func childUmask(dir string) error {
	syscall.Umask(0o777)
	s, err := journal.Open(dir, portal, journal.Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	if _, err := s.Lock(); err != nil {
		return err
	}
	if _, err := s.Begin(context.Background(), journal.Run{Kind: journal.KindRun}); err != nil {
		return err
	}
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		fmt.Println(info.Mode(), path)
		return err
	})
}

func TestFilesArePrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "state")
	out, err := child(t, "umask", filepath.Dir(dir)).Output()
	must(t, "child", err)
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) < 8 { // two folders, database, log, its index, key, lock, process id
		t.Errorf("too few files: %q", lines)
	}
	for _, line := range lines {
		mode, name, _ := strings.Cut(line, " ")
		if mode != "drwx------" && mode != "-rw-------" {
			t.Errorf("%s has mode %s", name, mode)
		}
	}
}

// childLimit writes under a limit of the size of files until that fails, and
// prints what came of it.
func childLimit(dir string) error {
	ctx := context.Background()
	signal.Ignore(syscall.SIGXFSZ) // which comes with the error
	s, err := journal.Open(dir, portal, journal.Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	limit := syscall.Rlimit{}
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	before := limit
	limit.Cur = 400_000
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	if err = fill(ctx, s); err == nil {
		return errors.New("nothing failed")
	}
	fmt.Println(code(err))
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		return err
	}
	_, err = s.Begin(ctx, journal.Run{Kind: journal.KindRun})
	fmt.Println(code(err))
	_, err = s.Runs(ctx)
	fmt.Println(code(err))
	return nil
}

// fill writes until that fails.
func fill(ctx context.Context, s *journal.Store) error {
	for i := range 10_000 {
		err := s.SaveOwner(ctx, journal.Owner{Name: fmt.Sprint(i), Email: strings.Repeat("x", 1000)})
		if err != nil {
			return err
		}
	}
	return nil
}

func code(err error) string {
	var problem *diagnosis.Problem
	if errors.As(err, &problem) {
		return string(problem.Code)
	}
	return fmt.Sprint(err)
}

func TestNothingIsWrittenAfterAFailedWrite(t *testing.T) {
	out, err := child(t, "limit", t.TempDir()).Output()
	must(t, "child", err)
	same(t, "the failed write, the next one, a read", strings.Fields(string(out)),
		[]string{string(diagnosis.StateWrite), string(diagnosis.StateWrite), "<nil>"})
}

func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("no small file system to be had: %v", err)
	}
	t.Cleanup(func() { must(t, "Unmount", syscall.Unmount(dir, 0)) })
	ballast := filepath.Join(dir, "ballast")
	must(t, "WriteFile", os.WriteFile(ballast, make([]byte, 400_000), 0o600))
	s, err := journal.Open(filepath.Join(dir, "state"), portal, journal.Options{})
	must(t, "Open", err)
	run := beginWith(t, s, 10)
	settle(t, s, run, 0)
	wantCode(t, "filling the disk", fill(t.Context(), s), diagnosis.StateFull)
	_, err = s.Intend(t.Context(), journal.Intent{Run: run, Index: 1, Key: keyOf(1), Kind: journal.Create, Fingerprint: make([]byte, 100_000)})
	wantCode(t, "Intend on a full disk", err, diagnosis.StateFull)

	must(t, "Remove", os.Remove(ballast))
	settle(t, s, run, 1) // goes on when there is room again
	must(t, "Close", s.Close())
	s, err = journal.Open(filepath.Join(dir, "state"), portal, journal.Options{})
	must(t, "Open after the disk was full", err)
	same(t, "statuses", statuses(entriesOf(t, s, run))[:3], []diagnosis.Status{diagnosis.Created, diagnosis.Created, diagnosis.NotTried})
	must(t, "Close", s.Close())
}
