package portal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/portal"
)

// serve starts a server with one handler and returns a session with it.
func serve(t *testing.T, o portal.Options, handler http.HandlerFunc) *portal.Session {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	o.URL = server.URL
	client := newClient(t, o)
	return client.Session(account.NewSecret(ivanToken))
}

// made is the portal's answer to a create call.
const made = `{"count":1,"status":0,"statusCode":201,"response":{"mailboxId":57,"email":"ivan@example.org","enabled":true,"name":"Ivan"}}`

func TestWhatCountsAsMade(t *testing.T) {
	for _, tc := range []struct {
		name   string
		status int
		body   string
		want   diagnosis.Code // empty: done
	}{
		{"as documented", 201, made, ""},
		{"200 for 201", 200, made, ""},
		{"no count, unknown members", 201, `{"statusCode":201,"more":[1],"response":{"mailboxId":57,"email":"ivan@example.org","else":{}}}`, ""},
		{"bare response", 201, `{"response":{"mailboxId":57,"email":"ivan@example.org"}}`, ""},
		{"address in capitals", 201, strings.Replace(made, "ivan@", "IVAN@", 1), ""},
		{"number as text", 201, strings.Replace(made, "57", `"57"`, 1), ""},
		{"error with type and stack", 500, `{"status":1,"statusCode":500,"error":{"message":"User authentication failed","type":"T","stack":"S"}}`, diagnosis.PortalSignIn},
		{"error that is only a message", 500, `{"error":{"message":"Some unexpected error has occurred. Please try again later."}}`, diagnosis.PortalGeneric},
		{"200 with an error inside", 200, `{"status":1,"statusCode":500,"error":{"message":"Deadlock"}}`, diagnosis.PortalError},
		{"error without words", 500, `{"status":1,"statusCode":500,"error":{"hresult":-2146233088,"data":{}}}`, diagnosis.PortalError},
		{"error that is a text", 500, `{"error":"no"}`, diagnosis.PortalError},
		{"error that is null", 201, strings.Replace(made, "{", `{"error":null,`, 1), ""},

		{"empty", 201, "", diagnosis.AnswerOdd},
		{"null", 201, "null", diagnosis.AnswerOdd},
		{"a number", 201, "57", diagnosis.AnswerOdd},
		{"a text", 201, `"57"`, diagnosis.AnswerOdd},
		{"a list", 201, "[" + made + "]", diagnosis.AnswerOdd},
		{"empty object", 201, "{}", diagnosis.AnswerOdd},
		{"no response", 201, `{"count":1,"status":0,"statusCode":201}`, diagnosis.AnswerOdd},
		{"null response", 201, `{"statusCode":201,"response":null}`, diagnosis.AnswerOdd},
		{"list of accounts, as a redirected GET answers", 200, `{"statusCode":200,"response":[{"mailboxId":57,"email":"ivan@example.org"}]}`, diagnosis.AnswerOdd},
		{"no mailbox id", 201, `{"statusCode":201,"response":{"email":"ivan@example.org"}}`, diagnosis.AnswerOdd},
		{"negative mailbox id", 201, strings.Replace(made, "57", "-57", 1), diagnosis.AnswerOdd},
		{"mailbox id that is no number", 201, strings.Replace(made, "57", `"x"`, 1), diagnosis.AnswerOdd},
		{"another address", 201, strings.Replace(made, "ivan@", "petr@", 1), diagnosis.AnswerOdd},
		{"no address", 201, `{"statusCode":201,"response":{"mailboxId":57}}`, diagnosis.AnswerOdd},
		{"cut", 201, made[:len(made)/2], diagnosis.AnswerOdd},
		{"more behind it", 201, made + made, diagnosis.AnswerOdd},
		{"202", 202, made, diagnosis.AnswerOdd},
		{"204", 204, "", diagnosis.AnswerOdd},
		{"418", 418, "", diagnosis.AnswerOdd},
		{"page with status 201", 201, "\uFEFF <!doctype html><title>Captcha</title>", diagnosis.PortalNotAPI},
		{"deep JSON", 201, strings.Repeat(`{"response":`, 200_000), diagnosis.AnswerOdd},
		{"deep list in the response", 201, `{"response":` + strings.Repeat("[", 200_000), diagnosis.AnswerOdd},
		{"more than is read", 201, made + strings.Repeat(" ", 2<<20), diagnosis.AnswerOdd},
		{"503 that is only blanks", 503, " \r\n", diagnosis.PortalRestoring},
		{"402 page", 402, "<html>", diagnosis.PortalUnpaid},
		{"403 page", 403, "<html>", diagnosis.PortalIP},
		{"401 page", 401, "<html>", diagnosis.PortalToken},
		{"500 page", 500, "<html>", diagnosis.PortalDown},
		{"599", 599, "", diagnosis.PortalDown},
		{"304", 304, "", diagnosis.PortalRedirect},
		{"407", 407, "", diagnosis.PortalProxy},
	} {
		t.Run(tc.name, func(t *testing.T) {
			session := serve(t, portal.Options{}, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tc.status)
				_, _ = io.WriteString(w, tc.body)
			})
			got := session.Create(t.Context(), settings(ivan), nil)
			fate := tc.want.Fate()
			if tc.want == "" {
				fate = diagnosis.Done
			}
			if got.Code != tc.want || got.Fate != fate {
				t.Errorf("Create answered with %d %.80q = %s, %v (%v), want %q, %v", tc.status, tc.body, got.Code, got.Fate, got.Err, tc.want, fate)
			}
			if (got.Mailbox.ID == 57) != (tc.want == "") {
				t.Errorf("Create answered with %d %.80q left mailbox %+v", tc.status, tc.body, got.Mailbox)
			}
		})
	}
}

