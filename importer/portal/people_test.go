package portal_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/portal"
	"r7import/importer/portalsim"
)

func TestPeople(t *testing.T) {
	const n = 2345
	o := portalsim.Options{Invent: n, People: []portalsim.Person{
		{Email: "boss@example.org", FirstName: "Борис", LastName: "Главный", Owner: true, LDAP: true},
		{Email: "guest@example.org", Guest: true, SSO: true},
		{Email: "gone@example.org", Status: "terminated"},
	}, Tokens: map[string]string{"admin": "boss@example.org"}}
	client, _ := simulated(t, o)
	session := client.Session(account.NewSecret("admin"))
	for _, onlyActive := range []bool{true, false} {
		byEmail := make(map[string]account.Person)
		for p, answer := range session.People(t.Context(), onlyActive) {
			if answer.Fate != diagnosis.Done {
				t.Fatalf("People = %+v", answer)
			}
			if _, twice := byEmail[p.Email]; twice {
				t.Errorf("%s came twice", p.Email)
			}
			byEmail[p.Email] = p
		}
		boss, guest, gone := byEmail["boss@example.org"], byEmail["guest@example.org"], byEmail["gone@example.org"]
		if !boss.Admin || !boss.LDAP || boss.FirstName != "Борис" || boss.ID == "" || boss.Name == "" || !guest.Guest || !guest.SSO {
			t.Errorf("People told %+v and %+v", boss, guest)
		}
		want := n + 2
		if !onlyActive {
			want++
		}
		if len(byEmail) != want || (gone.Status == 2) == onlyActive {
			t.Errorf("People(onlyActive %v) told %d persons, want %d; of the disabled one %+v", onlyActive, len(byEmail), want, gone)
		}
	}
	for range session.People(t.Context(), true) {
		break // an early end must not panic
	}
}

// Lists whose total is wrong or missing come to an end all the same.
func TestPeopleOfALyingServer(t *testing.T) {
	page := func(from, n int) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf(`{"id":"00000000-0000-4000-8000-%012d","email":"p%d@example.org"}`, from+i, from+i))
		}
		return "[" + strings.Join(all, ",") + "]"
	}
	for _, tc := range []struct {
		name   string
		answer func(start string) string
		want   int
	}{
		{"the same page for ever", func(string) string { return `{"total":100000,"response":` + page(0, 200) + `}` }, 200},
		{"no total, last page short", func(start string) string {
			if start == "0" {
				return `{"response":` + page(0, 200) + `}`
			}
			return `{"response":` + page(200, 3) + `}`
		}, 203},
		{"total too large", func(start string) string {
			if start == "0" {
				return `{"total":9,"response":` + page(0, 3) + `}`
			}
			return `{"response":[]}`
		}, 3},
		{"people without an id", func(string) string { return `{"total":2,"response":[{"email":"x"},null]}` }, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			session := serve(t, portal.Options{}, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.WriteString(w, tc.answer(r.URL.Query().Get("startIndex")))
			})
			got := 0
			for _, answer := range session.People(t.Context(), true) {
				if answer.Fate != diagnosis.Done {
					t.Fatalf("People = %+v", answer)
				}
				got++
			}
			if got != tc.want {
				t.Errorf("People told %d persons, want %d", got, tc.want)
			}
		})
	}
}

func TestPeopleFail(t *testing.T) {
	session, _ := ivansPortal(t, portalsim.Options{Invent: 500, Faults: []portalsim.Fault{{Path: "people/filter", Skip: 1, Do: portalsim.Cut}}})
	var persons int
	var last portal.Answer
	for p, answer := range session.People(t.Context(), true) {
		if last = answer; p.ID != "" {
			persons++
		}
	}
	if persons != 200 || last.Code != diagnosis.AnswerLost || last.Fate != diagnosis.Later {
		t.Errorf("People with a second page cut off told %d persons and then %s, %v", persons, last.Code, last.Fate)
	}
}

