package main

import (
	"bytes"
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"r7import/importer/journal"
	"r7import/importer/portalsim"
)

const tableWithoutServers = "name,email,password\nAnna Ivanova,anna@mail.test,secret\n"

// signing is a portal, a folder for the state, and passwords to sign in with.
type signing struct {
	t      *testing.T
	sim    *portalsim.Portal
	url    string
	folder string
}

func newSigning(t *testing.T) *signing {
	t.Helper()
	s := &signing{t: t, folder: t.TempDir()}
	s.sim = portalsim.New(portalsim.Options{OnlyPeople: true, People: []portalsim.Person{
		{Email: "anna@example.com", Password: "right", Admin: true},
		{Email: "sms@example.com", Password: "right", TwoFactor: "sms", Phone: "+7 900 333-55-66", Code: "246810"},
	}})
	server := httptest.NewServer(s.sim)
	t.Cleanup(func() {
		server.Close()
		s.sim.Close()
	})
	s.url = server.URL
	for name, text := range map[string]string{"right": "right\n", "wrong": "wrong\n", "accounts.csv": tableWithoutServers} {
		if err := os.WriteFile(filepath.Join(s.folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// call calls a command as a user with one of the passwords and checks how it ends,
// what it says, and how many sign-ins the portal has seen in all.
func (s *signing) call(ctx context.Context, command, user, password string, code int, says string, signIns int, more ...string) {
	s.t.Helper()
	file := filepath.Join(s.folder, "accounts.csv")
	args := map[string][]string{
		"login":   {"login", s.url},
		"owners":  {"owners", file, "--portal", s.url, "-o", filepath.Join(s.folder, "owners.csv"), "--force"},
		"mapping": {"mapping", file, "--portal", s.url, "--detect", "-o", filepath.Join(s.folder, "mapping.yaml"), "--force"},
		"plan": {"plan", file, "--portal", s.url, "-o", filepath.Join(s.folder, "plan.csv"),
			"--set", "server=imap.test", "--set", "port=993", "--set", "smtp_server=smtp.test", "--set", "smtp_port=465"},
	}[command]
	args = append(args, "--user", user, "--password-file", filepath.Join(s.folder, password), "--state", filepath.Join(s.folder, "state"), "--timeout", "10s")
	var stdout, stderr bytes.Buffer
	got := run(ctx, append(args, more...), strings.NewReader(""), &stdout, &stderr, []string{"LC_ALL=C", "HOME=" + s.folder})
	if got != code || !strings.Contains(stderr.String()+stdout.String(), says) {
		s.t.Errorf("%s by %s with the %s password: exit code %d, want %d and %q in\n%s%s", command, user, password, got, code, says, &stderr, &stdout)
	}
	seen := 0
	for _, r := range s.sim.Requests() {
		if strings.Contains(r.Path, "authentication") {
			seen++
		}
	}
	if seen != signIns {
		s.t.Errorf("%s by %s with the %s password: the portal has seen %d sign-ins, want %d", command, user, password, seen, signIns)
	}
}

// owner changes what the state knows of a user.
func (s *signing) owner(user string, change func(*journal.Owner)) {
	s.t.Helper()
	err := journal.ChangeOwner(s.t.Context(), filepath.Join(s.folder, "state"), s.url, user, journal.Options{KeyInFile: true}, func(_ *journal.Store, o *journal.Owner) error {
		change(o)
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

const notAgain = "it was not sent again"

func TestRefusedPasswordIsNotSentAgainByAnyCommand(t *testing.T) {
	s, ctx := newSigning(t), t.Context()
	s.call(ctx, "owners", "anna@example.com", "wrong", exitPortal, "refused user or password", 1)
	s.call(ctx, "owners", "anna@example.com", "wrong", exitPortal, notAgain, 1)
	s.call(ctx, "login", "Anna@example.com", "wrong", exitPortal, notAgain, 1)
	s.call(ctx, "mapping", "anna@example.com", "wrong", exitPortal, notAgain, 1)
	s.call(ctx, "plan", "anna@example.com", "wrong", exitPortal, notAgain, 1)
	s.call(ctx, "login", "anna@example.com", "wrong", exitPortal, "refused user or password", 2, "--retry-refused")
	s.owner("anna@example.com", func(o *journal.Owner) { o.Attempts = 1 }) // a minute has passed
	s.call(ctx, "login", "anna@example.com", "right", exitDone, "signed in", 3)
}

func TestSMSIsNotDrawnAgain(t *testing.T) {
	s, ctx := newSigning(t), t.Context()
	s.call(ctx, "owners", "sms@example.com", "right", exitPortal, "sent a code by SMS", 1)
	s.call(ctx, "login", "sms@example.com", "right", exitPortal, "drew a code by SMS", 1)
	s.call(ctx, "plan", "sms@example.com", "right", exitPortal, "drew a code by SMS", 1)
}

func TestRememberedRefusalCountsBesideARun(t *testing.T) {
	s, ctx := newSigning(t), t.Context()
	s.call(ctx, "login", "anna@example.com", "wrong", exitPortal, "refused user or password", 1)
	store, err := journal.Open(filepath.Join(s.folder, "state"), s.url, journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	unlock, err := store.Lock()
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	for _, command := range []string{"login", "owners", "mapping"} {
		s.call(ctx, command, "anna@example.com", "wrong", exitPortal, notAgain, 1)
	}
	s.call(ctx, "login", "anna@example.com", "right", exitDone, "signed in", 2)
	known, _, err := store.Owner(ctx, "anna@example.com")
	if err != nil || known.Attempts != 1 || known.RefusedCode == "" {
		t.Errorf("beside the run %+v was stored, %v; want what was known before", known, err)
	}
}

func TestAttemptsWithoutSuccessAreFarApart(t *testing.T) {
	s := newSigning(t)
	s.owner("anna@example.com", func(o *journal.Owner) { o.Attempts, o.LastAttempt = 2, time.Now() })
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	s.call(ctx, "login", "anna@example.com", "right", exitTerminated, "nothing is sent for anna@example.com before", 0)
	s.owner("anna@example.com", func(o *journal.Owner) { o.LastAttempt = o.LastAttempt.Add(-2 * time.Minute) })
	s.call(t.Context(), "login", "anna@example.com", "right", exitDone, "signed in", 1)
}