func TestAddressesThatAreOne(t *testing.T) {
	for _, tc := range []struct {
		sent, told string
		same       bool
	}{
		{"ivan@xn--e1afmkfd.xn--p1ai", "ivan@пример.рф", true},
		{"ivan@xn--e1afmkfd.xn--p1ai", "IVAN@ПРИМЕР.РФ", true},
		{"ivan@example.org", "ivan@example.com", false},
		{"ivan@example.org", "ivan", false},
	} {
		session := serve(t, portal.Options{}, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(201)
			fmt.Fprintf(w, `{"response":{"mailboxId":1,"email":%q}}`, tc.told)
		})
		got := session.Create(t.Context(), settings(tc.sent), nil)
		if (got.Fate == diagnosis.Done) != tc.same {
			t.Errorf("Create of %s answered with %s = %v, want done %v", tc.sent, tc.told, got.Fate, tc.same)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Now()
	for _, tc := range []struct {
		name, value, date string
		from, to          time.Duration
		down              bool // a 503 with it is no polite refusal
	}{
		{name: "seconds", value: "120", from: 2 * time.Minute, to: 2 * time.Minute},
		{name: "zero", value: "0"},
		{name: "fraction", value: "1.5", from: 2 * time.Second, to: 2 * time.Second},
		{name: "date", value: now.Add(time.Minute).UTC().Format(http.TimeFormat), from: 57 * time.Second, to: time.Minute},
		{name: "date by the server's clock", value: "Sun, 06 Nov 1994 08:50:37 GMT", date: "Sun, 06 Nov 1994 08:49:37 GMT", from: time.Minute, to: time.Minute},
		{name: "date that has passed", value: "Sun, 06 Nov 1994 08:49:37 GMT"},
		{name: "garbage", value: "soon", down: true},
		{name: "negative", value: "-5", down: true},
		{name: "two points", value: "1.2.3", down: true},
		{name: "empty", value: " ", down: true},
		{name: "huge", value: "99999999999999999999", from: 365 * 24 * time.Hour, to: 365 * 24 * time.Hour},
		{name: "beyond all numbers", value: strings.Repeat("9", 400), from: 365 * 24 * time.Hour, to: 365 * 24 * time.Hour},
		{name: "far date", value: "Fri, 31 Dec 9999 23:59:59 GMT", from: 365 * 24 * time.Hour, to: 365 * 24 * time.Hour},
	} {
		for _, status := range []int{429, 503} {
			t.Run(fmt.Sprint(tc.name, " ", status), func(t *testing.T) {
				session := serve(t, portal.Options{}, func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Retry-After", tc.value)
					if tc.date != "" {
						w.Header().Set("Date", tc.date)
					}
					w.WriteHeader(status)
					_, _ = io.WriteString(w, "<h1>busy</h1>")
				})
				got := session.Create(t.Context(), settings(ivan), nil)
				want := diagnosis.PortalBusy
				if status == 503 && tc.down {
					want = diagnosis.PortalDown
				}
				if got.Code != want || got.RetryAfter < tc.from || got.RetryAfter > tc.to {
					t.Errorf("Create answered with %d and Retry-After %q = %s after %v, want %s after %v to %v", status, tc.value, got.Code, got.RetryAfter, want, tc.from, tc.to)
				}
			})
		}
	}
}

