package portalsim_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"r7import/importer/portalsim"
)

// The whole answer of a create, byte for byte.
func TestCreateAnswer(t *testing.T) {
	s := start(t, portalsim.Options{})
	token := s.signIn("ivan@example.org")
	r := s.json(token, "POST", accounts, good("ivan@corp.ru").with("name", "Ivan/Petrov <x>"))
	want := `{"count":1,"status":0,"statusCode":201,"response":{"mailboxId":1,"email":"ivan@corp.ru","enabled":true,"name":"Ivan\/Petrov <x>","oAuthConnection":false,` +
		`"signature":{"mailboxId":1,"html":"","isActive":false},` +
		`"autoreply":{"mailboxId":1,"turnOn":false,"onlyContacts":false,"turnOnToDate":false,"fromDate":"0001-01-01T00:00:00","toDate":"0001-01-01T00:00:00","subject":"","html":""},` +
		`"eMailInFolder":null,"quotaError":false,"authError":false,"isGroup":false,"isAlias":false,"isTeamlabMailbox":false,"isDefault":false,"isSharedDomainMailbox":false,"dateCreated":null}}`
	if diff := cmp.Diff(want, r.body); r.status != 201 || diff != "" {
		t.Errorf("create = %d, body differs (-want +got):\n%s", r.status, diff)
	}
	if got := r.header.Get("Content-Type"); !strings.EqualFold(got, "application/json; charset=utf-8") {
		t.Errorf("Content-Type = %q", got)
	}
}

