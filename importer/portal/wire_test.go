package portal_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/portal"
	"r7import/importer/portalsim"
)

// seen is one request as it came over the wire.
type seen struct {
	method, target, media, body string
	header                      http.Header
}

func recorded(t *testing.T, answer string) (*portal.Session, *seen) {
	t.Helper()
	var got seen
	session := serve(t, portal.Options{UserAgent: "r7import/1.2"}, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = seen{r.Method, r.URL.RequestURI(), r.Header.Get("Content-Type"), string(body), r.Header}
		w.WriteHeader(201)
		_, _ = io.WriteString(w, answer)
	})
	return session, &got
}

func TestCreateOnTheWire(t *testing.T) {
	session, got := recorded(t, made)
	s := settings(ivan)
	s.Incoming.Password, s.Outgoing.Password = account.NewSecret("a\"b\\c&<>\u2028 "), account.NewSecret("пароль 😀")
	s.Outgoing.Encryption, s.Outgoing.Auth, s.Outgoing.Port = account.StartTLS, account.CramMD5, 587
	s.Restrict = false
	if answer := session.Create(t.Context(), s, nil); answer.Fate != diagnosis.Done {
		t.Fatalf("Create = %+v", answer)
	}
	if got.method != "POST" || got.target != "/api/2.0/mail/accounts.json" || got.media != "application/json" {
		t.Errorf("Create sent %s %s as %s", got.method, got.target, got.media)
	}
	var body map[string]any
	if err := json.Unmarshal([]byte(got.body), &body); err != nil {
		t.Fatalf("body %q: %v", got.body, err)
	}
	want := map[string]any{
		"name": "Иван Петров", "email": ivan, "account": ivan, "password": "a\"b\\c&<>\u2028 ", "port": 993.0, "server": "imap.example.org",
		"smtp_account": ivan, "smtp_password": "пароль 😀", "smtp_port": 587.0, "smtp_server": "smtp.example.org", "smtp_auth": true,
		"imap": true, "restrict": false, "incoming_encryption_type": 1.0, "outcoming_encryption_type": 2.0, "auth_type_in": 1.0, "auth_type_smtp": 4.0,
	}
	if diff := cmp.Diff(want, body); diff != "" {
		t.Errorf("fields of the body, want - got +\n%s", diff)
	}
	wantHeader := http.Header{
		"Accept": {"application/json"}, "Accept-Encoding": {"gzip"}, "Authorization": {ivanToken}, "Content-Type": {"application/json"},
		"Content-Length": {fmt.Sprint(len(got.body))}, "User-Agent": {"r7import/1.2"},
	}
	if diff := cmp.Diff(wantHeader, got.header); diff != "" {
		t.Errorf("headers, want - got +\n%s", diff)
	}
}

func TestNothingIsLeftOut(t *testing.T) {
	session, got := recorded(t, made)
	session.Create(t.Context(), &account.Settings{}, nil)
	var body map[string]any
	if err := json.Unmarshal([]byte(got.body), &body); err != nil || len(body) != int(account.NumRequestFields) {
		t.Errorf("empty settings are sent as %s, %d fields (%v), want all %d", got.body, len(body), err, account.NumRequestFields)
	}
}

// A password that the server's JSON parser takes for a moment goes as a form, and arrives as it is.
func TestBentPasswords(t *testing.T) {
	for _, tc := range []struct {
		password string
		form     bool
	}{
		{"2026-11-22T10:00:00+05:00", true},
		{"2026-11-22T10:00:00.1230", true},
		{"/Date(1400000000000)/", true},
		{"/Date(1400000000000+0300)/", true},
		{"2026-11-22", false},
		{"2026-11-22T10:00", false},
		{"1.10", false},
		{"true", false},
		{" null ", false},
		{"%41+&=;\"'<>\\/", false},
	} {
		t.Run(tc.password, func(t *testing.T) {
			client, sim := simulated(t, withIvan(portalsim.Options{}))
			session := client.Session(account.NewSecret(ivanToken))
			s := settings(ivan)
			s.Outgoing.Password = account.NewSecret(tc.password)
			if answer := session.Create(t.Context(), s, nil); answer.Fate != diagnosis.Done {
				t.Fatalf("Create = %+v", answer)
			}
			got := sim.Accounts()[0]
			if got.SMTPPassword != tc.password || got.Password != s.Incoming.Password.Reveal() || got.Name != s.Name || got.POP3 || !got.Restrict || got.SMTPPort != 465 {
				t.Errorf("the portal has %+v, want what was sent", got)
			}
			recordedSession, wire := recorded(t, made)
			recordedSession.Create(t.Context(), s, nil)
			if form := strings.HasPrefix(wire.media, "application/x-www-form-urlencoded"); form != tc.form {
				t.Errorf("sent as %s, want a form: %v", wire.media, tc.form)
			}
		})
	}
}

