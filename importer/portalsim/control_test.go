package portalsim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"r7import/importer/portalsim"
)

func control(p *portalsim.Portal, method, path, body string, header ...string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	if strings.Contains(body, "=") && !strings.Contains(body, ":") {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	p.Control().ServeHTTP(w, request)
	return w
}

func TestControlReads(t *testing.T) {
	s := start(t, portalsim.Options{Language: "ru", People: []portalsim.Person{{Email: "ivan@example.org", Password: "portal-secret"}}})
	r := s.json("", "POST", authentication, fields{"userName": "ivan@example.org", "password": "portal-secret"})
	token := r.response(t).(map[string]any)["token"].(string)
	s.json(token, "POST", accounts, good("ivan@corp.ru"))

	tests := []struct{ path, part string }{
		{"/_sim/stats", `"created": 1`},
		{"/_sim/accounts", `"address": "ivan@corp.ru"`},
		{"/_sim/requests", `"path": "/api/2.0/mail/accounts"`},
		{"/_sim/requests?last=1", `"number": 2`},
		{"/_sim/people", `"email": "ivan@example.org"`},
		{"/_sim/", `http-equiv="refresh"`},
		{"/_sim/?lang=ru", "Имитация портала"},
		{"/_sim/", "imap.example.org"},
	}
	for _, test := range tests {
		w := control(s.Portal, "GET", test.path, "")
		if w.Code != 200 || !strings.Contains(w.Body.String(), test.part) {
			t.Errorf("GET %s = %d %s, want 200 with %s", test.path, w.Code, w.Body, test.part)
		}
		for _, secret := range []string{"mail-secret", "portal-secret", token} {
			if strings.Contains(w.Body.String(), secret) {
				t.Errorf("GET %s shows the secret %s", test.path, secret)
			}
		}
	}
	var last []portalsim.Request
	if err := json.Unmarshal(control(s.Portal, "GET", "/_sim/requests?last=1", "").Body.Bytes(), &last); err != nil || len(last) != 1 {
		t.Fatalf("last request = %v, %v", last, err)
	}
	last[0].At, last[0].Took = 0, 0
	want := portalsim.Request{Number: 2, Method: "POST", Path: accounts, Owner: "ivan@example.org", Address: "ivan@corp.ru", Status: 201}
	if diff := cmp.Diff(want, last[0]); diff != "" {
		t.Errorf("last request (-want +got):\n%s", diff)
	}
	if w := control(s.Portal, "GET", "/", ""); w.Code != 302 || w.Header().Get("Location") != "/_sim/" {
		t.Errorf("GET / = %d to %q, want it sent to the page", w.Code, w.Header().Get("Location"))
	}
}

// The page shows what requests carried; it must not be able to run.
func TestPageEscapes(t *testing.T) {
	s := start(t, portalsim.Options{})
	s.json(s.signIn("a@example.org"), "GET", accounts+"/single?email=<script>alert(1)</script>", nil)
	if w := control(s.Portal, "GET", "/_sim/", ""); strings.Contains(w.Body.String(), "<script>") {
		t.Errorf("the page holds a script: %s", w.Body)
	}
}

func TestControlSteers(t *testing.T) {
	s := start(t, portalsim.Options{Tokens: map[string]string{"t": "a@example.org", "u": "b@example.org"}})
	s.json("t", "POST", accounts, good(address))
	self := func() int { return s.json("t", "GET", "/api/2.0/people/@self", nil).status }
	tests := []struct {
		name, path, body string
		status           int
		check            func() bool
	}{
		{"switch off", "switch-off?owner=a@example.org&address=" + address, "", 200, func() bool { return s.Accounts()[0].Disabled }},
		{"switch off of nobody", "switch-off?owner=x@example.org&address=" + address, "", 400, nil},
		{"restrict", "restrict-ip?on=true", "", 200, func() bool { return self() == 403 }},
		{"restrict, no boolean", "restrict-ip?on=perhaps", "", 400, nil},
		{"lift", "restrict-ip?on=false", "", 200, func() bool { return self() == 200 }},
		{"state", "state?to=restoring", "", 200, func() bool { return self() == 503 && s.State() == portalsim.Restoring }},
		{"no state", "state?to=asleep", "", 400, nil},
		{"state again", "state?to=active", "", 200, func() bool { return self() == 200 }},
		{"faults as YAML", "faults", "- do: empty\n  path: people/*\n  status: 404", 200, func() bool { return self() == 404 }},
		{"faults nobody knows", "faults", "- do: explode", 400, func() bool { return self() == 404 }},
		{"faults with an unknown key", "faults", "- doo: empty", 400, nil},
		{"faults as JSON", "faults", `[{"do":"empty","path":"mail/*"}]`, 200, func() bool { return self() == 200 }},
		{"no faults", "faults", "[]", 200, nil},
		{"mail servers", "mail-hosts", "- do: not-listening", 200, func() bool { return s.json("t", "POST", accounts, good(address)).status == 500 }},
		{"mail servers nobody knows", "mail-hosts", "- do: explode", 400, nil},
		{"restart", "restart?for=1ms&saved=0.5", "", 200, func() bool { time.Sleep(5 * time.Millisecond); return self() == 200 }},
		{"restart without a time", "restart", "", 400, nil},
		{"restart, no share", "restart?for=1ms&saved=x", "", 400, nil},
		{"sign out", "sign-out?who=a@example.org", "", 200, func() bool { return self() == 401 && s.json("u", "GET", "/api/2.0/people/@self", nil).status == 200 }},
		{"sign out of nobody", "sign-out?who=x@example.org", "", 400, nil},
		{"sign everybody out", "sign-out", "", 200, func() bool { return s.json("u", "GET", "/api/2.0/people/@self", nil).status == 401 }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s.t = t
			w := control(s.Portal, "POST", "/_sim/"+test.path, test.body)
			if w.Code != test.status {
				t.Errorf("POST = %d %s, want %d", w.Code, w.Body, test.status)
			}
			if test.check != nil && !test.check() {
				t.Error("it had no effect, or a wrong one")
			}
		})
	}
}

