//go:build unix

package main

import (
	"bytes"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"r7import/importer/portalsim"
)

// TestCopiesOfAKilledCommandGo kills owners and redact while their copy is on its way:
// the next command removes what was left, and nothing is ever there that others can read.
func TestCopiesOfAKilledCommandGo(t *testing.T) {
	t.Parallel()
	sim := portalsim.New(portalsim.Options{})
	t.Cleanup(sim.Close)
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	program, err := exec.LookPath("r7import")
	if err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"redact": {"redact", "staff.csv", "-o", "copy.csv", "--force"},
		"owners": {"owners", "staff.csv", "-o", "copy.csv", "--force", "--portal", server.URL, "--user", "admin@example.org", "--password-file", "password", "--state", "state"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			var staff strings.Builder
			staff.WriteString("ФИО;Почта;Пароль\n")
			for row := range 100_000 {
				staff.WriteString("Анна Иванова;user" + strconv.Itoa(row) + "@example.org;Kanarienvogel-" + strconv.Itoa(row) + "\n")
			}
			for file, content := range map[string]string{"staff.csv": staff.String(), "password": "portal-secret"} {
				if err := os.WriteFile(filepath.Join(folder, file), []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			left := func() []string {
				names, _ := filepath.Glob(filepath.Join(folder, ".*"))
				return names
			}
			var stderr bytes.Buffer
			start := func() *exec.Cmd {
				cmd := exec.Command(program, args...)
				cmd.Dir, cmd.Stderr = folder, &stderr
				cmd.Env = []string{"HOME=" + folder, "PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				return cmd
			}
			cmd := start()
			filled := func() bool { // a copy that holds something
				for _, name := range left() {
					if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() && info.Size() > 0 {
						return true
					}
				}
				return false
			}
			for end := time.Now().Add(time.Minute); !filled() && time.Now().Before(end); time.Sleep(time.Millisecond) {
			}
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait() // killed
			names := left()
			if len(names) == 0 {
				t.Fatalf("the killed command has left nothing; stderr:\n%s", &stderr)
			}
			for _, name := range names {
				if info, err := os.Stat(name); err != nil || info.Mode().Perm()&0o077 != 0 {
					t.Errorf("%s: mode %v, %v, want one for its owner alone", name, info.Mode(), err)
				}
			}
			if _, err := os.Stat(filepath.Join(folder, "copy.csv")); err == nil {
				t.Error("the killed command has put a copy in its place")
			}
			stderr.Reset()
			if err := start().Wait(); exitCodeOf(err) != exitDone && name == "redact" {
				t.Fatalf("the next command: %v; stderr:\n%s", err, &stderr)
			}
			if names := left(); len(names) > 0 {
				t.Errorf("the next command has left %q; stderr:\n%s", names, &stderr)
			}
			if _, err := os.Stat(filepath.Join(folder, "copy.csv")); err != nil {
				t.Errorf("the next command has written no copy: %v; stderr:\n%s", err, &stderr)
			}
		})
	}
}