func TestOnePerson(t *testing.T) {
	session, _ := ivansPortal(t, portalsim.Options{OnlyPeople: true, People: []portalsim.Person{{Email: ivan}, {Email: "petr@example.org"}}})
	petr, found, answer := session.PersonByEmail(t.Context(), "petr@example.org")
	if !found || answer.Fate != diagnosis.Done || petr.Email != "petr@example.org" {
		t.Fatalf("PersonByEmail = %+v, %v, %+v", petr, found, answer)
	}
	if same, found, _ := session.Person(t.Context(), petr.ID); !found || same != petr {
		t.Errorf("Person(%s) = %+v, %v, want %+v", petr.ID, same, found, petr)
	}
	if _, found, answer := session.PersonByEmail(t.Context(), "nobody@example.org"); found || answer.Fate != diagnosis.Done {
		t.Errorf("PersonByEmail of nobody = %v, %+v, want a good answer", found, answer)
	}
	if _, found, answer := session.Person(t.Context(), "11111111-1111-1111-1111-111111111111"); found || answer.Fate != diagnosis.Done {
		t.Errorf("Person of nobody = %v, %+v, want a good answer", found, answer)
	}
}

func TestImpersonate(t *testing.T) {
	people := []portalsim.Person{{Email: "boss@example.org", Owner: true}, {Email: ivan, TwoFactor: "app"}, {Email: "gone@example.org", Status: "terminated"}, {Email: "away@example.org", Status: "leave"}}
	tokens := map[string]string{"admin": "boss@example.org"}
	on := portalsim.Impersonation{Available: true, Enabled: true}
	t.Run("on", func(t *testing.T) {
		client, _ := simulated(t, portalsim.Options{People: people, Tokens: tokens, Impersonation: on})
		boss := client.Session(account.NewSecret("admin"))
		target, _, _ := boss.PersonByEmail(t.Context(), ivan)
		if may, answer := boss.MayImpersonate(t.Context(), target.ID); !may || answer.Fate != diagnosis.Done {
			t.Fatalf("MayImpersonate = %v, %+v", may, answer)
		}
		token, answer := boss.Impersonate(t.Context(), target.ID)
		if answer.Fate != diagnosis.Done {
			t.Fatalf("Impersonate = %+v", answer)
		}
		if self, _ := client.Session(token.Secret).Self(t.Context()); self.Email != ivan {
			t.Errorf("the token is of %s, want %s", self.Email, ivan)
		}
		if self, _ := boss.Self(t.Context()); self.Email != "boss@example.org" {
			t.Errorf("the administrator has become %s", self.Email)
		}
	})
	t.Run("on leave", func(t *testing.T) {
		client, _ := simulated(t, portalsim.Options{People: people, Tokens: tokens, Impersonation: on})
		boss := client.Session(account.NewSecret("admin"))
		target, _, _ := boss.PersonByEmail(t.Context(), "away@example.org")
		if may, answer := boss.MayImpersonate(t.Context(), target.ID); !may || answer.Fate != diagnosis.Done {
			t.Errorf("MayImpersonate = %v, %+v; the portal does not say it here", may, answer)
		}
		if _, answer := boss.Impersonate(t.Context(), target.ID); answer.Code != diagnosis.OwnerOnLeave || answer.Fate != diagnosis.EndsOwner || answer.Status != 500 {
			t.Errorf("Impersonate = %+v, want %s, ends owner", answer, diagnosis.OwnerOnLeave)
		}
	})
	t.Run("off", func(t *testing.T) {
		client, _ := simulated(t, portalsim.Options{People: people, Tokens: tokens})
		boss := client.Session(account.NewSecret("admin"))
		target, _, _ := boss.PersonByEmail(t.Context(), ivan)
		if may, answer := boss.MayImpersonate(t.Context(), target.ID); may || answer.Fate != diagnosis.Done {
			t.Errorf("MayImpersonate = %v, %+v, want a good answer that says no", may, answer)
		}
		if _, answer := boss.Impersonate(t.Context(), target.ID); answer.Code != diagnosis.ImpersonationRefused || answer.Fate != diagnosis.EndsOwner {
			t.Errorf("Impersonate = %s, %v, want %s, ends owner", answer.Code, answer.Fate, diagnosis.ImpersonationRefused)
		}
	})
	t.Run("older portal", func(t *testing.T) {
		client, _ := simulated(t, portalsim.Options{People: people, Tokens: tokens, Version: "12.1.0"})
		if _, answer := client.Session(account.NewSecret("admin")).MayImpersonate(t.Context(), "x"); answer.Code != diagnosis.ImpersonationAbsent {
			t.Errorf("MayImpersonate = %s, want %s", answer.Code, diagnosis.ImpersonationAbsent)
		}
	})
}
