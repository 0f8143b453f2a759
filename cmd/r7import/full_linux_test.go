package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"r7import/importer/portalsim"
)

// smallDisk puts a small file system of its own on a folder of the process's.
func (p *process) smallDisk(folder string) (path string) {
	p.t.Helper()
	path = filepath.Join(p.folder, folder)
	if err := os.Mkdir(path, 0o700); err != nil {
		p.t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", path, "tmpfs", 0, "size=2m"); err != nil {
		p.t.Skipf("no small file system to be had: %v", err)
	}
	p.t.Cleanup(func() {
		if err := syscall.Unmount(path, 0); err != nil {
			p.t.Errorf("Unmount %s: %v", path, err)
		}
	})
	return path
}

// fill leaves no room on a disk and returns what makes room again.
func fill(t *testing.T, folder string) (free func()) {
	t.Helper()
	ballast := filepath.Join(folder, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 4<<20), 0o600); err == nil {
		t.Fatalf("%s takes 4 MiB", folder)
	}
	return func() {
		if err := os.Remove(ballast); err != nil {
			t.Error(err)
		}
	}
}

// again runs the same command once more and checks its exit code.
func (p *process) again(want int) {
	p.t.Helper()
	cmd := exec.Command(p.Path, p.Args[1:]...)
	cmd.Dir, cmd.Env = p.Dir, p.Env
	out, err := cmd.CombinedOutput()
	if code := exitCodeOf(err); code != want {
		p.t.Errorf("the same command again: exit code %d, want %d:\n%s", code, want, out)
	}
}

func TestFullDiskForTheState(t *testing.T) {
	t.Parallel()
	p := startRun(t, portalsim.Options{Latency: 200 * time.Millisecond})
	disk := p.smallDisk("state")
	p.start()
	p.until("the portal has made two accounts", func() bool { return len(p.sim.Accounts()) > 1 })
	free := fill(t, disk)
	p.exit(exitError, 10*time.Second)
	if !strings.Contains(p.stderr.String(), "disk is full") {
		t.Errorf("stderr does not say that the disk is full:\n%s", &p.stderr)
	}
	begun := p.creates()
	if begun == 10 {
		t.Error("all rows were sent on a full disk")
	}
	free()
	p.again(exitDone)
	if s := p.sim.Stats(); len(p.sim.Accounts()) != 10 || p.creates() != 10 || s.Updated != 0 {
		t.Errorf("%d accounts after %d create calls, %d written over; want 10, 10, none", len(p.sim.Accounts()), p.creates(), s.Updated)
	}
	if got := strings.Count(p.report(), ",created,") + strings.Count(p.report(), ",unchanged,"); got != 10 {
		t.Errorf("the report says so of %d accounts, want 10:\n%s", got, p.report())
	}
}

func TestFullDiskForTheReport(t *testing.T) {
	t.Parallel()
	p := startRun(t, portalsim.Options{}, "-o", "out/report.csv")
	fill(t, p.smallDisk("out"))
	p.start()
	p.exit(exitError, 20*time.Second)
	if !strings.Contains(p.stderr.String(), "no room") && !strings.Contains(p.stderr.String(), "full") {
		t.Errorf("stderr does not say that the disk is full:\n%s", &p.stderr)
	}
	if entries, err := os.ReadDir(filepath.Join(p.folder, "out")); err != nil || len(entries) != 1 {
		t.Errorf("beside the ballast there is something half-written: %v %v", entries, err)
	}
	// Nothing is lost: the report can be made again elsewhere.
	p.Args = append(p.Args[:1:1], "report", "latest", "--portal", p.Args[5], "--state", "state", "-o", "accounts-report.csv")
	p.again(exitDone)
	if got := strings.Count(p.report(), ",created,"); got != 10 {
		t.Errorf("the report made again has %d accounts, want 10:\n%s", got, p.report())
	}
}
