package portalsim_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"net/http/httptest"

	"r7import/importer/portalsim"
)

const (
	authentication = "/api/2.0/authentication"
	signInFailed   = "User authentication failed"
	tooMany        = "Login Fail. Too many attempts"
)

func TestSignInAnswers(t *testing.T) {
	s := start(t, portalsim.Options{People: []portalsim.Person{
		{Email: "known@example.org", ID: "11111111-2222-4333-8444-555555555555", UserName: "known.user", Password: "right"},
		{Email: "sms@example.org", TwoFactor: "sms", Phone: "+7 (900) 123-45-67"},
		{Email: "nophone@example.org", TwoFactor: "sms"},
		{Email: "app@example.org", TwoFactor: "app", TFAReady: true},
		{Email: "newapp@example.org", TwoFactor: "app"},
		{Email: "gone@example.org", Status: "terminated"},
		{Email: "sso@example.org", SSO: true},
	}})
	tests := []struct {
		name   string
		send   fields
		status int
		want   string // a regular expression for response, or the message
	}{
		{"ok", fields{"userName": "known@example.org", "password": "right"}, 201,
			`^\{"token":"[A-Z2-7]+","expires":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}\+03:00"\}$`},
		{"by GUID", fields{"userName": "11111111-2222-4333-8444-555555555555", "password": "right"}, 201, `"token":"`},
		{"capitals in the address", fields{"userName": "KNOWN@Example.org", "password": "right"}, 201, `"token":"`},
		{"SMS, phone known", fields{"userName": "sms@example.org", "password": "x"}, 201,
			`^\{"token":null,"expires":"[^"]+","sms":true,"phoneNoise":"\+7900\*\*\*4567"\}$`},
		{"SMS, no phone", fields{"userName": "nophone@example.org", "password": "x"}, 201, `^\{"token":null,"sms":true\}$`},
		{"app", fields{"userName": "app@example.org", "password": "x"}, 201, `^\{"token":null,"tfa":true\}$`},
		{"app, first use", fields{"userName": "newapp@example.org", "password": "x"}, 201, `^\{"token":null,"tfa":true,"tfaKey":"[A-Z2-7]+"\}$`},
		{"portal user name", fields{"userName": "known.user", "password": "right"}, 500, signInFailed},
		{"wrong password", fields{"userName": "known@example.org", "password": "wrong"}, 500, signInFailed},
		{"disabled", fields{"userName": "gone@example.org", "password": "x"}, 500, signInFailed},
		{"SSO has no password", fields{"userName": "sso@example.org", "password": "x"}, 500, signInFailed},
		{"empty password", fields{"userName": "known@example.org", "password": ""}, 500, signInFailed},
		{"no user name", fields{"password": "x"}, 500, signInFailed},
		{"social login", fields{"userName": "known@example.org", "password": "right", "provider": "google"}, 500, signInFailed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := &site{s.Portal, t, s.url}
			r := s.json("", "POST", authentication, test.send)
			got := r.message(t)
			if r.status == 201 {
				got = regexp.MustCompile(`"response":(.*)\}\s*$`).FindStringSubmatch(r.body)[1]
			}
			if r.status != test.status || !regexp.MustCompile(test.want).MatchString(got) {
				t.Errorf("sign-in = %d %s, want %d %s", r.status, got, test.status, test.want)
			}
		})
	}
}

