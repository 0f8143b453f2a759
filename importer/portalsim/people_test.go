package portalsim_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"r7import/importer/portalsim"
)

func TestPeople(t *testing.T) {
	people := []portalsim.Person{{Email: "gone@example.org", Status: "terminated"}, {Email: "leave@example.org", Status: "leave"}, {Email: "zoe@example.org", Groups: []string{"Sales"}}}
	s := start(t, portalsim.Options{Invent: 2500, People: people})
	admin, zoe := s.signIn("admin@example.org"), s.signIn("zoe@example.org")
	// 2,500 invented, one owner, zoe; on leave and terminated counted apart.
	tests := []struct {
		name, token, path string
		items             int
		total, start      any
		next              any
	}{
		{"filter, active", admin, "/filter?employeeStatus=Active", 1000, 2502.0, nil, nil},
		{"filter by number", admin, "/filter?employeeStatus=1&startIndex=1000", 1000, 2502.0, 1000.0, nil},
		{"filter, last page", admin, "/filter?employeeStatus=Active&startIndex=2000", 502, 2502.0, 2000.0, nil},
		{"filter, behind the end", admin, "/filter?employeeStatus=Active&startIndex=9000", 0, 2502.0, 9000.0, nil},
		{"count above the cap", admin, "/filter?employeeStatus=Active&count=5000", 1000, 2502.0, nil, nil},
		{"count below the cap", admin, "/filter?employeeStatus=Active&count=10", 10, 2502.0, nil, nil},
		{"without a status an administrator sees the terminated", admin, "/filter?count=1", 1, 2504.0, nil, nil},
		{"others do not", zoe, "/filter?count=1", 1, 2503.0, nil, nil},
		{"not even when they ask", zoe, "/filter?count=1&employeeStatus=Terminated", 1, 2503.0, nil, nil},
		{"filter value", admin, "/filter?filterValue=zoe", 1, 1.0, nil, nil},
		{"people", admin, "", 1000, 2502.0, nil, 1001.0},
		{"people, last page", admin, "?startIndex=2000", 502, 2502.0, 2000.0, nil},
		{"by status", admin, "/status/LeaveOfAbsence", 1, nil, nil, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := &site{s.Portal, t, s.url}
			e := s.json(test.token, "GET", "/api/2.0/people"+test.path, nil).envelope(t)
			items, _ := e["response"].([]any)
			if len(items) != test.items || e["total"] != test.total || e["startIndex"] != test.start || e["nextIndex"] != test.next {
				t.Errorf("people%s: %d items, total %v, startIndex %v, nextIndex %v; want %d, %v, %v, %v",
					test.path, len(items), e["total"], e["startIndex"], e["nextIndex"], test.items, test.total, test.start, test.next)
			}
		})
	}
	seen := map[any]bool{}
	for start := 0; start < 2502; start += 1000 {
		for _, item := range s.json(admin, "GET", fmt.Sprintf("/api/2.0/people/filter?employeeStatus=Active&startIndex=%d", start), nil).response(t).([]any) {
			seen[item.(map[string]any)["id"]] = true
		}
	}
	if len(seen) != 2502 {
		t.Errorf("pages show %d people, want each of 2502 once", len(seen))
	}
}

func TestOnePerson(t *testing.T) {
	s := start(t, portalsim.Options{People: []portalsim.Person{
		{Email: "zoe@example.org", ID: "AAAAAAAA-2222-4333-8444-555555555555", UserName: "zoe.w", FirstName: "Zoe", LastName: "White", LDAP: true, Culture: "ru-RU"},
	}})
	token := s.signIn("admin@example.org")
	for _, path := range []string{"zoe.w", "aaaaaaaa-2222-4333-8444-555555555555", "email?email=" + url.QueryEscape("ZOE@example.org")} {
		v, _ := s.json(token, "GET", "/api/2.0/people/"+path, nil).response(t).(map[string]any)
		if v["displayName"] != "Zoe White" || v["isLDAP"] != true || v["cultureName"] != "ru-RU" || v["status"] != 1.0 || v["isVisitor"] != false {
			t.Errorf("people/%s = %v", path, v)
		}
	}
	for _, path := range []string{"nobody", "email?email=nobody@example.org", "bbbbbbbb-2222-4333-8444-555555555555"} {
		if r := s.json(token, "GET", "/api/2.0/people/"+path, nil); r.status != 404 || r.message(t) != "User not found" {
			t.Errorf("people/%s = %d %s, want 404 in an envelope", path, r.status, r.body)
		}
	}
	self := s.json(token, "GET", "/api/2.0/people/@self", nil).response(t).(map[string]any)
	if self["isOwner"] != true || self["isAdmin"] != true || self["email"] != "admin@example.org" {
		t.Errorf("@self of the owner = %v", self)
	}
}

func TestRussianPortalPutsTheFamilyNameFirst(t *testing.T) {
	s := start(t, portalsim.Options{Language: "ru", Invent: 1})
	token := s.signIn("alexander.ivanov@example.org")
	if v := s.json(token, "GET", "/api/2.0/people/@self", nil).response(t).(map[string]any); v["displayName"] != "Иванов Александр" {
		t.Errorf("displayName = %v", v["displayName"])
	}
}

// The searches of people/search, people/@search, filterValue and people/status/{status}/search.
func TestPeopleSearch(t *testing.T) {
	s := start(t, portalsim.Options{People: []portalsim.Person{
		{Email: "zoe@example.org", UserName: "zw.1", FirstName: "Zoe", LastName: "White"},
		{Email: "anna@zoo.example", FirstName: "Анна", LastName: "Белова"},
		{Email: "leave@example.org", FirstName: "Zoe", LastName: "Away", Status: "leave"},
	}})
	token := s.signIn("zoe@example.org")
	tests := []struct{ name, path, want string }{
		{"in names and addresses", "/search?query=zo", "zoe@example.org anna@zoo.example"},
		{"the same in the path", "/@search/zo", "zoe@example.org anna@zoo.example"},
		{"inside a word, any case", "/search?query=" + url.QueryEscape("ЕЛОВ"), "anna@zoo.example"},
		{"each word somewhere", "/search?query=zoe+white", "zoe@example.org"},
		{"one letter is nowhere", "/search?query=z", ""},
		{"nothing", "/search", ""},
		{"the user name is not searched", "/search?query=zw.1", ""},
		{"not active", "/status/LeaveOfAbsence/search?query=z", "leave@example.org"},
		{"by status, in the user name", "/status/active/search?query=w.1", "zoe@example.org"},
		{"filter", "/filter?employeeStatus=active&filterValue=zoe", "zoe@example.org"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := &site{s.Portal, t, s.url}
			var got []string
			for _, item := range s.json(token, "GET", "/api/2.0/people"+test.path, nil).response(t).([]any) {
				got = append(got, item.(map[string]any)["email"].(string))
			}
			slices.Sort(got)
			want := strings.Fields(test.want)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("people%s finds %v, want %v", test.path, got, want)
			}
		})
	}
	if r := s.json(token, "GET", "/api/2.0/people/status/active/search", nil); r.status != 400 {
		t.Errorf("search by status without a text = %d %s, want 400", r.status, r.body)
	}
}