// Whatever form is chosen, every text arrives as it was.
func TestTextsArrive(t *testing.T) {
	session, got := recorded(t, made)
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.{0,8}`))
		s := settings(ivan)
		s.Name, s.Incoming.Login = text.Draw(rt, "name"), text.Draw(rt, "login")
		s.Incoming.Password, s.Outgoing.Password = account.NewSecret(text.Draw(rt, "password")), account.NewSecret(text.Draw(rt, "second"))
		session.Create(t.Context(), s, nil)
		arrived := func(f account.Field) string {
			if form, err := url.ParseQuery(got.body); strings.HasPrefix(got.media, "application/x-www-form-urlencoded") && err == nil {
				return form.Get(f.String())
			}
			var body map[string]any
			if err := json.Unmarshal([]byte(got.body), &body); err != nil {
				rt.Fatalf("body %q: %v", got.body, err)
			}
			return fmt.Sprint(body[f.String()])
		}
		for f := range account.NumRequestFields {
			if a := arrived(f); a != s.Text(f) {
				rt.Errorf("%s arrived as %q in %s, want %q", f, a, got.media, s.Text(f))
			}
		}
	})
}

func TestPathInFrontOfTheAPI(t *testing.T) {
	var target string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { target = r.URL.RequestURI() }))
	defer server.Close()
	client := newClient(t, portal.Options{URL: server.URL + "/office/"})
	client.Session(account.NewSecret("x")).Find(t.Context(), "a+b&c@example.org")
	if want := "/office/api/2.0/mail/accounts/single.json?email=" + url.QueryEscape("a+b&c@example.org"); target != want {
		t.Errorf("Find asked for %s, want %s", target, want)
	}
}

// connections counts those a server has had.
func connections(server *httptest.Server) *atomic.Int32 {
	var opened atomic.Int32
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	return &opened
}

func TestConnectionsAreKept(t *testing.T) {
	const workers, rows = 8, 160
	sim := portalsim.New(withIvan(portalsim.Options{Gzip: true, Faults: []portalsim.Fault{{Every: 5, Do: portalsim.Answer, Status: 502}}}))
	server := httptest.NewUnstartedServer(sim)
	opened := connections(server)
	server.Start()
	defer server.Close()
	defer sim.Close()
	client := newClient(t, portal.Options{URL: server.URL, Workers: workers})
	session := client.Session(account.NewSecret(ivanToken))
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for i := range rows / workers {
				address := fmt.Sprintf("w%d.%d@example.org", w, i)
				session.Find(t.Context(), address)
				session.Create(t.Context(), settings(address), nil)
			}
		})
	}
	all.Wait()
	if n := opened.Load(); n > workers {
		t.Errorf("%d connections for %d workers, want no more", n, workers)
	}
	if got := sim.Stats().Requests; got != 2*rows {
		t.Errorf("the portal saw %d requests, want %d", got, 2*rows)
	}
}

// net/http repeats a GET by itself when a kept connection dies under it. We do
// not: every request is admitted, counted and answered for.
func TestNothingIsRepeatedBelowUs(t *testing.T) {
	var asked, admitted atomic.Int32
	options := portal.Options{Workers: 1, Admit: func(ctx context.Context) (portal.Admission, error) {
		admitted.Add(1)
		return leave{ctx, func(portal.Answer) {}}, nil
	}}
	session := serve(t, options, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if asked.Add(1)%2 == 0 { // the second request on a connection dies with it
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_ = conn.Close()
			return
		}
		_, _ = io.WriteString(w, `{"statusCode":200,"response":[]}`)
	})
	for i := range 6 {
		_, read := session.Accounts(t.Context())
		if want := i%2 == 1; (read.Code == diagnosis.AnswerLost) != want {
			t.Errorf("read %d = %s, %v, want it lost: %v", i, read.Code, read.Fate, want)
		}
	}
	if asked.Load() != 6 || admitted.Load() != 6 {
		t.Errorf("the portal saw %d requests and %d were admitted, want 6 of each", asked.Load(), admitted.Load())
	}
}

// A connection that the server has closed while nobody used it costs no answer:
// nothing has left on it.
func TestIdleConnectionDies(t *testing.T) {
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(201)
		_, _ = io.WriteString(w, made)
	}))
	defer server.Close()
	session := newClient(t, portal.Options{URL: server.URL, Workers: 1}).Session(account.NewSecret("x"))
	for i := range 20 {
		if answer := session.Create(t.Context(), settings(ivan), nil); answer.Fate != diagnosis.Done {
			t.Fatalf("Create %d = %s, %v (%v), want it done", i, answer.Code, answer.Fate, answer.Err)
		}
		server.CloseClientConnections()
		time.Sleep(25 * time.Millisecond) // the end of a connection takes a moment to arrive
	}
	if asked.Load() != 20 {
		t.Errorf("the portal saw %d requests, want 20", asked.Load())
	}
}

func TestGetHasNoBody(t *testing.T) {
	session, got := recorded(t, `{"statusCode":200,"response":[]}`)
	session.Accounts(t.Context())
	if got.method != "GET" || got.body != "" || got.header.Get("Transfer-Encoding") != "" || got.header.Get("Content-Type") != "" {
		t.Errorf("Accounts sent %+v", got)
	}
	session.Impersonate(t.Context(), "someone")
	if got.method != "POST" || got.body != "" || got.header.Get("Content-Length") != "0" {
		t.Errorf("Impersonate sent %+v", got)
	}
}