// Nothing is ever asked of a host that a redirect names.
func TestRedirectIsNotFollowed(t *testing.T) {
	var visited atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { visited.Add(1) }))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		var asked atomic.Int32
		session := serve(t, portal.Options{}, func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			w.Header().Set("Location", other.URL+"/token="+r.Header.Get("Authorization"))
			w.WriteHeader(status)
		})
		got := session.Create(t.Context(), settings(ivan), nil)
		if got.Code != diagnosis.PortalRedirect || got.Text != strings.TrimPrefix(other.URL, "http://") || asked.Load() != 1 {
			t.Errorf("Create answered with %d = %s, text %q, %d requests, want %s, the other host, 1 request", status, got.Code, got.Text, asked.Load(), diagnosis.PortalRedirect)
		}
	}
	if visited.Load() != 0 {
		t.Errorf("the other host saw %d requests, want 0", visited.Load())
	}
}

// raw answers every connection with the same bytes once it has read a request, and then goes on with more.
func raw(t *testing.T, o portal.Options, answer func(net.Conn)) *portal.Session {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			request := make([]byte, 64<<10)
			_, _ = conn.Read(request)
			answer(conn)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() {
		_ = listener.Close()
		<-finished
	})
	o.URL = "http://" + listener.Addr().String()
	return newClient(t, o).Session(account.NewSecret(ivanToken))
}

func TestHostileBytes(t *testing.T) {
	patience := portal.Options{Timeout: 300 * time.Millisecond}
	for _, tc := range []struct {
		name    string
		options portal.Options
		answer  func(net.Conn)
		want    diagnosis.Code
	}{
		{"closed without a word", portal.Options{}, func(net.Conn) {}, diagnosis.AnswerLost},
		{"not HTTP", portal.Options{}, func(c net.Conn) { _, _ = io.WriteString(c, "* OK IMAP4rev1\r\n") }, diagnosis.AnswerLost},
		{"shorter than told", portal.Options{}, func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 201 Created\r\nContent-Length: 5000\r\n\r\n"+made)
		}, diagnosis.AnswerLost},
		{"broken gzip", portal.Options{}, func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 201 Created\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd")
		}, diagnosis.AnswerLost},
		{"informational answers without end", patience, func(c net.Conn) {
			for hint := []byte("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"); ; { // made once: what the test's own server takes is counted too
				if _, err := c.Write(hint); err != nil {
					return
				}
			}
		}, diagnosis.AnswerLost},
		{"headers without end", portal.Options{}, func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 201 Created\r\n")
			for header := []byte("X-More: " + strings.Repeat("x", 1000) + "\r\n"); ; {
				if _, err := c.Write(header); err != nil {
					return
				}
			}
		}, diagnosis.AnswerLost},
		{"body without end", portal.Options{}, func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 201 Created\r\nConnection: close\r\n\r\n")
			for body := bytes.Repeat([]byte("x"), 64<<10); ; {
				if _, err := c.Write(body); err != nil {
					return
				}
			}
		}, diagnosis.AnswerOdd},
		{"silence", patience, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, diagnosis.AnswerTimeout},
		{"one byte now and then", patience, func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 201 Created\r\nContent-Length: 500\r\n\r\n")
			for {
				if _, err := io.WriteString(c, " "); err != nil {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
		}, diagnosis.AnswerTimeout},
		{"401 cut off is still 401", portal.Options{}, func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 500\r\n\r\nUnau")
		}, diagnosis.PortalToken},
	} {
		t.Run(tc.name, func(t *testing.T) {
			session := raw(t, tc.options, tc.answer)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			began := time.Now()
			got := session.Create(t.Context(), settings(ivan), nil)
			runtime.ReadMemStats(&after)
			if got.Code != tc.want || got.Fate != tc.want.Fate() {
				t.Errorf("Create = %s, %v (%v), want %s", got.Code, got.Fate, got.Err, tc.want)
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("Create took %v", took)
			}
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 16<<20 {
				t.Errorf("Create allocated %d MiB", grown>>20)
			}
		})
	}
}

