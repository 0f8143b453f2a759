package account_test

import (
	"testing"

	"r7import/importer/account"
)

func TestAddressesOfOneMailbox(t *testing.T) {
	for _, tc := range []struct {
		name string
		a, b account.Address
		same bool
	}{
		{"letter for letter", "anna@example.org", "anna@example.org", true},
		{"upper case", "Anna@Example.ORG", "anna@example.org", true},
		{"blanks around", " anna@example.org\u00a0", "anna@example.org", true},
		{"domain as punycode", "anna@почта.рф", "anna@xn--80a1acny.xn--p1ai", true},
		{"domain in upper case", "anna@ПОЧТА.РФ", "anna@почта.рф", true},
		{"composed letters", "йод@example.org", "и\u0306од@example.org", true},
		{"letters of the local part", "Анна@example.org", "анна@example.org", true},
		{"names of users", "Anna", "anna", true},
		{"a domain that is none", "anna@-ъ-", "ANNA@-Ъ-", true},
		{"another local part", "anna@example.org", "hanna@example.org", false},
		{"another domain", "anna@example.org", "anna@example.com", false},
		{"no domain", "anna@", "anna", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := tc.a.Equal(tc.b); got != tc.same || tc.b.Equal(tc.a) != got {
				t.Errorf("Address(%q).Equal(%q) = %v, want %v both ways; folded %q and %q", tc.a, tc.b, got, tc.same, tc.a.Fold(), tc.b.Fold())
			}
		})
	}
}

func TestHostsOfOneName(t *testing.T) {
	for name, want := range map[string]string{
		"imap.example.org": "imap.example.org", "IMAP.Example.ORG.": "imap.example.org", "почта.рф": "xn--80a1acny.xn--p1ai", "ПОЧТА.рф.": "xn--80a1acny.xn--p1ai",
		"xn--80a1acny.xn--p1ai": "xn--80a1acny.xn--p1ai", "mail_1": "mail_1", "-ъ-": "-ъ-", "": "", ".": "",
	} {
		if got := account.FoldHost(name); got != want {
			t.Errorf("FoldHost(%q) = %q, want %q", name, got, want)
		}
	}
}
