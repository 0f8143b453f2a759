package portal_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
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

func TestShortSecretIsMaskedAsAWord(t *testing.T) {
	session := serve(t, portal.Options{}, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(500)
		_, _ = io.WriteString(w, `{"error":{"message":"ab a cab, 'a'"}}`)
	})
	s := settings(ivan)
	s.Incoming.Password = account.NewSecret("a")
	if got, want := session.Create(t.Context(), s, nil).Text, "ab [***] cab, '[***]'"; got != want {
		t.Errorf("Create's text = %q, want %q", got, want)
	}
}

func TestTextIsCleaned(t *testing.T) {
	session := serve(t, portal.Options{}, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(500)
		_, _ = io.WriteString(w, `{"error":{"message":"one\u001b[31m\r\nlevel=ERROR <b>two</b>\u202e `+strings.Repeat("long ", 300)+`"}}`)
	})
	got := session.Create(t.Context(), settings(ivan), nil).Text
	if !strings.HasPrefix(got, "one [31m level=ERROR two long") || len([]rune(got)) > 500 {
		t.Errorf("Create's text = %q", got)
	}
}
