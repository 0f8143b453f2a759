package portalsim_test

import (
	"testing"

	"r7import/importer/portalsim"
)

func TestImpersonation(t *testing.T) {
	people := []portalsim.Person{
		{Email: "owner@example.org", Owner: true}, {Email: "admin@example.org", Admin: true, Groups: []string{"IT"}}, {Email: "admin2@example.org", Admin: true},
		{Email: "ivan@example.org", Groups: []string{"IT"}}, {Email: "anna@example.org", Groups: []string{"Sales"}}, {Email: "gone@example.org", Status: "terminated"},
	}
	on := portalsim.Impersonation{Available: true, Enabled: true, EnableType: 1}
	with := func(change func(*portalsim.Impersonation)) portalsim.Impersonation {
		i := on
		change(&i)
		return i
	}
	tests := []struct {
		name           string
		settings       portalsim.Impersonation
		caller, target string
		may            bool
	}{
		{"off as shipped", portalsim.Impersonation{}, "owner", "ivan", false},
		{"configured but not enabled", portalsim.Impersonation{Available: true}, "owner", "ivan", false},
		{"owner", portalsim.Impersonation{Available: true, Enabled: true}, "owner", "ivan", true},
		{"admin, owner only", portalsim.Impersonation{Available: true, Enabled: true}, "admin", "ivan", false},
		{"admin, all admins", on, "admin", "ivan", true},
		{"no admin", on, "anna", "ivan", false},
		{"self", on, "admin", "admin", false},
		{"the owner as target", on, "admin", "owner", false},
		{"an admin as target", on, "admin", "admin2", false},
		{"an admin as the owner's target", on, "owner", "admin", true},
		{"listed admins, not listed", with(func(i *portalsim.Impersonation) { i.EnableType = 2 }), "admin", "ivan", false},
		{"listed admins, listed", with(func(i *portalsim.Impersonation) { i.EnableType = 2; i.AllowedAdmins = []string{"admin@example.org"} }), "admin", "ivan", true},
		{"restricted user", with(func(i *portalsim.Impersonation) { i.RestrictionUsers = []string{"ivan@example.org"} }), "admin", "ivan", false},
		{"restricted group", with(func(i *portalsim.Impersonation) { i.RestrictionGroups = []string{"IT"} }), "admin", "ivan", false},
		{"own groups, inside", with(func(i *portalsim.Impersonation) { i.OnlyForOwnGroups = true }), "admin", "ivan", true},
		{"own groups, outside", with(func(i *portalsim.Impersonation) { i.OnlyForOwnGroups = true }), "admin", "anna", false},
		{"nobody", on, "owner", "nobody", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := start(t, portalsim.Options{People: people, Impersonation: test.settings})
			token := s.signIn(test.caller + "@example.org")
			id := "99999999-2222-4333-8444-555555555555"
			if test.target != "nobody" {
				id = s.json(token, "GET", "/api/2.0/people/email?email="+test.target+"@example.org", nil).response(t).(map[string]any)["id"].(string)
			}
			path := "/api/2.0/security/impersonate/" + id
			if may := s.json(token, "GET", path, nil).response(t); may != test.may {
				t.Errorf("GET = %v, want %v", may, test.may)
			}
			r := s.json(token, "POST", path, nil)
			if !test.may {
				if r.status != 403 {
					t.Errorf("POST = %d %s, want 403", r.status, r.body)
				}
				return
			}
			e := r.envelope(t)
			got, _ := e["response"].(string)
			if r.status != 201 || e["count"] != float64(len(got)) || r.header.Get("Set-Cookie") == "" {
				t.Fatalf("POST = %d %s, want 201 with a token, its length as count and a cookie", r.status, r.body)
			}
			if who := s.json(got, "GET", "/api/2.0/people/@self", nil).response(t).(map[string]any)["email"]; who != test.target+"@example.org" {
				t.Errorf("the token is of %v", who)
			}
		})
	}
}

// Nobody is impersonated who is not active. The question beforehand does not tell.
func TestImpersonationOfSomebodyNotActive(t *testing.T) {
	for _, status := range []string{"terminated", "leave"} {
		s := start(t, portalsim.Options{
			People:        []portalsim.Person{{Email: "away@example.org", ID: "11111111-2222-4333-8444-555555555555", Status: status}},
			Impersonation: portalsim.Impersonation{Available: true, Enabled: true},
		})
		token := s.signIn(s.Owner())
		const path = "/api/2.0/security/impersonate/11111111-2222-4333-8444-555555555555"
		if may := s.json(token, "GET", path, nil).response(t); may != true {
			t.Errorf("%s: GET = %v, want true", status, may)
		}
		if r := s.json(token, "POST", path, nil); r.status != 500 || r.message(t) != "account" || len(r.header["Set-Cookie"]) != 1 {
			t.Errorf("%s: POST = %d %s, cookies %q; want 500 account and the caller's own cookie", status, r.status, r.body, r.header["Set-Cookie"])
		}
	}
}

func TestImpersonationSettings(t *testing.T) {
	const path = "/api/2.0/security/impersonate/settings"
	s := start(t, portalsim.Options{Impersonation: portalsim.Impersonation{Available: true}})
	owner, ivan := s.signIn("admin@example.org"), s.signIn("ivan@example.org")
	if r := s.json(ivan, "GET", path, nil); r.status != 403 {
		t.Errorf("settings for everybody = %d, want 403", r.status)
	}
	s.json(owner, "PUT", path, fields{"enable": true, "enableType": 2, "allowedAdmins": []string{"a@example.org", "b@example.org"}})
	v := s.json(owner, "GET", path, nil).response(t).(map[string]any)
	if v["enabled"] != true || v["enableType"] != 2.0 || len(v["allowedAdmins"].([]any)) != 2 {
		t.Errorf("settings = %v", v)
	}
	if r := s.json(owner, "GET", "/api/2.0/security/impersonate/abc", nil); r.status != 400 {
		t.Errorf("no GUID = %d %s, want 400", r.status, r.body)
	}
	off := start(t, portalsim.Options{})
	if r := off.json(off.signIn("admin@example.org"), "PUT", path, fields{"enable": true}); r.status != 403 || r.message(t) != "Setting is not available" {
		t.Errorf("settings as shipped = %d %s, want 403", r.status, r.body)
	}
}

func TestImpersonationEnds(t *testing.T) {
	s := start(t, portalsim.Options{Impersonation: portalsim.Impersonation{Available: true, Enabled: true}, People: []portalsim.Person{{Email: "ivan@example.org"}}})
	owner := s.signIn("admin@example.org")
	id := s.json(owner, "GET", "/api/2.0/people/email?email=ivan@example.org", nil).response(t).(map[string]any)["id"].(string)
	token := s.json(owner, "POST", "/api/2.0/security/impersonate/"+id, nil).response(t).(string)
	s.call("PUT", "/api/2.0/security/impersonate/logout", "", "Authorization", token, "Cookie", "asc_auth_key="+token)
	if r := s.json(token, "GET", "/api/2.0/people/@self", nil); r.status != 401 {
		t.Errorf("the token after the end = %d, want 401", r.status)
	}
}
