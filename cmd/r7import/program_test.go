package main

import (
	"bytes"
	"strings"
	"testing"
)

// brokenReader panics with what it was about to give.
type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { panic("Kanarienvogel-Panic-1") }

func TestPanicIsToldWithoutItsValue(t *testing.T) {
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), []string{"validate", "-"}, brokenReader{}, &stdout, &stderr, []string{"LC_ALL=C"})
	if code != exitError {
		t.Errorf("exit code %d, want %d", code, exitError)
	}
	if !strings.Contains(stderr.String(), "internal error of r7import (string) in r7import/cmd/r7import.brokenReader.Read:") {
		t.Errorf("stderr does not say where it happened:\n%s", &stderr)
	}
	if strings.Contains(stderr.String()+stdout.String(), "Kanarienvogel") {
		t.Errorf("the value of the panic is shown:\n%s%s", &stdout, &stderr)
	}
}

func TestEarly(t *testing.T) {
	for _, tc := range []struct {
		args []string
		want string
	}{
		{[]string{"run", "--lang", "ru"}, "ru"},
		{[]string{"--lang=en", "run"}, "en"},
		{[]string{"run", "--", "--lang", "ru"}, ""},
		{[]string{"run", "--lang"}, ""},
		{[]string{"run", "--language", "ru"}, ""},
	} {
		if got := early(tc.args, "lang"); got != tc.want {
			t.Errorf("early(%q) = %q, want %q", tc.args, got, tc.want)
		}
	}
}
