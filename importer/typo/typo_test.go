package typo_test

import (
	"strings"
	"testing"

	"r7import/importer/typo"
)

func TestDistance(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"port", "port", 0}, {"", "порт", 4}, {"порт", "прот", 1}, {"port", "prot", 1}, {"server", "sever", 1}, {"server", "servver", 1},
		{"пароль", "пороль", 1}, {"пароль", "парлоь", 1}, {"abcd", "badc", 2}, {"ca", "abc", 3}, {"kitten", "sitting", 3},
	} {
		if there, back := typo.Distance(tc.a, tc.b), typo.Distance(tc.b, tc.a); there != tc.want || back != tc.want {
			t.Errorf("Distance(%q, %q) = %d and back %d, want %d", tc.a, tc.b, there, back, tc.want)
		}
	}
}

func TestNearest(t *testing.T) {
	names := []string{"workers", "window", "where", strings.Repeat("w", 1000)}
	for text, want := range map[string]string{"wokrers": "workers", "windwo": "window", "were": "where", "rate": "", "": "", strings.Repeat("w", 999): ""} {
		if got := typo.Nearest(text, names); got != want {
			t.Errorf("Nearest(%.20q) = %q, want %q", text, got, want)
		}
	}
}