func TestSecondFactor(t *testing.T) {
	s := start(t, portalsim.Options{People: []portalsim.Person{
		{Email: "sms@example.org", TwoFactor: "sms", Phone: "79001234567"},
		{Email: "nophone@example.org", TwoFactor: "sms"},
		{Email: "app@example.org", TwoFactor: "app", Code: "654321"},
	}})
	tests := []struct {
		name, path string
		send       fields
		status     int
		want       string
	}{
		{"bad code", "/000000", fields{"userName": "app@example.org", "password": "x"}, 500, signInFailed},
		{"app code", "/654321", fields{"userName": "app@example.org", "password": "x"}, 201, `"tfa":true`},
		{"SMS code before any SMS", "/123456", fields{"userName": "sms@example.org", "password": "x"}, 500, signInFailed},
		{"sign-in", "", fields{"userName": "sms@example.org", "password": "x"}, 201, `"sms":true`},
		{"SMS code", "/123456", fields{"userName": "sms@example.org", "password": "x"}, 201, `"phoneNoise":"+7900***4567"`},
		{"one more SMS", "/sendsms", fields{"userName": "sms@example.org", "password": "x"}, 201, `"token":null`},
		{"code of one without a second factor", "/123456", fields{"userName": "other@example.org", "password": "x"}, 500, signInFailed},
		{"phone", "/setphone", fields{"userName": "nophone@example.org", "password": "x", "mobilePhone": "79007654321"}, 201, `"phoneNoise":"+7900***4321"`},
		{"phone again", "/setphone", fields{"userName": "nophone@example.org", "password": "x", "mobilePhone": "79007654321"}, 403, "Access denied"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := &site{s.Portal, t, s.url}
			if r := s.json("", "POST", authentication+test.path, test.send); r.status != test.status || !strings.Contains(r.body, test.want) {
				t.Errorf("POST %s = %d %s, want %d with %s", test.path, r.status, r.body, test.status, test.want)
			}
		})
	}
	if sent := s.Stats().SignIns["sms@example.org"].SMS; sent != 2 {
		t.Errorf("SMS sent = %d, want 2", sent)
	}
}

// After five wrong codes the right one is refused too: for a minute after the last one
// of an app, for ten minutes after that of an SMS.
func TestCodesAreLimited(t *testing.T) {
	const app, sms = "app@example.org", "sms@example.org"
	people := []portalsim.Person{{Email: app, TwoFactor: "app", TFAReady: true}, {Email: sms, TwoFactor: "sms", Phone: "79001234567"}}
	for _, test := range []struct {
		who    string
		period time.Duration
	}{{app, time.Minute}, {sms, 10 * time.Minute}} {
		t.Run(test.who, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := portalsim.New(portalsim.Options{People: people})
				defer p.Close()
				send := func(path string) int {
					return direct(p, "", "POST", authentication+path, fields{"userName": test.who, "password": "x"}).Code
				}
				send("")
				for range 4 {
					send("/000000")
				}
				if got := send("/123456"); got != 201 {
					t.Errorf("right code after 4 wrong ones = %d, want 201: it counts for nothing", got)
				}
				send("")
				send("/000000")
				if got := send("/123456"); got != 500 {
					t.Errorf("right code after 5 wrong ones = %d, want 500", got)
				}
				time.Sleep(test.period - time.Second)
				if got := send("/123456"); got != 500 {
					t.Errorf("right code a second before the end = %d, want 500", got)
				}
				time.Sleep(2 * time.Second)
				send("")
				if got := send("/123456"); got != 201 {
					t.Errorf("right code after the end = %d, want 201", got)
				}
			})
		})
	}
}

// A code sent by SMS lives for ten minutes, in which a sign-in sends no other, and no
// more than six can be asked for.
func TestSMSAreLimited(t *testing.T) {
	const who = "sms@example.org"
	synctest.Test(t, func(t *testing.T) {
		p := portalsim.New(portalsim.Options{People: []portalsim.Person{{Email: who, TwoFactor: "sms", Phone: "79001234567"}}})
		defer p.Close()
		send := func(path string, sent int) string {
			t.Helper()
			w := direct(p, "", "POST", authentication+path, fields{"userName": who, "password": "x"})
			if got := p.Stats().SignIns[who].SMS; got != sent {
				t.Errorf("%q: %d SMS sent so far, want %d", path, got, sent)
			}
			return w.Body.String()
		}
		send("", 1)
		send("", 1)
		time.Sleep(10*time.Minute + time.Second)
		if body := send("/123456", 1); !strings.Contains(body, signInFailed) {
			t.Errorf("code after ten minutes = %s, want it refused", body)
		}
		send("", 2)
		for i := range 5 {
			send("/sendsms", 3+i)
		}
		if body := send("/sendsms", 7); !strings.Contains(body, "too many text messages") {
			t.Errorf("the 7th SMS = %s, want it refused", body)
		}
		if body := send("", 7); !strings.Contains(body, `"sms":true`) {
			t.Errorf("sign-in meanwhile = %s, want it to go on with the code there is", body)
		}
	})
}