func TestControlIsNotForOtherSites(t *testing.T) {
	s := start(t, portalsim.Options{})
	w := control(s.Portal, "POST", "/_sim/state?to=removed", "", "Sec-Fetch-Site", "cross-site")
	if w.Code != http.StatusForbidden || s.State() != portalsim.Active {
		t.Errorf("cross-site POST = %d, state %s; want 403 and active", w.Code, s.State())
	}
}

// The most requests in any second, counted on a clock that stands still in between.
func TestMostInASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := portalsim.New(portalsim.Options{KeepRequests: 10})
		defer p.Close()
		ask := func(times int) {
			for range times {
				direct(p, "", "GET", "/api/2.0/capabilities", nil)
			}
		}
		ask(3)
		time.Sleep(999 * time.Millisecond)
		ask(2) // five within a second
		time.Sleep(time.Millisecond)
		ask(2) // the first three are out: four
		time.Sleep(10 * time.Second)
		ask(4)
		if got := p.Stats().MostInSecond; got != 5 {
			t.Errorf("most in a second = %d, want 5", got)
		}
		time.Sleep(time.Minute)
		ask(3000)
		kept := p.Requests()
		if got := p.Stats(); got.MostInSecond != 3000 || got.Requests != 3011 || len(kept) != 10 || kept[0].Number != 3002 {
			t.Errorf("most %d of %d requests, %d kept from %d on", got.MostInSecond, got.Requests, len(kept), kept[0].Number)
		}
	})
}

func TestLoadPerKeyAndServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := portalsim.New(portalsim.Options{
			Tokens: map[string]string{"t": "a@example.org", "u": "b@example.org"}, MailHosts: []portalsim.MailHost{{Side: portalsim.IMAP, Delay: time.Second}},
		})
		defer p.Close()
		send := func(token, address string) { go direct(p, token, "POST", accounts, good(address)) }
		send("t", "x@corp.ru")
		send("t", "X@corp.ru")
		send("t", "y@corp.ru")
		send("u", "x@corp.ru")
		time.Sleep(500 * time.Millisecond)
		if got := p.Stats(); got.InFlight.Now != 4 || got.MailHosts["imap.example.org"].Now != 4 {
			t.Errorf("under way %d, at the mail server %d; want 4 and 4", got.InFlight.Now, got.MailHosts["imap.example.org"].Now)
		}
		time.Sleep(time.Second)
		got := p.Stats()
		if got.InFlight != (portalsim.Load{Now: 0, Most: 4}) || got.PerKey != 2 || got.MostWrites != 2 {
			t.Errorf("in flight %+v, most per key %d, most writes to a key %d; want 0 and 4, 2, 2", got.InFlight, got.PerKey, got.MostWrites)
		}
		if host := got.MailHosts["imap.example.org"]; host.Now != 0 || host.Most != 4 || host.Tests != 4 {
			t.Errorf("mail server = %+v", host)
		}
	})
}

func TestSignInsAreCounted(t *testing.T) {
	s := start(t, portalsim.Options{People: []portalsim.Person{{Email: "a@example.org", Password: "right"}, {Email: "sms@example.org", TwoFactor: "sms", Phone: "79001234567"}}})
	for _, send := range []fields{
		{"userName": "a@example.org", "password": "right"}, {"userName": "a@example.org", "password": "wrong"},
		{"userName": "sms@example.org", "password": "x"}, {"userName": "sms@example.org", "password": "x"},
	} {
		s.json("", "POST", authentication, send)
	}
	want := map[string]portalsim.SignIns{"a@example.org": {Tried: 2, Passed: 1, Failed: 1}, "sms@example.org": {Tried: 2, SMS: 1}}
	if diff := cmp.Diff(want, s.Stats().SignIns); diff != "" {
		t.Errorf("sign-ins (-want +got):\n%s", diff)
	}
}

func TestConnectionsAreCounted(t *testing.T) {
	p := portalsim.New(portalsim.Options{})
	server := httptest.NewUnstartedServer(p)
	server.Config.ConnState = p.ConnState
	server.Start()
	defer p.Close()
	defer server.Close()
	s := &site{p, t, server.URL}
	for range 3 {
		s.call("GET", "/api/2.0/capabilities", "") // each on its own connection
	}
	if got := p.Stats(); got.Connected != 3 {
		t.Errorf("connections opened = %d, want 3", got.Connected)
	}
}

func TestInventedPeople(t *testing.T) {
	names := func(n int) map[string]bool {
		p := portalsim.New(portalsim.Options{Invent: n})
		defer p.Close()
		var people []portalsim.Person
		if err := json.Unmarshal(control(p, "GET", "/_sim/people", "").Body.Bytes(), &people); err != nil {
			t.Fatal(err)
		}
		all := map[string]bool{}
		for _, one := range people {
			all[fmt.Sprint(one.Email, one.ID, one.FirstName, one.LastName)] = true
		}
		return all
	}
	few, many := names(50), names(5000)
	if len(many) != 5001 {
		t.Errorf("5000 invented people and the owner are %d different ones", len(many))
	}
	for one := range few {
		if !many[one] {
			t.Errorf("%s is not invented again", one)
		}
	}
}
