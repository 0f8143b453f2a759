package account_test

import (
	"testing"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

func TestPlausibleIdentity(t *testing.T) {
	whole := account.Identity{Name: "Anna Ivanova", Email: "anna@example.org", Owner: "boris@example.org"}
	for _, tc := range []struct {
		name     string
		row      account.Identity
		invalid  bool
		problems []diagnosis.Problem
		want     account.Identity
	}{
		{"as it should be", whole, true, nil, whole},
		{"a GUID", account.Identity{Email: "a@b.ru", Owner: "f4ad6e7b-0000-4000-8000-000000000001"}, true, nil,
			account.Identity{Email: "a@b.ru", Owner: "f4ad6e7b-0000-4000-8000-000000000001"}},
		{"a password for a person", account.Identity{Name: "Anna", Email: "anna@example.org", Owner: "Winter2026!"}, true, nil,
			account.Identity{Name: "Anna", Email: "anna@example.org"}},
		{"a password with an @ in it", account.Identity{Name: "Anna", Email: "anna@example.org", Owner: "P@ssw0rd"}, true, nil,
			account.Identity{Name: "Anna", Email: "anna@example.org"}},
		{"a domain inside the company, in a good row", account.Identity{Email: "anna@corp", Owner: "anna@corp"}, false, nil,
			account.Identity{Email: "anna@corp", Owner: "anna@corp"}},
		{"a password for an address", account.Identity{Name: "anna@example.org", Email: "Winter2026!"}, true, nil, account.Identity{}},
		{"cells that may have slipped", whole, true, []diagnosis.Problem{{Code: diagnosis.RowWidth}},
			account.Identity{Email: whole.Email, Owner: whole.Owner}},
	} {
		if got := tc.row.Plausible(tc.invalid, tc.problems); got != tc.want {
			t.Errorf("%s: Plausible = %+v, want %+v", tc.name, got, tc.want)
		}
	}
}

func TestIsHost(t *testing.T) {
	for text, want := range map[string]bool{
		"imap.example.org": true, "почта.рф": true, "imap.xn--p1ai": true, "192.0.2.1": true,
		"mailserver": false, "Winter2026": false, "Winter.2026": false, "::1": false, "": false, "a..b": false, "Winter 2026.ru": false, "1.2.3": false,
	} {
		if got := account.IsHost(text); got != want {
			t.Errorf("IsHost(%q) = %v, want %v", text, got, want)
		}
	}
}
