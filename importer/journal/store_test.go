package journal_test

import (
	"errors"
	"reflect"
	"regexp"
	"testing"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

func TestAClosedStoreRefuses(t *testing.T) {
	s := open(t, t.TempDir())
	run := beginWith(t, s, 1)
	must(t, "Close", s.Close())
	if err := s.SetEntries(t.Context(), row(run, 0)); err == nil {
		t.Error("SetEntries on a closed store: no error")
	}
	if _, err := s.Runs(t.Context()); err == nil {
		t.Error("Runs on a closed store: no error")
	}
}

// TestNoTypeHoldsASecret walks through everything that can be stored.
func TestNoTypeHoldsASecret(t *testing.T) {
	secret := reflect.TypeFor[account.Secret]()
	seen := make(map[reflect.Type]bool)
	var walk func(reflect.Type, string)
	walk = func(typ reflect.Type, path string) {
		if typ == secret {
			t.Errorf("%s is a secret", path)
		}
		if seen[typ] {
			return
		}
		seen[typ] = true
		switch typ.Kind() {
		case reflect.Struct:
			for i := range typ.NumField() {
				f := typ.Field(i)
				if regexp.MustCompile(`(?i)password|token|secret`).MatchString(f.Name) {
					t.Errorf("%s.%s is named like a secret", path, f.Name)
				}
				walk(f.Type, path+"."+f.Name)
			}
		case reflect.Pointer, reflect.Slice, reflect.Map:
			walk(typ.Elem(), path)
		}
	}
	for _, v := range []any{journal.Run{}, journal.Entry{}, journal.Intent{}, journal.Outcome{}, journal.Account{}, journal.Owner{}} {
		walk(reflect.TypeOf(v), reflect.TypeOf(v).Name())
	}
}

func TestAddressesOfOnePortal(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	run := beginWith(t, s, 1)
	must(t, "Close", s.Close())
	sees := func(url string) bool {
		s, err := journal.Open(dir, url, journal.Options{ReadOnly: true})
		must(t, "Open "+url, err)
		defer s.Close()
		_, err = s.Run(t.Context(), run)
		var problem *diagnosis.Problem
		if err != nil && !errors.As(err, &problem) {
			t.Errorf("Run at %s: %v", url, err)
		}
		return err == nil
	}
	for url, want := range map[string]bool{
		"https://portal.example.com/":      true,
		"https://PORTAL.example.com.:443":  true,
		"http://portal.example.com":        true,
		"https://portal.example.com:8443":  false,
		"https://portal.example.com/mail/": false,
		"https://portal.example.org":       false,
		"https://портал.рф":                false,
		"http://[::1]:8080":                false,
	} {
		if got := sees(url); got != want {
			t.Errorf("%s sees the runs of %s: %v, want %v", url, portal, got, want)
		}
	}
	for _, url := range []string{"", "https://", "://", "portal"} {
		if _, err := journal.Open(dir, url, journal.Options{}); err == nil {
			t.Errorf("Open(%q): no error", url)
		}
	}
}