// Whoever is not active is refused like a wrong password, also after the second step,
// and so are tokens taken before; the password is counted as right.
func TestNotActive(t *testing.T) {
	for _, status := range []string{"terminated", "leave"} {
		t.Run(status, func(t *testing.T) {
			s := start(t, portalsim.Options{
				Tokens: map[string]string{"old": "away@example.org"},
				People: []portalsim.Person{
					{Email: "away@example.org", Status: status},
					{Email: "app@example.org", Status: status, TwoFactor: "app", TFAReady: true},
				},
			})
			for range 7 {
				if r := s.json("", "POST", authentication, fields{"userName": "away@example.org", "password": "x"}); r.status != 500 || r.message(t) != signInFailed {
					t.Fatalf("sign-in = %d %s, want 500 %s", r.status, r.body, signInFailed)
				}
			}
			if r := s.json("", "POST", authentication, fields{"userName": "app@example.org", "password": "x"}); r.status != 201 {
				t.Errorf("first of two steps = %d %s, want 201", r.status, r.body)
			}
			if r := s.json("", "POST", authentication+"/123456", fields{"userName": "app@example.org", "password": "x"}); r.status != 500 {
				t.Errorf("second of two steps = %d %s, want 500", r.status, r.body)
			}
			for _, header := range []string{"old", "Basic " + base64.StdEncoding.EncodeToString([]byte("away@example.org:x"))} {
				if r := s.call("GET", "/api/2.0/people/@self", "", "Authorization", header); r.status != 401 {
					t.Errorf("%s = %d %s, want 401", header, r.status, r.body)
				}
			}
		})
	}
}

// Only a password that is missing altogether is not counted.
func TestEmptyPasswordsCount(t *testing.T) {
	s := start(t, portalsim.Options{})
	for range 6 {
		s.json("", "POST", authentication, fields{"userName": "a@example.org", "password": ""})
		s.json("", "POST", authentication, fields{"userName": "b@example.org"})
	}
	for user, want := range map[string]string{"a@example.org": tooMany, "b@example.org": ""} {
		if r := s.json("", "POST", authentication, fields{"userName": user, "password": "x"}); r.message(t) != want {
			t.Errorf("sign-in of %s = %d %s, want %q", user, r.status, r.body, want)
		}
	}
}

// attempt signs in without a network, so that time can be simulated.
func attempt(p *portalsim.Portal, user, password, forwarded string) (int, string) {
	body := `{"userName":"` + user + `","password":"` + password + `"}`
	request := httptest.NewRequest("POST", authentication, strings.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	if forwarded != "" {
		request.Header.Set("X-Forwarded-For", forwarded)
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, request)
	return w.Code, w.Body.String()
}

func TestBruteForce(t *testing.T) {
	people := []portalsim.Person{{Email: "a@example.org", Password: "right"}}
	synctest.Test(t, func(t *testing.T) {
		p := portalsim.New(portalsim.Options{People: people})
		defer p.Close()
		for i := range 5 {
			if _, body := attempt(p, "a@example.org", "wrong", ""); !strings.Contains(body, signInFailed) {
				t.Errorf("attempt %d = %s, want %s", i+1, body, signInFailed)
			}
		}
		if _, body := attempt(p, "a@example.org", "right", ""); !strings.Contains(body, tooMany) {
			t.Errorf("6th attempt with the right password = %s, want %s", body, tooMany)
		}
		if status, _ := attempt(p, "b@example.org", "right", ""); status != 201 {
			t.Errorf("another person from the same address = %d, want 201", status)
		}
		if status, _ := attempt(p, "a@example.org", "right", "203.0.113.9"); status != 201 {
			t.Errorf("the same person from another address = %d, want 201", status)
		}
		time.Sleep(59 * time.Second)
		if _, body := attempt(p, "a@example.org", "right", ""); !strings.Contains(body, tooMany) {
			t.Errorf("59 s into the block = %s, want %s", body, tooMany)
		}
		time.Sleep(2 * time.Second)
		for i := range 20 {
			if status, body := attempt(p, "a@example.org", "right", ""); status != 201 {
				t.Errorf("attempt %d after the block = %d %s, want 201: a success takes itself back", i+1, status, body)
			}
		}
	})
}

// The counts are in the memory of the server process.
func TestRestartForgetsAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := portalsim.New(portalsim.Options{People: []portalsim.Person{{Email: "a@example.org", Password: "right"}}})
		defer p.Close()
		for range 6 {
			attempt(p, "a@example.org", "wrong", "")
		}
		p.Restart(time.Second, 0)
		time.Sleep(2 * time.Second)
		if status, body := attempt(p, "a@example.org", "right", ""); status != 201 {
			t.Errorf("sign-in after a restart = %d %s, want 201", status, body)
		}
	})
}

