package portal_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/portal"
)

func header(text string) string { return `<span class="attempt_header">` + text + `</span><br/>` }

// Whatever way a server repeats a secret, nobody sees it.
func TestSecretsEchoed(t *testing.T) {
	const imap, smtp = `imap "canary" & <two>`, "smtp+canary/трёх/3"
	plain := func(s string) string {
		return base64.StdEncoding.EncodeToString([]byte("\x00ivan@example.org\x00" + s))
	}
	ways := map[string]func(string) string{
		"plain":      func(s string) string { return s },
		"url":        url.QueryEscape,
		"url lower":  func(s string) string { return strings.ToLower(url.QueryEscape(s)) },
		"path":       url.PathEscape,
		"html":       html.EscapeString,
		"json":       func(s string) string { return strings.ReplaceAll(s, `"`, `\"`) },
		"base64":     func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
		"base64 url": func(s string) string { return base64.URLEncoding.EncodeToString([]byte(s)) },
		"SASL PLAIN": plain,
		"lower case": strings.ToLower,
		"tags about": func(s string) string { return "<b>" + s + "</b>" },
	}
	leaks := func(text string) []string {
		var found []string
		for _, secret := range []string{imap, smtp, ivanToken} {
			for _, way := range []string{"plain", "url", "url lower", "html", "base64", "base64 url", "SASL PLAIN", "lower case"} {
				if w := strings.TrimRight(ways[way](secret), "="); strings.Contains(text, w) || strings.Contains(text, "canary") {
					found = append(found, way)
				}
			}
		}
		return found
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			options := portal.Options{Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
			session := serve(t, options, func(w http.ResponseWriter, _ *http.Request) {
				message := header("IMAP response:") + "bad password " + way(imap) + "\r\n" + header("SMTP response:") + "no " + way(smtp) + " with " + way(ivanToken)
				w.WriteHeader(500)
				fmt.Fprintf(w, `{"status":1,"statusCode":500,"error":{"message":%q}}`, message)
			})
			s := settings(ivan)
			s.Incoming.Password, s.Outgoing.Password = account.NewSecret(imap), account.NewSecret(smtp)
			got := session.Create(t.Context(), s, nil)
			shown := fmt.Sprintf("%+v %#v %v %s", got, got, got.Problem(), log.String())
			if found := leaks(shown); found != nil {
				t.Errorf("%v are to be seen in %s", found, shown)
			}
			if !strings.Contains(got.Text, "[***]") || got.Code != diagnosis.MailAuth {
				t.Errorf("Create = %s, text %q, want %s and masks in it", got.Code, got.Text, diagnosis.MailAuth)
			}
		})
	}
}

func TestShortSecretIsFoundAsAWord(t *testing.T) {
	for _, tc := range []struct{ words, want string }{
		{"ab a cab, 'a'", "[***]"},
		{"ab cab", "IMAP: ab cab"},
	} {
		session := serve(t, portal.Options{}, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(500)
			fmt.Fprintf(w, `{"error":{"message":%q}}`, header("IMAP response:")+tc.words)
		})
		s := settings(ivan)
		s.Incoming.Password = account.NewSecret("a")
		if got := session.Create(t.Context(), s, nil).Text; got != tc.want {
			t.Errorf("Create's text for %q = %q, want %q", tc.words, got, tc.want)
		}
	}
}

func TestTextIsCleaned(t *testing.T) {
	session := serve(t, portal.Options{}, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(500)
		_, _ = io.WriteString(w, `{"error":{"message":"<span class='attempt_header'>IMAP response:</span>one\u001b[31m\r\nlevel=ERROR <b>two</b>\u202e `+strings.Repeat("long ", 300)+`"}}`)
	})
	got := session.Create(t.Context(), settings(ivan), nil).Text
	if !strings.HasPrefix(got, "IMAP: one [31m level=ERROR two long") || len([]rune(got)) > 500 {
		t.Errorf("Create's text = %q", got)
	}
}

// What is kept of words nobody knows is what kind they are and about how long.
func TestUnknownWordsAreOutlined(t *testing.T) {
	page := func(title string) string {
		return "<html><head><title>" + title + "</title></head><body>x</body></html>"
	}
	for _, tc := range []struct {
		name   string
		status int
		body   string
		want   string
	}{
		{"an error of unknown words", 500, `{"error":{"message":"Planets are not aligned"}}`, "application/json, <100 B"},
		{"a sentence with more behind it", 500, `{"error":{"message":"Account wasn't found by email: somebody@example.org"}}`, "Account wasn't found by email"},
		{"a page", 502, page("502 Bad Gateway"), `text/html, <100 B, "502 Bad Gateway"`},
		{"a page with a value of the row in its title", 502, page("No account " + ivan), "text/html, <100 B"},
		{"a page with a password in its title", 502, page("password imap-secret"), "text/html, <100 B"},
		{"a page with a long title", 502, page(strings.Repeat("long ", 30)), "text/html, <1 kB"},
		{"plain text", 502, strings.Repeat("no ", 40), "text/plain, <1 kB"},
		{"data", 502, `["imap-secret"]`, "application/json, <100 B"},
		{"nothing", 502, "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			session := serve(t, portal.Options{}, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tc.status)
				_, _ = io.WriteString(w, tc.body)
			})
			s := settings(ivan)
			s.Incoming.Password = account.NewSecret("imap-secret")
			if got := session.Create(t.Context(), s, nil).Text; got != tc.want {
				t.Errorf("Create's text for %q = %q, want %q", tc.body, got, tc.want)
			}
		})
	}
}

// A profile that repeats a secret is kept without it.
func TestSecretsInProfiles(t *testing.T) {
	const password = "Kanarienvogel-Portal-1"
	for _, tc := range []struct {
		name, body string
		want       account.Person
		code       diagnosis.Code
	}{
		{"in a name", `{"response":{"id":"f4ad6e7b-0000-4000-8000-000000000057","email":"ivan@example.org","firstName":"Kanarienvogel\\u002dPortal-1"}}`, account.Person{ID: "f4ad6e7b-0000-4000-8000-000000000057", Email: "ivan@example.org"}, ""},
		{"in the address", `{"response":{"id":"f4ad6e7b-0000-4000-8000-000000000057","email":"Kanarienvogel-Portal-1@example.org"}}`, account.Person{ID: "f4ad6e7b-0000-4000-8000-000000000057"}, ""},
		{"in the id", `{"response":{"id":"Kanarienvogel-Portal-1"}}`, account.Person{}, diagnosis.AnswerOdd},
		{"a short secret is part of many names", `{"response":{"id":"f4ad6e7b-0000-4000-8000-000000000057","lastName":"Ivanov"}}`, account.Person{ID: "f4ad6e7b-0000-4000-8000-000000000057", LastName: "Ivanov"}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = io.WriteString(w, tc.body)
			}))
			defer server.Close()
			client := newClient(t, portal.Options{URL: server.URL})
			got, answer := client.Session(account.NewSecret("ivanov"), account.NewSecret(password)).Self(t.Context())
			if got != tc.want || answer.Code != tc.code {
				t.Errorf("Self = %+v, %q, want %+v, %q", got, answer.Code, tc.want, tc.code)
			}
		})
	}
}
