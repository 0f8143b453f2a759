package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// promises are the sentences of the README about what is protected, by how they
// begin, with the tests that hold them: a function of a file, or a script.
var promises = []struct {
	begins string
	tests  []string
}{
	{"A password leaves the program only in the request", []string{
		"../../importer/portal/transport_test.go TestNew", "../../importer/portal/transport_test.go TestEncryptedConnections",
		"../../importer/portal/transport_test.go TestRootsFile", "../../importer/portal/hostile_test.go TestRedirectIsNotFollowed"}},
	{"Reports, messages, logs and the state hold no password", []string{
		"echo_test.go TestEchoedSecrets", "../../importer/portal/echo_test.go TestSecretsEchoed", "testdata/script/secrets.txtar"}},
	{"A cell that has slipped under another header", []string{
		"testdata/script/slipped.txtar", "../../importer/account/plausible_test.go TestPlausibleIdentity"}},
	{"Of passwords the state keeps a slow hash", []string{"../../importer/journal/slow_test.go TestWordListWithTheKey"}},
	{"Without its key the state says nothing", []string{
		"../../importer/journal/slow_test.go TestWordListWithoutTheKey", "../../importer/journal/key_test.go TestWhereTheKeyIs",
		"testdata/script/keys.txtar"}},
	{"The digest of a file in a proof is keyed", []string{"../../importer/journal/runs_test.go TestFileDigestsAreKeyed"}},
	{"`runs prune` leaves nothing", []string{"../../importer/journal/runs_test.go TestPrunedRunsLeaveNothing"}},
	{"Files that decide what is done with passwords", []string{
		"testdata/script/trust.txtar", "../../importer/trust/trust_test.go TestTrust"}},
	{"Variables with secrets are not passed on", []string{"testdata/script/logfile.txtar"}},
	// What is not protected is so outside of the program.
	{"Whoever works as you on this machine", nil},
	{"The portal and its administrators get the passwords", nil},
	{"The table itself lies where you put it", nil},
	{"A password that looks like an address", []string{"../../importer/account/plausible_test.go TestPlausibleIdentity"}},
}

// Each sentence of the READMEs about secrets is held by tests, and both READMEs
// promise the same.
func TestPromisesAboutSecrets(t *testing.T) {
	english := bulletsOf(t, "../../README.md", "## What is kept, and what is not")
	russian := bulletsOf(t, "../../README.ru.md", "## Что хранится и чего нет")
	if len(english) != len(promises) || len(russian) != len(promises) {
		t.Fatalf("%d sentences in English, %d in Russian, %d here", len(english), len(russian), len(promises))
	}
	for i, p := range promises {
		if !strings.HasPrefix(english[i], p.begins) {
			t.Errorf("sentence %d is %q, want it to begin with %q", i+1, english[i], p.begins)
		}
		for _, number := range digits.FindAllString(english[i], -1) {
			if !slices.Contains(digits.FindAllString(russian[i], -1), number) {
				t.Errorf("%q says %s, %q does not", english[i], number, russian[i])
			}
		}
		for _, test := range p.tests {
			file, function, _ := strings.Cut(test, " ")
			text, err := os.ReadFile(file)
			if err != nil || !strings.Contains(string(text), "func "+function+"(") && function != "" {
				t.Errorf("%q is to be held by %s, which is not there (%v)", p.begins, test, err)
			}
		}
	}
}

var digits = regexp.MustCompile(`[0-9]+`)

// bulletsOf returns the items of the lists of a chapter, each on one line.
func bulletsOf(t *testing.T, path, title string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, chapter, _ := strings.Cut(string(text), title+"\n")
	chapter, _, _ = strings.Cut(chapter, "\n## ")
	var bullets []string
	inside := false
	for line := range strings.Lines(chapter) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case strings.HasPrefix(line, "- "):
			bullets = append(bullets, line[2:])
			inside = true
		case inside && strings.HasPrefix(line, "  "):
			bullets[len(bullets)-1] += " " + strings.TrimSpace(line)
		default:
			inside = false
		}
	}
	return bullets
}