func TestEnvelopes(t *testing.T) {
	s := start(t, portalsim.Options{})
	token := s.signIn("ivan@example.org")
	tests := []struct{ name, method, path, want string }{
		{"empty list has no count", "GET", accounts, `{"status":0,"statusCode":200,"response":[]}`},
		{"error without type and stack", "GET", accounts + "/single?email=a@b.ru",
			`{"status":1,"statusCode":500,"error":{"message":"Account wasn't found by email: a@b.ru","hresult":-2147467261,"data":{}}}`},
		{"false is shown", "GET", "/api/2.0/security/impersonate/11111111-2222-4333-8444-555555555555", `{"count":1,"status":0,"statusCode":200,"response":false}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := &site{s.Portal, t, s.url}
			if r := s.json(token, test.method, test.path, nil); r.body != test.want {
				t.Errorf("body = %s\nwant   %s", r.body, test.want)
			}
		})
	}
}

func TestDebugBuildShowsTypeAndStack(t *testing.T) {
	s := start(t, portalsim.Options{Debug: true})
	r := s.json(s.signIn("a@example.org"), "GET", accounts+"/single?email=a@b.ru", nil)
	e := r.envelope(t)["error"].(map[string]any)
	if e["type"] == nil || e["stack"] == nil {
		t.Errorf("error = %v, want type and stack", e)
	}
}

// The second POST of one person and address rewrites the row.
func TestSecondCreateRewrites(t *testing.T) {
	s := start(t, portalsim.Options{Accounts: []portalsim.Account{{
		Owner: "ivan@example.org", Address: "ivan@corp.ru", Name: "Before", Password: "old", Server: "old.corp.ru", POP3: true, Restrict: true,
		Disabled: true, AuthError: true, QuotaError: true, Folder: "12", Hosted: true,
	}}})
	before := s.Accounts()[0]
	token := s.signIn("ivan@example.org")
	r := s.json(token, "POST", accounts, good("IVAN@corp.ru").with("restrict", false))
	if r.status != 201 {
		t.Fatalf("create = %d %s", r.status, r.body)
	}
	if v := r.response(t).(map[string]any); v["mailboxId"] != 1.0 || v["enabled"] != true {
		t.Errorf("answer has id %v and enabled %v, want the same id and, though it is switched off, true", v["mailboxId"], v["enabled"])
	}
	all := s.Accounts()
	if len(all) != 1 {
		t.Fatalf("there are %d rows, want 1", len(all))
	}
	want := portalsim.Account{
		ID: 1, Owner: "ivan@example.org", OwnerID: before.OwnerID, Address: "ivan@corp.ru", Name: "Ivan Petrov",
		Login: "ivan@corp.ru", Password: "mail-secret", Server: "imap.example.org", Port: 993, Security: 1, Auth: 1,
		SMTPLogin: "ivan@corp.ru", SMTPPassword: "mail-secret", SMTPServer: "smtp.example.org", SMTPPort: 465, SMTPSecurity: 1, SMTPAuth: 1,
		Disabled: true, Resets: 1, Created: before.Created,
	}
	if diff := cmp.Diff(want, all[0]); diff != "" {
		t.Errorf("row (-want +got):\n%s", diff)
	}
}

func TestSwitchedOffStaysOff(t *testing.T) {
	s := start(t, portalsim.Options{})
	token := s.signIn("ivan@example.org")
	enabled := func() any {
		list := s.json(token, "GET", accounts, nil).response(t).([]any)
		return list[0].(map[string]any)["enabled"]
	}
	s.json(token, "POST", accounts, good("ivan@corp.ru"))
	if err := s.SwitchOff("ivan@example.org", "ivan@corp.ru"); err != nil {
		t.Fatal(err)
	}
	if err := s.SwitchOff("ivan@example.org", "other@corp.ru"); err == nil {
		t.Error("SwitchOff of a mailbox that is not there succeeds")
	}
	post := s.json(token, "POST", accounts, good("ivan@corp.ru")).response(t).(map[string]any)
	if post["enabled"] != true || enabled() != false {
		t.Errorf("POST answers enabled %v, the list %v; want true and false", post["enabled"], enabled())
	}
	put := s.json(token, "PUT", accounts, good("ivan@corp.ru")).response(t).(map[string]any)
	if put["enabled"] != false || enabled() != false {
		t.Errorf("PUT answers enabled %v, the list %v; want false and false", put["enabled"], enabled())
	}
	state := s.json(token, "PUT", accounts+"/state", fields{"email": "ivan@corp.ru", "state": true})
	if state.response(t) != 1.0 || enabled() != true {
		t.Errorf("state answers %s, the list %v; want 1 and true", state.body, enabled())
	}
}

func TestRemovedIsNotResurrected(t *testing.T) {
	s := start(t, portalsim.Options{RemoveTime: -1})
	token := s.signIn("ivan@example.org")
	s.json(token, "POST", accounts, good("ivan@corp.ru"))
	s.json(token, "DELETE", accounts+"?email=ivan@corp.ru", nil)
	s.gone(token, "ivan@corp.ru")
	if v := s.json(token, "POST", accounts, good("ivan@corp.ru")).response(t).(map[string]any); v["mailboxId"] != 2.0 {
		t.Errorf("create after a removal has id %v, want a new one", v["mailboxId"])
	}
	all := s.Accounts()
	if len(all) != 2 || !all[0].Removed || all[1].Removed {
		t.Errorf("rows = %+v, want a removed one and a new one", all)
	}
}

// gone waits until a removal has taken the row away.
func (s *site) gone(token, email string) {
	s.t.Helper()
	for range 200 {
		if s.json(token, "GET", accounts+"/single?email="+email, nil).status == 500 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	s.t.Fatalf("%s is still there", email)
}

func TestOneAddressOfTwoPeople(t *testing.T) {
	s := start(t, portalsim.Options{})
	for i, who := range []string{"ivan@example.org", "anna@example.org"} {
		v := s.json(s.signIn(who), "POST", accounts, good("office@corp.ru"))
		if v.status != 201 || v.response(t).(map[string]any)["mailboxId"] != float64(i+1) {
			t.Errorf("create for %s = %d %s, want a mailbox of its own", who, v.status, v.body)
		}
	}
	if got := s.Stats().Duplicates; got != 0 {
		t.Errorf("duplicates = %d, want 0", got)
	}
}

// direct asks without a network: for simulated time.
func direct(p *portalsim.Portal, token, method, path string, v any) *httptest.ResponseRecorder {
	var body bytes.Buffer
	if v != nil {
		json.NewEncoder(&body).Encode(v)
	}
	request := httptest.NewRequest(method, path, &body)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", token)
	w := httptest.NewRecorder()
	p.ServeHTTP(w, request)
	return w
}

// Two first POSTs that overlap make two rows, and the address is poisoned for good.
func TestRaceMakesDuplicates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := portalsim.New(portalsim.Options{Tokens: map[string]string{"t": "ivan@example.org"}, Latency: 100 * time.Millisecond})
		defer p.Close()
		done := make(chan *httptest.ResponseRecorder, 2)
		for range 2 {
			go func() { done <- direct(p, "t", "POST", accounts, good("ivan@corp.ru")) }()
		}
		for range 2 {
			if w := <-done; w.Code != 201 {
				t.Errorf("racing create = %d %s, want 201", w.Code, w.Body)
			}
		}
		if s := p.Stats(); s.Created != 2 || s.Duplicates != 1 || s.PerKey != 2 {
			t.Errorf("created %d, duplicates %d, most in flight %d; want 2, 1, 2", s.Created, s.Duplicates, s.PerKey)
		}
		const two = "Sequence contains more than one element"
		tests := []struct {
			method, path string
			send         fields
			status       int
			message      string
		}{
			{"POST", accounts, good("ivan@corp.ru"), 500, unexpected},
			{"PUT", accounts, good("ivan@corp.ru"), 500, unexpected},
			{"GET", accounts + "/single?email=ivan@corp.ru", nil, 403, two},
			{"DELETE", accounts + "?email=ivan@corp.ru", nil, 403, two},
			{"PUT", accounts + "/state", fields{"email": "ivan@corp.ru", "state": true}, 403, two},
		}
		for _, test := range tests {
			w := direct(p, "t", test.method, test.path, test.send)
			if w.Code != test.status || !strings.Contains(w.Body.String(), test.message) {
				t.Errorf("%s %s of a poisoned address = %d %s, want %d %s", test.method, test.path, w.Code, w.Body, test.status, test.message)
			}
		}
		w := direct(p, "t", "GET", accounts, nil)
		if n := strings.Count(w.Body.String(), `"mailboxId":1,"email"`) + strings.Count(w.Body.String(), `"mailboxId":2,"email"`); n != 1 {
			t.Errorf("the list shows %d of the two rows, want 1: %s", n, w.Body)
		}
	})
}

// Once the row is there, parallel creates rewrite it and add none.
func TestParallelRewritesAddNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := portalsim.New(portalsim.Options{Tokens: map[string]string{"t": "ivan@example.org"}, Latency: 10 * time.Millisecond})
		defer p.Close()
		direct(p, "t", "POST", accounts, good("ivan@corp.ru"))
		done := make(chan int, 8)
		for range cap(done) {
			go func() { done <- direct(p, "t", "POST", accounts, good("ivan@corp.ru")).Code }()
		}
		for range cap(done) {
			if code := <-done; code != 201 {
				t.Errorf("create = %d, want 201", code)
			}
		}
		if n := len(p.Accounts()); n != 1 {
			t.Errorf("there are %d rows, want 1", n)
		}
	})
}

// A client that gives up does not stop the server: the account is made, and a repeat
// while it is being made poisons the address.
func TestRequestGoesOnWithoutItsClient(t *testing.T) {
	s := start(t, portalsim.Options{Latency: 300 * time.Millisecond, SaveGap: 600 * time.Millisecond, Tokens: map[string]string{"t": "ivan@example.org"}})
	text, _ := json.Marshal(good("ivan@corp.ru"))
	s.abandon("t", string(text), 250*time.Millisecond)
	s.abandon("t", string(text), 250*time.Millisecond)
	s.Close()
	all := s.Accounts()
	if len(all) != 2 {
		t.Errorf("rows after two abandoned creates = %d, want 2", len(all))
	}
	if s := s.Stats(); s.ByStatus[499] != 2 {
		t.Errorf("statuses %v, want both clients gone", s.ByStatus)
	}
	if n := s.Writes("ivan@example.org", "Ivan@corp.ru"); n != 2 {
		t.Errorf("writes = %d, want 2", n)
	}
}

// The list is answered from memory for 20 minutes, a change clears it, and a read
// that overlaps a create may leave a stale one behind.
func TestListCache(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := portalsim.New(portalsim.Options{Tokens: map[string]string{"t": "ivan@example.org"}, SaveGap: 10 * time.Millisecond})
		defer p.Close()
		count := func() int { return strings.Count(direct(p, "t", "GET", accounts, nil).Body.String(), `"email"`) }
		go count() // reads nothing, remembers it after 10 ms
		time.Sleep(5 * time.Millisecond)
		if err := p.Put(portalsim.Account{Owner: "ivan@example.org", Address: "ivan@corp.ru"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
		if got := count(); got != 0 {
			t.Errorf("list after an overlapping create has %d accounts, want a stale 0", got)
		}
		if w := direct(p, "t", "GET", accounts+"/single?email=ivan@corp.ru", nil); w.Code != 200 {
			t.Errorf("single = %d, want 200: it reads the database", w.Code)
		}
		time.Sleep(20 * time.Minute)
		if got := count(); got != 1 {
			t.Errorf("list after 20 minutes has %d accounts, want 1", got)
		}
		direct(p, "t", "POST", accounts, good("second@corp.ru"))
		if got := count(); got != 2 {
			t.Errorf("list after a create has %d accounts, want 2", got)
		}
	})
}

func TestLengths(t *testing.T) {
	long := strings.Repeat("я", 256)
	tests := []struct {
		name, field, value string
		got                func(portalsim.Account) string
		want               string
	}{
		{"256 characters are cut", "name", long, func(a portalsim.Account) string { return a.Name }, strings.Repeat("я", 255)},
		{"255 characters stay", "name", long[2:], func(a portalsim.Account) string { return a.Name }, long[2:]},
		{"an emoji is a question mark", "name", "Ivan 🙂", func(a portalsim.Account) string { return a.Name }, "Ivan ?"},
		{"175 bytes of password stay", "password", strings.Repeat("p", 175), func(a portalsim.Account) string { return a.Password }, strings.Repeat("p", 175)},
		{"176 bytes read back as nothing", "password", strings.Repeat("p", 176), func(a portalsim.Account) string { return a.Password }, ""},
		{"bytes, not letters", "smtp_password", strings.Repeat("я", 88), func(a portalsim.Account) string { return a.SMTPPassword }, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := start(t, portalsim.Options{})
			if r := s.json(s.signIn("a@example.org"), "POST", accounts, good(address).with(test.field, test.value)); r.status != 201 {
				t.Fatalf("create = %d %s, want 201", r.status, r.body)
			}
			if got := test.got(s.Accounts()[0]); got != test.want {
				t.Errorf("stored %q, want %q", got, test.want)
			}
			strict := start(t, portalsim.Options{StrictDatabase: true})
			r := strict.json(strict.signIn("a@example.org"), "POST", accounts, good(address).with(test.field, test.value))
			if kept := test.want == test.value; kept != (r.status == 201) || !kept && r.message(t) != unexpected {
				t.Errorf("create on a strict database = %d %s", r.status, r.body)
			}
		})
	}
}

// A login that contains a part of the address is stored in lower case: the test uses
// it as sent, everything later does not.
func TestLoginIsLowered(t *testing.T) {
	tests := []struct{ email, login, want string }{
		{"ivan.petrov@corp.ru", "Ivan.Petrov", "ivan.petrov"},
		{"ivan.petrov@corp.ru", "Ivan.Petrov@Corp.RU", "ivan.petrov@corp.ru"},
		{"ivan.petrov@corp.ru", `CORP\Ipetrov`, `corp\ipetrov`},
		{"ivan.petrov@corp.ru", "IP-1234", "IP-1234"},
	}
	for _, test := range tests {
		t.Run(test.login, func(t *testing.T) {
			s := start(t, portalsim.Options{MailHosts: []portalsim.MailHost{{Passwords: map[string]string{test.login: "mail-secret"}}}})
			s.json(s.signIn("a@example.org"), "POST", accounts, good(test.email).with("account", test.login, "smtp_account", test.login))
			all := s.Accounts()
			if len(all) != 1 || all[0].Login != test.want || all[0].SMTPLogin != test.want {
				t.Errorf("stored %+v, want login %q", all, test.want)
			}
		})
	}
}

func TestManyAccountsOfOnePerson(t *testing.T) {
	var there []portalsim.Account
	for i := range 1500 {
		there = append(there, portalsim.Account{Owner: "shared@example.org", Address: fmt.Sprintf("box%04d@corp.ru", i)})
	}
	s := start(t, portalsim.Options{Accounts: there})
	token := s.signIn("shared@example.org")
	first := s.json(token, "GET", accounts, nil).envelope(t)
	if n := len(first["response"].([]any)); n != 1000 || first["total"] != 1500.0 || first["nextIndex"] != 1001.0 {
		t.Errorf("list has %d items, total %v, nextIndex %v; want 1000, 1500 and the portal's own 1001", n, first["total"], first["nextIndex"])
	}
	rest := s.json(token, "GET", accounts+"?startIndex=1000", nil).envelope(t)
	if n := len(rest["response"].([]any)); n != 500 || rest["startIndex"] != 1000.0 {
		t.Errorf("list from 1000 has %d items, startIndex %v; want 500 and 1000", n, rest["startIndex"])
	}
}
