package portalsim_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"r7import/importer/portalsim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// site is a portal behind a real HTTP server, asked with plain requests.
type site struct {
	*portalsim.Portal
	t   *testing.T
	url string
}

func start(t *testing.T, o portalsim.Options) *site {
	t.Helper()
	p := portalsim.New(o)
	server := httptest.NewServer(p)
	t.Cleanup(func() {
		p.Close()
		server.Close()
		http.DefaultClient.CloseIdleConnections()
	})
	return &site{p, t, server.URL}
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	body   string
}

// response is the envelope's, decoded as plain JSON.
func (r reply) response(t *testing.T) any {
	t.Helper()
	return r.envelope(t)["response"]
}

func (r reply) envelope(t *testing.T) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(r.body), &v); err != nil {
		t.Fatalf("body %q: %v", r.body, err)
	}
	return v
}

// message is the envelope's error text.
func (r reply) message(t *testing.T) string {
	t.Helper()
	e, _ := r.envelope(t)["error"].(map[string]any)
	text, _ := e["message"].(string)
	return text
}

// call sends body as it is; header are pairs.
func (s *site) call(method, path, body string, header ...string) reply {
	s.t.Helper()
	request, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	transport := &http.Transport{DisableCompression: true}
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(request)
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	all, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatalf("%s %s: reading the answer: %v", method, path, err)
	}
	return reply{response.StatusCode, response.Header, string(all)}
}

// json sends a value as application/json with a token; "" is none.
func (s *site) json(token, method, path string, v any) reply {
	s.t.Helper()
	var body bytes.Buffer
	if v != nil {
		if err := json.NewEncoder(&body).Encode(v); err != nil {
			s.t.Fatal(err)
		}
	}
	header := []string{"Content-Type", "application/json"}
	if token != "" {
		header = append(header, "Authorization", token)
	}
	return s.call(method, path, body.String(), header...)
}

// signIn returns the token of a person.
func (s *site) signIn(email string) string {
	s.t.Helper()
	r := s.json("", "POST", "/api/2.0/authentication", fields{"userName": email, "password": "secret"})
	data, _ := r.response(s.t).(map[string]any)
	token, _ := data["token"].(string)
	if r.status != 201 || token == "" {
		s.t.Fatalf("sign-in of %s: %d %s", email, r.status, r.body)
	}
	return token
}

// abandon sends a create and closes the connection after a while.
func (s *site) abandon(token, body string, after time.Duration) {
	s.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: portal\r\nAuthorization: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		accounts, token, len(body), body)
	time.Sleep(after)
}

type fields map[string]any

// with copies f with some fields set; nil leaves one out.
func (f fields) with(pairs ...any) fields {
	g := fields{}
	for name, value := range f {
		g[name] = value
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == nil {
			delete(g, pairs[i].(string))
		} else {
			g[pairs[i].(string)] = pairs[i+1]
		}
	}
	return g
}

const accounts = "/api/2.0/mail/accounts"

// good are all 17 fields of an account that is created.
func good(email string) fields {
	return fields{
		"name": "Ivan Petrov", "email": email,
		"account": email, "password": "mail-secret", "server": "imap.example.org", "port": 993,
		"smtp_account": email, "smtp_password": "mail-secret", "smtp_server": "smtp.example.org", "smtp_port": 465,
		"smtp_auth": true, "imap": true, "restrict": true,
		"incoming_encryption_type": 1, "outcoming_encryption_type": 1, "auth_type_in": 1, "auth_type_smtp": 1,
	}
}

func TestSignInCreateRead(t *testing.T) {
	s := start(t, portalsim.Options{})
	token := s.signIn("ivan.petrov@example.org")

	self := s.json(token, "GET", "/api/2.0/people/@self", nil).response(t).(map[string]any)
	if self["email"] != "ivan.petrov@example.org" || self["displayName"] != "Ivan Petrov" {
		t.Errorf("@self = %v, want the address signed in with and a name made from it", self)
	}
	made := s.json(token, "POST", accounts, good("Ivan.Petrov@example.org"))
	if made.status != 201 {
		t.Fatalf("create = %d %s, want 201", made.status, made.body)
	}
	if email := made.response(t).(map[string]any)["email"]; email != "Ivan.Petrov@example.org" {
		t.Errorf("create answers email %v, want it as sent", email)
	}
	single := s.json(token, "GET", accounts+"/single?email=ivan.petrov@example.org", nil).response(t).(map[string]any)
	if single["email"] != "ivan.petrov@example.org" || single["port"] != "993" || single["password"] != "" {
		t.Errorf("single = %v, want the stored address, the port as a string, no password", single)
	}
	if list := s.json(token, "GET", accounts, nil).response(t).([]any); len(list) != 1 {
		t.Errorf("list has %d accounts, want 1", len(list))
	}
}
