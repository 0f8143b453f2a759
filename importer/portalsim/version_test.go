package portalsim_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"r7import/importer/portalsim"
)

func TestVersions(t *testing.T) {
	var (
		all   = []string{"10.5", "11.0", "12.0", "12.7"}
		since = func(v string) func(string) bool {
			return func(got string) bool { return len(got) > len(v) || len(got) == len(v) && got >= v }
		}
	)
	tests := []struct {
		name  string
		newer func(string) bool // versions that behave the newer way
		try   func(*testing.T, *site) bool
	}{
		{"conversion error is 400", since("11.0"), func(t *testing.T, s *site) bool {
			r := s.json(s.signIn("a@example.org"), "POST", accounts, good(address).with("port", "abc"))
			return r.status == 400 && r.message(t) == notNumber
		}},
		{"Ntlm by number", since("12.7"), func(t *testing.T, s *site) bool {
			return s.json(s.signIn("a@example.org"), "POST", accounts, good(address).with("auth_type_in", 7)).status == 201
		}},
		{"Ntlm by name", since("12.7"), func(t *testing.T, s *site) bool {
			return s.json(s.signIn("a@example.org"), "POST", accounts, good(address).with("auth_type_in", "Ntlm")).status == 201
		}},
		{"impersonation", since("12.7"), func(t *testing.T, s *site) bool {
			return s.json(s.signIn("a@example.org"), "GET", "/api/2.0/security/impersonate/11111111-2222-4333-8444-555555555555", nil).status == 200
		}},
		{"dateCreated", since("12.0"), func(t *testing.T, s *site) bool {
			token := s.signIn("a@example.org")
			r := s.json(token, "POST", accounts, good(address))
			list := s.json(token, "GET", accounts, nil)
			return strings.Contains(r.body, `"dateCreated":null`) && strings.Contains(list.body, `"dateCreated":"`)
		}},
		{"connections", since("12.0"), func(t *testing.T, s *site) bool {
			return s.json(s.signIn("a@example.org"), "GET", "/api/2.0/security/activeconnections", nil).status == 200
		}},
		{"PUT tells enabled", since("12.0"), func(t *testing.T, s *site) bool {
			token := s.signIn("a@example.org")
			s.json(token, "POST", accounts, good(address))
			return s.json(token, "PUT", accounts, good(address)).response(t).(map[string]any)["enabled"] == true
		}},
		{"sign-ins counted per address", since("12.7"), func(t *testing.T, s *site) bool {
			for range 6 {
				s.json("", "POST", authentication, fields{"userName": "x", "password": "x"})
			}
			r := s.call("POST", authentication, `{"userName":"x","password":"x"}`, "Content-Type", "application/json", "X-Forwarded-For", "203.0.113.1")
			return r.message(t) == signInFailed
		}},
		{"reports itself", func(string) bool { return true }, func(t *testing.T, s *site) bool {
			v := s.call("GET", "/api/2.0/settings/version/build", "").response(t).(map[string]any)["communityServer"]
			return v == s.Version() && strings.Count(s.Version(), ".") == 2
		}},
	}
	for _, v := range all {
		for _, test := range tests {
			t.Run(v+" "+test.name, func(t *testing.T) {
				if got, want := test.try(t, start(t, portalsim.Options{Version: v})), test.newer(v); got != want {
					t.Errorf("newer behaviour: %v, want %v", got, want)
				}
			})
		}
	}
}

func TestOldVersions(t *testing.T) {
	t.Run("9.6 counts no sign-ins", func(t *testing.T) {
		p := portalsim.New(portalsim.Options{Version: "9.6", People: []portalsim.Person{{Email: "a@example.org", Password: "right"}}})
		defer p.Close()
		for range 20 {
			attempt(p, "a@example.org", "wrong", "")
		}
		if status, body := attempt(p, "a@example.org", "right", ""); status != 201 {
			t.Errorf("sign-in after 20 wrong ones = %d %s, want 201", status, body)
		}
	})
	t.Run("10.5 connects for 10 s", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := portalsim.New(portalsim.Options{Version: "10.5", SaveGap: -1, Tokens: map[string]string{"t": "a@example.org"}, MailHosts: []portalsim.MailHost{{Do: portalsim.NoAnswer}}})
			defer p.Close()
			began := time.Now()
			direct(p, "t", "POST", accounts, good(address))
			if took := time.Since(began); took != 20*time.Second {
				t.Errorf("took %v, want 20 s", took)
			}
		})
	})
	t.Run("hosted 10.5 hides its own mailboxes", func(t *testing.T) {
		s := start(t, portalsim.Options{Version: "10.5", Hosted: true, Accounts: []portalsim.Account{{Owner: "a@example.org", Address: address, Hosted: true}}})
		if r := s.json(s.signIn("a@example.org"), "GET", accounts+"/single?email="+address, nil); r.status != 400 {
			t.Errorf("single = %d %s, want 400", r.status, r.body)
		}
	})
	t.Run("no version", func(t *testing.T) {
		for _, text := range []string{"12.7.x", "seven", "-1.0.0", "12.7.1.0"} {
			if err := (&portalsim.Options{Version: text}).Validate(); err == nil {
				t.Errorf("version %q is accepted", text)
			}
		}
	})
}
