package portal_test

import (
	"testing"

	"r7import/importer/portal"
)

func TestShown(t *testing.T) {
	for address, want := range map[string]string{
		"https://xn--80asehdb.xn--p1ai":           "https://онлайн.рф (xn--80asehdb.xn--p1ai)",
		"https://xn--80asehdb.xn--p1ai:8443/path": "https://онлайн.рф:8443/path (xn--80asehdb.xn--p1ai)",
		"https://portal.example.org":              "https://portal.example.org",
		"http://127.0.0.1:8090":                   "http://127.0.0.1:8090",
	} {
		if got := portal.Shown(address); got != want {
			t.Errorf("Shown(%s) = %s, want %s", address, got, want)
		}
	}
}