// Attempts are counted before they are checked: eight at once block each other even
// with the right password.
func TestParallelSignInsBlockThemselves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := portalsim.New(portalsim.Options{Latency: time.Second})
		defer p.Close()
		var passed, blocked atomic.Int32
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				status, body := attempt(p, "a@example.org", "x", "")
				switch {
				case status == 201:
					passed.Add(1)
				case strings.Contains(body, tooMany):
					blocked.Add(1)
				}
			})
		}
		all.Wait()
		if passed.Load() != 5 || blocked.Load() != 3 {
			t.Errorf("of 8 sign-ins at once %d passed and %d were blocked, want 5 and 3", passed.Load(), blocked.Load())
		}
	})
}

func TestAuthenticationOfRequests(t *testing.T) {
	const self = "/api/2.0/people/@self"
	s := start(t, portalsim.Options{
		Tokens: map[string]string{"fixed-token": "fixed@example.org"},
		People: []portalsim.Person{{Email: "basic@example.org", Password: "secret"}, {Email: "colon@example.org", Password: "a:b"}},
	})
	ivan, anna := s.signIn("ivan@example.org"), s.signIn("anna@example.org")
	basic := func(text string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(text)) }
	tests := []struct {
		name, query     string
		header          []string
		status          int
		who             string
		setsCookie      bool
		wwwAuthenticate bool
	}{
		{"refused cookie", "", []string{"Cookie", "asc_auth_key=expired"}, 401, "", true, false},
		{"refused cookie beside a good header", "", []string{"Authorization", ivan, "Cookie", "asc_auth_key=expired"}, 200, "ivan@example.org", true, false},
		{"raw header", "", []string{"Authorization", ivan}, 200, "ivan@example.org", true, false},
		{"Bearer", "", []string{"Authorization", "Bearer " + ivan}, 200, "ivan@example.org", true, false},
		{"fixed token", "", []string{"Authorization", "fixed-token"}, 200, "fixed@example.org", true, false},
		{"Basic", "", []string{"Authorization", basic("basic@example.org:secret")}, 200, "basic@example.org", true, false},
		{"Basic breaks on a colon", "", []string{"Authorization", basic("colon@example.org:a:b")}, 401, "", false, true},
		{"Basic, wrong password", "", []string{"Authorization", basic("basic@example.org:x")}, 401, "", false, true},
		{"cookie", "", []string{"Cookie", "asc_auth_key=" + ivan}, 200, "ivan@example.org", false, false},
		{"query string", "?asc_auth_key=" + ivan, nil, 200, "ivan@example.org", false, false},
		{"header wins over the cookie", "", []string{"Authorization", ivan, "Cookie", "asc_auth_key=" + anna}, 200, "ivan@example.org", true, false},
		{"bad header falls back to the cookie", "", []string{"Authorization", "expired", "Cookie", "asc_auth_key=" + anna}, 200, "anna@example.org", false, false},
		{"nothing", "", nil, 401, "", false, false},
		{"unknown token", "", []string{"Authorization", "unknown"}, 401, "", false, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := &site{s.Portal, t, s.url}
			r := s.call("GET", self+test.query, "", test.header...)
			if r.status != test.status {
				t.Fatalf("@self = %d %s, want %d", r.status, r.body, test.status)
			}
			if has := strings.Contains(r.header.Get("Set-Cookie"), "asc_auth_key="); has != test.setsCookie {
				t.Errorf("Set-Cookie there: %v, want %v", has, test.setsCookie)
			}
			if test.status == 401 {
				if r.body != "Unauthorized" || !strings.HasPrefix(r.header.Get("Content-Type"), "text/html") {
					t.Errorf("401 is %q of %s, want the text Unauthorized of text/html", r.body, r.header.Get("Content-Type"))
				}
				if has := r.header.Get("WWW-Authenticate") != ""; has != test.wwwAuthenticate {
					t.Errorf("WWW-Authenticate there: %v, want %v", has, test.wwwAuthenticate)
				}
				return
			}
			if who := r.response(t).(map[string]any)["email"]; who != test.who {
				t.Errorf("@self is %v, want %s", who, test.who)
			}
		})
	}
}