// leave is leave for one exchange that tells how it went.
type leave struct {
	ctx  context.Context
	done func(portal.Answer)
}

func (l leave) Context() context.Context { return l.ctx }
func (leave) Written()                   {}
func (l leave) Done(a portal.Answer)     { l.done(a) }

func TestCalledOff(t *testing.T) {
	var asked atomic.Int32
	count := func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(201)
		_, _ = io.WriteString(w, made)
	}
	busy := errors.New("no place")
	t.Run("not admitted", func(t *testing.T) {
		session := serve(t, portal.Options{Admit: func(context.Context) (portal.Admission, error) { return nil, busy }}, count)
		got := session.Create(t.Context(), settings(ivan), func() error { t.Error("ready was called"); return nil })
		if got.Fate != diagnosis.NotSent || got.Code != diagnosis.RequestNotSent || !errors.Is(got.Err, busy) {
			t.Errorf("Create = %s, %v, %v, want not sent because of %v", got.Code, got.Fate, got.Err, busy)
		}
	})
	t.Run("not ready", func(t *testing.T) {
		var steps []string
		admit := func(ctx context.Context) (portal.Admission, error) {
			steps = append(steps, "admit")
			return leave{ctx, func(a portal.Answer) { steps = append(steps, "done, "+a.Fate.String()) }}, nil
		}
		session := serve(t, portal.Options{Admit: admit}, count)
		got := session.Create(t.Context(), settings(ivan), func() error { steps = append(steps, "ready"); return busy })
		if got.Fate != diagnosis.NotSent || !errors.Is(got.Err, busy) || fmt.Sprint(steps) != "[admit ready done, not sent]" {
			t.Errorf("Create = %v, %v after %v, want not sent after admit, ready, done", got.Fate, got.Err, steps)
		}
	})
	t.Run("cancelled before", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if got := serve(t, portal.Options{}, count).Create(ctx, settings(ivan), nil); got.Fate != diagnosis.NotSent {
			t.Errorf("Create = %s, %v, want not sent", got.Code, got.Fate)
		}
	})
	t.Run("cancelled in between", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		session := serve(t, portal.Options{}, func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			cancel()
			<-r.Context().Done()
		})
		if got := session.Create(ctx, settings(ivan), nil); got.Fate != diagnosis.Unclear || got.Code != diagnosis.AnswerAbandoned {
			t.Errorf("Create = %s, %v, want %s, unclear", got.Code, got.Fate, diagnosis.AnswerAbandoned)
		}
	})
	if asked.Load() != 0 {
		t.Errorf("the portal saw %d requests, want 0", asked.Load())
	}
}
