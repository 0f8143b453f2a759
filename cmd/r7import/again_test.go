//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"r7import/importer/portalsim"
)

func TestPortalThatHangsIsLeftInDoubt(t *testing.T) {
	t.Parallel()
	p := startRun(t, portalsim.Options{MailHosts: []portalsim.MailHost{{Side: "imap", Delay: 4 * time.Second}}}, "--grace", "500ms")
	p.start()
	p.until("the portal works on an account", func() bool { return p.creates() > 0 })
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.exit(exitTerminated, 3*time.Second)
	if got := strings.Count(p.report(), ",unknown,ANSWER_ABANDONED,"); got != 1 {
		t.Errorf("the report has %d rows in doubt, want 1:\n%s", got, p.report())
	}
	if err := p.sim.SetMailHosts(nil); err != nil { // the requests to come are quick
		t.Fatal(err)
	}
	p.again(exitDone)
	if s := p.sim.Stats(); s.Created != 10 || s.Updated != 0 || p.creates() != 10 {
		t.Errorf("%d accounts made and %d written over by %d create calls, want 10, none, 10", s.Created, s.Updated, p.creates())
	}
}

// TestSecondRunOfALargeFile says how long it takes to find out that nothing is to be done.
func TestSecondRunOfALargeFile(t *testing.T) {
	t.Parallel()
	const owners, each = 80, 25
	p := startRun(t, portalsim.Options{}, "--rate", "10000/s", "--workers", "16", "--per-host", "16",
		"--max-per-owner", "25", "--allow-owner-mismatch")
	var file strings.Builder
	file.WriteString(fileOfTen)
	for n := range owners * each {
		fmt.Fprintf(&file, "Ivan Petrov,user%d@example.org,secret,imap.example.org,993,smtp.example.org,465,owner%d@example.org,portal-secret\n", n, n%owners)
	}
	if err := os.WriteFile(filepath.Join(p.folder, "accounts.csv"), []byte(file.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	p.start()
	p.exit(exitDone, 5*time.Minute) // each row takes a slow hash, which a busy machine and the race detector make slower
	before, begun := p.sim.Stats(), time.Now()
	p.again(exitDone)
	t.Logf("the second run took %v", time.Since(begun))
	after := p.sim.Stats()
	if after.Created != owners*each || p.creates() != owners*each || after.Updated != 0 {
		t.Errorf("%d accounts made and %d written over by %d create calls, want %d, none, %d", after.Created, after.Updated, p.creates(), owners*each, owners*each)
	}
	if n := after.Requests - before.Requests; n > 2 {
		t.Errorf("the second run sent %d requests, want at most the two that ask for the portal", n)
	}
	if got := strings.Count(p.report(), ",unchanged,"); got != owners*each {
		t.Errorf("the second report has %d rows unchanged, want %d", got, owners*each)
	}
}

// portalFolder returns the folder that the portal has in the state folder.
func (p *process) portalFolder() string {
	p.t.Helper()
	found, err := filepath.Glob(filepath.Join(p.folder, "state", "*"))
	if err != nil || len(found) != 1 {
		p.t.Fatalf("folders in the state folder: %v, %v", found, err)
	}
	return found[0]
}

// TestSpoiltStateStopsEverything runs after the state was spoilt: nothing may be
// sent, because nobody knows what has been sent before, and nothing may be
// written through a link.
func TestSpoiltStateStopsEverything(t *testing.T) {
	t.Parallel()
	p := startRun(t, portalsim.Options{}, "--rows", "2")
	p.start()
	p.exit(exitDone, 20*time.Second)
	folder, aside := p.portalFolder(), filepath.Join(p.folder, "aside")
	file := func(name string) string { return filepath.Join(folder, name) }
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, tc := range []struct {
		name        string
		spoil, mend func()
		says        string
	}{
		{"the key is missing",
			func() { must(os.Rename(file("key"), aside)) },
			func() { must(os.Rename(aside, file("key"))) }, "key"},
		{"the key is another one",
			func() { must(os.Rename(file("key"), aside)); must(os.WriteFile(file("key"), make([]byte, 32), 0o600)) },
			func() { must(os.Rename(aside, file("key"))) }, "key"},
		{"a link in place of the database",
			func() { must(os.Rename(file("state.db"), aside)); must(os.Symlink(aside, file("state.db"))) },
			func() { must(os.Remove(file("state.db"))); must(os.Rename(aside, file("state.db"))) }, "link"},
		{"a link in place of the folder",
			func() { must(os.Rename(folder, aside)); must(os.Symlink(aside, folder)) },
			func() { must(os.Remove(folder)); must(os.Rename(aside, folder)) }, "link"},
		{"another program's file",
			func() {
				must(os.Rename(file("state.db"), aside))
				must(os.WriteFile(file("state.db"), []byte(fileOfTen), 0o600))
			},
			func() { must(os.Rename(aside, file("state.db"))) }, "state.db"},
	} {
		tc.spoil()
		before := len(p.sim.Requests())
		cmd := exec.Command(p.Path, p.Args[1:]...)
		cmd.Dir, cmd.Env = p.Dir, p.Env
		out, err := cmd.CombinedOutput()
		if code := exitCodeOf(err); code != exitError || !strings.Contains(string(out), tc.says) || !strings.Contains(string(out), "hint: ") {
			t.Errorf("%s: exit code %d, want %d, a word about %q and a hint:\n%s", tc.name, code, exitError, tc.says, out)
		}
		for _, r := range p.sim.Requests()[before:] { // a portal is only asked whether it is there
			if !strings.Contains(r.Path, "capabilities") && !strings.Contains(r.Path, "settings/version/build") {
				t.Errorf("%s: %s %s was sent", tc.name, r.Method, r.Path)
			}
		}
		tc.mend()
	}
	p.again(exitDone)
	if p.creates() != 1 {
		t.Errorf("%d create calls, want 1", p.creates())
	}
}