// A cookie that is refused is taken from the client, unless the answer brings another one.
func TestRefusedCookiesAreCleared(t *testing.T) {
	s := start(t, portalsim.Options{})
	r := s.call("GET", "/api/2.0/people/@self", "", "Cookie", "asc_auth_key=expired")
	cookie, err := http.ParseSetCookie(r.header.Get("Set-Cookie"))
	if err != nil || cookie.Value != "" || !cookie.Expires.Before(time.Now()) {
		t.Errorf("Set-Cookie = %q (%v), want an empty one that has expired", r.header.Get("Set-Cookie"), err)
	}
	r = s.call("POST", authentication, `{"userName":"ivan@example.org","password":"x"}`, "Content-Type", "application/json", "Cookie", "asc_auth_key=expired")
	if all := r.header["Set-Cookie"]; len(all) != 1 || !strings.Contains(r.body, strings.TrimPrefix(strings.Split(all[0], ";")[0], "asc_auth_key=")) {
		t.Errorf("after a sign-in Set-Cookie = %q, want the new token alone", all)
	}
}

func TestTokensEnd(t *testing.T) {
	ask := func(p *portalsim.Portal) int {
		request := httptest.NewRequest("GET", "/api/2.0/people/@self", nil)
		request.Header.Set("Authorization", "fixed")
		w := httptest.NewRecorder()
		p.ServeHTTP(w, request)
		return w.Code
	}
	synctest.Test(t, func(t *testing.T) {
		p := portalsim.New(portalsim.Options{Tokens: map[string]string{"fixed": "a@example.org"}, TokenLife: time.Hour})
		defer p.Close()
		if got := ask(p); got != 200 {
			t.Errorf("fresh token = %d, want 200", got)
		}
		p.Restart(time.Minute, 0)
		time.Sleep(2 * time.Minute)
		if got := ask(p); got != 200 {
			t.Errorf("after a restart = %d, want 200: tokens outlive it", got)
		}
		time.Sleep(time.Hour)
		if got := ask(p); got != 401 {
			t.Errorf("expired token = %d, want 401", got)
		}
	})
	p := portalsim.New(portalsim.Options{Tokens: map[string]string{"fixed": "a@example.org"}})
	defer p.Close()
	if err := p.SignOut("a@example.org"); err != nil || ask(p) != 401 {
		t.Errorf("SignOut = %v, then %d, want 401", err, ask(p))
	}
	if err := p.SignOut("nobody@example.org"); err == nil {
		t.Error("SignOut of nobody succeeds")
	}
}

func TestWhoMaySignIn(t *testing.T) {
	tests := []struct {
		name   string
		only   bool
		user   string
		status int
	}{
		{"anybody", false, "new@example.org", 201},
		{"any GUID", false, "99999999-2222-4333-8444-555555555555", 201},
		{"no address", false, "new", 500},
		{"only people: a stranger", true, "new@example.org", 500},
		{"only people: the owner", true, "admin@example.org", 201},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := portalsim.New(portalsim.Options{OnlyPeople: test.only})
			defer p.Close()
			if status, body := attempt(p, test.user, "x", ""); status != test.status {
				t.Errorf("sign-in of %s = %d %s, want %d", test.user, status, body, test.status)
			}
		})
	}
}

// A token given out beforehand works even where nobody is invented.
func TestTokensOfStrangers(t *testing.T) {
	s := start(t, portalsim.Options{OnlyPeople: true, Tokens: map[string]string{"t": "new@example.org", "g": "99999999-2222-4333-8444-555555555555"}})
	for token, want := range map[string]string{"t": "new@example.org", "g": "99999999@example.org"} {
		if who := s.json(token, "GET", "/api/2.0/people/@self", nil).response(t).(map[string]any)["email"]; who != want {
			t.Errorf("@self with token %s is %v, want %s", token, who, want)
		}
	}
}

func TestAddressRestriction(t *testing.T) {
	s := start(t, portalsim.Options{})
	owner, ivan := s.signIn("admin@example.org"), s.signIn("ivan@example.org")
	s.RestrictIP(true)
	if r := s.call("GET", "/api/2.0/people/@self", "", "Authorization", ivan); r.status != 403 || r.body != "" {
		t.Errorf("restricted caller = %d %q, want 403 and nothing", r.status, r.body)
	}
	if r := s.call("GET", "/api/2.0/people/@self", "", "Authorization", owner); r.status != 200 {
		t.Errorf("the owner = %d, want 200", r.status)
	}
	r := s.json("", "POST", authentication, fields{"userName": "ivan@example.org", "password": "x"})
	if r.status != http.StatusInternalServerError || !strings.Contains(r.message(t), "IPSecurityException") {
		t.Errorf("sign-in = %d %s, want 500 with the exception's text", r.status, r.body)
	}
}

// A token can be ended. Which of the caller's connections it is, the portal reads from
// the cookie, even when the header is what authenticates.
func TestConnections(t *testing.T) {
	const path = "/api/2.0/security/activeconnections"
	s := start(t, portalsim.Options{})
	first, second, third := s.signIn("ivan@example.org"), s.signIn("ivan@example.org"), s.signIn("ivan@example.org")
	anna, owner := s.signIn("anna@example.org"), s.signIn("admin@example.org")
	ask := func(token string, header ...string) map[string]any {
		return s.call("GET", path, "", append(header, "Authorization", token)...).response(t).(map[string]any)
	}
	works := func(token string) bool { return s.json(token, "GET", "/api/2.0/people/@self", nil).status == 200 }

	if v := ask(first); v["loginEvent"] != 0.0 || len(v["items"].([]any)) != 3 {
		t.Errorf("connections by header alone = %v, want three and no own one", v)
	}
	v := ask(second, "Cookie", "asc_auth_key="+second)
	own := v["items"].([]any)[0].(map[string]any)["id"]
	if v["loginEvent"] != own || own == 0.0 {
		t.Errorf("connections with a cookie = %v, want the own one first", v)
	}
	end := func(token string) any {
		return s.json(token, "PUT", fmt.Sprintf("%s/logout/%v", path, own), nil).response(t)
	}
	if end(anna) != false || !works(second) {
		t.Error("somebody else ends the connection")
	}
	if end(first) != true || works(second) || !works(first) {
		t.Error("ending the second connection did not end it, or not only it")
	}
	if end(first) != false {
		t.Error("ending a connection that has ended succeeds")
	}
	s.call("PUT", path+"/logoutallexceptthis", "", "Authorization", first, "Cookie", "asc_auth_key="+first)
	if works(third) || !works(first) {
		t.Error("logoutallexceptthis ended the wrong ones")
	}
	id := s.json(first, "GET", "/api/2.0/people/@self", nil).response(t).(map[string]any)["id"].(string)
	if r := s.json(anna, "PUT", path+"/logoutall/"+id, nil); r.status != 403 || !works(first) {
		t.Errorf("logoutall by anybody = %d, want 403", r.status)
	}
	if r := s.json(owner, "PUT", path+"/logoutall/"+id, nil); r.status != 200 || r.body != `{"status":0,"statusCode":200,"response":{}}` || works(first) {
		t.Errorf("logoutall by the owner = %d %s, want it done and an empty object", r.status, r.body)
	}
}
